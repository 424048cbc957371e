"""The offers side by side, one offer whole, and the choice."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from outtask.journal.recording import NotFound
from outtask.kernel.money import Money
from outtask.lifecycle.lifeline import line_of
from outtask.people.roles import Right, may
from outtask.people.states import Relation
from outtask.source import queries, rules
from outtask.source.actions import award_proposal
from outtask.source.columns import columns_of
from outtask.source.forms import ChooseForm
from outtask.source.models import Invitation, Proposal
from outtask.source.record import compared, converted, offered_before_change
from outtask.source.views.briefs import brief_of
from outtask.ui.pages import MemberRequest, member_page, see_other

SIDE_BY_SIDE = 4


@member_page
def proposals(request: MemberRequest, reference: str) -> HttpResponse:
    """What was offered, compared; who has not answered; what was chosen and why."""
    outtask, brief = brief_of(request, reference)
    comparison = compared(brief, request.actor, request.now)
    rows = queries.offers_on(brief, request.actor)
    invitations = Invitation.objects.visible_to(request.actor).filter(brief=brief)
    context = {
        "outtask": outtask,
        "line": line_of(outtask),
        "brief": brief,
        "columns": columns_of(comparison, brief.by_when, offered_before_change(brief, rows)),
        "comparison": comparison,
        "side_by_side": len(comparison.offers) <= SIDE_BY_SIDE,
        "invitations": invitations.select_related("provider").order_by("provider__name", "-round", "id"),
        "award": queries.live_award(outtask.pk),
        "no_choice": may(request.actor, Right.AWARD),
    }
    return render(request, "source/proposals.html", context)


@member_page
def proposal(request: MemberRequest, reference: str, proposal_id: UUID) -> HttpResponse:
    """One offer with its milestones, and the form that chooses it."""
    outtask, brief = brief_of(request, reference)
    row = Proposal.objects.visible_to(request.actor).filter(outtask=outtask, pk=proposal_id).first()
    if row is None:
        raise NotFound("proposal")
    form = ChooseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with form.taking_refusals():
            award_proposal(
                actor=request.actor,
                now=request.now,
                key=form.key,
                proposal_id=row.pk,
                reasons=form.cleaned_data["reasons"],
            )
            chosen = _("%(name)s is chosen. The statement of work comes next.")
            messages.success(request, chosen % {"name": row.provider.name})
            return see_other("outtask-agreement", reference)
    award = queries.live_award(outtask.pk)
    price = Money(row.price_minor, row.currency)
    context = {
        "outtask": outtask,
        "line": line_of(outtask),
        "brief": brief,
        "proposal": row,
        "price": price,
        "about": converted(request.organisation, price, request.now),
        "offer": queries.offer_of(row),
        "changed_since": row.pk in offered_before_change(brief, [row]),
        "form": form,
        "barred": may(request.actor, Right.AWARD)
        or rules.why_not_choose(
            brief.state,
            row.state,
            row.provider.relation == Relation.BLOCKED,
            award.proposal.provider.name if award else "",
        ),
    }
    return render(request, "source/proposal.html", context, status=form.status)
