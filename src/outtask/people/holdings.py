"""What waits for one member: nobody leaves while something does. Rooms below tell how to count theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from outtask.kernel.refusal import Refusal


@dataclass(frozen=True)
class Holding:
    """One sort of thing that waits for a member.

    code: stable name of the refusal. reason: message id with `%(count)s`, naming how to pass them on.
    count: how many wait for the member with this id now; asked inside the action, after the lock.
    """

    code: str
    reason: str
    count: Callable[[UUID], int]

    def why_not_leave(self, member_id: UUID) -> Refusal | None:
        waiting = self.count(member_id)
        return Refusal(self.code, self.reason, facts={"count": waiting}) if waiting else None


_HOLDINGS: dict[str, Holding] = {}


def register(holding: Holding) -> None:
    """Let a room say what it gives members to hold; called once at start-up, again does nothing new."""
    _HOLDINGS[holding.code] = holding


def why_not_leave(member_id: UUID) -> tuple[Refusal, ...]:
    """One refusal for each sort of thing that still waits for the member."""
    found = (holding.why_not_leave(member_id) for holding in _HOLDINGS.values())
    return tuple(refusal for refusal in found if refusal is not None)
