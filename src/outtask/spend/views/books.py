"""The books: the trial balance of any day, every posting with its entry, and closing them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outtask.journal.recording import NotFound
from outtask.kernel.actor import Actor
from outtask.people.models import Organisation
from outtask.people.roles import Right, may
from outtask.spend import actions, books
from outtask.spend.budget_forms import CloseForm, DaysForm, ReopenForm
from outtask.spend.models import Closing
from outtask.spend.statement import books_of, entries_of, postings_as_csv, statement_of_books
from outtask.spend.views.budgets import today_there
from outtask.ui.forms import Form
from outtask.ui.pages import MemberRequest, member_page, see_other
from outtask.ui.paging import Page

LATEST = ("-posted_at", "-id")
"""The order in which an index by time gives postings."""


@require_safe
@member_page
def ledger(request: MemberRequest) -> HttpResponse:
    """The trial balance as at a day, and the postings until then, the latest first."""
    form = DaysForm(request.GET or None)
    first, last = form.days(today_there(request))
    rows = books.postings_within(request.actor, first, last)
    page = Page.of(rows.select_related("budget", "commitment__outtask"), request, by=LATEST)
    entries = entries_of(page.rows)
    context = {
        "form": form,
        "last": last,
        "sheets": books.trial_balance(request.actor, last),
        "page": page,
        "lines": [(row, entries.get(row.entry_id)) for row in page],
        "closed": books.closed_through(request.actor.organisation_id),
        "partial": request.actor.role == "requester",
        "query": request.GET.urlencode(),
    }
    return render(request, "spend/books.html", context)


@require_safe
@member_page
def postings_file(request: MemberRequest) -> StreamingHttpResponse:
    """The postings of some days as CSV."""
    first, last = DaysForm(request.GET or None).days(today_there(request))
    return csv_of(request.actor, first, last)


@require_safe
@member_page
def statement(request: MemberRequest) -> HttpResponse:
    """The statement of some days as PDF."""
    first, last = DaysForm(request.GET or None).days(today_there(request))
    return pdf_of(request.actor, request.organisation, first, last)


@member_page
def closings(request: MemberRequest) -> HttpResponse:
    """Through which days the books were closed, and a form to close them further."""
    form = CloseForm(request.POST or None)
    if form.is_valid():
        with form.taking_refusals():
            actions.close_books(
                actor=request.actor, now=request.now, key=form.key, through=form.cleaned_data["through"]
            )
            messages.success(request, _("The books are closed."))
            return see_other("closings")
    return _closings_page(request, form, ReopenForm())


@require_POST
@member_page
def reopening(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Open the books again that were closed last."""
    if not Closing.objects.visible_to(request.actor).filter(pk=pk).exists():
        raise NotFound("closing")
    form = ReopenForm(request.POST)
    if form.is_valid():
        with form.taking_refusals():
            actions.reopen_books(
                actor=request.actor,
                now=request.now,
                key=form.key,
                closing_id=pk,
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("The books are open again."))
            return see_other("closings")
    return _closings_page(request, CloseForm(), form)


def _closings_page(request: MemberRequest, form: Form, reopen: Form) -> HttpResponse:
    rows = Closing.objects.visible_to(request.actor)
    last = rows.filter(reopened_at__isnull=True).order_by("-through").first()
    context = {
        "page": Page.of(rows.select_related("closed_by__person", "reopened_by__person"), request),
        "last": last,
        "form": form,
        "reopen": reopen,
        "why_not": may(request.actor, Right.MANAGE_BUDGETS),
    }
    return render(request, "spend/closings.html", context, status=max(form.status, reopen.status))


def csv_of(actor: Actor, first: date | None, last: date) -> StreamingHttpResponse:
    """The postings of these days that the actor may see, sent as they are read."""
    rows = postings_as_csv(books.postings_within(actor, first, last))
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    return _named(response, f"postings-{last}.csv", as_attachment=True)


def pdf_of(actor: Actor, organisation: Organisation, first: date | None, last: date) -> HttpResponse:
    """The statement of these days; for the same books the same bytes, whenever it is asked for."""
    told = books_of(actor, organisation, first, last)
    made_at = books.end_of(organisation.pk, last)
    response = HttpResponse(statement_of_books(told, made_at), content_type="application/pdf")
    return _named(response, f"books-{last}.pdf")


def _named[R: HttpResponseBase](response: R, name: str, *, as_attachment: bool = False) -> R:
    header = content_disposition_header(as_attachment=as_attachment, filename=name)
    response.headers["Content-Disposition"] = header or ""
    return response
