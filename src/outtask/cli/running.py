"""Who uses the home folder now: many may run beside each other, a restore or an upgrade runs alone."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

from outtask.cli.ground import REFUSED, Failed

# Open for as long as this process lives; the lock goes with the last process that has the file open.
_held: list[IO[str]] = []


def share() -> None:
    """Use the home until this process ends, beside others; raises Failed while somebody runs alone."""
    file = _file()
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Failed("A restore or an upgrade is under way. Start again when it has ended.") from None
    _held.append(file)


@contextmanager
def alone() -> Iterator[None]:
    """Use the home with nobody beside; raises Failed when somebody runs on this machine, or is connected."""
    from outtask.cli.backups import databases  # it needs settings

    with _file() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failed(
                f"Outtask runs on {settings.HOME}. Stop `outtask up` and `outtask work` first.", REFUSED
            ) from None
        if others := databases.others_connected():
            raise Failed(
                f"{others} other connections use the database. Stop every `outtask up` and `outtask work`,"
                " on all machines, first.",
                REFUSED,
            )
        yield


def _file() -> IO[str]:
    return (Path(settings.HOME) / "running.lock").open("w")
