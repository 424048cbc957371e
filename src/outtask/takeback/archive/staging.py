"""A scratch database in which an archive is unpacked and checked before anything of it is let in.

It is a file in a folder of its own, which nobody else can read and which is gone at the end; what a killed
process left lies among the temporary files. Memory stays bounded whatever the archive holds.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
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

    path: Path
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
        """Batches of rows, `line` first, in the order of the archive, which is that of the key."""
        return self.batches(f'SELECT * FROM "{table.name}" WHERE {condition} ORDER BY {key_of(table)}')

    def batches(self, sql: str) -> Iterator[list[Any]]:
        with closing(self.database.cursor()) as cursor:
            cursor.execute(sql)
            while batch := cursor.fetchmany(BATCH):
                yield batch

    def first(self, sql: str) -> Any:
        """The first row of a query, None when there is none."""
        with closing(self.database.cursor()) as cursor:
            return cursor.execute(sql).fetchone()

    def close(self) -> None:
        """Nothing is added any more: from now on others may read the file."""
        self.database.execute("COMMIT")

    def count(self, table: Table) -> int:
        return int(self.first(f'SELECT count(*) FROM "{table.name}"')[0])


def key_of(table: Table) -> str:
    """The columns that identify a row, as SQL."""
    return ", ".join(f'"{name}"' for name in table.sorted_by or (table.key,))


@contextmanager
def staging() -> Iterator[Staging]:
    """An empty scratch database, gone at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="outtask-archive-") as folder,
        closing(sqlite3.connect(Path(folder, "staged.sqlite3"), isolation_level=None)) as database,
    ):
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -32000"):
            database.execute(f"PRAGMA {pragma}")
        for table in TABLES:
            fields = ", ".join(f'"{column.name}"' for column in columns_of(table))
            database.execute(
                f'CREATE TABLE "{table.name}" (line, {fields}, PRIMARY KEY ({key_of(table)})) WITHOUT ROWID'
            )
        database.execute(
            f"CREATE TABLE entries ({', '.join(ENTRY_COLUMNS)}, PRIMARY KEY (seq)) WITHOUT ROWID"
        )
        database.execute("BEGIN")
        yield Staging(Path(folder, "staged.sqlite3"), database)
