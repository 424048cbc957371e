"""Make the installation ready: the database up to date, the cache table there, static files gathered."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from outtask import __version__
from outtask.cli.ground import say


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
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        say("Preparing the database …")
        call_command("migrate", verbosity=0, interactive=False)
    # Beside the migrations because its name comes from the settings; does nothing when it is there.
    call_command("createcachetable", verbosity=0)


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
