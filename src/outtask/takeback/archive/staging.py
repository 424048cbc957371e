"""A scratch database in which an archive is unpacked and checked before anything of it is let in.

It is a file without a name: the operating system takes it away when the process ends, however it ends. Memory
stays bounded whatever the archive holds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from outtask.journal.merkle import Edge
from outtask.takeback.archive.columns import columns_of
from outtask.takeback.archive.coverage import TABLES, Table

ENTRY_COLUMNS = (
    "id", "seq", "at", "kind", "actor_kind", "actor_id", "subject_type", "subject_id", "outtask_id",
    "body", "leaf",
)  # fmt: skip
BATCH = 2048  # a multiple of what the Merkle tree folds at once


@dataclass
class Staging:
    """What an archive holds, as plain values: a table for each table, and one for the entries."""

    database: sqlite3.Connection
    # Of the tree over the entries, computed from their bytes.
    edge: Edge = field(default_factory=Edge)

    def fill(self, table: Table, rows: Iterable[Sequence[Any]]) -> None:
        """Rows as `line` and then the values of the columns, in the order of the key."""
        places = ", ".join("?" * (len(columns_of(table)) + 1))
        self.database.executemany(f'INSERT INTO "{table.name}" VALUES ({places})', rows)

    def fill_entries(self, rows: Iterable[Sequence[Any]]) -> None:
        places = ", ".join("?" * len(ENTRY_COLUMNS))
        self.database.executemany(f"INSERT INTO entries VALUES ({places})", rows)

    def rows(self, table: Table, condition: str = "TRUE") -> Iterator[list[Any]]:
        """Batches of rows, `line` first, in the order of the archive."""
        return self.batches(f'SELECT * FROM "{table.name}" WHERE {condition} ORDER BY line')

    def batches(self, sql: str) -> Iterator[list[Any]]:
        with closing(self.database.cursor()) as cursor:
            cursor.execute(sql)
            while batch := cursor.fetchmany(BATCH):
                yield batch

    def first(self, sql: str) -> Any:
        """The first row of a query, None when there is none."""
        with closing(self.database.cursor()) as cursor:
            return cursor.execute(sql).fetchone()

    def count(self, table: Table) -> int:
        return int(self.first(f'SELECT count(*) FROM "{table.name}"')[0])


@contextmanager
def staging() -> Iterator[Staging]:
    """An empty scratch database, gone at the end."""
    with closing(sqlite3.connect("", isolation_level=None)) as database:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -32000"):
            database.execute(f"PRAGMA {pragma}")
        for table in TABLES:
            key = ", ".join(f'"{name}"' for name in table.sorted_by or (table.key,))
            fields = ", ".join(f'"{column.name}"' for column in columns_of(table))
            database.execute(
                f'CREATE TABLE "{table.name}" (line, {fields}, PRIMARY KEY ({key})) WITHOUT ROWID'
            )
        database.execute(
            f"CREATE TABLE entries ({', '.join(ENTRY_COLUMNS)}, PRIMARY KEY (seq)) WITHOUT ROWID"
        )
        database.execute("BEGIN")
        yield Staging(database)
