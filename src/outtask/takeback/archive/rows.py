"""Rows from the scratch database into the real one, thousands at a time.

Where both are SQLite, a table whose values need nothing but SQL is moved by one statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import Error, connection, transaction

from outtask.journal.models import Entry
from outtask.takeback.archive.checking import ASK_WHO_MADE_IT, Progress
from outtask.takeback.archive.columns import INSTANTS, POSTGRESQL, SQLITE, Column, columns_of
from outtask.takeback.archive.coverage import TABLES, Table, Way, field_of
from outtask.takeback.archive.damage import Damaged
from outtask.takeback.archive.restoring import RESTORED
from outtask.takeback.archive.schema import ENTRIES
from outtask.takeback.archive.snapshot import ask, where
from outtask.takeback.archive.staging import ENTRY_COLUMNS, Staging, key_of

# What a table has here and no archive tells; it stays when an organisation goes on from an archive.
KEPT_BACK = (("provider", "claimed_by"), ("checkpoint", "witnessed_at"))
# Rows of these are never deleted: others may have them too, or name them.
STAYS = (Way.ITSELF, Way.PERSONS, Way.BLOBS, Way.KEYS)


BESIDE = "staged"


@contextmanager
def beside(staged: Staging) -> Iterator[None]:
    """The scratch database can be named in SQL, where the real one is SQLite too.

    Inside a transaction that is under way already it could not be let go of at the end, so there it cannot.
    """
    if connection.vendor != SQLITE or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"ATTACH DATABASE %s AS {BESIDE}", [f"{staged.path.as_uri()}?immutable=1"])
        try:
            yield
        finally:
            cursor.execute(f"DETACH DATABASE {BESIDE}")


def _is_beside() -> bool:
    return connection.vendor == SQLITE and any(name == BESIDE for _, name, _ in ask("PRAGMA database_list"))


def _as_moved(table: Table) -> str:
    """What gives the staged rows of a table as SQLite takes them, in the order of the archive."""
    values = ", ".join(column.kind.moved.format(f'"{column.name}"') for column in columns_of(table))
    return f'{values} FROM {BESIDE}."{table.name}" ORDER BY {key_of(table)}'


@dataclass
class Inserting:
    """A transaction that takes in an organisation."""

    staged: Staging
    now: datetime
    persons: Mapping[str, str]
    progress: Progress
    done: int = 0

    def table(self, table: Table) -> None:
        """The rows of one table."""
        columns = columns_of(table)
        restored = [
            (name, restore) for name in table.left_out if (restore := RESTORED.get((table.name, name)))
        ]
        put = [self._putting(table, column) for column in columns]
        key = 1 + [column.name for column in columns].index(table.key) if table.key in table.fields else 0
        names = [column.column for column in columns]
        names += [str(field_of(table, name).column) for name, _ in restored]
        here = _keys_here(table) if table.way in STAYS else None
        plain = here is None and not restored and all(column.to != "person" for column in columns)
        if plain and self._moved(table.model._meta.db_table, names, _as_moved(table)):
            return

        def row_of(staged: Sequence[Any]) -> list[Any]:
            row = [
                put_one(value) if put_one else value for put_one, value in zip(put, staged[1:], strict=True)
            ]
            return row + [restore(staged[key], self.now) for _, restore in restored]

        for batch in self.staged.rows(table):
            if here is not None:
                batch = self._not_here(table, batch, here([row[key] for row in batch]), row_of, names)
            self._insert(
                table.model._meta.db_table, names, [row_of(row) for row in batch], table.member, batch
            )

    def _putting(self, table: Table, column: Column) -> Callable[[Any], Any] | None:
        """What turns a staged value into what the database takes; None when it is that already."""
        if column.to == "person":
            return lambda person: self.persons.get(person, person)
        put = column.kind.put[connection.vendor]
        if put is None or not column.null:
            return put
        return lambda value: None if value is None else put(value)

    def _not_here(
        self, table: Table, batch: Sequence[Any], here: set[str], row_of: Callable[..., Any], names: list[str]
    ) -> list[Any]:
        """The rows of a shared table that are new; the organisation's own are brought up to date."""
        if table.way is Way.ITSELF:
            sets = ", ".join(f'"{name}" = %s' for name in names)
            with connection.cursor() as cursor:
                for row in batch:
                    if row[1] in here:
                        values = row_of(row)
                        sql = f'UPDATE "{table.model._meta.db_table}" SET {sets} WHERE id = %s'
                        cursor.execute(sql, [*values, values[0]])
        known = self.persons if table.way is Way.PERSONS else here
        return [row for row in batch if row[1] not in known]

    def entries(self, organisation_id: UUID, first: int) -> None:
        """The journal from entry `first` on, with the columns that its bytes tell."""
        names = [*ENTRY_COLUMNS, "organisation_id"]
        at = ENTRY_COLUMNS.index("at")
        put = INSTANTS.put[connection.vendor]
        moved = ", ".join(INSTANTS.moved.format(name) if name == "at" else name for name in ENTRY_COLUMNS)
        rows_of = f"{moved}, '{organisation_id.hex}' FROM {BESIDE}.entries WHERE seq >= {first} ORDER BY seq"
        if self._moved(Entry._meta.db_table, names, rows_of):
            return
        for batch in self.staged.batches(f"SELECT * FROM entries WHERE seq >= {first} ORDER BY seq"):
            rows = [
                (*row[:at], put(row[at]) if put else row[at], *row[at + 1 :], organisation_id.hex)
                for row in batch
            ]
            lines = [(row[1] + 1,) for row in batch]
            self._insert(Entry._meta.db_table, names, rows, ENTRIES, lines)

    def _moved(self, table: str, names: Sequence[str], rows: str) -> bool:
        """Insert staged rows by one statement; False when it cannot be, and nothing was inserted then.

        A row that the database does not take is looked for by inserting again, batch by batch.
        """
        if not _is_beside():
            return False
        columns = ", ".join(f'"{name}"' for name in names)
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f'INSERT INTO "{table}" ({columns}) SELECT {rows}')
                count = cursor.rowcount
        except Error:
            return False
        self._went_in(count)
        return True

    def _insert(
        self,
        table: str,
        names: Sequence[str],
        rows: Sequence[Sequence[Any]],
        member: str,
        lines: Sequence[Any],
    ) -> None:
        """Insert a batch; Damaged names the line that the database does not take."""
        if not rows:
            return
        try:
            with transaction.atomic():
                insert_many(table, names, rows)
        except Error:
            for row, (line, *_) in zip(rows, lines, strict=True):
                try:
                    with transaction.atomic():
                        insert_many(table, names, [row])
                except Error as wrong:
                    what = f"the database does not take it ({str(wrong).splitlines()[0]})"
                    raise Damaged(member, what, line=line, remedy=ASK_WHO_MADE_IT) from wrong
        self._went_in(len(rows))

    def _went_in(self, count: int) -> None:
        if count:
            self.done += count
            self.progress(self.done)


