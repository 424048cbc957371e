"""Names for what may have been done to a log behind its back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Tampering(StrEnum):
    EDIT = "edit"
    DELETE = "delete"
    INSERT = "insert"
    SWAP = "swap"
    TRUNCATE = "truncate"
    # One or several of those above, with every hash in the database made to fit.
    REWRITE = "rewrite"
    # The database is an old copy of itself.
    REPLAY = "replay"
    # A checkpoint that nobody signed.
    FORGERY = "forgery"


@dataclass(frozen=True)
class Fault:
    """Something in a log that is not as it was written.

    seq: the place it is at, None when it is the log itself. entry_id: None when no entry stands there.
    """

    seq: int | None
    entry_id: UUID | None
    what: str
    kind: Tampering

    def __str__(self) -> str:
        if self.seq is None:
            return self.what
        name = f" ({self.entry_id})" if self.entry_id else ""
        return f"Entry {self.seq}{name}: {self.what}"


class Bad(Exception):
    """Raised while a log is read, at the first fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def misplaced(place: int, entry_id: UUID, says: int, there: int | None) -> Fault:
    """The fault of an entry that says it belongs elsewhere; `there` is what the one over there says."""
    if there == place:
        return Fault(place, entry_id, f"It was swapped with entry {says}.", Tampering.SWAP)
    if says > place:
        what = f"It is number {says} by its bytes: {says - place} before it were deleted, and it moved up."
        return Fault(place, entry_id, what, Tampering.DELETE)
    what = f"It is number {says} by its bytes: {place - says} were inserted before it, and it moved down."
    return Fault(place, entry_id, what, Tampering.INSERT)
