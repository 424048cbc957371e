"""Invoices for members: those of an out-task, all of them, and one with its three-way match."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outtask.journal.reading import outcome_of
from outtask.lifecycle.lifeline import line_of
from outtask.outtasks.queries import outtask_of
from outtask.pay import queries, rules
from outtask.pay.actions import approve_invoice, record_payment, return_invoice, send_invoice
from outtask.pay.forms import InvoiceForm, PaymentForm, ReturnForm
from outtask.pay.models import Invoice
from outtask.pay.sheets import sheet_of
from outtask.pay.states import InvoiceState
from outtask.people.roles import Right, may
from outtask.source.queries import today_of
from outtask.ui.forms import Form
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page


@require_safe
@member_page
def invoices(request: MemberRequest) -> HttpResponse:
    """Every invoice the member may see, the latest first, of one state or all."""
    wanted = request.GET.get("state", "")
    state = wanted if wanted in set(InvoiceState) else ""
    rows = queries.invoices_for(request.actor, state)
    context = {"page": Page.of(rows, request), "state": state, "states": list(InvoiceState)}
    return render(request, "pay/invoices.html", context)


@member_page
def outtask_invoices(request: MemberRequest, reference: str) -> HttpResponse:
    """The invoices of one out-task, with a form for one that came by post."""
    outtask = outtask_of(request.actor, reference)
    # Sent again, its milestones are invoiced already and no longer among what may be chosen.
    if before := outcome_of(request.actor, request.POST.get("key"), "invoice.received"):
        return see_other("invoice", before["id"])
    items = queries.items_of(request.actor, outtask.pk)
    still_open = rules.open_items(items)
    today = today_of(outtask.organisation_id, request.now)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = InvoiceForm(*sent, items=still_open, initial={"dated_on": today})
    if form.is_valid():
        with form.taking_refusals():
            done = send_invoice(actor=request.actor, now=request.now, outtask_id=outtask.pk, **form.facts)
            messages.success(request, _("Recorded. Somebody approves it next."))
            return see_other("invoice", done["id"])
    context = {
        "outtask": outtask,
        "line": line_of(outtask),
        "items": items,
        "open_items": still_open,
        "invoices": queries.invoices_of(request.actor, outtask.pk),
        "form": form,
        "barred": may(request.actor, Right.INVOICE),
    }
    return render(request, "pay/outtask_invoices.html", context, status=form.status)


@require_safe
@member_page
def invoice(request: MemberRequest, invoice_id: UUID) -> HttpResponse:
    """One invoice: what it asks, why it matches, what may be done with it."""
    return _page(request, queries.invoice_for(request.actor, invoice_id))


@require_POST
@member_page
def approval(request: MemberRequest, invoice_id: UUID) -> HttpResponse:
    """Approve it."""
    found = queries.invoice_for(request.actor, invoice_id)
    form = Form(request.POST)
    if form.is_valid():
        with form.taking_refusals():
            approve_invoice(actor=request.actor, now=request.now, key=form.key, invoice_id=found.pk)
            messages.success(request, _("Approved. It can be paid."))
            return see_other("invoice", found.pk)
    return _page(request, found, approve=form)


@require_POST
@member_page
def returning(request: MemberRequest, invoice_id: UUID) -> HttpResponse:
    """Send it back."""
    found = queries.invoice_for(request.actor, invoice_id)
    form = ReturnForm(request.POST)
    if form.is_valid():
        with form.taking_refusals():
            reason = form.cleaned_data["reason"]
            return_invoice(
                actor=request.actor, now=request.now, key=form.key, invoice_id=found.pk, reason=reason
            )
            messages.success(request, _("Sent back. The provider can send it again."))
            return see_other("invoice", found.pk)
    return _page(request, found, back=form)


@require_POST
@member_page
def payment(request: MemberRequest, invoice_id: UUID) -> HttpResponse:
    """Record that it was paid."""
    found = queries.invoice_for(request.actor, invoice_id)
    form = PaymentForm(request.POST)
    if form.is_valid():
        with form.taking_refusals():
            given = {name: form.cleaned_data[name] for name in ("paid_on", "bank_reference")}
            done = record_payment(
                actor=request.actor, now=request.now, key=form.key, invoice_id=found.pk, **given
            )
            if done["held"]:
                messages.warning(request, _("Held for review, not recorded. Somebody has a look first."))
            else:
                messages.success(request, _("Recorded as paid."))
            return see_other("invoice", found.pk)
    return _page(request, found, pay=form)


def _page(request: MemberRequest, found: Invoice, **forms: Form) -> HttpResponse:
    today = today_of(found.organisation_id, request.now)
    context: dict[str, Any] = {
        "outtask": found.outtask,
        "line": line_of(found.outtask),
        "invoice": found,
        "sheet": sheet_of(request.actor, found),
        "approve": Form(),
        "back": ReturnForm(),
        "pay": PaymentForm(initial={"paid_on": today}),
    } | forms
    status = next(iter(forms.values())).status if forms else 200
    return render(request, "pay/invoice.html", context, status=status)
