"""Problems by RFC 9457: what went wrong, in the reader's words, with pointers to the input it is about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext
from ninja.errors import AuthenticationError, HttpError, ValidationError

from outtask.api.pointing import Place
from outtask.journal.recording import NotFound
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_
from outtask.ui.formats import say
from outtask.ui.views import AWAY, FORBIDDEN

MEDIA_TYPE = "application/problem+json"
REFERENCE = "/api/v1/reference"
OUT_OF_REACH = frozenset({"outside_scopes", "sign_in_first", "members_only"})
"""Codes that speak of the token and not of the moment (403), besides those that pages know."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of problem: its HTTP status, its title, and what a program does about it."""

    name: str
    status: int
    title: str
    remedy: str

    @property
    def type(self) -> str:
        """The URI that names it; it leads to its lines in the reference."""
        return f"{REFERENCE}#problem-{self.name}"


MALFORMED = Sort(
    "malformed",
    400,
    N_("The request cannot be read"),
    N_("Send JSON in UTF-8, or multipart where files go with it, in the form the reference shows."),
)
UNKNOWN_CALLER = Sort(
    "unknown-caller",
    401,
    N_("A token is needed"),
    N_("Send “Authorization: Bearer …” with a token that is live. Cookies open nothing here."),
)
NOT_ALLOWED = Sort(
    "not-allowed",
    403,
    N_("Not allowed"),
    N_("Use a token whose holder may do it and whose scopes carry it. Trying again changes nothing."),
)
ABSENT = Sort(
    "absent",
    404,
    N_("There is nothing here"),
    N_("It never was, is gone, or is not yours to see; which of these is told to nobody."),
)
NO_SUCH_METHOD = Sort(
    "no-such-method",
    405,
    N_("This address takes other methods"),
    N_("Use one of those in the header Allow."),
)
REFUSED = Sort(
    "refused",
    409,
    N_("Refused as things stand"),
    N_("A rule says no; the detail says which, and what to do. Nothing was changed."),
)
RUNNING = Sort(
    "running",
    409,
    N_("The same call is still running"),
    N_("Its Idempotency-Key is in use by a call that has not ended. Ask again in a moment."),
)
STALE = Sort(
    "stale",
    412,
    N_("It has changed since you read it"),
    N_("Read it again, and send the call with the new ETag in If-Match."),
)
NOT_FITTING = Sort(
    "not-fitting",
    422,
    N_("The input does not fit"),
    N_("Each error points to the part that does not; compare it with the reference."),
)
KEY_USED_OTHERWISE = Sort(
    "key-used-otherwise",
    422,
    N_("This Idempotency-Key was used with other input"),
    N_("Make a new key for each new act, and use it again for the same act alone."),
)
TOO_MANY = Sort(
    "too-many",
    429,
    N_("Too many requests"),
    N_("Wait for as many seconds as Retry-After says."),
)
BROKEN = Sort(
    "broken",
    500,
    N_("Something broke here"),
    N_("It is noted under the request id. Nothing was changed; you may try again with the same key."),
)
AWAY_NOW = Sort(
    "away",
    503,
    N_("A part of this installation is away"),
    N_("Nothing was changed. Try again later."),
)

SORTS = (
    MALFORMED, UNKNOWN_CALLER, NOT_ALLOWED, ABSENT, NO_SUCH_METHOD, REFUSED, RUNNING, STALE, NOT_FITTING,
    KEY_USED_OTHERWISE, TOO_MANY, BROKEN, AWAY_NOW,
)  # fmt: skip
DOCUMENTED = (400, 401, 403, 404, 409, 412, 422, 429)
"""The statuses that every operation may answer with."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong. pointer: into the body (`#/by_when`); parameter: of the address or header."""

    code: str
    detail: str
    pointer: str = ""
    parameter: str = ""

    def as_json(self) -> dict[str, str]:
        place = {"pointer": self.pointer, "parameter": self.parameter}
        return {name: value for name, value in place.items() if value} | {
            "code": self.code,
            "detail": self.detail,
        }


