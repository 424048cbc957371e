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

from scratch import Scratch, id_of

type Statement = tuple[str, Sequence[Any]]
NEXT = "UPDATE taken SET number = number + 1 WHERE place = ? AND number < past RETURNING number - 1"


class Peer(Protocol):
    """A way to repeat an action's statements without Outtask."""

    name: str
    statements: int

    def rate(self, organisations: int, clients: int, seconds: float) -> float:
        """Transactions a second."""
        ...


def peer_of(
    place: Scratch, acts: Sequence[Callable[[], object]], copies: Sequence[Sequence[int]] = ()
) -> Peer:
    """The peer that fits the database, made from what each act really sends.

    copies: when an act can be done once only, the numbers (of `scratch.id_of`) of the copies that an act's
    peer may use up. Every row that the act is about must have the id of its number; the act's first statement
    asks for one of them.
    """
    found = [sent_by(act) for act in acts]
    if place.server is not None:
        spare: Sequence[Any] = copies or [()] * len(found)
        scripts = [_taking(script(sent), sent, numbers) for sent, numbers in zip(found, spare, strict=True)]
        return Pgbench(place, scripts, len(found[0]))
    return BareSqlite(str(place.home / "actions.sqlite3"), found, len(found[0]), copies)


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
            if "FOR UPDATE" in line and size < 0:
                size = _size_before(sent)
                line = line.replace("SELECT ", f"SELECT {drawn}, ", 1)
                lines.append(line + " \\gset")
                continue
            for value, name in fresh.items():
                line = line.replace(f"'{value}'::uuid", f"':{name}'")
            if '"outtask_entry"' in line:
                for more in range(_entries(sent)):
                    line = re.sub(rf"(?<![\w'-]){size + more}(?![\w'-])", f":size + {more}", line)
            if 'UPDATE "outtask_journalhead"' in line:
                line = re.sub(r'"size" = \d+', f'"size" = :size + {_entries(sent)}', line)
            lines.append(line + ";")
    return "\n".join([*lines, "COMMIT;"])


def _taking(script: str, sent: Sequence[Statement], numbers: Sequence[int]) -> str:
    """The same about another copy each time: its id, and an address nobody has, are drawn before all else."""
    from django.db import connection

    if not numbers:
        return script
    name, taken = f"taken{numbers[0]}", sent[0][1][0]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SEQUENCE {name} START {numbers[0]} MAXVALUE {numbers[-1]}")
    drawn = f"SELECT {id_of(f"nextval('{name}')")} AS taken, md5(random()::text) AS hashed \\gset"
    script = script.replace(f"'{taken.hex}'::uuid", "':taken'")
    for hashed in token_hashes(sent):
        script = script.replace(f"'{hashed}'", "':hashed:hashed'")
    return script.replace("BEGIN;", f"BEGIN;\n{drawn}", 1)


def new_ids(sent: Sequence[Statement]) -> list[Any]:
    """The ids of the rows that the act inserts, each once."""
    inserts = [(sql, params) for sql, params in sent if sql.startswith("INSERT")]
    return list(dict.fromkeys(pk for sql, params in inserts for pk in params[:: _columns(sql)]))


def token_hashes(sent: Sequence[Statement]) -> list[str]:
    """The hashes of tokens that the act inserts: like ids, no two rows have the same."""
    links = [params for sql, params in sent if sql.startswith('INSERT INTO "outtask_link"')]
    return [value for params in links for value in params if isinstance(value, str) and len(value) == 64]


def _columns(insert: str) -> int:
    return insert.partition(") VALUES")[0].count(",") + 1


def _entries(sent: Sequence[Statement]) -> int:
    """How many entries the act writes."""
    entries = [(sql, params) for sql, params in sent if sql.startswith('INSERT INTO "outtask_entry"')]
    return sum(len(params) // _columns(sql) for sql, params in entries)


def _size_before(sent: Sequence[Statement]) -> int:
    """How long the log was when the act began: its head is set to so many more as there are entries."""
    (after,) = (params[0] for sql, params in sent if sql.startswith('UPDATE "outtask_journalhead"'))
    return int(after) - _entries(sent)


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
    copies: Sequence[Sequence[int]] = ()
    name: str = "sqlite3"

    def __post_init__(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE taken (place INTEGER PRIMARY KEY, number INTEGER, past INTEGER)")
            for place, numbers in enumerate(self.copies):
                cursor.execute("INSERT INTO taken VALUES (%s, %s, %s)", [place, numbers[0], numbers[-1] + 1])

    def rate(self, organisations: int, clients: int, seconds: float) -> float:
        places = [number % organisations for number in range(clients)]
        plans = [plan(self.sent[place], place if self.copies else None) for place in places]
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


@dataclass(frozen=True)
class Hashed:
    """A hash that no other row has."""


@dataclass(frozen=True)
class Taken:
    """The id of the next copy, of those for one place."""

    place: int


def plan(sent: Sequence[Statement], place: int | None) -> list[Planned]:
    """The statements in the driver's own form, with places for what must be new each time.

    place: whose copies it uses up; None: it is about the same rows each time.
    """
    from django.db import connection

    ids: dict[Any, Any] = {value: Fresh(number) for number, value in enumerate(new_ids(sent))}
    if place is not None:
        ids |= dict.fromkeys(token_hashes(sent), Hashed()) | {sent[0][1][0]: Taken(place)}
    size, entries = _size_before(sent), _entries(sent)
    sizes = {size + more: Size(more) for more in range(entries)}
    planned: list[Planned] = []
    for sql, params in sent:
        head = 'UPDATE "outtask_journalhead"' in sql
        entry = 'INTO "outtask_entry"' in sql
        values: list[Any] = [
            bytes(v) if isinstance(v, memoryview) else ids[v] if isinstance(v, str) and v in ids else v
            for v in params
        ]
        if head:
            values[0] = Size(entries)
        if entry:
            values = [sizes.get(value, value) if type(value) is int else value for value in values]
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
        places = {v.place for _, values in plan for v in values if isinstance(v, Taken)}

        def act() -> None:
            connection.execute("BEGIN IMMEDIATE")
            taken = [_next(connection, place) for place in places]
            ids = [uuid.uuid4().hex for _ in range(fresh)]
            (size,) = connection.execute(
                "SELECT size FROM outtask_journalhead WHERE organisation_id = ?", [head]
            ).fetchone()
            for sql, values in plan:
                connection.execute(sql, [_given(value, ids, size, taken) for value in values]).fetchall()
            connection.execute("COMMIT")

        return act

    return planned


def _next(connection: Any, place: int) -> str:
    """The id of the next copy; without foreign keys SQLite would not notice that there is none."""
    found = connection.execute(NEXT, [place]).fetchone()
    if found is None:
        raise RuntimeError("the peer has used up its copies: make more")
    return f"0fffffffffff70008000{found[0]:012x}"


def _given(value: Any, ids: list[str], size: int, taken: list[str]) -> Any:
    match value:
        case Fresh(number):
            return ids[number]
        case Hashed():
            return ids[0] * 2
        case Taken():
            return taken[0]
        case Size(more):
            return size + more
    return value
