"""Putting lines at the end of a log: exact bytes, their leaf hash, the tree's right edge carried on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from outtask.journal.body import FORMAT
from outtask.journal.direct import insert, update
from outtask.journal.kinds import Says, kind_named
from outtask.journal.merkle import Edge, leaf_hash
from outtask.journal.models import Entry, JournalHead
from outtask.kernel.actor import Actor
from outtask.kernel.canonical import canonical
from outtask.kernel.identifiers import new_id
from outtask.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Said:
    """One line to be appended; `event` is the same in each log that tells of it."""

    kind: str
    subject_type: str
    subject_id: UUID
    outtask_id: UUID | None
    payload: Mapping[str, Any]
    event: UUID


def append(head: JournalHead, lines: Sequence[Said], actor: Actor, now: datetime, *, own: bool) -> int:
    """Append to one locked log, in O(log n) for each line; returns the place of the first.

    own: whether it is the log of the acting organisation, whose entries have the event's own id.
    """
    first = head.size
    edge = Edge.from_bytes(bytes(head.edge)) if head.size else Edge()
    rows = []
    for place, said in enumerate(lines, start=first):
        row = _entry(head.organisation_id, place, said, actor, now, own=own)
        edge = edge.append(bytes(row.leaf))
        rows.append(row)
    insert(rows)
    head.size, head.edge = first + len(rows), edge.to_bytes()
    update(head, "size", "edge")
    return first


def _entry(organisation_id: UUID, seq: int, said: Said, actor: Actor, now: datetime, *, own: bool) -> Entry:
    body = FORMAT + canonical(
        {
            "event": said.event,
            "organisation": organisation_id,
            "seq": seq,
            "at": now,
            "kind": said.kind,
            "actor": {"kind": actor.kind.value, "id": actor.id},
            "on": {"type": said.subject_type, "id": said.subject_id},
            "outtask": said.outtask_id,
            "says": checked(said.kind, said.payload),
        }
    )
    return Entry(
        id=said.event if own else new_id(),
        organisation_id=organisation_id,
        seq=seq,
        at=now,
        kind=said.kind,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        subject_type=said.subject_type,
        subject_id=said.subject_id,
        outtask_id=said.outtask_id,
        body=body,
        leaf=leaf_hash(body),
    )


_CODE = re.compile(r"\S*|[a-z_]+(?: [a-z_]+)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def _fits(says: Says, value: Any) -> bool:
    """Whether a value is what its declaration promises: nothing else gets into hashed bytes."""
    match says:
        case Says.WORDS:
            return isinstance(value, dict) and value.keys() == {"saying", "digest"}
        case Says.MONEY:
            return isinstance(value, Money)
        case Says.COUNT:
            return isinstance(value, int) and not isinstance(value, bool)
        case Says.DAY:
            return isinstance(value, date) and not isinstance(value, datetime)
        case Says.INSTANT:
            return isinstance(value, datetime)
        case Says.CODE:
            # One word, or identifiers in a row: what a person wrote is not a code.
            return isinstance(value, str) and len(value) <= 200 and _CODE.fullmatch(value) is not None
        case Says.SHA256:
            return isinstance(value, str) and _SHA256.fullmatch(value) is not None
        case Says.ID:
            return isinstance(value, UUID)


def checked(kind: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload as it is stored; TypeError when it is not what the kind declares."""
    declared = kind_named(kind).payload
    if set(payload) != set(declared):
        raise TypeError(f"An entry of {kind} says {sorted(declared)}, not {sorted(payload)}.")
    plain: dict[str, Any] = {}
    for name, value in payload.items():
        if value is not None and not _fits(declared[name], value):
            raise TypeError(f"{kind} says {name} as {declared[name].value}; {value!r} is not.")
        plain[name] = (
            {"minor": value.minor, "currency": value.currency} if isinstance(value, Money) else value
        )
    return plain
