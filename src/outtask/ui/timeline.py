"""What one line of a timeline shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened, or is coming.

    at: when. text: the sentence. detail: what stands after it, unemphasised. by: who, with `by_icon`.
    seq, entry: number and id of its sealed entry, None when it has none; proof: address of its proof.
    tone: "", "warn". coming: it lies ahead.
    """

    at: datetime
    text: str
    detail: str = ""
    by: str = ""
    by_icon: str = "person"
    seq: int | None = None
    entry: UUID | None = None
    proof: str = ""
    tone: str = ""
    coming: bool = False
