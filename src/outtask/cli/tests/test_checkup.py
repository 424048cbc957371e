"""`outtask doctor`: each finding with the thing really broken."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.files.storage import default_storage
from django.db import connection
from django.test import override_settings
from django_tasks_db.models import DBTaskResult

from outtask.cli.backups import record
from outtask.cli.checkup import CHECKS, MATTERS, address, evidence, machine
from outtask.config import mailing
from outtask.files.storage import store_pieces
from outtask.followers.health import Finding, State
from outtask.models import Blob, Budget, Entry
from tests.world import NOW, World


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    return tmp_path


def told(finding: Finding) -> tuple[str, State]:
    assert finding.state == State.OK or finding.remedy
    return finding.name, finding.state


def test_everything_looked_at_says_why_it_matters(world: World, home: Path) -> None:
    (home / "keys").mkdir(mode=0o700)
    names = {check(NOW).name for check in CHECKS}
    assert names == MATTERS.keys() - {"settings"}


# --- the machine ------------------------------------------------------------------------------------


def test_an_interrupted_restore(db: None, home: Path) -> None:
    assert told(machine.restore(NOW)) == ("restore", State.OK)
    record.write(record.marker(), {"file": "/backups/monday.tar", "begun": NOW.isoformat()})
    found = machine.restore(NOW)
    assert told(found) == ("restore", State.BAD)
    assert found.remedy == "Run: outtask restore /backups/monday.tar"


def test_a_clock_behind_the_journal(world: World) -> None:
    assert told(machine.time(NOW)) == ("time", State.OK)
    Entry.objects.update(at=NOW + timedelta(minutes=10))
    found = machine.time(NOW)
    assert told(found) == ("time", State.BAD)
    assert "600 seconds in the future" in found.says


def test_a_database_of_another_version(db: None) -> None:
    assert told(machine.version(NOW)) == ("migrations", State.OK)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('outtask', '9999_later', CURRENT_TIMESTAMP)"
        )
        assert "later version" in machine.version(NOW).says
        last = "SELECT max(name) FROM django_migrations WHERE app = 'outtask' AND name < '9999'"
        cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")
        cursor.execute(f"DELETE FROM django_migrations WHERE app = 'outtask' AND name = ({last})")
        found = machine.version(NOW)
        assert told(found) == ("migrations", State.BAD)
        assert "outtask upgrade" in found.remedy or "is empty" in found.says
        cursor.execute("DELETE FROM django_migrations WHERE app = 'outtask'")
        assert machine.version(NOW).says == "The database is empty."


def test_python_and_its_sqlite(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(machine.python(NOW)) == ("python", State.OK)
    settings.SQLITE_MENDED = False
    if connection.vendor == "sqlite":
        assert told(machine.python(NOW)) == ("python", State.WARN)
    monkeypatch.setattr(machine.sys, "version_info", (3, 11, 9))
    assert told(machine.python(NOW)) == ("python", State.BAD)


# --- what must not get lost ---------------------------------------------------------------------------


def test_stored_files_that_are_gone_or_cut(db: None) -> None:
    stored = store_pieces([b"a proof of something"], "proof.txt")
    blob = Blob.objects.create(sha256=stored.sha256, size=stored.size, kept_at=NOW)
    assert told(evidence.stored(NOW)) == ("stored", State.OK)
    path = Path(default_storage.path(blob.path))
    path.write_bytes(b"half")
    found = evidence.stored(NOW)
    assert told(found) == ("stored", State.BAD)
    assert "has 4 bytes instead of 20" in found.says
    path.unlink()
    assert "is not there" in evidence.stored(NOW).says


def test_what_was_given_up(db: None) -> None:
    assert told(evidence.letters(NOW)) == ("letters", State.OK)
    DBTaskResult.objects.create(
        status="FAILED", task_path="x.y", args_kwargs={"args": [], "kwargs": {}}, priority=0,
        run_after=NOW, exception_class_path="", traceback="", queue_name="default", backend_name="default",
    )  # fmt: skip
    found = evidence.letters(NOW)
    assert told(found) == ("letters", State.WARN)
    assert "1 tasks" in found.says


def test_backups(world: World, home: Path) -> None:
    assert told(evidence.backup(NOW)) == ("backup", State.WARN)
    record.note_backup(NOW - timedelta(days=2), "/backups/a.tar", 5)
    assert told(evidence.backup(NOW)) == ("backup", State.OK)
    record.note_backup(NOW - timedelta(days=9), "/backups/a.tar", 5)
    found = evidence.backup(NOW)
    assert told(found) == ("backup", State.WARN)
    assert "9 days old" in found.says
    assert (home / "backups").stat().st_mode & 0o777 == 0o700


# --- addresses ------------------------------------------------------------------------------------------

PROXY = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize(
    ("base", "hosts", "proxy", "state", "says"),
    [
        ("http://localhost:8000", ["localhost"], None, State.OK, "http://localhost:8000"),
        ("https://out.example", ["out.example"], PROXY, State.OK, "https://out.example"),
        ("https://out.example", [".example"], PROXY, State.OK, "https://out.example"),
        ("out.example", ["out.example"], None, State.BAD, "OUTTASK_BASE_URL is 'out.example'"),
        ("https://out.example", ["localhost"], PROXY, State.BAD, "OUTTASK_HOSTS has localhost"),
        ("https://out.example", ["*"], PROXY, State.WARN, "OUTTASK_HOSTS is *"),
        ("http://out.example", ["out.example"], None, State.WARN, "is not encrypted"),
        ("https://out.example", ["out.example"], None, State.WARN, "OUTTASK_BEHIND_PROXY is not set"),
    ],
)
def test_addresses(base: str, hosts: list[str], proxy: Any, state: State, says: str) -> None:
    with override_settings(BASE_URL=base, ALLOWED_HOSTS=hosts, SECURE_PROXY_SSL_HEADER=proxy):
        found = address.address(NOW)
    assert told(found) == ("address", state)
    assert says in found.says


@contextmanager
def serving(folder: Path, days: int) -> Iterator[tuple[int, Path]]:
    """A server with a certificate of its own, good for so many days; the port, and whom to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=30))
        .not_valid_after(today + timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "trusted.pem", folder / "private.pem"
    trusted.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_answer, args=(listener, context), daemon=True).start()
        yield listener.getsockname()[1], trusted
        listener.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept


