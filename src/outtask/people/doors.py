"""Where a link leads: each purpose has one door, brought by the room that serves it.

    # in the room's urls.py
    doors.register(Purpose.PROPOSE, views.proposal_by_link)

A door is a view `(request, link)`. `request.rest` holds what stands after the token in the address, without
slashes at its ends; "" is the link itself.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http.response import HttpResponseBase

from outtask.people.models import Link
from outtask.people.states import Purpose
from outtask.ui.pages import GuestRequest


class DoorRequest(GuestRequest):
    """A request by the holder of a live link, on its way through a door."""

    rest: str


type Door = Callable[[DoorRequest, Link], HttpResponseBase]

_DOORS: dict[str, Door] = {}


def register(purpose: Purpose, door: Door) -> None:
    """Bring the door of one purpose; a second, different one is a mistake of the builder."""
    if _DOORS.setdefault(purpose, door) is not door:
        raise ValueError(f"Links to {purpose.value} lead through two doors.")


def door_for(purpose: str) -> Door | None:
    return _DOORS.get(purpose)
