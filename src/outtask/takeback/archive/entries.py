"""The journal of an archive: computed again from its bytes, and held against what is here already."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from itertools import batched
from typing import Any

from outtask.journal.body import FORMAT
from outtask.journal.merkle import Edge, leaf_hash
from outtask.journal.models import Entry, JournalHead
from outtask.takeback.archive.columns import INSTANTS, Unfit, identifier, known_identifier
from outtask.takeback.archive.damage import Damaged
from outtask.takeback.archive.reading import Opened
from outtask.takeback.archive.schema import ENTRIES
from outtask.takeback.archive.staging import BATCH, Staging

_scan = json.JSONDecoder().raw_decode


def check_journal(archive: Opened, staged: Staging, progress: Callable[[int], None]) -> None:
    """Raises Damaged unless the bytes of the entries give the root that the manifest says."""
    edge = Edge()
    for batch in batched(_staged(archive), BATCH):
        staged.fill_entries(batch)
        edge = edge.extend([row[-1] for row in batch])
        progress(edge.size)
    manifest = archive.manifest
    if edge.size != manifest.entries:
        raise Damaged(ENTRIES, f"it has {edge.size} entries, and the manifest says {manifest.entries}")
    if edge.root().hex() != manifest.root:
        raise Damaged(ENTRIES, "the tree over all entries has another root than the manifest says")
    staged.edge = edge


def _staged(archive: Opened) -> Iterator[Sequence[Any]]:
    """Each entry with its columns, read from the bytes that were hashed, and their leaf."""
    organisation = str(archive.manifest.organisation_id)
    for number, line in archive.lines(ENTRIES):
        try:
            pk, body = _entry(line)
            said = _said(body)
            if said["organisation"] != organisation:
                raise Unfit("it was written by another organisation")
            if said["seq"] != number - 1:
                raise Unfit(f"it is entry {said['seq']} of its journal, and stands in place {number - 1}")
            yield (pk, *_columns(said), body, leaf_hash(body))
        except Unfit as wrong:
            raise Damaged(ENTRIES, str(wrong), line=number) from wrong
        except (KeyError, TypeError, ValueError, RecursionError) as wrong:
            raise Damaged(ENTRIES, "it is not an entry of a journal", line=number) from wrong


def _entry(line: bytes) -> tuple[str, bytes]:
    """An entry's id, and its exact bytes."""
    row = scanned(line.decode())
    if row.keys() == {"id", "body"} and type(row["body"]) is str:
        return identifier(row["id"]), row["body"].encode()
    if row.keys() == {"id", "body64"}:
        try:
            return identifier(row["id"]), base64.b64decode(row["body64"], validate=True)
        except binascii.Error:
            raise Unfit("its bytes are not in base64") from None
    raise Unfit("an entry has an id and a body, or body64 in its place, and nothing else")


def scanned(text: str) -> dict[str, Any]:
    """The one JSON object that a text is; ValueError when it is none, or something stands around it."""
    row, end = _scan(text)
    if end != len(text) or type(row) is not dict:
        raise ValueError("it is not one JSON object")
    return row


def _said(body: bytes) -> dict[str, Any]:
    if not body.startswith(FORMAT):
        raise Unfit(f"its format {body[:4]!r} is unknown to this version")
    return scanned(body[len(FORMAT) :].decode())


def _columns(said: dict[str, Any]) -> tuple[Any, ...]:
    """What stands beside the bytes so that an entry can be found, in the order of the scratch table."""
    actor, on, kind = said["actor"], said["on"], said["kind"]
    _check_words((kind, 64), (actor["kind"], 16), (on["type"], 32))
    return (
        said["seq"],
        INSTANTS.taken(said["at"]),
        kind,
        actor["kind"],
        _maybe(actor["id"]),
        on["type"],
        known_identifier(on["id"]),
        _maybe(said["outtask"]),
    )


def _maybe(value: Any) -> str | None:
    return None if value is None else known_identifier(value)


def _check_words(*words: tuple[Any, int]) -> None:
    for word, longest in words:
        if type(word) is not str or len(word) > longest:
            raise Unfit(f"it needs a word of at most {longest} letters")


class Standing(StrEnum):
    """How an archive's journal stands to the one that is here."""

    NEW = "new"  # there is none here
    SAME = "same"  # both end with the same entry
    AHEAD = "ahead"  # the archive goes on where the one here ends
    BEHIND = "behind"  # the one here goes on where the archive ends
    PARTED = "parted"  # they say different things of the same moment


def standing(archive: Opened, staged: Staging) -> tuple[Standing, int]:
    """How they stand, and up to which number of entries they are the same."""
    manifest = archive.manifest
    head = JournalHead.objects.filter(organisation_id=manifest.organisation_id).first()
    if head is None:
        return Standing.NEW, 0
    here, there = int(head.size), manifest.entries
    shared = min(here, there)
    if _root_here(head, shared) == _root_there(staged, shared):
        if here == there:
            return Standing.SAME, shared
        return (Standing.AHEAD if there > here else Standing.BEHIND), shared
    return Standing.PARTED, _first_difference(head, staged)


def _root_here(head: JournalHead, size: int) -> bytes:
    if size == head.size:
        return (Edge.from_bytes(bytes(head.edge)) if size else Edge()).root()
    return Edge().extend(_leaves_here(head, size)).root()


def _root_there(staged: Staging, size: int) -> bytes:
    if size == staged.edge.size:
        return staged.edge.root()
    return Edge().extend(_leaves_there(staged, size)).root()


def _leaves_here(head: JournalHead, size: int) -> Iterator[bytes]:
    rows = Entry.objects.filter(organisation_id=head.organisation_id, seq__lt=size).order_by("seq")
    for leaf in rows.values_list("leaf", flat=True).iterator(BATCH):
        yield bytes(leaf)


def _leaves_there(staged: Staging, size: int) -> Iterator[bytes]:
    for batch in staged.batches(f"SELECT leaf FROM entries WHERE seq < {size} ORDER BY seq"):
        for (leaf,) in batch:
            yield bytes(leaf)


def _first_difference(head: JournalHead, staged: Staging) -> int:
    shared = min(head.size, staged.first("SELECT count(*) FROM entries")[0])
    pairs = zip(_leaves_here(head, shared), _leaves_there(staged, shared), strict=True)
    return next((seq for seq, (ours, theirs) in enumerate(pairs) if ours != theirs), shared)
