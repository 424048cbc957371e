"""Reading entries back: the payload from the hashed bytes, kept words beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from outtask.journal.body import said_in
from outtask.journal.kinds import Kind, Says, kind_named
from outtask.journal.models import Entry, KeyUsed, Saying
from outtask.journal.prepared import prepared, several
from outtask.journal.recording import Outcome
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money


@dataclass(frozen=True)
class Told:
    """One entry as its readers see it: payload values back in their types, words filled in.

    says: WORDS are texts (None when they were erased), MONEY is Money, DAY and INSTANT are dates and
    instants, everything else as it was written.
    """

    id: UUID
    organisation_id: UUID
    seq: int
    at: datetime
    kind: Kind
    actor_kind: str
    actor_id: UUID | None
    subject_type: str
    subject_id: UUID
    outtask_id: UUID | None
    says: Mapping[str, Any]


def outcome_of(actor: Actor, key: str | None, kind: str) -> Outcome | None:
    """What came of an act of this kind that the actor did under this key, for pages whose input is gone."""
    if not key:
        return None
    used = KeyUsed.objects.filter(organisation_id=actor.organisation_id, actor_id=actor.id, key=key).first()
    return Outcome(**used.outcome, repeated=True) if used and used.outcome["kind"] == kind else None


def body_of(entry: Entry) -> dict[str, Any]:
    """What the hashed bytes say."""
    return said_in(bytes(entry.body))


def read(entries: Iterable[Entry]) -> list[Told]:
    """Entries with their words, in the order given; one query for all the words."""
    rows = [(entry, body_of(entry)["says"]) for entry in entries]
    wanted = [
        value["saying"]
        for entry, says in rows
        for name, value in says.items()
        if value is not None and kind_named(entry.kind).payload.get(name) is Says.WORDS
    ]
    words = {str(pk): text for pk, text in several(_kept, map(UUID, wanted))}
    return [_told(entry, says, words) for entry, says in rows]


@prepared()
def _kept(wanted: tuple[UUID, ...]) -> QuerySet[Saying, tuple[UUID, str]]:
    return Saying.objects.filter(pk__in=wanted, erased_at__isnull=True).values_list("pk", "text")


def _told(entry: Entry, says: dict[str, Any], words: dict[str, str]) -> Told:
    kind = kind_named(entry.kind)
    told = {
        name: _value(kind.payload[name], value, words) for name, value in says.items() if name in kind.payload
    }
    return Told(
        id=entry.pk,
        organisation_id=entry.organisation_id,
        seq=entry.seq,
        at=entry.at,
        kind=kind,
        actor_kind=entry.actor_kind,
        actor_id=entry.actor_id,
        subject_type=entry.subject_type,
        subject_id=entry.subject_id,
        outtask_id=entry.outtask_id,
        says=told,
    )


def _value(says: Says, value: Any, words: dict[str, str]) -> Any:
    if value is None:
        return None
    match says:
        case Says.WORDS:
            return words.get(value["saying"])
        case Says.MONEY:
            return Money(value["minor"], value["currency"])
        case Says.DAY:
            return date.fromisoformat(value)
        case Says.INSTANT:
            return datetime.fromisoformat(value)
        case Says.ID:
            return UUID(value)
        case _:
            return value
