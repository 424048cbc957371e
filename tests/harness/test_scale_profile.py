"""The scale profile as it runs: server, worker, PostgreSQL, S3 and SMTP, each on its own."""

from __future__ import annotations

import io
import os
import re
import signal
import zipfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests import postgresql
from tests.installation import READY, Installation, Server, eventually, free_port
from tests.s3 import Store
from tests.world import PASSWORD

_numbers = count(1)

# Prepares the database, and stops in the middle of it until the test says so.
SLOW = """
import sys, time
from pathlib import Path
from django.db.migrations.executor import MigrationExecutor
from outtask.cli.prepare import prepare
half_way, go_on = Path("half-way"), Path("go-on")
apply = MigrationExecutor.apply_migration
def slowly(self, state, migration, *rest, **more):
    if migration.app_label == "outtask" and not migration.name.startswith("0001"):
        half_way.touch()
        while not go_on.exists():
            time.sleep(0.05)
    return apply(self, state, migration, *rest, **more)
MigrationExecutor.apply_migration = slowly
prepare()
"""
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
RECORDS = b"isbn,title\n1,Tide\n" * 40_000
LIFE = """
from outtask.lifecycle.tests import life as lives
from django.utils import timezone
from tests.world import NOW, make_world
print(lives.committed(make_world(min(timezone.now(), NOW))).outtask.reference)
"""


class Post:
    """A mail server that keeps whom it was given letters for."""

    def __init__(self) -> None:
        self.readers: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.readers += envelope.rcpt_tos
        return "250 OK"


class Visitor:
    """Somebody at a browser without script."""

    def __init__(self, server: Server, email: str) -> None:
        self.address, self.session = server.address, requests.Session()
        self.post("/account/login/", login=email, password=PASSWORD)

    def get(self, path: str) -> requests.Response:
        found = self.session.get(f"{self.address}{path}", timeout=30)
        assert found.status_code == 200, found.text
        return found

    def post(self, path: str, page: str = "", files: Any = None, **said: str) -> None:
        """Send the form of a page, as it came with that page."""
        self.get(page or path)
        said["csrfmiddlewaretoken"] = self.session.cookies["csrftoken"]
        done = self.session.post(f"{self.address}{path}", said, files=files, timeout=30)
        assert done.history and done.status_code == 200, done.text


@pytest.fixture
def database() -> Iterator[str]:
    """A server of its own, whatever database this run is about."""
    server = postgresql.Server.start(Path(os.environ["OUTTASK_TEST_BASE"], f"scale{next(_numbers)}"))
    server.connect().execute("CREATE DATABASE scale")
    yield server.address("scale")
    server.stop()


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    taken, port = Post(), free_port()
    controller = Controller(taken, hostname="127.0.0.1", port=port)
    controller.start()
    yield taken, port
    controller.stop()


@pytest.mark.postgres
def test_two_machines_make_their_first_start_at_once(database: str, tmp_path: Path) -> None:
    """The one that comes in the middle neither takes the database for an old one nor prepares it as well."""
    first, second = Installation(tmp_path / "first", database), Installation(tmp_path / "second", database)
    for machine in (first, second):
        machine.home.mkdir()
    try:
        slow = first.start("-c", READY + SLOW)
        eventually((first.home / "half-way").exists, first.log.read_text, slow)
        other = second.start("-c", READY + "from outtask.cli.prepare import prepare; prepare()")
        eventually(lambda: first.rows(WAITING) == [(1,)], second.log.read_text, other)
        (first.home / "go-on").touch()
        assert (slow.wait(90), other.wait(90)) == (0, 0), first.log.read_text() + second.log.read_text()
        assert "Preparing the database" in first.log.read_text()
        assert "Preparing the database" not in second.log.read_text()
        assert "all applied" in second.outtask("doctor", code=1).stdout
    finally:
        first.end()
        second.end()


@pytest.mark.postgres
def test_one_piece_of_work_over_every_part(
    database: str, strict_store: Store, post: tuple[Post, int], tmp_path: Path
) -> None:
    bucket = strict_store.make_bucket()
    here, there = Installation(tmp_path / "web", database), Installation(tmp_path / "worker", database)
    for machine in (here, there):
        machine.home.mkdir()
        machine.more = {
            "OUTTASK_S3": strict_store.address(bucket, prefix="shop"),
            "OUTTASK_SMTP": f"smtp://127.0.0.1:{post[1]}",
            "OUTTASK_SECRET_KEY": "one for every machine of this installation",
        }
    try:
        server = here.up("--no-worker")
        reference = here.python(LIFE)
        worker = there.start("-m", "outtask.cli", "work")
        eventually(lambda: server.get("/readyz")[0] == 200, there.log.read_text, worker)

        nadia = Visitor(server, "nadia@harbour.example")
        milestone = f"/out-tasks/{reference}/milestones/1"
        sent = {"files": ("records.csv", RECORDS, "text/csv")}
        nadia.post(f"{milestone}/submissions", milestone, files=sent, note="Done.", key="k1")
        imke = Visitor(server, "imke@harbour.example")
        imke.post(f"/out-tasks/{reference}/handover", successor="ourselves", reason="We go on.", key="k2")
        packed = "SELECT pack_id FROM outtask_handover WHERE state = 'packed'"
        eventually(lambda: here.rows(packed) != [], there.log.read_text, worker)

        page = imke.get(f"/out-tasks/{reference}/handover").text
        found = re.search(r'href="(/files/[^"]+\.zip)"', page)
        assert found, page
        with zipfile.ZipFile(io.BytesIO(imke.get(found[1]).content)) as pack:
            (name,) = [name for name in pack.namelist() if name.endswith("records.csv")]
            assert pack.read(name) == RECORDS
        eventually(lambda: post[0].readers != [], there.log.read_text, worker)
        ((blobs,),) = here.rows("SELECT count(*) FROM outtask_blob")
        assert len(strict_store.keys(bucket)) == blobs
        # Each machine holds keys and static files of its own, and not one file of anybody's.
        assert [path for home in (here.home, there.home) for path in (home / "files").rglob("*")] == []

        told = here.outtask("doctor", code=0).stdout
        assert f"kept in bucket {bucket} at {strict_store.endpoint}" in told
        assert f"127.0.0.1:{post[1]} answers" in told
        assert server.process is not None
        for process in (worker, server.process):
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
    finally:
        here.end()
        there.end()