class Problem(Exception):
    """Ends a call with a problem of some sort."""

    def __init__(
        self,
        sort: Sort,
        detail: str = "",
        code: str = "",
        *,
        parameter: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(sort.name, detail)
        self.sort, self.detail, self.code = sort, detail, code or sort.name.replace("-", "_")
        self.parameter = parameter
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Told:
    """A problem about to be sent."""

    sort: Sort
    detail: str
    code: str
    errors: tuple[Wrong, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def respond(request: HttpRequest, told: Told) -> HttpResponse:
    """The problem as a response. 404 has the same bytes always: not even the request's id differs."""
    body: dict[str, Any] = {
        "type": told.sort.type,
        "title": gettext(told.sort.title),
        "status": told.sort.status,
        "detail": told.detail,
        "code": told.code,
    }
    if told.sort is not ABSENT:
        body["request_id"] = str(getattr(request, "number", ""))
    if told.errors:
        body["errors"] = [wrong.as_json() for wrong in told.errors]
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    response = HttpResponse(text, status=told.sort.status, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    for name, value in told.headers.items():
        response.headers[name] = value
    return response


def of_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    detail = problem.detail or gettext(problem.sort.remedy)
    wrong = (Wrong(problem.code, detail, parameter=problem.parameter),) if problem.parameter else ()
    return respond(request, Told(problem.sort, detail, problem.code, wrong, problem.headers))


def of_refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    """A rule's no, word for word as pages tell it."""
    code = refused.refusal.code
    errors = tuple(_of_refusal(request, refusal) for refusal in refused.refusals)
    return respond(request, Told(sort_of(code), say(refused.refusal), code, errors))


def sort_of(code: str) -> Sort:
    """The sort of problem that a refusal with this code is."""
    if code == "key_used_otherwise":
        return KEY_USED_OTHERWISE
    if code in AWAY:
        return AWAY_NOW
    return NOT_ALLOWED if code in FORBIDDEN | OUT_OF_REACH else REFUSED


def _of_refusal(request: HttpRequest, refusal: Refusal) -> Wrong:
    if refusal.field == "key":
        return Wrong(refusal.code, say(refusal), parameter="Idempotency-Key")
    return Wrong(refusal.code, say(refusal), **_place(request, refusal.field))


def _place(request: HttpRequest, name: str | None) -> Place:
    """Where the input named by a rule stands in this call; the whole body when it has no such part."""
    places: Mapping[str, Place] = getattr(request, "places", {})
    candidates = (name or "", f"{name}_id", f"{name}_ids")
    return next((places[candidate] for candidate in candidates if candidate in places), {"pointer": "#"})


def of_absent(request: HttpRequest, absent: NotFound | Http404 | None = None) -> HttpResponse:
    return respond(request, Told(ABSENT, gettext(ABSENT.remedy), "absent"))


def of_unfit(request: HttpRequest, unfit: ValidationError) -> HttpResponse:
    """Input that is not of the documented shape."""
    errors = tuple(_of_loc(error["loc"], str(error["type"]), str(error["msg"])) for error in unfit.errors)
    return respond(request, Told(NOT_FITTING, gettext(NOT_FITTING.remedy), "not_fitting", errors))


def _of_loc(loc: Iterable[Any], code: str, said: str) -> Wrong:
    source, *path = (str(step) for step in loc)
    if source in {"query", "path", "header"}:
        return Wrong(code, said, parameter=".".join(path))
    # ninja puts the name of the view's argument first when the body is read into one.
    steps = path[1:] if source == "body" else path
    return Wrong(code, said, pointer="#" + "".join(f"/{_escaped(step)}" for step in steps))


def _escaped(step: str) -> str:
    """One step of a JSON Pointer (RFC 6901)."""
    return step.replace("~", "~0").replace("/", "~1")


def of_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What ninja raises by itself: no token, or a body that cannot be read."""
    if isinstance(error, AuthenticationError):
        return of_problem(request, Problem(UNKNOWN_CALLER, headers={"WWW-Authenticate": "Bearer"}))
    return of_problem(request, Problem(MALFORMED))


def of_malformed(request: HttpRequest, error: Exception) -> HttpResponse:
    """What Django cannot read, or does not want to: broken multipart, too many files or fields."""
    return of_problem(request, Problem(MALFORMED))


def of_broken(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("api broke", exc_info=error)
    return of_problem(request, Problem(BROKEN))


HANDLERS: Mapping[type[Exception], Any] = {
    Problem: of_problem,
    Refused: of_refused,
    NotFound: of_absent,
    Http404: of_absent,
    ValidationError: of_unfit,
    HttpError: of_http,
    SuspiciousOperation: of_malformed,
    BadRequest: of_malformed,
    MultiPartParserError: of_malformed,
    UnreadablePostError: of_malformed,
    Exception: of_broken,
}


def no_such_method(request: HttpRequest, allow: str) -> HttpResponse:
    return of_problem(request, Problem(NO_SUCH_METHOD, headers={"Allow": allow}))
