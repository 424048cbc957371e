"""Reading a stored log in large runs, and what one run can be found guilty of.

The rows come raw from the database, without models, because their number decides how long `verify` takes.
Each check first asks of the whole run whether all is well, in few steps; only when not is the culprit sought.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from itertools import batched
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import UUIDField

from outtask.journal.body import BadBody, Said, digest_of_salted, said_in
from outtask.journal.kinds import KindRefused, kind_named
from outtask.journal.models import Entry, Saying
from outtask.journal.tampering import Bad, Fault, Tampering, misplaced

# Entries read at once: one block of the tree, which is folded quickest, and few enough for the caches.
RUN = 1024
# Values asked for in one question; every build of SQLite takes so many.
ASKED = 10_000

_TABLE = Entry._meta.db_table
_QUICK = "seq, body, leaf"
_DEEP = (
    "seq, body, leaf, id, CAST(at AS TEXT), kind, actor_kind, actor_id, subject_type, subject_id, outtask_id"
)
_KEPT = re.compile(rb'\{"digest":"([0-9a-f]{64})","saying":"([0-9a-f-]{36})"\}')


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


def lines(organisation_id: UUID, first: int, end: int) -> list[Line]:
    """The entries of a run with every column in its type, in order."""
    rows = Entry.objects.filter(organisation_id=organisation_id, seq__gte=first, seq__lt=end).order_by("seq")
    found = rows.values_list(*Line._fields)
    return [Line._make((*facts, bytes(body), bytes(leaf))) for *facts, body, leaf in found]


class Run(NamedTuple):
    """Entries that stand one after the other. columns: whole rows as the database gives them, when deep."""

    seqs: tuple[int, ...]
    bodies: tuple[bytes, ...]
    leaves: tuple[bytes, ...]
    columns: Sequence[tuple[Any, ...]]


def runs(organisation_id: UUID, size: int, *, start: int = 0, deep: bool) -> Iterator[Run]:
    """The log from place `start` up to, but without, `size`; places without an entry are passed over."""
    ask = (
        f'SELECT {_DEEP if deep else _QUICK} FROM "{_TABLE}"'
        " WHERE organisation_id = %s AND seq >= %s AND seq < %s ORDER BY seq"
    )
    key = UUIDField().get_db_prep_value(organisation_id, connection)
    # Rows hold no cycles, and looking for some among so many of them costs more than it finds.
    collecting = gc.isenabled()
    gc.disable()
    try:
        with _plain_cursor() as cursor:
            for first in range(start, size, RUN):
                cursor.execute(ask, [key, first, min(first + RUN, size)])
                rows = cursor.fetchall()
                if rows:
                    seqs, bodies, leaves, *_more = zip(*rows, strict=True)
                    yield Run(seqs, bodies, leaves, rows if deep else ())
    finally:
        if collecting:
            gc.enable()


def _plain_cursor() -> Any:
    """A cursor that gives bytes as they are stored: as Django asks for them, PostgreSQL writes them out as
    digits, and reading those takes as long as hashing."""
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    psycopg: Any = connection.Database  # type: ignore[attr-defined]  # the driver's module
    cursor = psycopg.Cursor(connection.connection)
    cursor.format = psycopg.pq.Format.BINARY
    return cursor


def check(run: Run, organisation_id: UUID, place: int, *, deep: bool) -> Sequence[bytes]:
    """The leaves of a run that begins at `place`; raises Bad at the first entry that is not right."""
    leaves = check_hashes(run, organisation_id, place)
    if deep:
        check_columns(run, organisation_id)
        check_words(run, organisation_id)
    return leaves


def check_hashes(run: Run, organisation_id: UUID, place: int) -> Sequence[bytes]:
    """The leaves of a run that begins at `place`, from the bytes; raises Bad at the first that is wrong."""
    new = sha256
    try:
        leaves = tuple([new(b"\x00" + body).digest() for body in run.bodies])
    except TypeError:
        _find_no_bytes(run)
        raise
    places = range(place, place + len(leaves))
    # Each entry names its place at its very end, so that none can stand in for another.
    ends = all(map(bytes.endswith, run.bodies, [b',"seq":%d}' % seq for seq in run.seqs]))
    if leaves != run.leaves or run.seqs != tuple(places) or not ends:
        _find_wrong_place(run, leaves, places, organisation_id)
    return leaves


def _find_no_bytes(run: Run) -> None:
    """SQLite lets anything stand in a column, whatever it is for."""
    for seq, body in zip(run.seqs, run.bodies, strict=True):
        if not isinstance(body, bytes):
            raise Bad(_unreadable(seq))


def _unreadable(seq: int) -> Fault:
    return Fault(seq, None, "What is stored cannot be read as an entry.", Tampering.EDIT)


def _find_wrong_place(
    run: Run, leaves: Sequence[bytes], places: Iterable[int], organisation_id: UUID
) -> None:
    for seq, body, stored, leaf, place in zip(run.seqs, run.bodies, run.leaves, leaves, places, strict=True):
        if seq != place:
            what = f"The entry is missing; the next one is {seq}."
            raise Bad(Fault(place, None, what, Tampering.DELETE))
        says = _place_in(body)
        if leaf == stored and says == seq:
            continue
        entry_id = _entry_at(organisation_id, seq).id
        if says is not None and says != seq:
            raise Bad(misplaced(seq, entry_id, says, _place_at(organisation_id, says)))
        if leaf != stored:
            raise Bad(Fault(seq, entry_id, "The stored bytes do not have the stored hash.", Tampering.EDIT))
        said_of(_entry_at(organisation_id, seq))


def check_columns(run: Run, organisation_id: UUID) -> None:
    """Raises Bad where a column says something else than the hashed bytes, or a kind is unknown."""
    organisation = organisation_id.hex
    suspects = [row[0] for row in run.columns if not _says_the_same(row, organisation)]
    unknown = {kind for kind in {row[5] for row in run.columns} if not _is_declared(kind)}
    suspects += [row[0] for row in run.columns if row[5] in unknown]
    for seq in sorted(set(suspects)):
        compare(_entry_at(organisation_id, seq), organisation_id)


def compare(line: Line, organisation_id: UUID) -> None:
    """Raises Bad when a column of this entry says something else than its bytes."""
    said = said_of(line)
    shown: dict[str, Any] = {
        "organisation": str(organisation_id),
        "seq": line.seq,
        "at": _instant(line.at),
        "kind": line.kind,
        "actor": {"kind": line.actor_kind, "id": _text(line.actor_id)},
        "on": {"type": line.subject_type, "id": str(line.subject_id)},
        "outtask": _text(line.outtask_id),
    }
    for name, value in shown.items():
        if said.get(name) != value:
            what = f"The bytes say {name} {said.get(name)!r}, the row {value!r}."
            raise Bad(Fault(line.seq, line.id, what, Tampering.EDIT))
    try:
        kind_named(line.kind)
    except KindRefused as unknown:
        raise Bad(Fault(line.seq, line.id, str(unknown), Tampering.EDIT)) from unknown


def check_words(run: Run, organisation_id: UUID) -> None:
    """Raises Bad where kept words are gone, or are not those the digest was taken of, unless erased."""
    wanted = [
        (seq, digest.decode(), saying.decode())
        for seq, body in zip(run.seqs, run.bodies, strict=True)
        if b'"saying"' in body
        for digest, saying in _KEPT.findall(body)
    ]
    for some in batched(wanted, ASKED):
        sayings = _sayings({saying for _, _, saying in some})
        for seq, digest, saying in some:
            kind, what = _wrong_words(sayings.get(saying), digest)
            if kind is not None:
                entry = _entry_at(organisation_id, seq)
                raise Bad(Fault(seq, entry.id, f"The words {saying} {what}", kind))


def _wrong_words(row: tuple[bytes, str, Any] | None, digest: str) -> tuple[Tampering | None, str]:
    if row is None:
        return Tampering.DELETE, "are missing and not marked as erased."
    salt, text, erased_at = row
    if erased_at is None and digest_of_salted(salt, text) != digest:
        return Tampering.EDIT, "were changed afterwards."
    return None, ""


def _sayings(wanted: set[str]) -> dict[str, tuple[bytes, str, Any]]:
    field = UUIDField()
    keys = [field.get_db_prep_value(UUID(one), connection) for one in wanted]
    marks = ", ".join(["%s"] * len(keys))
    ask = f'SELECT id, salt, text, erased_at FROM "{Saying._meta.db_table}" WHERE id IN ({marks})'
    with connection.cursor() as cursor:
        cursor.execute(ask, keys)
        return {
            str(UUID(_hex(pk))): (bytes(salt), text, erased) for pk, salt, text, erased in cursor.fetchall()
        }


def _says_the_same(row: tuple[Any, ...], organisation: str) -> bool:
    """Whether the bytes begin as these columns would be written. False only calls for a closer look.

    Compared without dashes, which SQLite leaves out of ids.
    """
    _seq, body, _leaf, _id, at, kind, actor_kind, actor_id, subject_type, subject_id, outtask_id = row
    actor = f'"{_hex(actor_id)}"' if actor_id is not None else "null"
    outtask = f'"{_hex(outtask_id)}"' if outtask_id is not None else "null"
    before = f'1\n{{"actor":{{"id":{actor},"kind":"{actor_kind}"}},"at":"{_written(at)}","event":"'
    after = (
        f'","kind":"{kind}","on":{{"id":"{_hex(subject_id)}","type":"{subject_type}"}},'
        f'"organisation":"{organisation}","outtask":{outtask},"says":{{'
    )
    said = body.replace(b"-", b"")
    return bool(said.startswith(before.encode()) and said.startswith(after.encode(), len(before) + 32))


def said_of(line: Line) -> Said:
    """What an entry's bytes say; raises Bad when they are no entry."""
    try:
        return said_in(line.body)
    except BadBody as wrong:
        raise Bad(Fault(line.seq, line.id, str(wrong), Tampering.EDIT)) from wrong


