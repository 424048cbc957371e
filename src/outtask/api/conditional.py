"""ETag, If-None-Match and If-Match (RFC 9110 §13): nobody overwrites what they have not seen."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel

from outtask.api.problems import STALE, Problem


def representation(value: BaseModel) -> bytes:
    """The JSON of a value, as it is sent."""
    return value.model_dump_json().encode()


def etag_of(body: bytes) -> str:
    """A strong tag: equal exactly for equal bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def shown(request: HttpRequest, value: BaseModel) -> HttpResponse:
    """A representation with its tag, or 304 when the caller has it."""
    return answered(request, representation(value), "application/json")


def answered(request: HttpRequest, body: bytes, media_type: str) -> HttpResponse:
    """Bytes with their tag, or 304 when the caller has them."""
    tag = etag_of(body)
    if matches(request.headers.get("If-None-Match", ""), tag, weakly=True):
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
    else:
        response = HttpResponse(body, content_type=media_type)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def matches(header: str, tag: str, *, weakly: bool = False) -> bool:
    """Whether a list of tags names this one; `*` names any. Weak tags count only when compared weakly."""
    given = [part.strip() for part in header.split(",") if part.strip()]
    if weakly:
        given = [part.removeprefix("W/") for part in given]
    return "*" in given or tag in given


def precondition(request: HttpRequest, read: Callable[[], BaseModel]) -> Callable[[], None] | None:
    """What `If-Match` asks, to be asked after the lock: that `read` still gives what the caller has seen."""
    header = request.headers.get("If-Match")
    if header is None:
        return None

    def still_stands() -> None:
        tag = etag_of(representation(read()))
        if not matches(header, tag):
            raise Problem(STALE, headers={"ETag": tag})

    return still_stands
