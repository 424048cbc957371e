"""How long a session lasts, and the lines of log that signing in leaves.

Django and allauth tell of every way in and out by their own signals, so one place hears of all of them:
password, passkey, second step, invitation, the first run.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.mfa import signals as second_step
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth import signals as auth
from django.core.exceptions import PermissionDenied
from django.dispatch import Signal
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from outtask.people.models import Person

log = structlog.get_logger(__name__)

LASTS = timedelta(days=14)
"""After so long one signs in again, however busy the session was."""
BEGAN = "began"
"""Key of the session that holds when its person signed in (ISO 8601)."""

SHOWN_AGAIN = frozenset({"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"})
"""Names of the pages where somebody signed in shows a password or a second step once more."""

TOLD: dict[str, Signal] = {
    "signed_in": auth.user_logged_in,
    "signed_out": auth.user_logged_out,
    "password_changed": account.password_changed,
    "password_reset": account.password_reset,
    "second_step_failed": second_step.authentication_failed,
    "second_step_used": second_step.authenticator_used,
    "second_step_added": second_step.authenticator_added,
    "second_step_removed": second_step.authenticator_removed,
    "second_step_renewed": second_step.authenticator_reset,
}
"""What is logged, each with the person it is about and where it came from."""


def begin(request: HttpRequest, **_: Any) -> None:
    """Note in the session when it began."""
    now: datetime = getattr(request, "now", None) or timezone.now()
    request.session[BEGAN] = now.isoformat()


def ends(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: a session that lasted long enough is forgotten, and whoever had it signs in again.

    Whatever is answered within a session is kept by no cache, unless its page says how long it may be.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return get_response(request)
        if _is_over(request):
            request.session.flush()
        response = get_response(request)
        if _showed_again(request, response):
            request.session.cycle_key()
        if "Cache-Control" not in response.headers:
            add_never_cache_headers(response)
        return response

    return answer


def _is_over(request: HttpRequest) -> bool:
    if SESSION_KEY not in request.session:
        return False
    began = request.session.get(BEGAN)
    now: datetime = request.now  # type: ignore[attr-defined]
    return began is None or now - datetime.fromisoformat(began) >= LASTS


def _showed_again(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether somebody just showed once more that it is them; from then on the session has another key."""
    page = request.resolver_match.url_name if request.resolver_match else ""
    return page in SHOWN_AGAIN and request.method == "POST" and response.status_code == 302


def watch() -> None:
    """Listen to everything that tells of signing in; again does no more."""
    auth.user_logged_in.connect(begin, dispatch_uid="outtask.begin")
    auth.user_login_failed.connect(_failed, dispatch_uid="outtask.sign_in_failed")
    for event, signal in TOLD.items():
        signal.connect(_teller(event), weak=False, dispatch_uid=f"outtask.{event}")


def _teller(event: str) -> Callable[..., None]:
    def tell(request: HttpRequest | None = None, user: Person | None = None, **more: Any) -> None:
        by = getattr(more.get("authenticator"), "type", None)
        told = {"person": str(user.pk) if user is not None else "", "came_from": _came_from(request)}
        log.info(event, **told | ({"by": str(by)} if by else {}))

    return tell


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """The account by its id: what was typed into the field may be a password in the wrong place."""
    tried = str(credentials.get("email") or credentials.get("login") or "")
    person = Person.objects.filter(email=tried.strip().lower()).values_list("pk", flat=True).first()
    log.warning("sign_in_failed", person=str(person or ""), came_from=_came_from(request))


def _came_from(request: HttpRequest | None) -> str:
    """The address behind the proxies that are trusted; empty when there is none."""
    try:
        return str(get_adapter().get_client_ip(request)) if request is not None else ""
    except PermissionDenied:
        return ""
