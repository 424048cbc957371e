"""The server process that `outtask up` starts: granian with threads.

usage: python -m outtask.cli.server HOST PORT
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

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


def serve(host: str, port: int) -> None:
    stop_with(os.getppid())
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
    serve(sys.argv[1], int(sys.argv[2]))
