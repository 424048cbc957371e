"""One call of the API: who calls, on what terms, and how it does an action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from outtask.api.pointing import Place
from outtask.journal.recording import Attempt, Outcome
from outtask.kernel.actor import Actor
from outtask.people.models import Organisation, Token


class Call(HttpRequest):
    """A request with a token that was let in.

    now: the instant it came in (UTC). attempt: its idempotency key and what must still stand for it to act.
    places: where in it each name stands that it may have, so that refusals can point there.
    """

    actor: Actor
    token: Token
    organisation: Organisation
    now: datetime
    number: str
    attempt: Attempt
    places: Mapping[str, Place]


def act(call: Call, action: Callable[..., Outcome], **inputs: Any) -> Outcome:
    """Do an action as the caller, on the terms of the call. One call does one action."""
    return action(actor=call.actor, now=call.now, key=call.attempt, **inputs)
