"""Whoever acts: a member, a guest who holds a link, a program with a token, the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    MEMBER = "member"
    GUEST = "guest"
    PROGRAM = "program"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Actor:
    """One acting party, fixed for one request; actions and reads take it, nothing is ambient.

    id: the member, link or program that acts; None for the clock.
    organisation_id: the tenant whose rows it may touch.
    role: a member's role; empty for the others.
    person_id: the human behind a member, for the separation of duties.
    provider_id, outtask_id, purpose: what a guest's link is bound to; a program has a provider alone.
    scopes: the rights that the token in use carries; None when nobody narrowed what the role allows.
    token_id: the token by which a member calls; a program is its token (`id`).
    came_at: the instant a program came; what was bound to its provider and ended before is closed to it.
    """

    kind: ActorKind
    organisation_id: UUID
    id: UUID | None = None
    role: str = ""
    person_id: UUID | None = None
    provider_id: UUID | None = None
    outtask_id: UUID | None = None
    purpose: str = ""
    scopes: frozenset[str] | None = None
    token_id: UUID | None = None
    came_at: datetime | None = None

    @property
    def is_member(self) -> bool:
        return self.kind is ActorKind.MEMBER

    @property
    def is_guest(self) -> bool:
        return self.kind is ActorKind.GUEST

    @property
    def is_program(self) -> bool:
        return self.kind is ActorKind.PROGRAM

    @property
    def is_provider_side(self) -> bool:
        """Whether it acts for a provider: by a link, or as the provider itself with a token."""
        return self.kind in {ActorKind.GUEST, ActorKind.PROGRAM}

    @property
    def is_clock(self) -> bool:
        return self.kind is ActorKind.CLOCK


def clock(organisation_id: UUID) -> Actor:
    """The system keeping a deadline in one organisation."""
    return Actor(ActorKind.CLOCK, organisation_id)
