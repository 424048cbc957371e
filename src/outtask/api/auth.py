"""Who calls: the holder of a bearer token. A cookie alone opens nothing here, so nothing can be forged."""

from __future__ import annotations

from typing import cast

import structlog
from django.http import HttpRequest
from ninja.security import HttpBearer

from outtask.api import limits
from outtask.api.calls import Call
from outtask.api.problems import TOO_MANY, UNKNOWN_CALLER, Problem
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.people.models import Token
from outtask.people.roles import Right, may
from outtask.people.tokens import actor_of, note_use, token_of, why_closed
from outtask.ui.formats import say
from outtask.ui.pages import read_in_zone


class bearer(HttpBearer):
    """`Authorization: Bearer ot_…`"""

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """Let the holder in, or raise a Problem; None (401) for what is no token of ours."""
        found = token_of(token)
        if found is None:
            return None
        call = cast(Call, request)
        closed = why_closed(found, call.now)
        if closed is not None:
            raise _closed(closed)
        _enter(call, found)
        standing = limits.count(found.pk, call.now)
        call.standing = standing  # type: ignore[attr-defined]  # read by whoever writes the headers
        if standing.exceeded:
            raise Problem(TOO_MANY, headers={"Retry-After": str(standing.seconds)})
        refuse_if(may(call.actor, Right.READ))
        note_use(found, call.now)
        return found


def _closed(refusal: Refusal) -> Problem:
    challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return Problem(UNKNOWN_CALLER, say(refusal), refusal.code, headers=challenge)


def _enter(call: Call, token: Token) -> None:
    call.token, call.organisation = token, token.organisation
    call.actor = actor_of(token, call.now)
    zone = token.member.person.zone if token.member is not None else ""
    read_in_zone(zone, token.organisation.zone)
    structlog.contextvars.bind_contextvars(token=str(token.pk), organisation=str(token.organisation_id))