def _place_in(body: bytes) -> int | None:
    try:
        place = said_in(body).get("seq")
    except BadBody:
        return None
    return place if isinstance(place, int) else None


def _place_at(organisation_id: UUID, seq: int) -> int | None:
    found = lines(organisation_id, seq, seq + 1)
    return _place_in(found[0].body) if found else None


def _entry_at(organisation_id: UUID, seq: int) -> Line:
    """An entry that is suspected; raises Bad where its columns hold what they are not for."""
    try:
        [line] = lines(organisation_id, seq, seq + 1)
        _instant(line.at)
    except (TypeError, ValueError, AttributeError) as unreadable:
        raise Bad(_unreadable(seq)) from unreadable
    return line


@lru_cache(maxsize=256)
def _is_declared(kind: str) -> bool:
    try:
        kind_named(kind)
    except KindRefused:
        return False
    return True


def _hex(value: UUID | str) -> str:
    """An id without dashes: SQLite gives it so, PostgreSQL as an id."""
    return value if isinstance(value, str) else value.hex


@lru_cache(maxsize=1024)
def _written(at: str) -> str:
    """An instant as bytes of entries have it, dashes aside, from the text of a database in UTC."""
    day, _, rest = at.partition(" ")
    time = rest.removesuffix("+00")
    seconds, _, parts = time.partition(".")
    return f"{day.replace('-', '')}T{seconds}.{parts:0<6}Z"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
