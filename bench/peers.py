"""The bare SQL of an action, repeated with fresh ids: what the database alone can do."""

from __future__ import annotations

import re
import subprocess
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol, Self

from scratch import Scratch

type Statement = tuple[str, Sequence[Any]]


class Peer(Protocol):
    """A way to repeat an action's statements without Outtask."""

    name: str
    statements: int

    def rate(self, organisations: int, clients: int, seconds: float) -> float:
        """Transactions a second."""
        ...


def peer_of(place: Scratch, acts: Sequence[Callable[[], object]]) -> Peer:
    """The peer that fits the database, made from what each act really sends."""
    found = [sent_by(act) for act in acts]
    if place.server is not None:
        return Pgbench(place, [script(statements) for statements in found], len(found[0]))
    return BareSqlite(str(place.home / "actions.sqlite3"), found, len(found[0]))


def sent_by(act: Callable[[], object]) -> list[Statement]:
    """The statements of one act with their parameters as the driver gets them."""
    from django.db import connection

    sent: list[Statement] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((sql, tuple(params or ())))
        return execute(sql, params, many, context)

    act()
    with connection.execute_wrapper(keep):
        act()
    return [(sql, params) for sql, params in sent if not sql.startswith("BEGIN")]


class Crew:
    """Client processes that are started once and then act together, as often as they can for a while.

    begin: called in each process with `given`; what it returns makes an act from what `rate` is given.
    """

    def __init__(self, size: int, begin: Callable[..., Any], given: tuple[Any, ...] = ()) -> None:
        context = get_context("spawn")
        pipes = [context.Pipe() for _ in range(size)]
        self.ends = [mine for mine, _ in pipes]
        self.processes = [
            context.Process(target=_serve, args=(theirs, begin, given), daemon=True) for _, theirs in pipes
        ]
        for process in self.processes:
            process.start()
        for end in self.ends:
            end.recv()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        for end in self.ends:
            end.send(None)
        for process in self.processes:
            process.join()

    def rate(self, work: Sequence[Any], seconds: float) -> float:
        """Acts a second of all of the first len(work) processes, each with its own work."""
        for end, one in zip(self.ends, work, strict=False):
            end.send((one, seconds))
        ends = self.ends[: len(work)]
        for end in ends:
            end.recv()
        for end in ends:
            end.send("go")
        return float(sum(end.recv() for end in ends) / seconds)


def _serve(pipe: Any, begin: Callable[..., Any], given: tuple[Any, ...]) -> None:
    """One client process: for each piece of work one warm act, then at a signal as many as it can."""
    ready = begin(*given)
    pipe.send("ready")
    while (asked := pipe.recv()) is not None:
        work, seconds = asked
        act = ready(work)
        act()
        pipe.send("warm")
        pipe.recv()
        count, end = 0, perf_counter() + seconds
        while perf_counter() < end:
            act()
            count += 1
        pipe.send(count)


# --- PostgreSQL ---------------------------------------------------------------------------------------------


def script(sent: Sequence[Statement]) -> str:
    """A pgbench script: the same statements, new ids drawn beside the row that is locked first."""
    from django.db import connection

    fresh = {value.hex: f"made{n}" for n, value in enumerate(new_ids(sent))}
    drawn = ", ".join(f"gen_random_uuid() AS {name}" for name in fresh.values())
    lines = ["BEGIN;"]
    size = -1
    with connection.cursor() as cursor:
        for sql, params in sent:
            line = cursor.mogrify(sql, params) if hasattr(cursor, "mogrify") else _literal(sql, params)
            if "FOR UPDATE" in line:
                size = _size_before(sent)
                line = line.replace("SELECT ", f"SELECT {drawn}, ", 1)
                lines.append(line + " \\gset")
                continue
            for value, name in fresh.items():
                line = line.replace(f"'{value}'::uuid", f"':{name}'")
            if '"outtask_entry"' in line:
                line = re.sub(rf"(?<![\w'-]){size}(?![\w'-])", ":size", line)
            if 'UPDATE "outtask_journalhead"' in line:
                line = re.sub(r'"size" = \d+', '"size" = :size + 1', line)
            lines.append(line + ";")
    return "\n".join([*lines, "COMMIT;"])


def new_ids(sent: Sequence[Statement]) -> list[Any]:
    """The ids of the rows that the act inserts, each once."""
    return list(dict.fromkeys(params[0] for sql, params in sent if sql.startswith("INSERT")))