def insert_many(table: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows in the quickest way that the database has."""
    columns = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        if connection.vendor == POSTGRESQL:
            # The driver's own way to copy goes past Django, which must still know its errors.
            with (
                connection.wrap_database_errors,
                cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy,
            ):
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(names))
            cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({places})', rows)


def _keys_here(table: Table) -> Callable[[Sequence[str]], set[str]]:
    def here(keys: Sequence[str]) -> set[str]:
        rows = table.model._default_manager.filter(pk__in=keys).values_list("pk", flat=True)
        return {getattr(pk, "hex", pk) for pk in rows}

    return here


def delete_rows(organisations: Sequence[UUID]) -> None:
    """Take away an organisation's rows so that the archive's take their place; its journal stays.

    What points at them is checked at the end of the transaction, when they are there again.
    """
    with connection.cursor() as cursor:
        for table in reversed(TABLES):
            if table.way not in STAYS:
                cursor.execute(
                    f'DELETE FROM "{table.model._meta.db_table}" WHERE {where(table, organisations)}'
                )


def kept_back(organisations: Sequence[UUID]) -> list[tuple[Table, str, Any, Any]]:
    """What only this installation knows of the rows that are about to be replaced."""
    found = []
    for table in TABLES:
        for name in (field for model, field in KEPT_BACK if model == table.name):
            column = field_of(table, name).column
            rows = ask(
                f'SELECT id, "{column}" FROM "{table.model._meta.db_table}"'
                f' WHERE "{column}" IS NOT NULL AND {where(table, organisations)}'
            )
            found += [(table, str(column), pk, value) for pk, value in rows]
    return found


def carry_over(kept: Iterable[tuple[Table, str, Any, Any]]) -> None:
    """Put back what was kept."""
    with connection.cursor() as cursor:
        for table, column, pk, value in kept:
            cursor.execute(
                f'UPDATE "{table.model._meta.db_table}" SET "{column}" = %s WHERE id = %s', [value, pk]
            )
