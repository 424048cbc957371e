"""Make the installation ready: the database up to date, the cache table there, static files gathered."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from outtask import __version__
from outtask.cli import running, upgrading
from outtask.cli.ground import Failed, refuse_half_restored, say


def prepare() -> None:
    """Do what is needed since the last start and nothing else; safe to run twice at once."""
    with _alone():
        _migrate()
        _gather()


@contextmanager
def _alone() -> Iterator[None]:
    with (settings.HOME / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _migrate() -> None:
    """Make a fresh database ready; upgrade an old one where one machine holds all state (ADR 0015)."""
    refuse_half_restored()
    # Asked under the lock: a database that another machine prepares right now would look like an old one.
    with upgrading.only_one():
        found = upgrading.standing()
        upgrading.refuse_newer(found)
        if found.fresh:
            say("Preparing the database …")
            upgrading.migrate()
        elif found.steps:
            _upgrade()


def _upgrade() -> None:
    if connection.vendor != "sqlite":
        raise Failed(
            "The database is of an older version. Stop every `outtask up` and `outtask work`, then run"
            " `outtask upgrade`; it makes a backup first. `outtask upgrade --dry-run` tells what it would do."
        )
    say("The database is of an older version. Making a backup, then upgrading it …")
    with running.alone():
        done = upgrading.upgrade(datetime.now(UTC), backup=True)
    say(f"Upgraded by {', '.join(step.name for step in done.steps)}. {upgrading.way_back(done.backup)}")


def _gather() -> None:
    """Static files with a digest in their names, so that browsers may keep them for ever."""
    stamp = settings.STATIC_ROOT / ".stamp"
    wanted = _state_of_sources()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("Gathering static files …")
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.write_text(wanted)


def _state_of_sources() -> str:
    digest = hashlib.sha256(__version__.encode())
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(Path(folder).rglob("*")):
            known = path.stat()
            digest.update(f"{path.relative_to(folder)} {known.st_size} {known.st_mtime_ns}\n".encode())
    return digest.hexdigest()
