"""Bringing a database to the version of this program: what waits, a backup first, proof after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor

from outtask.cli.backups import databases, making, record
from outtask.cli.ground import FAILED, REFUSED, Failed

# Any number, the same in every version: whoever holds this lock of PostgreSQL prepares the database.
LOCK = 0x0477A5C


@dataclass(frozen=True)
class Step:
    """One migration that waits. does: each of its changes in a line. undone: whether it can be taken back."""

    name: str
    does: list[str]
    undone: bool


@dataclass(frozen=True)
class Standing:
    """How the database stands to this program.

    fresh: nothing was ever in it. newer: migrations that a later version made.
    """

    fresh: bool
    steps: list[Step]
    newer: list[str]

    @property
    def old(self) -> bool:
        return bool(self.steps) and not self.fresh


@dataclass(frozen=True)
class Upgraded:
    """What an upgrade did; `backup` is how to go back."""

    steps: list[Step]
    backup: str
    reports: list[dict[str, Any]]


def standing() -> Standing:
    executor = MigrationExecutor(connection)
    applied = set(executor.loader.applied_migrations)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    unknown = applied - set(executor.loader.disk_migrations)
    replaced = {name for migration in executor.loader.disk_migrations.values() for name in migration.replaces}
    return Standing(
        fresh=not any(app == "outtask" for app, _ in applied),
        steps=[_step(migration) for migration, _ in waiting],
        newer=sorted(f"{app}.{name}" for app, name in unknown - replaced if app == "outtask"),
    )


def _step(migration: Migration) -> Step:
    does = [operation.formatted_description() for operation in migration.operations]
    undone = all(operation.reversible for operation in migration.operations)
    return Step(f"{migration.app_label}.{migration.name}", does, undone)


def refuse_newer(found: Standing) -> None:
    """Raises Failed when a later version has changed the database: this one would misread it."""
    if found.newer:
        raise Failed(
            f"The database was made by a later version of Outtask: it has {found.newer[0]}, which this one"
            " does not know. Install that version, or restore the backup that was made before the upgrade.",
            REFUSED,
        )


def sizes() -> dict[str, Any]:
    """How much an upgrade has to do with: bytes of the database, and rows of the largest tables."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        size = int(cursor.fetchone()[0])
        tables = sorted(name for name in connection.introspection.table_names(cursor) if "outtask" in name)
        rows = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            rows[table] = int(cursor.fetchone()[0])
    largest = dict(sorted(rows.items(), key=lambda one: -one[1])[:5])
    return {"bytes": size, "rows": {name: count for name, count in largest.items() if count}}


def upgrade(now: datetime, *, backup: bool) -> Upgraded:
    """Back up, migrate, verify; the caller sees to it that nobody runs beside. Raises Failed.

    backup: no only for somebody who has just made one by other means.
    """
    found = standing()
    refuse_newer(found)
    made = ""
    if backup and not found.fresh:
        made = making.make(
            record.folder() / f"before-upgrade-{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}.tar", now
        ).file
    migrate(made)
    return Upgraded(found.steps, made, _verified(made))


def migrate(backup: str = "") -> None:
    """Apply what waits, one migration in one transaction; raises Failed saying how the database stands."""
    with only_one():
        try:
            call_command("migrate", verbosity=0, interactive=False)
        except Exception as error:  # whatever a migration meets in the data, the way back is told
            left = standing().steps
            raise Failed(
                f"{left[0].name if left else 'The upgrade'} failed: {error}\nIt was taken back; what came"
                f" before it stays. {way_back(backup)}"
            ) from error
        # Beside the migrations because its name comes from the settings; does nothing when it is there.
        call_command("createcachetable", verbosity=0)


def way_back(backup: str) -> str:
    if not backup:
        return "No backup was made by this command."
    return f"To go back: install the version you had, then `outtask restore {backup} --force`."


@contextmanager
def only_one() -> Iterator[None]:
    """One process prepares the database; another that starts at the same moment waits, and finds it done.

    Whoever has it may take it again. It goes with the connection, so a process that is killed keeps nobody.
    """
    if connection.vendor == "sqlite":
        yield  # the lock file of the home does it, see `prepare`
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _verified(backup: str) -> list[dict[str, Any]]:
    from outtask.cli.backups.proving import reports  # models are loaded only now

    told = reports()
    for report in told:
        if report["fault"]:
            raise Failed(f"{report['organisation']}: {report['fault']}\n{way_back(backup)}", FAILED)
    return told


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"


def engine() -> str:
    return databases.vendor()
