"""What else is done when somebody joins: rooms below carry out what their invitation promised."""

from __future__ import annotations

from collections.abc import Callable

from outtask.journal.recording import Recording
from outtask.people.models import Member, MemberInvitation

type Part = Callable[[Recording, Member, MemberInvitation], None]
"""A part of the action that joins: it writes inside the recording under way."""

_PARTS: list[Part] = []


def register(part: Part) -> None:
    """Let a room take part in joining; called once at start-up, again does nothing new."""
    if part not in _PARTS:
        _PARTS.append(part)


def take_part(entry: Recording, member: Member, invitation: MemberInvitation) -> None:
    for part in _PARTS:
        part(entry, member, invitation)
