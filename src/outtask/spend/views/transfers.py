"""Transfers: asking for free money of another pot, and the decision on it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from outtask.journal.recording import NotFound
from outtask.kernel.money import Money
from outtask.people.roles import Right, may
from outtask.spend import actions, pots
from outtask.spend.budget_forms import TransferDecisionForm, TransferForm
from outtask.spend.budget_wording import bar_of
from outtask.spend.models import Transfer
from outtask.spend.states import TransferState
from outtask.ui.forms import Form
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page


@member_page
def transfers(request: MemberRequest) -> HttpResponse:
    """Transfers, the latest first, and a form to ask for one."""
    given = {name: request.GET[name] for name in ("source", "target") if name in request.GET}
    form = TransferForm(request.POST or None, actor=request.actor, initial=given)
    if form.is_valid():
        with form.taking_refusals():
            outcome = actions.ask_transfer(actor=request.actor, now=request.now, key=form.key, **form.facts())
            messages.success(request, _("Asked. Whoever may decide gets a mail."))
            return see_other("transfer", outcome["id"])
    rows = Transfer.objects.visible_to(request.actor)
    if request.GET.get("show") == "asked":
        rows = rows.filter(state=TransferState.ASKED)
    context = {
        "page": Page.of(rows.select_related("source", "target", "asked_by__person"), request),
        "show": request.GET.get("show", ""),
        "form": form,
        "why_not": pots.why_not_ask(request.actor),
    }
    return render(request, "spend/transfers.html", context, status=form.status)


@member_page
def transfer(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One transfer: both pots, why, and the decision."""
    row = (
        Transfer.objects.visible_to(request.actor)
        .select_related("source__keeper__person", "target", "asked_by__person", "decided_by__person")
        .filter(pk=pk)
        .first()
    )
    if row is None:
        raise NotFound("transfer")
    withdrawal = Form(request.POST or None if request.POST.get("act") == "withdraw" else None)
    form = TransferDecisionForm(request.POST or None if request.POST.get("act") != "withdraw" else None)
    if _done(request, row, form, withdrawal):
        return see_other("transfer", pk)
    facts, manages = pots.facts_for(row, request.actor), may(request.actor, Right.MANAGE_BUDGETS)
    context = {
        "row": row,
        "amount": Money(row.amount_minor, row.currency),
        "form": form,
        "withdrawal": withdrawal,
        "bar": bar_of(row.source),
        "waits": row.state == TransferState.ASKED,
        "own": facts.own,
        "why_not": next(iter(pots.why_not_decide(row, facts, request.actor, "approve", manages)), None),
        "deciders": pots.may_decide_on(row),
    }
    return render(request, "spend/transfer.html", context, status=max(form.status, withdrawal.status))


def _done(request: MemberRequest, row: Transfer, form: TransferDecisionForm, withdrawal: Form) -> bool:
    """Whether what was sent was done; a refusal stays on its form."""
    if withdrawal.is_valid():
        with withdrawal.taking_refusals():
            actions.withdraw_transfer(
                actor=request.actor, now=request.now, key=withdrawal.key, transfer_id=row.pk
            )
            messages.success(request, _("Withdrawn. Nothing was moved."))
            return True
    if form.is_valid():
        with form.taking_refusals():
            approve = form.cleaned_data["decision"] == "approve"
            actions.decide_transfer(
                actor=request.actor,
                now=request.now,
                key=form.key,
                transfer_id=row.pk,
                approve=approve,
                note=form.cleaned_data["note"],
            )
            messages.success(request, _("The money is moved.") if approve else _("Refused; they are told."))
            return True
    return False
