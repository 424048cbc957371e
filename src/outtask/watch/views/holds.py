"""What the detectors hold: evidence, who may dispose of it, and how often they were right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outtask.deliver.models import Milestone
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.pay.models import Invoice
from outtask.people.roles import Right, may
from outtask.spend.models import PurchaseRequest
from outtask.ui.formats import money
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page
from outtask.watch import queries
from outtask.watch.actions import INVOICE, MILESTONE, REQUEST, dispose_hold
from outtask.watch.forms import DisposeForm
from outtask.watch.models import Hold
from outtask.watch.rules import why_not_look
from outtask.watch.wording import looked_for

SIZE = 20


@dataclass(frozen=True)
class Subject:
    """What is held, in words with the page it is on. currency: of the amounts in the evidence."""

    title: str
    href: str
    currency: str


@dataclass(frozen=True)
class Shown:
    """One hold on the page; why_not says why its form is off."""

    hold: Hold
    subject: Subject | None
    why_not: Refusal | None
    form: DisposeForm


@require_safe
@member_page
def watch(request: MemberRequest) -> HttpResponse:
    """Every hold, those that are open first, and the record of each detector."""
    return _page(request)


@require_POST
@member_page
def disposition(request: MemberRequest, hold_id: UUID) -> HttpResponse:
    """Dispose of one."""
    held = queries.hold_of(request.actor, hold_id)
    form = DisposeForm(request.POST, hold=held)
    if form.is_valid():
        with form.taking_refusals():
            given = {"disposition": form.cleaned_data["disposition"], "note": form.cleaned_data["note"]}
            dispose_hold(actor=request.actor, now=request.now, key=form.key, hold_id=held.pk, **given)
            messages.success(request, _("Noted. What was held can go on, or be sent back, as always."))
            return see_other("watch")
    return _page(request, held, form)


def _page(request: MemberRequest, sent: Hold | None = None, form: DisposeForm | None = None) -> HttpResponse:
    page = Page.of(queries.holds_for(request.actor), request, size=SIZE, by=queries.OPEN_FIRST)
    rows = list(page)
    if sent is not None and all(hold.pk != sent.pk for hold in rows):
        rows.insert(0, sent)  # the form that needs another look is always there
    subjects = _subjects(request.actor, rows, request.organisation.currency)
    disposals = queries.disposals_of(request.actor, rows)
    barred = may(request.actor, Right.APPROVE)
    shown = [
        Shown(
            hold,
            subjects.get(hold.subject_id),
            barred or why_not_look(disposals[hold.pk]),
            form if form is not None and sent is not None and hold.pk == sent.pk else DisposeForm(hold=hold),
        )
        for hold in rows
    ]
    context = {
        "page": page,
        "rows": shown,
        "records": queries.records_for(request.actor),
        "looked_for": looked_for(queries.tuned(request.organisation.pk).terms),
        "tunes": may(request.actor, Right.MANAGE_ORGANISATION) is None,
    }
    return render(request, "watch/watch.html", context, status=form.status if form else 200)


def _subjects(actor: Actor, holds: Iterable[Hold], base: str) -> dict[UUID, Subject]:
    """What each is about, by the id of the subject: at most one query for each sort of it."""
    found: dict[UUID, Subject] = {}
    for row in _rows(actor, holds, REQUEST, PurchaseRequest):
        told = {"reference": row.reference, "amount": money(Money(row.amount_minor, row.currency))}
        title = _("Request %(reference)s, %(amount)s") % told
        found[row.pk] = Subject(title, reverse("request", args=[row.reference]), base)
    for row in _rows(actor, holds, INVOICE, Invoice):
        told = {"number": row.number, "amount": money(Money(row.amount_minor, row.currency))}
        title = _("Invoice %(number)s, %(amount)s") % told
        found[row.pk] = Subject(title, reverse("invoice", args=[row.pk]), row.currency)
    for row in _rows(actor, holds, MILESTONE, Milestone):
        where = reverse("milestone", args=[row.outtask.reference, row.order])
        found[row.pk] = Subject(_("Milestone “%(title)s”") % {"title": row.title}, where, row.currency)
    return found


def _rows(actor: Actor, holds: Iterable[Hold], subject_type: str, model: Any) -> Any:
    wanted = [hold.subject_id for hold in holds if hold.subject_type == subject_type]
    if not wanted:
        return []
    return model.objects.visible_to(actor).filter(pk__in=wanted).select_related("outtask")
