"""A consistent picture of the database while writes go on, and the way back from it.

SQLite: the online backup in one step. Under WAL a reader holds up no writer, so writes go on while it copies.
PostgreSQL: `pg_dump` and the reading of facts share one exported snapshot, so both tell of the same instant.
"""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, connections

from outtask.cli.backups import tools
from outtask.cli.backups.archive import PIECE
from outtask.cli.ground import Failed
from outtask.journal.merkle import Edge

SQLITE, POSTGRESQL = "database/outtask.sqlite3.gz", "database/outtask.pgdump"
# Schemas a restore put out of the way; a backup leaves them where they are.
ASIDE = "before_restore_"
AT_A_TIME = 5_000


@dataclass(frozen=True)
class Picture:
    """What was taken of the database.

    file: to go into the backup as `member`. blobs: a text file, one `sum size` a line, in order of the sums.
    """

    file: Path
    member: str
    version: str
    migrations: list[list[str]]
    organisations: list[dict[str, Any]]
    blobs: Path

    def sums(self) -> Iterator[tuple[str, int]]:
        with self.blobs.open() as lines:
            for line in lines:
                sha256, size = line.split()
                yield sha256, int(size)


def vendor() -> str:
    return connection.vendor


def take(folder: Path) -> Picture:
    """Picture the database into files of this folder; raises Failed when a tool is missing."""
    return _take_sqlite(folder) if vendor() == "sqlite" else _take_postgresql(folder)


def _take_sqlite(folder: Path) -> Picture:
    import sqlite3  # the build that settings chose

    copy = folder / "snapshot.sqlite3"
    try:
        facts = _copied(copy, folder)
    except sqlite3.Error as error:
        raise Failed(
            f"The database cannot be copied: {error}. See whether there is room, and run `outtask doctor`."
        ) from error
    packed = folder / "snapshot.sqlite3.gz"
    with copy.open("rb") as plain, gzip.open(packed, "wb", compresslevel=3) as zipped:
        shutil.copyfileobj(plain, zipped, PIECE)
    copy.unlink()
    return Picture(packed, SQLITE, f"SQLite {sqlite3.sqlite_version}", **facts)


def _copied(copy: Path, folder: Path) -> dict[str, Any]:
    """Copy the database page by page and see that the copy is sound; returns its facts."""
    import sqlite3

    with closing(sqlite3.connect(copy)) as target:
        with closing(sqlite3.connect(database_file(), timeout=20)) as source:
            source.backup(target, pages=-1)
        told = str(target.execute("PRAGMA quick_check(1)").fetchone()[0])
        if told != "ok":
            raise Failed(
                f"The database is damaged ({told}). Restore an earlier backup; keep the database as it is."
            )
        with closing(target.cursor()) as cursor:
            return _facts(cursor, folder)


def _take_postgresql(folder: Path) -> Picture:
    dump = folder / "database.pgdump"
    pg_dump = tools.find("pg_dump", server_version())
    with _of_its_own() as database:
        database.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = database.execute("SELECT pg_export_snapshot()").fetchone()[0]
        tools.run(
            [pg_dump, "--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges",
             f"--exclude-schema={ASIDE}*", f"--file={dump}"],
            settings.DATABASES["default"],
        )  # fmt: skip
        with database.cursor(name="facts") as cursor:
            cursor.itersize = AT_A_TIME
            facts = _facts(cursor, folder)
    return Picture(dump, POSTGRESQL, f"PostgreSQL {server_version()}", **facts)


def _facts(cursor: Any, folder: Path) -> dict[str, Any]:
    """What the manifest tells of the picture, read from the picture itself."""
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
    migrations = [list(row) for row in cursor]
    cursor.execute("SELECT organisation_id, size, edge FROM outtask_journalhead ORDER BY organisation_id")
    organisations = [
        {
            "id": str(UUID(str(organisation_id))),
            "entries": size,
            "root": (Edge.from_bytes(bytes(edge)) if size else Edge()).root().hex(),
        }
        for organisation_id, size, edge in cursor
    ]
    blobs = folder / "blobs.txt"
    cursor.execute("SELECT sha256, size FROM outtask_blob ORDER BY sha256")
    with blobs.open("w") as lines:
        lines.writelines(f"{sha256} {size}\n" for sha256, size in cursor)
    return {"migrations": migrations, "organisations": organisations, "blobs": blobs}


def database_file() -> Path:
    """Where the SQLite database is."""
    return Path(str(settings.DATABASES["default"]["NAME"]))


def server_version() -> int:
    """The major version of the PostgreSQL server."""
    connection.ensure_connection()
    return int(connection.pg_version) // 10_000  # type: ignore[attr-defined]


@contextmanager
def _of_its_own() -> Iterator[Any]:
    """A psycopg connection beside Django's, which stays out of our long transaction."""
    import psycopg  # the embedded profile does without

    parameters = connection.get_connection_params()
    for ours in (
        "context",
        "cursor_factory",
        "server_side_binding",
        "pool",
        "isolation_level",
        "assume_role",
    ):
        parameters.pop(ours, None)
    with psycopg.connect(**parameters, autocommit=True) as own:
        yield own


# --- the way back --------------------------------------------------------------------------------


def unpack_sqlite(packed: Path, target: Path) -> None:
    """The snapshot as a database of its own."""
    with gzip.open(packed, "rb") as zipped, target.open("wb") as plain:
        shutil.copyfileobj(zipped, plain, PIECE)


def holds_something() -> str:
    """What the database holds already, in words; empty when nobody would miss it.

    A database that cannot be read holds something: somebody may still want to mend it.
    """
    if vendor() == "sqlite" and not database_file().exists():
        return ""
    try:
        return _holds()
    except Exception as error:  # whatever is wrong with the old database must not stop its replacement
        connections.close_all()
        return f"a database that cannot be read ({str(error).strip()[:200]})"


def _holds() -> str:
    from outtask.people.models import Organisation, Person

    if not {Organisation._meta.db_table, Person._meta.db_table} <= set(
        connection.introspection.table_names()
    ):
        return ""
    organisations, people = Organisation.objects.count(), Person.objects.count()
    return f"{organisations} organisations and {people} people" if organisations or people else ""


def others_connected() -> int:
    """How many other connections our user has to this PostgreSQL database; SQLite cannot tell."""
    if vendor() == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND usename = current_user"
        )
        return int(cursor.fetchone()[0])


def set_schema_aside(stamp: str) -> str:
    """Rename the schema with everything in it, and make an empty one of its name; returns the new name."""
    aside = f"{ASIDE}{stamp}".lower()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = cursor.fetchone()[0] or "public"
        cursor.execute(f'ALTER SCHEMA "{schema}" RENAME TO "{aside}"; CREATE SCHEMA "{schema}"')
    return aside


def take_schema_back(aside: str) -> None:
    """Undo `set_schema_aside`; drops the empty schema made then, and refuses when it is not empty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = cursor.fetchone()[0] or "public"
        cursor.execute(f'DROP SCHEMA "{schema}" RESTRICT; ALTER SCHEMA "{aside}" RENAME TO "{schema}"')


def load_postgresql(dump: Path) -> None:
    """Load a dump into the empty schema, whole or not at all."""
    pg_restore = tools.find("pg_restore", server_version())
    tools.run(
        [pg_restore, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
         f"--dbname={settings.DATABASES['default']['NAME']}", dump],
        settings.DATABASES["default"],
    )  # fmt: skip