def _answer(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        try:
            context.wrap_socket(plain, server_side=True).close()
        except OSError:
            plain.close()


@pytest.mark.parametrize(("days", "state"), [(60, State.OK), (5, State.WARN)])
def test_certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, state: State) -> None:
    now = datetime.now(UTC)
    with serving(tmp_path, days) as (port, trusted):
        base = f"https://localhost:{port}"
        with override_settings(BASE_URL=base):
            assert told(address.certificate(now)) == ("certificate", State.BAD)
            monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
            found = address.certificate(now)
    assert told(found) == ("certificate", state)
    assert f"{days} days" in found.says
    with override_settings(BASE_URL=base):
        assert told(address.certificate(now)) == ("certificate", State.WARN)  # nobody answers any more
    with override_settings(BASE_URL="http://localhost"):
        assert told(address.certificate(now)) == ("certificate", State.OK)


class Doorkeeper:
    """Takes one account."""

    def __call__(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == b"open sesame")


def test_the_account_at_the_mail_server() -> None:
    post = Controller(
        object(), hostname="127.0.0.1", port=0, authenticator=Doorkeeper(), auth_require_tls=False
    )
    # Controller asks its port of itself before it knows it, so one is chosen here.
    with socket.create_server(("127.0.0.1", 0)) as probe:
        post.port = probe.getsockname()[1]
    post.start()
    try:
        for password, state in (("open sesame", State.OK), ("barley", State.BAD)):
            mailer = mailing.server(f"smtp://ada:{password.replace(' ', '%20')}@127.0.0.1:{post.port}")
            with override_settings(MAILERS={"default": mailer}):
                assert told(address.mail_account(NOW)) == ("mail account", state)
    finally:
        post.stop()
    with override_settings(MAILERS={"default": mailer}):
        assert told(address.mail_account(NOW)) == ("mail account", State.BAD)  # nobody answers any more


def test_books_that_do_not_fit_their_postings(world: World) -> None:
    assert told(evidence.books(NOW)) == ("books", State.OK)
    Budget.objects.filter(pk=world.budget.pk).update(paid_minor=1)
    found = evidence.books(NOW)
    assert told(found) == ("books", State.BAD)
    assert str(world.budget.pk) in found.says
