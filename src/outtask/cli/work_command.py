"""`outtask work`: a worker alone."""

from __future__ import annotations

import argparse

from outtask.cli.ground import DONE, django_ready, migrated


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threads", type=int, default=2, help="background tasks at once (2)")
    parser.add_argument("--with-parent", type=int, metavar="PID", help="stop when this process is gone")


def run(given: argparse.Namespace) -> int:
    django_ready()
    from outtask.cli import running
    from outtask.followers.worker import WorkerProcess  # models are loaded only now

    running.share()
    migrated()
    worker = WorkerProcess(task_threads=given.threads, parent=given.with_parent)
    worker.stop_on_signals()
    worker.run()
    return DONE
