"""What surrounds every request: its number in the logs, who acts, and how a refusal is answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from outtask.files.away import cannot_read
from outtask.files.unreachable import StorageAway
from outtask.journal.recording import NotFound
from outtask.kernel.identifiers import new_id
from outtask.kernel.refusal import Refused
from outtask.people.models import Member
from outtask.people.queries import working_as
from outtask.ui import views

type Answer = Callable[[HttpRequest], HttpResponseBase]

ORGANISATION_CHOSEN = "organisation"
"""Key of the session that holds the id of the organisation a person of several is working in."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_context(get_response: Answer) -> Answer:
    """Number the request, in every line of its log and in its answer, and fix the instant it happens at.

    A number given by a proxy in `X-Request-ID` is kept. `request.now` is the only clock of pages.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        number = given if _REQUEST_ID.fullmatch(given) else str(new_id())
        request.now = timezone.now()  # type: ignore[attr-defined]
        request.number = number  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=number, method=request.method):
            response = get_response(request)
        response.headers["X-Request-ID"] = number
        return response

    return answer


def acting_member(get_response: Answer) -> Answer:
    """Set `request.member`, `.organisation` and `.actor`, read on first use: None unless somebody signed in.

    A page for members settles them for good, and sets the reader's zone (see `pages.member_page`).
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        member = SimpleLazyObject(lambda: member_of(request))
        request.member = member  # type: ignore[attr-defined]
        request.organisation = SimpleLazyObject(lambda: member.organisation if member else None)  # type: ignore[attr-defined]
        request.actor = SimpleLazyObject(lambda: member.actor if member else None)  # type: ignore[attr-defined]
        try:
            return get_response(request)
        finally:
            timezone.deactivate()

    return answer


def member_of(request: HttpRequest) -> Member | None:
    """The membership the signed-in person works in now: the chosen one, else the first; None without any."""
    person = request.user
    if not person.is_authenticated:
        return None
    chosen = _chosen(request)
    found = working_as.first(person.pk, chosen) if chosen is not None else None
    return found or working_as.first(person.pk, None)


def _chosen(request: HttpRequest) -> UUID | None:
    try:
        return UUID(str(request.session.get(ORGANISATION_CHOSEN)))
    except ValueError:
        return None


def refusals(get_response: Answer) -> Answer:
    """Answer a refusal that no form took with its reason, and an unseen subject like any absent page."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    def process_exception(request: HttpRequest, problem: Exception) -> HttpResponse | None:
        if isinstance(problem, Refused):
            return views.refused(request, problem)
        if isinstance(problem, StorageAway):
            return views.refused(request, cannot_read(problem))
        if isinstance(problem, NotFound | Http404):
            return views.absent(request)
        return None

    answer.process_exception = process_exception  # type: ignore[attr-defined]
    return answer
