"""Pages that belong to no room: what is absent, refused, broken or stale, and the gallery of components."""

from __future__ import annotations

import errno
import sys
from typing import Any
from urllib.parse import urlsplit

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

from outtask.files import away
from outtask.kernel.refusal import Refused

FORBIDDEN = frozenset({"not_allowed", "no_person", "separate_duties", "delivered_it"})
"""Codes that speak of who somebody is (403); every other refusal speaks of the moment (409)."""

GONE = frozenset({"link_revoked", "link_expired", "member_left"})
"""Codes of a link that worked once (410)."""

AWAY = frozenset({away.AWAY})
"""Codes that speak of the installation and not of what was asked (503)."""


def absent(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, the same bytes for what never was, what is gone and what the reader may not know of."""
    return HttpResponse(loader.render_to_string("absent.html"), status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500, drawn without the database or the session, with the number to look for in the log.

    503 while the database is away, 507 when the disk is full: both pass, and the form can be sent again.
    """
    context: dict[str, Any] = {"number": getattr(request, "number", "")}
    match sys.exc_info()[1]:
        case OperationalError() | InterfaceError():
            page = HttpResponse(loader.render_to_string("unreachable.html", context), status=503)
            page.headers["Retry-After"] = "5"
            return page
        case OSError(errno=errno.ENOSPC | errno.EDQUOT | errno.EFBIG):
            context["full"] = True
            return HttpResponse(loader.render_to_string("unreachable.html", context), status=507)
    return HttpResponse(loader.render_to_string("broken.html", context), status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that came from elsewhere or lay open across a sign-in."""
    context = {"back": _same_site(request)}
    return HttpResponse(loader.render_to_string("stale.html", context), status=403)


def refused(request: HttpRequest, problem: Refused) -> HttpResponse:
    """The reason for a refusal as a page of its own: 403, 409, 410 or 503."""
    code = problem.refusal.code
    status = 403 if code in FORBIDDEN else 410 if code in GONE else 503 if code in AWAY else 409
    guest = getattr(request, "link", None) is not None or not request.user.is_authenticated
    context: dict[str, Any] = {
        "refusals": problem.refusals,
        "layout": "guest.html" if guest else "work.html",
        "back": "" if code in GONE else _same_site(request),
    }
    return HttpResponse(loader.render_to_string("refused.html", context, request), status=status)


def _same_site(request: HttpRequest) -> str:
    """The path of the page the reader came from, when it is one of ours."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc != request.get_host():
        return ""
    # One slash in front: a path that begins with two would lead to another site.
    path = "/" + came_from.path.lstrip("/")
    return f"{path}?{came_from.query}" if came_from.query else path
