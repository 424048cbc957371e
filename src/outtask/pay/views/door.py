"""The provider's page by link: the milestones, handing in, results of checks, invoices, files, the thread.

It stands in this room because it reaches from the work to its payment; rooms above bring their parts of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from outtask.agree.models import Agreement
from outtask.agree.printing import Signed, statement_of_work
from outtask.agree.queries import document_of, signatures_of, version_of
from outtask.deliver.actions import hand_in
from outtask.deliver.forms import HandInForm
from outtask.deliver.models import Milestone
from outtask.deliver.queries import milestones_of
from outtask.deliver.sheets import MilestoneSheet, sheet_of
from outtask.deliver.states import MILESTONE
from outtask.files.queries import files_of
from outtask.files.views import file_for_guest
from outtask.journal.reading import outcome_of
from outtask.journal.recording import NotFound
from outtask.lifecycle.lifeline import line_of
from outtask.messages.actions import write_message
from outtask.messages.forms import MessageForm
from outtask.messages.queries import latest_lines
from outtask.pay import queries, rules
from outtask.pay.actions import send_invoice
from outtask.pay.forms import InvoiceForm
from outtask.people.doors import DoorRequest
from outtask.people.links import token_for
from outtask.people.models import Link
from outtask.source.queries import today_of
from outtask.ui.pages import see_other


def delivery_by_link(request: DoorRequest, link: Link) -> HttpResponseBase:
    """The door of links to deliver. What stands after the token chooses the part."""
    place, _slash, rest = request.rest.partition("/")
    if place == "files":
        return file_for_guest(request, _id(rest.partition("/")[0]))
    if request.rest == "agreement.pdf":
        return _agreement(request, link)
    answer = _POSTS.get(place) if request.method == "POST" else None
    if answer is not None:
        return answer(request, link, rest)
    if place not in {"", "milestones"} or request.method not in {"GET", "HEAD"}:
        raise Http404("no such part")
    return _page(request, link, order=_order(rest) if place else None)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404("no such file") from None


def _order(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        raise Http404("no such milestone")
    return int(text)


def _base(link: Link) -> str:
    return reverse("guest", args=[token_for(link.pk)])


def _hand_in(request: DoorRequest, link: Link, rest: str) -> HttpResponse:
    order = _order(rest)
    chosen = _chosen(_milestones(request, link), order)
    form = HandInForm(request.POST, request.FILES)
    if form.is_valid() and chosen is not None:
        with form.taking_refusals():
            hand_in(
                actor=request.actor,
                now=request.now,
                key=form.key,
                milestone_id=chosen.pk,
                files=form.uploads(),
                links=form.cleaned_data["links"],
                note=form.cleaned_data["note"],
            )
            messages.success(request, _("Handed in. The results of the checks appear here."))
            return see_other(f"{_base(link)}/milestones/{order}")
    return _page(request, link, order=order, hand_in=form)


def _invoice(request: DoorRequest, link: Link, rest: str) -> HttpResponse:
    outtask_id = _outtask_id(link)
    # Sent again, its milestones are invoiced already and no longer among what may be chosen.
    if outcome_of(request.actor, request.POST.get("key"), "invoice.received"):
        return see_other(_base(link))
    still_open = rules.open_items(queries.items_of(request.actor, outtask_id))
    form = InvoiceForm(request.POST, request.FILES, items=still_open)
    if form.is_valid():
        with form.taking_refusals():
            send_invoice(actor=request.actor, now=request.now, outtask_id=outtask_id, **form.facts)
            messages.success(request, _("Your invoice is here. You see below when it is paid."))
            return see_other(_base(link))
    return _page(request, link, invoice=form)


def _message(request: DoorRequest, link: Link, rest: str) -> HttpResponse:
    form = MessageForm(request.POST)
    if form.is_valid():
        with form.taking_refusals():
            write_message(
                actor=request.actor,
                now=request.now,
                key=form.key,
                outtask_id=_outtask_id(link),
                text=form.cleaned_data["text"],
                asks=form.cleaned_data["asks"],
            )
            messages.success(request, _("Sent."))
            return see_other(f"{_base(link)}#thread")
    return _page(request, link, message=form)


_POSTS: dict[str, Callable[[DoorRequest, Link, str], HttpResponse]] = {
    "milestones": _hand_in,
    "invoices": _invoice,
    "thread": _message,
}


def _outtask_id(link: Link) -> UUID:
    if link.outtask_id is None:
        raise NotFound("out-task")
    return link.outtask_id


def _milestones(request: DoorRequest, link: Link) -> list[Milestone]:
    """Those of the agreement the link was made for; an out-task may have had others before."""
    rows = milestones_of(request.actor, _outtask_id(link))
    return [
        row for row in rows if row.agreement_id == link.subject_id and row.agreement_version == link.version
    ]


def _chosen(rows: list[Milestone], order: int | None) -> Milestone | None:
    """The milestone the page is about: the one asked for, else the first that waits to be handed in."""
    if order is not None:
        return next((row for row in rows if row.order == order), None)
    waiting = [row for row in rows if MILESTONE.allows(row.state, "hand_in")]
    return min(waiting, key=lambda row: (row.due_on, row.order), default=rows[-1] if rows else None)


def _agreement(request: DoorRequest, link: Link) -> HttpResponse:
    agreement = _own_agreement(request, link)
    version = version_of(agreement, link.version)
    signed = {party: Signed(one.name, one.signed_at) for party, one in signatures_of(version).items()}
    document = document_of(version)
    body = statement_of_work(
        document, version=version.number, sha256=version.sha256, made_at=version.made_at, signatures=signed
    )
    name = f"{document.reference}-v{version.number}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(body, content_type="application/pdf", headers=headers)


def _own_agreement(request: DoorRequest, link: Link) -> Agreement:
    found: Agreement | None = Agreement.objects.visible_to(request.actor).filter(pk=link.subject_id).first()
    if found is None:
        raise NotFound("agreement")
    return found


def _page(request: DoorRequest, link: Link, *, order: int | None = None, **forms: Any) -> HttpResponse:
    rows = _milestones(request, link)
    chosen = _chosen(rows, order)
    outtask = link.outtask
    if outtask is None or (order is not None and chosen is None):
        raise NotFound("milestone")
    sheet: MilestoneSheet | None = sheet_of(request.actor, chosen) if chosen else None
    items = rules.open_items(queries.items_of(request.actor, outtask.pk))
    today = today_of(outtask.organisation_id, request.now)
    context = {
        "base": _base(link),
        "outtask": outtask,
        "line": line_of(outtask, links=False),
        "milestones": rows,
        "milestone": chosen,
        "sheet": sheet,
        "agreement": _own_agreement(request, link),
        "version": link.version,
        "open_items": items,
        "invoices": queries.invoices_of(request.actor, outtask.pk),
        "files": files_of(request.actor, outtask.pk),
        "thread": latest_lines(request.actor, outtask.pk),
        "hand_in": forms.get("hand_in") or HandInForm(),
        "invoice": forms.get("invoice") or InvoiceForm(items=items, initial={"dated_on": today}),
        "message": forms.get("message") or MessageForm(),
    }
    status = next((form.status for form in forms.values()), 200)
    return render(request, "pay/door.html", context, status=status)
