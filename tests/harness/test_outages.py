"""What it stands on goes away for a while: database, disk, mail server. Nothing is lost or doubled."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
import requests
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests import postgresql
from tests.installation import Installation, Server, eventually, free_port
from tests.world import PASSWORD

BRIEFS = "SELECT count(*) FROM outtask_brief"


class Visitor:
    """Somebody who is signed in, and sends a form again for as long as it is not taken."""

    def __init__(self, server: Server, who: str = "imke@harbour.example") -> None:
        self.address, self.session = f"http://127.0.0.1:{server.port}", requests.Session()
        self.session.trust_env = False
        answer = self.post("/account/login/", login=who, password=PASSWORD)
        assert answer.status_code == 302, answer.text
        self.met: list[requests.Response] = []

    def post(self, path: str, files: dict[str, bytes] | None = None, **data: str) -> requests.Response:
        if "csrftoken" not in self.session.cookies:
            self.session.get(f"{self.address}/account/login/")
        token = self.session.cookies["csrftoken"]
        return self.session.post(
            f"{self.address}{path}", data={**data, "csrfmiddlewaretoken": token}, files=files,
            timeout=60, allow_redirects=False,
        )  # fmt: skip

    def brief(self, number: int, key: str) -> requests.Response:
        soon = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
        rows = {"criteria-TOTAL_FORMS": "0", "criteria-INITIAL_FORMS": "0"}
        return self.post("/briefs/new", what=f"Bind volume {number}", by_when=soon, key=key, **rows)

    def insists(self, number: int) -> None:
        """One brief, whatever it takes."""
        for _ in range(2_000):
            try:
                answer = self.brief(number, f"{id(self)}-{number}")
            except requests.ConnectionError:
                continue
            if answer.status_code == 302 or answer.status_code == 303:
                return
            self.met.append(answer)
        raise AssertionError(f"brief {number} was never taken: {self.met[-1].text[:2000]}")


# --- the database ------------------------------------------------------------------------------------


@pytest.fixture
def own_server(installation: Installation) -> Iterator[postgresql.Server]:
    """A PostgreSQL of its own for this installation, so that no other test is in its way."""
    folder = Path(os.environ["OUTTASK_TEST_BASE"]) / f"outage-{free_port()}"
    server = postgresql.Server.start(folder)
    server.connect().execute("CREATE DATABASE outage")
    shared, installation.database = installation.database, server.address("outage")
    installation.prepare()
    installation.make_world()
    try:
        yield server
    finally:
        installation.end()
        installation.database = shared
        server.stop()


def restart(server: postgresql.Server) -> None:
    """Stop it, cutting every connection, and start it again on the same data."""
    server.stop()
    with (server.folder / "log").open("ab") as log:
        server.process = subprocess.Popen(
            server.process.args, stdout=log, stderr=log, cwd=server.folder, start_new_session=True,
            **postgresql.as_nobody(server.folder),
        )  # fmt: skip
    server.wait()


@pytest.mark.postgres
def test_postgresql_is_restarted_under_load(
    installation: Installation, own_server: postgresql.Server
) -> None:
    server = installation.up()
    visitors = [
        Visitor(server),
        Visitor(server, "joseph@harbour.example"),
        Visitor(server, "oskar@fold.example"),
    ]
    taken, stopping = [count(), count(), count()], threading.Event()

    def work(visitor: Visitor, numbers: count[int]) -> None:
        while not stopping.is_set():
            visitor.insists(next(numbers))

    threads = [threading.Thread(target=work, args=pair) for pair in zip(visitors, taken, strict=True)]
    for thread in threads:
        thread.start()
    try:
        eventually(lambda: installation.rows(BRIEFS)[0][0] >= 5, installation.log.read_text, server.process)
        restart(own_server)
        # Everybody met it, and goes on.
        before = installation.rows(BRIEFS)[0][0]
        eventually(lambda: installation.rows(BRIEFS)[0][0] >= before + 5, installation.log.read_text)
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
    sent = sum(next(numbers) for numbers in taken)
    assert installation.rows(BRIEFS) == [(sent,)]
    met = [answer for visitor in visitors for answer in visitor.met]
    assert {answer.status_code for answer in met} <= {503}
    for answer in met:
        assert "The database cannot be reached" in answer.text
        assert "Traceback" not in answer.text and answer.headers["Retry-After"]
    eventually(lambda: server.get("/readyz")[0] == 200, installation.log.read_text, server.process)
    installation.outtask("verify")


# --- the disk -----------------------------------------------------------------------------------------


def processes(server: Server) -> list[int]:
    """The server with everything it started."""
    assert server.process is not None
    found, waiting = [], [server.process.pid]
    while waiting:
        found.append(waiting.pop())
        for path in Path(f"/proc/{found[-1]}/task").glob("*/children"):
            waiting += [int(pid) for pid in path.read_text().split()]
    return found


def let_write(server: Server, size: int) -> None:
    """Let no process of the server write a file beyond this size, as a full disk would not."""
    for pid in processes(server):
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


LIFE = """
from outtask.lifecycle.tests import life as lives
from tests.world import make_world
from django.utils import timezone
print(lives.committed(make_world(timezone.now())).outtask.reference)
"""
SUBMITTED = "SELECT count(*) FROM outtask_submission"


def test_a_full_disk(installation: Installation) -> None:
    reference = installation.python(LIFE)
    server = installation.up("--no-worker")
    nadia = Visitor(server, "nadia@harbour.example")
    page, big = f"/out-tasks/{reference}/milestones/1/submissions", {"files": os.urandom(12_000_000)}
    let_write(server, 8_000_000)
    refused = nadia.post(page, files=big, note="All of it.", key="first")
    assert refused.status_code == 507
    assert "The disk of this installation is full" in refused.text
    assert installation.rows(SUBMITTED) == [(0,)]
    assert not [path for path in (installation.home / "files").rglob("*") if path.is_file()]
    if not installation.database:
        let_write(server, 0)
        assert nadia.brief(1, "no room").status_code == 503
        assert installation.rows(BRIEFS) == [(1,)]
    let_write(server, resource.RLIM_INFINITY)
    assert nadia.post(page, files=big, note="All of it.", key="first").status_code in {302, 303}
    assert installation.rows(SUBMITTED) == [(1,)]
    assert nadia.brief(1, "no room").status_code in {302, 303}
    assert installation.rows(BRIEFS) == [(2,)]
    installation.outtask("verify")


# --- the mail server -------------------------------------------------------------------------------------


class Letterbox:
    """A mail server that keeps the Message-ID of what it was given."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        text = bytes(envelope.content or b"").decode()
        found = re.search(r"^Message-ID: (\S+)", text, re.MULTILINE | re.IGNORECASE)
        self.taken.append(found[1] if found else text)
        return "250 OK"


