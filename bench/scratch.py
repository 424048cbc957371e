"""What the measurements stand on: throw-away installations, many rows at once, times told side by side.

An installation is a home folder with its databases, gone at the end. Rows are copies of a real one, made by
the database itself, so that a million of them take seconds; nothing of Outtask's own way to write is used.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, thread_time
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
ROUNDS = 5
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "256MB"}
CALLS = 3


def parser(description: str) -> ArgumentParser:
    found = ArgumentParser(description=description)
    found.add_argument("--postgresql", action="store_true", help="on a real server, started for this run")
    return found


@dataclass
class Scratch:
    """Databases that live as long as the run. server: None on SQLite."""

    home: Path
    server: Any = None

    def database(self, name: str) -> None:
        """Make an empty database and use it."""
        from django.core.management import call_command

        if self.server is not None:
            self.server.connect().execute(f'CREATE DATABASE "{name}"')
        self.use(name)
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)

    def address(self, name: str) -> str:
        """What OUTTASK_DATABASE takes, for other processes."""
        if self.server is not None:
            return str(self.server.address(name))
        return f"sqlite://{self.home / name}.sqlite3"

    def use(self, name: str) -> None:
        """From now on every query goes to this database."""
        from django.db import connection

        connection.close()
        connection.settings_dict["NAME"] = (
            name if self.server is not None else str(self.home / f"{name}.sqlite3")
        )


@contextmanager
def scratch(postgresql: bool, *, durable: bool = False) -> Iterator[Scratch]:
    """An installation for this run alone; Django is set up in it.

    durable: PostgreSQL waits for the disk at each commit, as SQLite always does here.
    """
    home = Path(tempfile.mkdtemp(prefix="outtask-bench-"))
    home.chmod(0o711)  # the database server runs as another user when we are root
    found = Scratch(home)
    for name in [name for name in os.environ if name.startswith("OUTTASK_")]:
        del os.environ[name]
    os.environ |= {
        "OUTTASK_HOME": str(home),
        "OUTTASK_STATIC_FROM_SOURCE": "yes",
        "OUTTASK_LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "outtask.config.settings",
    }
    try:
        if postgresql:
            from tests.postgresql import Server

            found.server = Server.start(home / "postgresql", DURABLE if durable else None)
            os.environ["OUTTASK_DATABASE"] = found.server.address("postgres")
        import django
        from django.conf import settings

        settings.STORAGES["staticfiles"] = {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        }
        django.setup()
        yield found
    finally:
        if found.server is not None:
            found.server.stop()
        shutil.rmtree(home, ignore_errors=True)


def copies(row: Any, count: int, **changes: str) -> None:
    """Copy a saved row `count` times. changes: by column, an SQL expression of `n`, which is 1, 2, … count.

    Without one a column is as in the row. Each row gets an id of its own, later than the row's and in the
    order of `n`: `id_of` says which.
    """
    from django.db import connection

    table = row._meta.db_table
    expressions = {field.column: f't."{field.column}"' for field in row._meta.concrete_fields}
    expressions |= {"id": id_of("n")} | changes
    columns = ", ".join(f'"{name}"' for name in expressions)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s)"
            f' INSERT INTO "{table}" ({columns}) SELECT {", ".join(expressions.values())}'
            f' FROM numbers CROSS JOIN "{table}" t WHERE t.id = %s',
            [count, row._meta.pk.get_db_prep_value(row.pk, connection)],
        )


def id_of(n: str) -> str:
    """The id of a copy as SQL: greater than that of any row made before the year 2300, rising with `n`."""
    if _postgresql():
        return f"('0fffffff-ffff-7000-8000-' || lpad(to_hex(({n})::bigint), 12, '0'))::uuid"
    return f"('0fffffffffff70008000' || printf('%%012x', {n}))"


def uuid(value: Any) -> str:
    """An id that is known, as SQL."""
    return f"'{value}'::uuid" if _postgresql() else f"'{value.hex}'"


def day(days: str) -> str:
    """A day, `days` after the first of November 2026, as SQL."""
    if _postgresql():
        return f"date '2026-11-01' + ({days})::int"
    return f"date('2026-11-01', '+' || ({days}) || ' days')"


def settle() -> None:
    """What a database does by itself some time after so many writes."""
    from django.db import connection

    with connection.cursor() as cursor:
        if _postgresql():
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _postgresql() -> bool:
    from django.db import connection

    return connection.vendor == "postgresql"


@dataclass(frozen=True)
class Measured:
    """Medians, in milliseconds by name."""

    times: Mapping[str, float]

    def ratio(self, name: str, to: str) -> float:
        return self.times[name] / self.times[to]


def interleaved(
    groups: Mapping[str, Mapping[str, Callable[[], object]]],
    enter: Callable[[str], None],
    *,
    elsewhere: bool = False,
) -> Measured:
    """Time each act of each group by turns, so that a busy moment of the machine hits all alike.

    enter: called with a group's name before its acts. Each act runs once unmeasured and then once measured,
    several times a round; a round counts their median, and the result is the median of the rounds. elsewhere:
    part of the work is done by other processes than this one and a server of the database.
    """
    clock = perf_counter if elsewhere or _postgresql() else thread_time
    rounds: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        times: dict[str, list[float]] = {}
        for _ in range(CALLS):
            for group, acts in groups.items():
                enter(group)
                for name, act in acts.items():
                    act()
                    times.setdefault(name, []).append(_seconds(act, clock))
        for name, found in times.items():
            rounds.setdefault(name, []).append(median(found) * 1000)
    return Measured({name: median(times) for name, times in rounds.items()})


def _seconds(act: Callable[[], object], clock: Callable[[], float]) -> float:
    """By the clock on the wall or, where SQLite does all the work in our own thread, by its CPU time, which
    other programs disturb less."""
    start = clock()
    act()
    return clock() - start


def show(title: str, measured: Measured, base: str, names: list[str]) -> None:
    """A table: each time beside the first, and how many times that it is."""
    print(f"\n{title}")
    for name in names:
        print(f"  {name:<52}{measured.times[name]:>10.2f} ms{measured.ratio(name, base):>9.2f} ×", flush=True)
