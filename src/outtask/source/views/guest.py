"""The brief as a provider sees it by their link, their answer, and what they answered before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from outtask.files.views import send
from outtask.kernel.money import known
from outtask.kernel.refusal import Refused
from outtask.people.choices import currencies
from outtask.people.doors import DoorRequest
from outtask.people.models import Link
from outtask.source import actions, queries, rules
from outtask.source.columns import conditions
from outtask.source.forms import OfferForm, ReasonForm, stage_rows
from outtask.source.models import Invitation, Proposal
from outtask.source.rows import Rows, status_of, take, wants_more
from outtask.source.states import ProposalState

DECLINE, PROPOSE, WITHDRAW = "decline", "propose", "withdraw"


def answer(request: DoorRequest, link: Link) -> HttpResponseBase:
    """The door of links to propose."""
    invitation = get_object_or_404(
        Invitation.objects.visible_to(request.actor).select_related("brief__outtask", "provider"),
        pk=link.subject_id,
    )
    if request.rest == "pack":
        return _pack(request, invitation)
    if request.rest:
        raise Http404(request.rest)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    before = queries.latest_proposal(invitation)
    form, rows = _offer_form(request, invitation, before, act)
    decline = ReasonForm(request.POST if act == DECLINE else None, prefix="no")
    done = _act(request, invitation, before, act, form, rows, decline)
    if done:
        messages.success(request, done)
        back = HttpResponseRedirect(request.path)
        back.status_code = 303
        return back
    context = _context(request, invitation, before)
    context |= {"form": form, "rows": rows, "decline": decline, "link": link}
    return render(request, "source/answer.html", context, status=status_of(form, rows, decline))


def _act(
    request: DoorRequest,
    invitation: Invitation,
    before: Proposal | None,
    act: str,
    form: OfferForm,
    rows: Rows,
    decline: ReasonForm,
) -> str:
    """Do what was asked; what to say then, or empty when nothing was done."""
    common: dict[str, Any] = {"actor": request.actor, "now": request.now}
    if act == PROPOSE and all([form.is_valid(), rows.is_valid()]):
        try:
            offer = form.offer(rows)
            actions.propose(**common, key=form.key, invitation_id=invitation.pk, offer=offer)
        except Refused as refused:
            take(refused, form, milestones=rows)
            return ""
        return _("Your proposal is sent. You can change it until the day for answers.")
    if act == DECLINE and decline.is_valid():
        with decline.taking_refusals():
            reason = decline.cleaned_data["reason"]
            actions.decline_invitation(**common, key=decline.key, invitation_id=invitation.pk, reason=reason)
            return _("They know that you will not propose. Thank you for telling them.")
    if act == WITHDRAW and before is not None:
        actions.withdraw_proposal(**common, key=request.POST.get("key") or None, proposal_id=before.pk)
        return _("Your proposal is withdrawn.")
    return ""


def _offer_form(
    request: DoorRequest, invitation: Invitation, before: Proposal | None, act: str
) -> tuple[OfferForm, Rows]:
    """The form of an offer, begun with the one before; amounts are read in the currency that was chosen."""
    data = request.POST if act == PROPOSE else None
    asked = invitation.brief.currency
    currency = data.get("currency", asked) if data else before.currency if before else asked
    currency = currency if known(currency) else asked
    stages = queries.offer_of(before).milestones if before else ()
    initial: dict[str, Any] = {}
    if before is not None:
        offer = queries.offer_of(before)
        initial = {"price": offer.price, "ready_on": offer.ready_on, "note": offer.note}
    else:
        initial = {"ready_on": invitation.brief.by_when}
    rows = stage_rows(data, currency, stages, blank=2 if not stages else 1)
    if data is not None and wants_more(data):
        initial, data = data.dict(), None
    return OfferForm(data, currency=currency, currencies=currencies(), initial=initial), rows


def _context(request: DoorRequest, invitation: Invitation, before: Proposal | None) -> dict[str, Any]:
    brief = invitation.brief
    today = queries.today_of(brief.organisation_id, request.now)
    closed = rules.why_not_answer(brief.state, invitation.state, "answer", invitation.answer_by, today)
    versions = Proposal.objects.visible_to(request.actor).filter(invitation=invitation)
    return {
        "brief": brief,
        "outtask": None,
        "title": brief.outtask.title,
        "what": brief.what.strip().removeprefix(brief.outtask.title).strip(),
        "reference": brief.outtask.reference,
        "contact": brief.outtask.owner.name,
        "invitation": invitation,
        "criteria": conditions(queries.need_of(brief).criteria),
        "closed": closed,
        "no_decline": rules.why_not_answer(
            brief.state, invitation.state, "decline", invitation.answer_by, today
        ),
        "proposal": before,
        "offer": queries.offer_of(before) if before else None,
        "stands": before is not None and before.state == ProposalState.OFFERED,
        "chosen": before is not None and before.state == ProposalState.CHOSEN,
        "versions": versions.order_by("-version"),
        "pack": brief.handover.onward if brief.handover else None,
    }


def _pack(request: DoorRequest, invitation: Invitation) -> HttpResponseBase:
    """What whoever goes on may read of the work before; never the client's own pack."""
    handover = invitation.brief.handover
    if handover is None or handover.onward is None:
        raise Http404("pack")
    return send(request, handover.onward)