INVITE = """
from django.utils import timezone
from outtask.models import Member
from outtask.people.actions import invite_member
from outtask.people.states import Role
imke = Member.objects.get(person__email="imke@harbour.example").actor
for number in range(5):
    invite_member(actor=imke, now=timezone.now(), email=f"guest{number}@harbour.example", name="Guest",
                  role=Role.REQUESTER, limit_minor=None, reports_to_id=None)
"""
MAILS = "SELECT state, min(attempts) FROM outtask_mail GROUP BY state"


def test_mail_waits_for_its_server_and_leaves_once(installation: Installation) -> None:
    installation.make_world()
    installation.python(INVITE)
    port = free_port()
    smtp = {"OUTTASK_SMTP": f"smtp://127.0.0.1:{port}"}
    worker = installation.start("-m", "outtask.cli", "work", **smtp)
    told = installation.log.read_text
    eventually(lambda: [row for row in installation.rows(MAILS) if row[1] > 0] != [], told, worker)
    eventually(lambda: installation.rows(MAILS) == [("waiting", 1)], told, worker)
    box = Letterbox()
    post = Controller(box, hostname="127.0.0.1", port=port)
    post.start()
    try:
        # The pause before the next try, as if it were over.
        installation.write("UPDATE outtask_mail SET retry_at = '2026-01-01 00:00:00'")
        eventually(lambda: installation.rows(MAILS) == [("sent", 1)], told, worker)
        worker.terminate()
        assert worker.wait(60) == 0
    finally:
        post.stop()
    assert len(box.taken) == len(set(box.taken)) == 5
