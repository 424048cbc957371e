"""Is everything in order? Asked by `/readyz` and `outtask doctor`; each answer says what to do about it."""

from __future__ import annotations

import shutil
import smtplib
import socket
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import mailers
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from outtask.files import storage
from outtask.followers.background import DEAD_AFTER
from outtask.followers.models import Timer, Worker
from outtask.journal.models import Entry, JournalHead
from outtask.journal.verify import verify
from outtask.messages.models import Mail
from outtask.messages.states import MailState

GIB = 2**30
SKEW = timedelta(seconds=5)


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: how it is, and what to do when it is not well.

    short: as much of it as a stranger may read, who asks `/readyz`.
    """

    name: str
    state: State
    says: str
    remedy: str = ""
    short: str = ""


type Check = Callable[[datetime], Finding]


def ok(name: str, says: str) -> Finding:
    return Finding(name, State.OK, says)


def warn(name: str, says: str, remedy: str) -> Finding:
    return Finding(name, State.WARN, says, remedy)


def bad(name: str, says: str, remedy: str) -> Finding:
    return Finding(name, State.BAD, says, remedy)


def look(checks: Iterable[Check], now: datetime) -> list[Finding]:
    """The findings of these checks; when the database is away, what needs it is not asked."""
    found: list[Finding] = []
    for check in checks:
        try:
            found.append(check(now))
        except Error as error:
            remedy = "Start the database, or correct OUTTASK_DATABASE."
            found.append(bad(check.__name__, f"The database does not answer: {str(error).strip()}", remedy))
    return found


def database(now: datetime) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            version = f"SQLite {cursor.fetchone()[0]}"
            cursor.execute("PRAGMA journal_mode")
            mode = str(cursor.fetchone()[0]).upper()
        else:
            version, mode = f"PostgreSQL {_dotted(connection.pg_version)}", ""  # type: ignore[attr-defined]
    if mode and not settings.SQLITE_MENDED:
        return warn(
            "database",
            f"{version} has a defect in WAL mode, so the slower mode {mode} is used.",
            "Install the pysqlite3 wheel, or use PostgreSQL.",
        )
    return ok("database", f"{version}{f', journal mode {mode}' if mode else ''}")


def migrations(now: datetime) -> Finding:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        names = ", ".join(migration.name for migration, _ in waiting[:3])
        return bad(
            "migrations", f"{len(waiting)} not applied: {names}", "Run `outtask up`, which applies them."
        )
    return ok("migrations", "all applied")


def disk(now: datetime) -> Finding:
    home: Path = settings.HOME
    probe = home / ".probe"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return bad("disk", f"{home} cannot be written: {error.strerror}.", "Give this user the home folder.")
    free = shutil.disk_usage(home).free
    says = f"{free / GIB:.1f} GiB free in the home folder"
    if free < GIB // 4:
        return bad("disk", says, "Free some space, or move OUTTASK_HOME to a larger disk.")
    if free < 2 * GIB:
        return warn("disk", says, "Free some space soon.")
    return ok("disk", says)


def files(now: datetime) -> Finding:
    try:
        storage.look()
    except OSError as error:
        says = f"Files cannot be kept in {storage.place()}: {error}"
        remedy = "Until then uploads and downloads are refused; nothing is lost."
        return Finding("files", State.BAD, says, remedy, short=str(error))
    return ok("files", f"kept in {storage.place()}")


def worker(now: datetime) -> Finding:
    living = Worker.objects.filter(beat_at__gt=now - DEAD_AFTER).count()
    if not living:
        remedy = "Start one with `outtask up` or `outtask work`; until then no mail leaves."
        return bad("worker", "No worker is running.", remedy)
    failing = Timer.objects.exclude(failures=0).first()
    if failing is not None:
        return warn(
            "worker", f"The duty {failing.name} fails: {failing.last_error}", "See the log of the worker."
        )
    return ok("worker", f"{living} running")


def secrets(now: datetime) -> Finding:
    folder: Path = settings.HOME / "keys"
    open_to_others = [
        path.name
        for path in (folder, *folder.iterdir())
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    if open_to_others:
        names = ", ".join(sorted(open_to_others))
        return bad("secrets", f"Others on this machine can read {names}.", f"Run: chmod -R go-rwx {folder}")
    return ok("secrets", "readable by this user alone")


def mail(now: datetime) -> Finding:
    """Whether mail leaves, asked where it leaves to; then what could not leave lately."""
    if settings.OUTBOX_ONLY:
        remedy = "Set OUTTASK_SMTP to send it, such as smtp+tls://user:password@host:587."
        return warn("mail", "Mail stays on the outbox page.", remedy)
    place, remedy, trouble = _provider() if settings.MAIL_PROVIDER else _smtp()
    if trouble:
        return bad("mail", f"{place} does not answer: {trouble}", remedy)
    held_up = outbox(now)
    return held_up if held_up.state != State.OK else ok("mail", f"{place} answers")


def outbox(now: datetime) -> Finding:
    """What could not leave at its last try. Nobody outside is asked: mail waits, so no answer needs to."""
    tried = Mail.objects.filter(state=MailState.WAITING, retry_at__isnull=False, attempts__gt=0)
    last = tried.order_by("-id").first()
    if last is None:
        return ok("mail", "no mail is held up")
    says = f"Mail waits that could not be sent: {last.last_error}"
    remedy = "Correct the settings of mail, or ask who runs the server; it is tried again by itself."
    return Finding("mail", State.WARN, says, remedy, short="Mail waits that could not be sent.")


def _smtp() -> tuple[str, str, str]:
    """Where it is, what to do, and the trouble with it, an empty text for none."""
    mailer: dict[str, Any] = settings.MAILERS["default"]
    options = mailer["OPTIONS"]
    client = smtplib.SMTP_SSL if options["use_ssl"] else smtplib.SMTP
    place, trouble = f"{options['host']}:{options['port']}", ""
    try:
        with client(options["host"], options["port"], timeout=5) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        trouble = str(error)
    return place, "Correct OUTTASK_SMTP, or ask who runs the server.", trouble


def _provider() -> tuple[str, str, str]:
    """As `_smtp`. Only whether somebody listens: whether the key is good shows with the first mail."""
    place, trouble = settings.MAIL_PROVIDER, ""
    remedy = "Correct api_url in OUTTASK_MAIL_OPTIONS, or let this machine reach it."
    address = urlsplit(str(getattr(mailers["default"], "api_url", "")))
    if not address.hostname:  # Amazon's own client finds its address by the region
        return place, remedy, trouble
    port = address.port or (80 if address.scheme == "http" else 443)
    try:
        socket.create_connection((address.hostname, port), timeout=5).close()
    except OSError as error:
        trouble = str(error)
    return f"{place} at {address.netloc}", remedy, trouble


def clock(now: datetime) -> Finding:
    if connection.vendor == "sqlite":
        return ok("clock", "the database is on this machine")
    with connection.cursor() as cursor:
        before = datetime.now(UTC)
        cursor.execute("SELECT clock_timestamp()")
        there = cursor.fetchone()[0]
        here = before + (datetime.now(UTC) - before) / 2
    skew = abs(here - there)
    if skew > SKEW:
        says = f"This machine and the database are {skew.total_seconds():.0f} seconds apart."
        return bad("clock", says, "Let both keep time by NTP; deadlines are kept by the clock.")
    return ok("clock", f"{skew.total_seconds():.2f} seconds from the database")


def journal(now: datetime) -> Finding:
    """The ends of the logs that were written last; `outtask verify` reads them whole."""
    latest = list(JournalHead.objects.filter(size__gt=0).order_by("-size")[:20])
    for head in latest:
        fault = _end_of(head)
        if fault:
            remedy = "Run `outtask verify` and keep a copy of the database as it is."
            return bad("journal", f"The log of organisation {head.organisation_id}: {fault}", remedy)
    return ok("journal", f"{len(latest)} logs looked at; `outtask verify` reads them whole")


def _end_of(head: JournalHead) -> str:
    if head.size <= 5000:
        return str(verify(head.organisation_id, deep=False).fault or "")
    there = Entry.objects.filter(organisation_id=head.organisation_id, seq__lt=head.size).count()
    return "" if there == head.size else f"{head.size - there} entries are missing."


def _dotted(number: int) -> str:
    return f"{number // 10000}.{number % 10000}"


READY: tuple[Check, ...] = (database, migrations, disk, files, outbox, worker)
ALL: tuple[Check, ...] = (database, migrations, disk, files, secrets, mail, clock, worker, journal)