def _size_before(sent: Sequence[Statement]) -> int:
    """How long the log was when the act began: its head is set to one more."""
    (after,) = (params[0] for sql, params in sent if sql.startswith('UPDATE "outtask_journalhead"'))
    return int(after) - 1


def _literal(sql: str, params: Sequence[Any]) -> str:
    import psycopg
    from django.db import connection

    connection.ensure_connection()
    return str(psycopg.ClientCursor(connection.connection).mogrify(sql, params))


@dataclass
class Pgbench:
    """pgbench of the same PostgreSQL, one connection a client, statements sent one by one."""

    place: Scratch
    scripts: list[str]
    statements: int
    name: str = "pgbench"
    files: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number, text in enumerate(self.scripts):
            path = self.place.home / f"peer{number}.sql"
            path.write_text(text)
            self.files.append(path)

    def rate(self, organisations: int, clients: int, seconds: float) -> float:
        (binary,) = self.place.server.folder.glob("*/bin/pgbench")
        scripts = [part for path in self.files[:organisations] for part in ("-f", str(path))]
        how = [
            "-n",
            "-M",
            "simple",
            "-c",
            str(clients),
            "-j",
            str(min(clients, 2)),
            "-T",
            str(round(seconds)),
        ]
        address = self.place.address("actions")
        done = subprocess.run([binary, *how, *scripts, address], capture_output=True, text=True)
        found = re.search(r"tps = ([\d.]+)", done.stdout)
        if done.returncode or found is None or "failed" in done.stderr:
            raise RuntimeError(done.stdout + done.stderr)
        return float(found[1])


# --- SQLite -------------------------------------------------------------------------------------------------


@dataclass
class BareSqlite:
    """The sqlite3 module in processes of their own, with the same settings of the connection."""

    path: str
    sent: list[list[Statement]]
    statements: int
    name: str = "sqlite3"

    def rate(self, organisations: int, clients: int, seconds: float) -> float:
        plans = [plan(self.sent[number % organisations]) for number in range(clients)]
        with Crew(clients, _repeating, (self.path,)) as crew:
            return crew.rate(plans, seconds)


# A parameter as it stands, or what takes its place: the number of a fresh id, or the log's size plus so much.
type Planned = tuple[str, list[Any]]


@dataclass(frozen=True)
class Fresh:
    """The n-th new id of a transaction."""

    number: int


@dataclass(frozen=True)
class Size:
    """How long the log is, and so much more."""

    more: int


def plan(sent: Sequence[Statement]) -> list[Planned]:
    """The statements in the driver's own form, with places for what must be new each time."""
    from django.db import connection

    ids = {value: Fresh(number) for number, value in enumerate(new_ids(sent))}
    size = _size_before(sent)
    planned: list[Planned] = []
    for sql, params in sent:
        head = 'UPDATE "outtask_journalhead"' in sql
        entry = 'INTO "outtask_entry"' in sql
        values: list[Any] = [
            bytes(v) if isinstance(v, memoryview) else ids[v] if isinstance(v, str) and v in ids else v
            for v in params
        ]
        if head:
            values[0] = Size(1)
        if entry:
            values = [Size(0) if value == size and type(value) is int else value for value in values]
        planned.append((connection.cursor().cursor.convert_query(sql) if params else sql, values))
    return planned


def _repeating(path: str) -> Callable[[list[Planned]], Callable[[], object]]:
    """Connects once; for a plan, gives the act that does it."""
    from pysqlite3 import dbapi2

    connection = dbapi2.connect(path, timeout=60, isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;")

    def planned(plan: list[Planned]) -> Callable[[], object]:
        fresh = 1 + max(v.number for _, values in plan for v in values if isinstance(v, Fresh))
        (head,) = [values[-1] for sql, values in plan if 'UPDATE "outtask_journalhead"' in sql]

        def act() -> None:
            connection.execute("BEGIN IMMEDIATE")
            ids = [uuid.uuid4().hex for _ in range(fresh)]
            (size,) = connection.execute(
                "SELECT size FROM outtask_journalhead WHERE organisation_id = ?", [head]
            ).fetchone()
            for sql, values in plan:
                connection.execute(sql, [_given(value, ids, size) for value in values]).fetchall()
            connection.execute("COMMIT")

        return act

    return planned


def _given(value: Any, ids: list[str], size: int) -> Any:
    match value:
        case Fresh(number):
            return ids[number]
        case Size(more):
            return size + more
    return value
