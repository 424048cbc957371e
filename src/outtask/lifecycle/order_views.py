"""Buying something, changing what is asked for, and the page of an order: receive, send back, close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from outtask.agree.documents import Document
from outtask.agree.models import Agreement
from outtask.agree.orders import Line, Totals, totals_of, why_not_order
from outtask.agree.queries import agreement_of, document_of, signatures_of, version_of
from outtask.agree.states import Form as AgreementForm
from outtask.agree.states import Party
from outtask.deliver.actions import close_order, receive_line, return_line
from outtask.deliver.models import Milestone
from outtask.deliver.receiving import Part, closing_of, parts_of
from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, Refused
from outtask.lifecycle.lifeline import line_of
from outtask.lifecycle.models import Repeat
from outtask.lifecycle.naming import name_provider
from outtask.lifecycle.order_forms import (
    BuyForm,
    ChangeForm,
    CloseForm,
    NameForm,
    ReceiveForm,
    ReturnForm,
    as_typed,
    kept_rows,
    line_rows,
    lines_in,
)
from outtask.lifecycle.ordering import change_order, request_purchase
from outtask.lifecycle.queries import Forecast, foresee
from outtask.lifecycle.repeats import end_repeat
from outtask.outtasks.models import OutTask
from outtask.outtasks.queries import outtask_of
from outtask.people.roles import Right, may
from outtask.source.rows import Rows, status_of, take, wants_more
from outtask.spend.limit_rules import category_of
from outtask.spend.models import PurchaseRequest
from outtask.spend.queries import decided_by_others
from outtask.spend.rules import why_not_own
from outtask.spend.states import PURCHASE_REQUEST
from outtask.spend.wording import limit_of
from outtask.ui.formats import money, say
from outtask.ui.forms import Form
from outtask.ui.pages import MemberRequest, member_page, see_other

LOOK = "look"
"""In the address of a page that is sent to be looked at: nothing is judged and nothing happens."""


# ---- buying ----


@member_page
def buy(request: MemberRequest) -> HttpResponse:
    """Buy something: the shortest form is what and how much; what comes of it stands there before."""
    data = request.POST if request.method == "POST" else None
    looked = data is not None and (LOOK in request.GET or wants_more(data))
    currency = request.organisation.currency
    form, rows = _typed(request, currency) if looked else _begun(request, data, currency)
    if not looked and all([form.is_valid(), rows.is_valid()]) and not form.complain(rows):
        try:
            return _place(request, form, rows)
        except Refused as refused:
            take(refused, form, lines=rows)
    foreseen = _foreseen(request, data, currency)
    context = {
        "form": form,
        "rows": rows,
        "full": _is_full(request, data, form, rows),
        "foreseen": foreseen if isinstance(foreseen, Forecast) else None,
        "why_referred": say(foreseen.why) if isinstance(foreseen, Forecast) and foreseen.why else "",
        "why_not": may(request.actor, Right.REQUEST) or (foreseen if isinstance(foreseen, Refusal) else None),
        "limit": limit_of(request.member, _today(request), ""),
    }
    return render(request, "lifecycle/buy.html", context, status=200 if looked else status_of(form, rows))


def _begun(request: MemberRequest, data: QueryDict | None, currency: str) -> tuple[BuyForm, Rows]:
    """The form as sent, empty, or filled from an older request that it duplicates."""
    initial, lines = _older(request) if data is None else ({}, ())
    form = BuyForm(data, request.FILES or None, actor=request.actor, currency=currency, initial=initial)
    return form, line_rows(data, form.money_in, lines)


def _typed(request: MemberRequest, currency: str) -> tuple[BuyForm, Rows]:
    """Everything as it was typed, with more rows when they were wanted."""
    typed = as_typed(request.POST)
    form = BuyForm(actor=request.actor, currency=currency, initial=typed)
    if wants_more(request.POST):
        return form, line_rows(request.POST, form.money_in)
    return form, kept_rows(request.POST, form.money_in)


def _older(request: MemberRequest) -> tuple[dict[str, Any], tuple[Line, ...]]:
    reference = request.GET.get("from", "")
    if not reference:
        return {}, ()
    row = order_request(request, reference)
    document = document_of(version_of(row.agreement))
    initial = {
        "title": row.outtask.title,
        "budget": str(row.budget_id),
        "currency": row.currency,
        "provider": str(row.agreement.provider_id or ""),
        "reason": row.reason,
        "category": row.category,
    }
    return initial, document.lines


def _is_full(request: MemberRequest, data: QueryDict | None, form: BuyForm, rows: Rows) -> bool:
    """Whether the details stand open: something is in them, or is wrong with them."""
    if "from" in request.GET or wants_more(data) or any(row.errors for row in rows):
        return True
    if data is None:
        return False
    details = ("provider", "needed_by", "reason", "category", "every", "lines-0-what", "lines-0-price")
    return any(data.get(name) for name in details) or bool(set(form.errors) - {"title", "amount", "budget"})


def _foreseen(request: MemberRequest, data: QueryDict | None, currency: str) -> Forecast | Refusal | None:
    """What would come of it, as far as what was typed can be read."""
    if data is None:
        return None
    form = BuyForm(data, actor=request.actor, currency=currency)
    rows = line_rows(data, form.money_in) if not wants_more(data) else None
    form.is_valid()
    lines: tuple[Line, ...] = lines_in(rows) if rows is not None and rows.is_valid() else ()
    amount: Money | None = form.cleaned_data.get("amount")
    if lines and not why_not_order(lines):
        amount = totals_of(lines).gross
    if amount is None or amount.minor <= 0:
        return None
    digits = category_of(form.cleaned_data.get("category", ""))
    return foresee(amount, request.member, _today(request), "" if isinstance(digits, Refusal) else digits)


def _place(request: MemberRequest, form: BuyForm, rows: Rows) -> HttpResponse:
    facts = form.facts(rows)
    outcome = request_purchase(actor=request.actor, now=request.now, key=form.key, **facts)
    amount = {"amount": money(totals_of(facts["lines"]).gross)}
    if outcome["committed"]:
        messages.success(request, _("Ordered. %(amount)s is committed.") % amount)
        return see_other("outtask-order", outcome["outtask"])
    messages.success(request, _("%(amount)s was referred. Whoever decides has it by e-mail.") % amount)
    return see_other("request", outcome["request"])


# ---- changing what is asked for ----


@member_page
def change_lines(request: MemberRequest, reference: str) -> HttpResponse:
    """The lines of an order that nobody has decided on: a new version, asked for anew."""
    row = order_request(request, reference)
    document = document_of(version_of(row.agreement))
    data = request.POST if request.method == "POST" else None
    initial: dict[str, Any] = {
        "provider": str(row.agreement.provider_id or ""),
        "needed_by": document.terms.milestones[0].due,
        "version": row.version,
    }
    if wants_more(data):
        assert data is not None
        initial = as_typed(data)
    form = ChangeForm(None if wants_more(data) else data, actor=request.actor, initial=initial)
    rows = line_rows(data, row.currency, document.lines)
    if all([form.is_valid(), rows.is_valid()]):
        try:
            change_order(
                actor=request.actor,
                now=request.now,
                key=form.key,
                request_id=row.pk,
                version=form.cleaned_data["version"],
                lines=lines_in(rows),
                provider_id=form.provider_id,
                needed_by=form.cleaned_data["needed_by"],
                note=form.cleaned_data["note"],
            )
        except Refused as refused:
            take(refused, form, lines=rows)
        else:
            messages.success(request, _("Changed, and asked for anew. The link sent before decides nothing."))
            return see_other("request", reference)
    context = {
        "row": row,
        "outtask": row.outtask,
        "line": line_of(row.outtask),
        "form": form,
        "rows": rows,
        "why_not": why_not_change(request, row),
    }
    return render(request, "lifecycle/order_lines.html", context, status=status_of(form, rows))


def why_not_change(request: MemberRequest, row: PurchaseRequest) -> Refusal | None:
    return why_not_name(request, row) or PURCHASE_REQUEST.why_not(row.state, "edit")


def why_not_name(request: MemberRequest, row: PurchaseRequest) -> Refusal | None:
    return may(request.actor, Right.REQUEST) or why_not_own(row.requested_by_id, request.actor.id)


def order_request(request: MemberRequest, reference: str) -> PurchaseRequest:
    """A request for an order; NotFound for any other."""
    rows: Any = PurchaseRequest.objects.visible_to(request.actor).select_related(
        "outtask", "agreement__provider", "requested_by"
    )
    row: PurchaseRequest | None = rows.filter(
        reference=reference, agreement__form=AgreementForm.ORDER
    ).first()
    if row is None:
        raise NotFound("request")
    return row


# ---- one order ----


@member_page
def order(request: MemberRequest, reference: str) -> HttpResponse:
    """One order: its lines with what has come, and what can be done with it."""
    outtask = outtask_of(request.actor, reference)
    agreement = agreement_of(outtask, request.actor)
    if agreement is None or agreement.form != AgreementForm.ORDER:
        raise NotFound("order")
    row: PurchaseRequest | None = agreement.requests.order_by("-id").first()
    if row is None:
        raise NotFound("order")
    repeat: Repeat | None = Repeat.objects.visible_to(request.actor).filter(request=row).first()
    forms = _forms(request, row)
    act = request.POST.get("act", "")
    if act in forms and forms[act].is_valid():
        with forms[act].taking_refusals():
            messages.success(request, _act(request, agreement, row, repeat, act, forms[act]))
            return see_other("outtask-order", reference)
    version = version_of(agreement)
    document = document_of(version)
    context = {
        "outtask": outtask,
        "line": line_of(outtask),
        "agreement": agreement,
        "row": row,
        "repeat": repeat,
        "may_end": repeat is not None
        and (
            row.requested_by_id == request.actor.id or may(request.actor, Right.MANAGE_ORGANISATION) is None
        ),
        "confirmed": signatures_of(version).get(Party.PROVIDER),
        "forms": forms,
        "why_not_name": may(request.actor, Right.REQUEST)
        or why_not_own(row.requested_by_id, request.actor.id),
        "decided_without": decided_by_others(row.pk),
    }
    context |= _shown(request, outtask, agreement, document, forms)
    return render(
        request, "lifecycle/order.html", context, status=max(form.status for form in forms.values())
    )


@dataclass(frozen=True, slots=True)
class Came:
    """A part of an order with the forms that act on it. is_next: the one the page asks to receive."""

    part: Part
    receive: ReceiveForm
    back: ReturnForm
    is_next: bool


def _shown(
    request: MemberRequest,
    outtask: OutTask,
    agreement: Agreement,
    document: Document,
    forms: Mapping[str, Form],
) -> dict[str, Any]:
    parts = parts_of(request.actor, outtask, agreement, document)
    totals: Totals = totals_of(document.lines)
    sent = forms[act] if (act := request.POST.get("act", "")) in (RECEIVE, RETURN) else None
    wanted = request.POST.get("milestone") if act == RECEIVE else None
    waiting = [part for part in parts if part.waits]
    asked = [part for part in waiting if str(part.milestone.order) == wanted]
    first = next(iter(asked or waiting), None)
    return {
        "parts": [_came(part, sent, is_next=part is first) for part in parts],
        "lines": document.lines,
        "totals": totals,
        "due": document.terms.milestones[0].due,
        "why_not_close": may(request.actor, Right.REQUEST) or closing_of(agreement),
    }


def _came(part: Part, sent: Form | None, *, is_next: bool) -> Came:
    """A part with its forms; one that was sent about it comes back as it was."""
    order = part.milestone.order
    mine = sent is not None and sent["milestone"].value() == str(order)
    begins = {"milestone": order, "quantity": part.milestone.quantity, "wanted": True}
    return Came(
        part,
        sent
        if mine and isinstance(sent, ReceiveForm)
        else ReceiveForm(initial=begins, auto_id=f"r{order}_%s"),
        sent if mine and isinstance(sent, ReturnForm) else ReturnForm(initial=begins, auto_id=f"b{order}_%s"),
        is_next,
    )


RECEIVE, RETURN = "receive", "return"


def _forms(request: MemberRequest, row: PurchaseRequest) -> dict[str, Form]:
    """Each form of the page, bound to what was sent when it is the one that was sent."""
    act = request.POST.get("act", "")

    def sent(name: str) -> Any:
        return request.POST if act == name else None

    return {
        RECEIVE: ReceiveForm(sent(RECEIVE)),
        RETURN: ReturnForm(sent(RETURN)),
        "close": CloseForm(sent("close")),
        "name": NameForm(sent("name"), actor=request.actor, initial={"version": row.version}),
        "end": Form(sent("end")),
    }


def _act(
    request: MemberRequest,
    agreement: Agreement,
    row: PurchaseRequest,
    repeat: Repeat | None,
    act: str,
    form: Form,
) -> str:
    """Do what the form says; gives the words for the reader."""
    given: dict[str, Any] = {"actor": request.actor, "now": request.now, "key": form.key}
    data = form.cleaned_data
    if act == RECEIVE:
        part = _milestone(agreement, data["milestone"])
        outcome = receive_line(**given, milestone_id=part.pk, quantity=data["quantity"], note=data["note"])
        amount = money(Money(outcome["amount_minor"], agreement.currency))
        return _("Received. %(amount)s is owed.") % {"amount": amount}
    if act == RETURN:
        part = _milestone(agreement, data["milestone"])
        told = {name: data[name] for name in ("wanted", "reasons", "quantity")}
        outcome = return_line(**given, milestone_id=part.pk, **told)
        amount = money(Money(outcome["amount_minor"], agreement.currency))
        return _("Sent back. %(amount)s is not owed any more.") % {"amount": amount}
    if act == "close":
        outcome = close_order(**given, agreement_id=agreement.pk, reasons=data["reasons"])
        amount = money(Money(outcome["released_minor"], agreement.currency))
        return _("Closed. %(amount)s is free again.") % {"amount": amount}
    if act == "name":
        told = {"version": data["version"], "provider_id": data["provider"]}
        return _named(row, name_provider(**given, request_id=row.pk, **told))
    if repeat is None:
        raise NotFound("repeat")
    end_repeat(**given, repeat_id=repeat.pk)
    return _("Nothing more of it is ordered by itself.")


def _named(row: PurchaseRequest, outcome: Outcome) -> str:
    if outcome["committed"]:
        return _("They have the order by e-mail.")
    if outcome["why"]:
        asked = _("%(request)s asks for the money anew; whoever decides has it by e-mail.") % outcome.values
        return f"{outcome['why']} {asked}"
    return _("Named, and asked for anew. The link sent before decides nothing.")


def _milestone(agreement: Agreement, order: int) -> Milestone:
    rows = Milestone.objects.filter(agreement=agreement, order=order)
    found: Milestone | None = rows.order_by("-agreement_version").first()
    if found is None:
        raise NotFound("milestone")
    return found


def _today(request: MemberRequest) -> date:
    return request.now.astimezone(ZoneInfo(request.organisation.zone)).date()
