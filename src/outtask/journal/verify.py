"""Recompute a log from its stored bytes, and say what does not fit.

Nothing the database says about an entry is trusted: the hash is taken over the bytes again, the columns are
compared with what the bytes say, the root of the whole tree with the head, and kept words with their digests.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched
from typing import Any, NamedTuple
from uuid import UUID

from outtask.journal.appending import FORMAT
from outtask.journal.kinds import KindRefused, kind_named
from outtask.journal.merkle import Edge, leaf_hash
from outtask.journal.models import Entry, JournalHead, Saying
from outtask.journal.recording import digest_of_salted

BATCH = 2000
COLUMNS = (
    "id", "seq", "at", "kind", "actor_kind", "actor_id", "subject_type", "subject_id", "outtask_id",
    "body", "leaf",
)  # fmt: skip


# What the bytes of an entry say, in JSON's types.
type Said = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """The first thing in a log that is not as it was written; `seq` is None when it is the log itself."""

    seq: int | None
    entry_id: UUID | None
    what: str

    def __str__(self) -> str:
        return self.what if self.seq is None else f"Entry {self.seq} ({self.entry_id}): {self.what}"


@dataclass(frozen=True)
class Report:
    """What verifying one organisation's log came to; `root` is the tree's root over what was read."""

    organisation_id: UUID
    entries: int
    root: str
    fault: Fault | None


class Line(NamedTuple):
    """An entry as the database holds it."""

    id: UUID
    seq: int
    at: datetime
    kind: str
    actor_kind: str
    actor_id: UUID | None
    subject_type: str
    subject_id: UUID
    outtask_id: UUID | None
    body: bytes
    leaf: bytes


class Bad(Exception):
    """Raised inside this module at the first fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def verify(
    organisation_id: UUID, *, deep: bool = True, progress: Callable[[int], None] = lambda done: None
) -> Report:
    """Verify one organisation's log.

    deep: also compare columns and kept words; without it, only hashes, order and root are recomputed.
    progress: called with the number of entries read so far.
    """
    head = JournalHead.objects.filter(organisation_id=organisation_id).first()
    if head is None:
        return Report(organisation_id, 0, "", Fault(None, None, "The organisation has no journal."))
    edge = Edge()
    try:
        for batch in batched(lines(organisation_id, head.size), BATCH):
            edge = check_hashes(batch, edge)
            if deep:
                told = [(line, _body(line)) for line in batch]
                check_columns(told, organisation_id)
                check_words(told)
            progress(edge.size)
        check_end(head, edge)
    except Bad as bad:
        return Report(organisation_id, edge.size, edge.root().hex(), bad.fault)
    return Report(organisation_id, edge.size, edge.root().hex(), None)


def lines(organisation_id: UUID, size: int) -> Iterator[Line]:
    """The entries the head knows of, in order, as a stream; later ones are left to the next time."""
    rows = Entry.objects.filter(organisation_id=organisation_id, seq__lt=size).order_by("seq")
    for row in rows.values_list(*COLUMNS).iterator(BATCH):
        *facts, body, leaf = row
        yield Line._make((*facts, bytes(body), bytes(leaf)))


def check_hashes(batch: Sequence[Line], edge: Edge) -> Edge:
    """The edge after these entries; raises Bad at a gap or at bytes that do not have their hash."""
    leaves = [leaf_hash(line.body) for line in batch]
    places = range(edge.size, edge.size + len(batch))
    # The whole batch at once, because nearly always all is well; only then is the culprit looked for.
    if [line.leaf for line in batch] != leaves or [line.seq for line in batch] != list(places):
        raise Bad(_first_fault(batch, leaves, places))
    return edge.extend(leaves)


def _first_fault(batch: Iterable[Line], leaves: Iterable[bytes], places: Iterable[int]) -> Fault:
    for line, leaf, place in zip(batch, leaves, places, strict=True):
        if line.seq != place:
            return Fault(place, None, f"The entry is missing; the next one is {line.seq}.")
        if line.leaf != leaf:
            return Fault(line.seq, line.id, "The stored bytes do not have the stored hash.")
    raise AssertionError("a batch that differs has a first difference")


def check_columns(told: Iterable[tuple[Line, Said]], organisation_id: UUID) -> None:
    """Raises Bad where a column says something else than the hashed bytes, or a kind is unknown."""
    for line, said in told:
        shown: dict[str, Any] = {
            "organisation": str(organisation_id),
            "seq": line.seq,
            "at": line.at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z",
            "kind": line.kind,
            "actor": {"kind": line.actor_kind, "id": _text(line.actor_id)},
            "on": {"type": line.subject_type, "id": str(line.subject_id)},
            "outtask": _text(line.outtask_id),
        }
        for name, value in shown.items():
            if said.get(name) != value:
                raise Bad(
                    Fault(line.seq, line.id, f"The bytes say {name} {said.get(name)!r}, the row {value!r}.")
                )
        try:
            kind_named(line.kind)
        except KindRefused as unknown:
            raise Bad(Fault(line.seq, line.id, str(unknown))) from unknown


def check_words(told: Iterable[tuple[Line, Said]]) -> None:
    """Raises Bad where kept words are gone, or are not those the digest was taken of, unless erased."""
    wanted = [(line, kept) for line, said in told for kept in _kept(said["says"])]
    rows = Saying.objects.filter(pk__in={kept["saying"] for _, kept in wanted})
    sayings = {str(pk): rest for pk, *rest in rows.values_list("pk", "salt", "text", "erased_at")}
    for line, kept in wanted:
        if kept["saying"] not in sayings:
            raise Bad(
                Fault(line.seq, line.id, f"The words {kept['saying']} are missing and not marked as erased.")
            )
        salt, text, erased_at = sayings[kept["saying"]]
        if erased_at is None and digest_of_salted(bytes(salt), text) != kept["digest"]:
            raise Bad(Fault(line.seq, line.id, f"The words {kept['saying']} were changed afterwards."))


def check_end(head: JournalHead, edge: Edge) -> None:
    """Raises Bad when the head promises more entries than there are, or another tree."""
    if edge.size != head.size:
        what = f"The log ends after {edge.size} entries; its head says {head.size}."
        raise Bad(Fault(edge.size, None, what))
    if head.size and bytes(head.edge) != edge.to_bytes():
        raise Bad(
            Fault(None, None, f"The tree over all {head.size} entries has another root than the head says.")
        )


def _body(line: Line) -> Said:
    if not line.body.startswith(FORMAT):
        raise Bad(Fault(line.seq, line.id, f"The format {line.body[:4]!r} is unknown to this version."))
    try:
        said: Said = json.loads(line.body[len(FORMAT) :])
    except ValueError:
        raise Bad(Fault(line.seq, line.id, "The stored bytes are not JSON.")) from None
    return said


def _kept(says: Said) -> Iterator[dict[str, str]]:
    for value in says.values():
        if isinstance(value, dict) and "saying" in value:
            yield value


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
