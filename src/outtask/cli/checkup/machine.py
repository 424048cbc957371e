"""The machine: Python, the version of the database, an interrupted restore, the time."""

from __future__ import annotations

import platform
import sys
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from outtask import __version__
from outtask.cli import upgrading
from outtask.cli.backups import record
from outtask.followers.health import Finding, bad, ok, warn
from outtask.journal.models import Entry

OLDEST_PYTHON = (3, 12)
# Two machines that keep time by NTP differ by less.
AHEAD = timedelta(seconds=5)


def python(now: datetime) -> Finding:
    """The interpreter, and the SQLite it was given."""
    says = f"Outtask {__version__} on Python {platform.python_version()}"
    if sys.version_info < OLDEST_PYTHON:
        return bad(
            "python", f"{says}, which is too old.", "Install Python 3.12 or newer, then run `make run` again."
        )
    if connection.vendor == "sqlite" and not settings.SQLITE_MENDED:
        remedy = "Run `make run` again, which installs the pysqlite3 wheel, or use PostgreSQL."
        return warn("python", f"{says} with a SQLite that has the WAL-reset defect.", remedy)
    return ok("python", says)


def version(now: datetime) -> Finding:
    """Whether code and database are of one version."""
    found = upgrading.standing()
    if found.newer:
        says = f"The database is of a later version; it has {found.newer[0]}."
        return bad("migrations", says, "Install that version, or restore the backup made before the upgrade.")
    if found.fresh:
        return bad("migrations", "The database is empty.", "Run `outtask up`, which prepares it.")
    if found.steps:
        names = ", ".join(step.name for step in found.steps[:3])
        remedy = "Run `outtask upgrade --dry-run`, then `outtask upgrade`; it makes a backup first."
        return bad("migrations", f"{len(found.steps)} not applied: {names}.", remedy)
    return ok("migrations", "all applied")


def restore(now: datetime) -> Finding:
    under_way = record.read(record.marker())
    if under_way is None:
        return ok("restore", "none was interrupted")
    says = f"A restore of {under_way['file']} was interrupted at {under_way['begun'][:19]}Z."
    return bad("restore", says, f"Run: outtask restore {under_way['file']}")


def time(now: datetime) -> Finding:
    """Whether the clock stands behind what was written already."""
    last = Entry.objects.order_by("-at").values_list("at", flat=True).first()
    if last is None:
        return ok("time", "nothing was written yet")
    if last > now + AHEAD:
        ahead = (last - now).total_seconds()
        remedy = "Set the clock by NTP. If it is right now, it was ahead when that entry was written."
        return bad("time", f"The last entry of the journal is {ahead:,.0f} seconds in the future.", remedy)
    return ok("time", "behind no entry of the journal")
