"""A request to spend in words: the same facts in the same order on the page, by link and in the mail."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outtask.kernel.money import Money
from outtask.people.models import Member
from outtask.people.queries import absence_of
from outtask.spend.demands import fired_on
from outtask.spend.limit_rules import Approver, Ceiling, falls_under
from outtask.spend.line import Today, approver_of, decides, first_yes, power_over, spending_of
from outtask.spend.models import Approval, Budget, PurchaseRequest
from outtask.spend.queries import void_before
from outtask.spend.states import UNDECIDED, Demand, LimitPeriod
from outtask.ui.formats import day as day_of
from outtask.ui.formats import moment, money


def facts_of(request: PurchaseRequest, reader: Member, day: date) -> list[tuple[str, str]]:
    """What somebody who decides has to know on this day: (name, value), in the order in which it is asked."""
    undecided = request.state in UNDECIDED
    facts = [(_("Budget"), _budget(request))]
    if undecided and decides(request, reader, day):
        facts += _limits(request, reader, Today(request.organisation, day))
    facts.append((_("Why"), request.reason or _("no reason given")))
    if request.category or undecided:
        facts.append(
            (_("Category"), request.category or _("not given, so every limit for a category counts"))
        )
    if undecided:
        facts += _rules(request, Today(request.organisation, day))
    if decider := decides_words(request, day):
        facts.append((_("Decides"), decider))
    asked = {
        "request": request.reference,
        "name": request.requested_by.name,
        "when": moment(request.requested_at),
    }
    facts.append((_("Request"), _("%(request)s, asked by %(name)s, %(when)s") % asked))
    before = void_before.first(request.agreement_id, request.pk) if undecided else None
    if before is not None:
        facts.append((_("Asked before"), _("%(request)s, which counts no more") % {"request": before}))
    return facts


DEMANDS = {
    Demand.DECIDE: gettext_lazy("somebody else decides"),
    Demand.TWO: gettext_lazy("two persons approve"),
}


def _rules(request: PurchaseRequest, today: Today) -> list[tuple[str, str]]:
    """Which rules of the organisation ask for this decision, and whose yes stands already."""
    found = fired_on(request, today)
    lines = [f"{rule.name}: {DEMANDS[rule.demand]}" for rule in found]
    facts = [(_("Rules"), "\n".join(lines))] if lines else []
    first = first_yes(request)
    if first is not None:
        said = _("%(name)s has approved; a second person has to")
        facts.append((_("First of two"), said % {"name": decided_by(first)}))
    return facts


def _limits(request: PurchaseRequest, reader: Member, today: Today) -> list[tuple[str, str]]:
    """By which limits the reader would decide: their own, or those of whoever they stand in for."""
    wanted = spending_of(request, today)
    power = power_over(absence_of(request.decider_id, today.day), reader, wanted, today)
    if power.delegation is None:
        return [(_("Your limit"), _words_of(power.approver, today, wanted.category))]
    return [
        (_("In the place of"), power.delegation.giver.name),
        (_("Their limit"), _words_of(power.approver, today, wanted.category)),
    ]


def limit_of(member: Member, day: date, category: str = "") -> str:
    """What a member may promise on a day: for one need, and what their further limits leave."""
    today = Today(member.organisation, day)
    return _words_of(approver_of(member, today), today, category)


def _words_of(approver: Approver, today: Today, category: str) -> str:
    base = today.organisation.currency
    if approver.is_owner:
        first = _("whatever the budget holds")
    elif approver.limit_minor is None:
        return _("none: everything goes to whom you refer to")
    else:
        limit = money(Money(approver.limit_minor, base))
        first = _("%(limit)s for one need") % {"limit": limit}
    applying = [each for each in approver.ceilings if falls_under(each.category, category)]
    return "\n".join([first, *(ceiling_words(each, base) for each in applying)])


PERIODS = {
    LimitPeriod.NEED: gettext_lazy("one need"),
    LimitPeriod.DAY: gettext_lazy("a day"),
    LimitPeriod.MONTH: gettext_lazy("a month"),
    LimitPeriod.YEAR: gettext_lazy("a year"),
}


def ceiling_words(ceiling: Ceiling, base: str) -> str:
    """One further limit in words: how much, of what, how much of it is used and until when."""
    told = {
        "limit": money(ceiling.limit),
        "period": str(PERIODS[ceiling.period]),
        "category": ceiling.category,
        "used": money(Money(ceiling.used_minor, base)),
        "until": day_of(ceiling.until) if ceiling.until else "",
    }
    first = (
        _("%(limit)s for %(period)s in category %(category)s")
        if ceiling.category
        else _("%(limit)s for %(period)s")
    )
    if ceiling.until is None:
        return first % told
    return (first + _(", %(used)s used until the end of %(until)s")) % told


def decided_by(decision: Approval) -> str:
    """Who decided, and in whose place when somebody was away."""
    if decision.delegation is None:
        return decision.decided_by.name
    told = {"taker": decision.decided_by.name, "name": decision.delegation.giver.name}
    return _("%(taker)s in the place of %(name)s, who was away") % told


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


def decides_words(request: PurchaseRequest, day: date) -> str:
    """Who decides a request on this day, in whose place, and by when; empty when nobody has to."""
    if request.state not in UNDECIDED or request.decider is None:
        return ""
    absence = absence_of(request.decider_id, day)
    told = {"name": request.decider.name, "taker": "", "when": ""}
    if absence is not None:
        told["taker"] = absence.taker.name
    if request.decide_by is not None:
        told["when"] = moment(request.decide_by)
    if request.decide_by is None and absence is None:
        return _("%(name)s, once the question is answered") % told
    if request.decide_by is None:
        return _("%(taker)s in the place of %(name)s, once the question is answered") % told
    if absence is None:
        return _("%(name)s, by %(when)s") % told
    return _("%(taker)s in the place of %(name)s, who is away; by %(when)s") % told
