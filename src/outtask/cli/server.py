"""The server process that `outtask up` starts: granian with threads.

usage: python -m outtask.cli.server HOST PORT [--told]

Loading takes seconds, so it is done once, before granian forks its workers, and with --told while whoever
started this process still prepares the database: it serves when a line comes on standard input, and ends
without one.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from outtask.cli.ground import django_ready

CORES = os.cpu_count() or 1
# One thread of a process computes at a time, so each core gets a process, as far as memory goes.
PROCESSES = min(4, CORES)
# More would only wait for the interpreter's lock; fewer, and one slow download holds up a page.
THREADS = min(8, 2 * CORES + 1)


def stop_with(parent: int) -> None:
    """End this process when the one that started it is gone, even if that was killed."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def load() -> None:
    """Read the code that requests need, none of it asking the database; a forked worker has it at once."""
    gc.disable()  # nothing of what is loaded is ever garbage, and looking for some takes a tenth of the time
    django_ready()
    from django.urls import get_resolver  # settings are read only now

    assert get_resolver().url_patterns
    gc.freeze()
    gc.enable()


def serve(host: str, port: int, *, told: bool) -> None:
    stop_with(os.getppid())
    load()
    if told and not sys.stdin.readline():
        return
    from outtask.cli import running  # settings are read only now

    running.share()
    Granian(
        "outtask.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=int(os.environ.get("OUTTASK_SERVER_PROCESSES") or PROCESSES),
        blocking_threads=int(os.environ.get("OUTTASK_SERVER_THREADS") or THREADS),
        log_level=LogLevels.warning,
        # A worker process that dies is replaced; requests of the others go on.
        respawn_failed_workers=True,
    ).serve()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), told="--told" in sys.argv)
