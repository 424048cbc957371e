"""Taking in a whole inventory at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import connection

from outtask.decide.actions.processes import columns_of
from outtask.decide.inventory import Row, compare, keyed
from outtask.decide.inventory.changes import Change
from outtask.decide.models import Process
from outtask.decide.queries import known_rows
from outtask.journal.recording import Key, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.identifiers import new_id
from outtask.kernel.refusal import refuse_if
from outtask.people.roles import Right, may

BATCH = 5_000
WRITTEN = ("name", "area", "group", "output", "owner_name", "times_per_year", "hours_each")
_FIELDS = {field.attname: field for field in Process._meta.concrete_fields}
_TABLE = Process._meta.db_table
_SETS = ", ".join(f'"{_FIELDS[name].column}" = EXCLUDED."{_FIELDS[name].column}"' for name in WRITTEN)
_OVER = f" ON CONFLICT (organisation_id, key) DO UPDATE SET {_SETS}"


@action
def import_processes(
    *, actor: Actor, now: datetime, key: Key = None, rows: Sequence[Row], name: str, sha256: str
) -> Outcome:
    """Bring the list up to an inventory that was read from the file `name` with the digest `sha256`.

    A row is the same process as one on the list when name, area and group are the same; a blank cell leaves
    what the list says. Nothing is ever taken off the list, and a process that was merged stays merged.
    The outcome has the counts: created, changed, unchanged, merged.
    """
    with recording("processes.imported", actor=actor, now=now, key=key) as entry:
        refuse_if(may(actor, Right.IMPORT))
        told = keyed(rows)
        found = compare(told, known_rows(entry.organisation_id, told.keys()))
        _write(found.created, entry.organisation_id, now)
        # These rows exist under the lock we hold: each insert meets its key and becomes an update.
        _write(found.changed, entry.organisation_id, now, _OVER)
        counts = {
            "created": len(found.created),
            "changed": len(found.changed),
            "unchanged": found.unchanged,
            "merged": found.merged,
        }
        entry.says(file=entry.keep(name), sha256=sha256, **counts)
        entry.gives(**counts)
    return entry.outcome


# An inventory may have 100,000 rows, and most of the time to write them with `bulk_create` goes into building
# objects and into compiling a statement from them again for every batch. Here, and nowhere else, rows go to
# the database as they are, by one statement of our own; which columns there are and how each holds a value
# still comes from the model.


def _write(changes: Iterable[Change], organisation_id: UUID, now: datetime, otherwise: str = "") -> None:
    """Insert a row for each change. otherwise: what to do where its key stands already."""
    alike = Process(organisation_id=organisation_id, added_at=now)
    own = ("id", "key", *WRITTEN)
    rest = [name for name in _FIELDS if name not in own]
    same = tuple(_stored(name, getattr(alike, name)) for name in rest)
    columns = [_FIELDS[name].column for name in (*own, *rest)]
    places = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {_TABLE} ({_quoted(columns)}) VALUES ({places}){otherwise}"
    with connection.cursor() as cursor:
        for part in batched(changes, BATCH):
            cursor.executemany(statement, [(*_cells(change), *same) for change in part])


def _cells(change: Change) -> Iterator[Any]:
    """What is the row's own. Text is stored as it is; only ids and numbers have a form of their own."""
    yield _stored("id", new_id())
    yield change.key
    for name, value in columns_of(change.row).items():
        yield value if isinstance(value, str) else _stored(name, value)


def _stored(name: str, value: object) -> Any:
    """A value as this database holds it."""
    return _FIELDS[name].get_db_prep_save(value, connection)


def _quoted(columns: Iterable[str | None]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
