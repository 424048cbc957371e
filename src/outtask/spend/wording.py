"""A request to spend in words: the same facts in the same order on the page, by link and in the mail."""

from __future__ import annotations

from django.utils.translation import gettext as _

from outtask.kernel.money import Money
from outtask.people.models import Member
from outtask.people.states import Role
from outtask.spend.models import Budget, PurchaseRequest
from outtask.spend.states import UNDECIDED
from outtask.ui.formats import moment, money


def facts_of(request: PurchaseRequest, reader: Member) -> list[tuple[str, str]]:
    """What somebody who decides has to know: (name, value), in the order in which it is asked."""
    facts = [(_("Budget"), _budget(request))]
    if request.state in UNDECIDED and (request.decider_id == reader.pk or reader.role == Role.OWNER):
        facts.append((_("Your limit"), limit_of(reader)))
    facts.append((_("Why"), request.reason or _("no reason given")))
    if request.state in UNDECIDED and request.decider is not None:
        facts.append((_("Decides"), _decides(request, request.decider)))
    asked = {
        "request": request.reference,
        "name": request.requested_by.name,
        "when": moment(request.requested_at),
    }
    facts.append((_("Request"), _("%(request)s, asked by %(name)s, %(when)s") % asked))
    return facts


def limit_of(member: Member) -> str:
    """What a member may promise for one need."""
    if member.role == Role.OWNER:
        return _("whatever the budget holds")
    if member.limit_minor is None:
        return _("none: everything goes to whom you refer to")
    return _("%(limit)s for one need") % {
        "limit": money(Money(member.limit_minor, member.organisation.currency))
    }


def _budget(request: PurchaseRequest) -> str:
    budget: Budget = request.budget
    free = Money(budget.free_minor, budget.currency)
    if request.state not in UNDECIDED:
        return budget.name
    after = free - Money(request.budget_minor, budget.currency)
    told = {"budget": budget.name, "free": money(free), "after": money(after)}
    if after.minor < 0:
        return _("%(budget)s: %(free)s free now, which is not enough") % told
    return _("%(budget)s: %(free)s free now, %(after)s after") % told


def _decides(request: PurchaseRequest, decider: Member) -> str:
    if request.decide_by is None:
        return _("%(name)s, once the question is answered") % {"name": decider.name}
    return _("%(name)s, by %(when)s") % {"name": decider.name, "when": moment(request.decide_by)}
