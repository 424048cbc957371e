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
_FIELDS = Process._meta.concrete_fields
_BY_NAME = {field.attname: field for field in _FIELDS}
_TABLE = Process._meta.db_table


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
        _add(found.created, entry.organisation_id, now)
        _change(found.changed, entry.organisation_id)
        counts = {
            "created": len(found.created),
            "changed": len(found.changed),
            "unchanged": found.unchanged,
            "merged": found.merged,
        }
        entry.says(file=entry.keep(name), sha256=sha256, **counts)
        entry.gives(**counts)
    return entry.outcome


# An inventory may have 100,000 rows, and nine tenths of the time to write them with `bulk_create` go into
# building objects and compiling statements that are the same for every row. Here, and nowhere else, rows go
# to the database as one statement with many tuples; the columns and how each value is written still come
# from the model.


def _add(changes: Iterable[Change], organisation_id: UUID, now: datetime) -> None:
    """Insert what is new; a process nobody has judged yet."""
    alike = Process(organisation_id=organisation_id, added_at=now)
    same = {field.attname: _stored(field.attname, getattr(alike, field.attname)) for field in _FIELDS}
    own = ("id", "key", *WRITTEN)
    rest = [name for name in same if name not in own]
    told = tuple(same[name] for name in rest)
    columns = [_column(name) for name in (*own, *rest)]
    values = ", ".join(["%s"] * len(columns))
    _write(
        f"INSERT INTO {_TABLE} ({', '.join(columns)}) VALUES ({values})",
        ((_stored("id", new_id()), change.key, *_cells(change), *told) for change in changes),
    )


def _change(changes: Iterable[Change], organisation_id: UUID) -> None:
    """Write what differs over what stands; its judgements, verdict and identity stay."""
    organisation = _stored("organisation_id", organisation_id)
    sets = ", ".join(f"{_column(name)} = %s" for name in WRITTEN)
    _write(
        f"UPDATE {_TABLE} SET {sets} WHERE {_column('organisation_id')} = %s AND {_column('key')} = %s",
        ((*_cells(change), organisation, change.key) for change in changes),
    )


def _write(statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        for part in batched(rows, BATCH):
            cursor.executemany(statement, part)


def _cells(change: Change) -> Iterator[Any]:
    """The columns of WRITTEN. Text is stored as it is; only numbers have a form of their own."""
    for name, value in columns_of(change.row).items():
        yield value if isinstance(value, str) else _stored(name, value)


def _stored(name: str, value: object) -> Any:
    """A value as this database holds it."""
    return _BY_NAME[name].get_db_prep_save(value, connection)


def _column(name: str) -> str:
    return connection.ops.quote_name(str(_BY_NAME[name].column))
