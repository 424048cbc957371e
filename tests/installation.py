"""A whole installation in processes of its own: home, database, the `outtask` command, `outtask up`.

For tests that need real processes: the command line, workers that are killed, a browser.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "outtask_template"
READY = "import django; django.setup()\n"


@dataclass
class Installation:
    """One home folder and its database. Everything started from it is ended by `end`."""

    home: Path
    database: str = ""
    started: list[subprocess.Popen[str]] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes: nothing of ours but what makes Python run."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("OUTTASK_", "DJANGO_"))
        }
        own = {
            "OUTTASK_HOME": str(self.home),
            "DJANGO_SETTINGS_MODULE": "outtask.config.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
            "PYTHONUNBUFFERED": "1",
            # Many installations at once share few cores.
            "OUTTASK_SERVER_PROCESSES": "1",
        }
        return kept | own | (self._database_and_tools() if self.database else {}) | self.more

    def _database_and_tools(self) -> dict[str, str]:
        """The programs of the very server the tests run on; those of the machine may be older."""
        tools = next(Path(os.environ["OUTTASK_TEST_BASE"]).glob("*/postgresql-*/bin"))
        return {"OUTTASK_DATABASE": self.database, "OUTTASK_PG_TOOLS": str(tools)}

    def outtask(self, *arguments: object, code: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end and expect this exit code; `more` adds to the environment."""
        done = subprocess.run(
            [sys.executable, "-m", "outtask.cli", *map(str, arguments)],
            cwd=self.home, env=self.environment | more, capture_output=True, text=True, timeout=180,
        )  # fmt: skip
        assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def python(self, source: str) -> str:
        """What a few lines of Python print, run with this installation's settings and models."""
        done = subprocess.run(
            [sys.executable, "-c", READY + source],
            cwd=self.home, env=self.environment, capture_output=True, text=True, timeout=180,
        )  # fmt: skip
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout.strip()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database answers, asked directly: quicker than another process."""
        if self.database:
            with psycopg.connect(self.database) as connection:
                return connection.execute(query).fetchall()  # type: ignore[arg-type]  # queries are our own
        with closing(sqlite3.connect(self.home / "outtask.sqlite3", timeout=20)) as file:
            return file.execute(query).fetchall()

    def write(self, statement: str) -> None:
        """Change the database behind the back of the product."""
        if self.database:
            with psycopg.connect(self.database) as connection:
                connection.execute(statement)  # type: ignore[arg-type]  # statements are our own
            return
        with closing(sqlite3.connect(self.home / "outtask.sqlite3", timeout=20)) as file, file:
            file.execute(statement)

    def start(self, *command: object, **more: str) -> subprocess.Popen[str]:
        """Start Python with these arguments, in a process group of its own; its output goes to `log`."""
        with self.log.open("a") as log:
            process = subprocess.Popen(
                [sys.executable, *map(str, command)],
                cwd=self.home, env=self.environment | more, stdout=log, stderr=log, text=True,
                start_new_session=True,
            )  # fmt: skip
        self.started.append(process)
        return process

    @property
    def log(self) -> Path:
        return self.home / "log.txt"

    def prepare(self) -> None:
        """The database and the static files, as the first start would make them."""
        self.python("from outtask.cli.prepare import prepare; prepare()")

    def make_world(self) -> None:
        """Harbour Row Books and next door, as in `tests.world`; all sign in with its PASSWORD."""
        self.python(
            "from django.utils import timezone\n"
            "from tests.world import make_world\n"
            "make_world(timezone.now())"
        )  # fmt: skip

    def up(self, *arguments: object, **more: str) -> Server:
        """Start `outtask up` on a free port; returns once the server answers."""
        server = Server(free_port())
        server.process = self.start("-m", "outtask.cli", "up", "--port", server.port, *arguments, **more)
        eventually(lambda: server.get("/healthz")[0] == 200, lambda: self.log.read_text(), server.process)
        return server

    def end(self) -> None:
        for process in self.started:
            process.terminate()
        for process in self.started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()


@dataclass
class Server:
    """A running `outtask up`."""

    port: int
    process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; status 0 while nobody listens."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""


def eventually(
    holds: Callable[[], bool],
    told: Callable[[], str] = str,
    process: subprocess.Popen[str] | None = None,
    within: float = 90,
) -> None:
    """Wait for something another process does; fails loudly when it never does, or the process ends."""
    give_up = time.monotonic() + within
    while not holds():
        ended = process is not None and process.poll() is not None
        assert not ended, f"the process ended with {process.returncode if process else ''}\n{told()}"
        assert time.monotonic() < give_up, f"it did not happen within {within} seconds\n{told()}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def installed(
    folder: Path, name: str, template: Installation | None = None, *, prepared: bool = True
) -> Iterator[Installation]:
    """An installation on the database this test run is about, prepared, or a copy of one that is.

    prepared: no for one whose database is empty, without a table.
    """
    installation = Installation(folder / name)
    if template is None:
        installation.home.mkdir(parents=True)
    else:
        shutil.copytree(template.home, installation.home)
    server = os.environ.get("OUTTASK_DATABASE", "")
    try:
        if server:
            installation.database = _create_database(server, name, template)
        if template is None and prepared:
            installation.prepare()
        yield installation
    finally:
        installation.end()
        if server:
            _execute(server, f'DROP DATABASE IF EXISTS "{_full(name)}" WITH (FORCE)')


def template_of_all(base: Path) -> Installation:
    """The installation that the first worker of a run prepares and every worker copies.

    base: the folder of the whole run.
    """
    found, done = Installation(base / "template"), base / "template.done"
    server = os.environ.get("OUTTASK_DATABASE", "")
    if server:
        found.database = _address(server, TEMPLATE)
    with (base / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            found.home.mkdir()
            if server:
                _execute(server, f'CREATE DATABASE "{TEMPLATE}"')
            found.prepare()
            done.touch()
    return found


def copy_database(template: Installation, name: str) -> None:
    """Copy a template's database to one of this name: a path, or a database of the same server."""
    if template.database:
        _execute(template.database, f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
    else:
        shutil.copy(template.home / "outtask.sqlite3", name)


def _full(name: str) -> str:
    return f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def _create_database(server: str, name: str, template: Installation | None) -> str:
    made_from = f' TEMPLATE "{urlsplit(template.database).path[1:]}"' if template else ""
    _execute(server, f'CREATE DATABASE "{_full(name)}"{made_from}')
    return _address(server, _full(name))


def _address(server: str, database: str) -> str:
    return urlsplit(server)._replace(path=f"/{database}").geturl()


def _execute(server: str, statement: str) -> None:
    address = urlsplit(server)._replace(path="/postgres").geturl()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]  # names are our own
