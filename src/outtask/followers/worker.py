"""The worker: one process that lets followers read on, runs background tasks and keeps the clock.

Any number of workers may run against one database; they share the work by locks and conditional writes in it.
A worker killed at any moment loses nothing: what it held is committed, or done again by another.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from time import monotonic
from types import FrameType
from uuid import UUID

import structlog
from django.db import Error, close_old_connections, connections
from django.utils import timezone

from outtask import __version__
from outtask.followers import background, models, registry, schedule
from outtask.followers.engine import Follower, read_on
from outtask.followers.schedule import Timed
from outtask.journal import recording
from outtask.kernel.identifiers import new_id

POLL = 1.0  # seconds between looks at the database when nobody woke us
LONGEST_PAUSE = 30.0
BEAT = 5.0
LOOK = 0.5  # seconds between looks at whether to stop
LAST_CHANCE = 10.0  # seconds that running work gets to end after the signal to stop

log = structlog.get_logger(__name__)


class WorkerProcess:
    """Runs until told to stop; `run` blocks the calling thread, which keeps the heartbeat."""

    def __init__(
        self,
        followers: Sequence[Follower] | None = None,
        timed: Sequence[Timed] | None = None,
        *,
        task_threads: int = 2,
        parent: int | None = None,
    ) -> None:
        """parent: process id to live with; when it is gone the worker stops as well."""
        self.id: UUID = new_id()
        self.followers = registry.followers() if followers is None else followers
        self.timed = registry.timed() if timed is None else timed
        self.parent = parent
        self.stopping = threading.Event()
        # A plain flag for the signal handler: an Event set there could meet this very thread waiting on it,
        # lock in hand, and neither would ever go on.
        self.told_to_stop = False
        self.bells: list[threading.Event] = []
        # Three for the clock: duties that are slow, such as mail and webhooks to slow servers, hold up no
        # deadline.
        loops = [("followers", self.follow), *((f"clock-{number}", self.tick) for number in range(3))]
        loops += [(f"tasks-{number}", self.run_task) for number in range(task_threads)]
        self.threads = [self._thread(name, work) for name, work in loops]

    def run(self) -> None:
        log.info("worker started", worker=str(self.id), pid=os.getpid())
        recording.wakers.append(self.wake)
        self.started_at = timezone.now()
        self.beat()
        for thread in self.threads:
            thread.start()
        try:
            while not self.told_to_stop and not self.stopping.wait(LOOK):
                if self.parent and os.getppid() != self.parent:
                    log.warning("the process that started this worker is gone")
                    break
                if monotonic() - self.beaten >= BEAT:
                    self._try(self.beat)
        finally:
            self.stop()
            self._end()

    def stop(self) -> None:
        """Ask for an orderly end, from any thread."""
        self.stopping.set()
        self.wake()

    def stop_on_signals(self) -> None:
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, self._told)

    def _told(self, signum: int, frame: FrameType | None) -> None:
        self.told_to_stop = True

    def wake(self) -> None:
        """Look at the database now instead of at the next poll."""
        for bell in self.bells:
            bell.set()

    def beat(self) -> None:
        """Say in the database that this worker lives; whoever does not is dead after a while."""
        now = timezone.now()
        close_old_connections()
        seen = {"beat_at": now}
        first = {"host": socket.gethostname()[:255], "pid": os.getpid(), "version": __version__}
        models.Worker.objects.update_or_create(
            id=self.id, defaults=seen, create_defaults={**seen, **first, "started_at": self.started_at}
        )
        self.beaten = monotonic()

    def follow(self, now: datetime) -> bool:
        return sum(read_on(follower, now) for follower in self.followers) > 0

    def tick(self, now: datetime) -> bool:
        # A long write by another may have kept us away: say that we live before asking who does.
        if monotonic() - self.beaten > 2 * BEAT:
            self.beat()
        return schedule.run_due(self.timed, now) > 0

    def run_task(self, now: datetime) -> bool:
        return background.run_next(self.id, now)

    def _thread(self, name: str, work: Callable[[datetime], bool]) -> threading.Thread:
        bell = threading.Event()
        self.bells.append(bell)
        return threading.Thread(target=self._loop, args=(work, bell), name=name, daemon=True)

    def _loop(self, work: Callable[[datetime], bool], bell: threading.Event) -> None:
        faults = 0
        while not self.stopping.is_set():
            bell.clear()
            busy = False
            close_old_connections()
            try:
                busy = work(timezone.now())
                faults = 0
            except Exception:  # most often the database is away for a moment: say so, pause, go on
                log.exception("worker loop failed", thread=threading.current_thread().name)
                connections.close_all()
                faults += 1
            if not busy:
                bell.wait(min(POLL * 2**faults, LONGEST_PAUSE))
        connections.close_all()

    def _try(self, write: Callable[[], object]) -> None:
        """Do without a write while the database is away; the loops say so, and the next beat comes soon."""
        try:
            write()
        except Error as error:
            log.warning("worker cannot reach the database", error=str(error).strip())

    def _end(self) -> None:
        recording.wakers.remove(self.wake)
        for thread in self.threads:
            thread.join(LAST_CHANCE)
        # A task still running keeps its row, so that its loss is noticed and it is given to another worker.
        if not any(thread.is_alive() for thread in self.threads):
            self._try(models.Worker.objects.filter(pk=self.id).delete)
        log.info("worker stopped", worker=str(self.id))
