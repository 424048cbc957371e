"""A thousand jobs under workers that are killed again and again: none lost, none done twice in effect."""

from __future__ import annotations

import os
import signal

from tests.chance import SOAK
from tests.installation import Installation, eventually

JOBS = 1_000
# In the long run more often; each time another worker takes over what was begun.
KILLS = 20 if SOAK else 4

# A job as the product's own are: an action with a key, so that doing it again gives the first outcome.
MODULE = """
from uuid import UUID
from django.tasks import task
from django.utils import timezone
from outtask.journal.recording import Key, action, recording
from outtask.kernel.actor import clock

@action
def note(*, actor, now, key: Key = None, number):
    with recording("organisation.founded", actor=actor, now=now, key=key) as entry:
        entry.says(name=entry.keep(f"job {number}"))
    return entry.outcome

@task
def job(organisation_id: str, number: int) -> None:
    note(actor=clock(UUID(organisation_id)), now=timezone.now(), key=f"job-{number}", number=number)
"""

WORKER = """
from datetime import timedelta
from outtask.followers import background
from outtask.followers.schedule import Timed
import outtask.followers.worker as worker
background.DEAD_AFTER = timedelta(seconds=2)
background.FIRST_PAUSE = timedelta(seconds=0)
background.TRIES = 50
worker.BEAT, worker.POLL = 0.5, 0.02
process = worker.WorkerProcess([], [Timed("reap", timedelta(seconds=1), background.reap)])
process.stop_on_signals()
process.run()
"""

ENQUEUE = f"""
from django.utils import timezone
from tests.world import make_world
from jobs import job
world = make_world(timezone.now())
for number in range({JOBS}):
    job.enqueue(organisation_id=str(world.organisation.pk), number=number)
"""

TASKS = "django_tasks_database_dbtaskresult"
DONE = f"SELECT count(*) FROM {TASKS} WHERE status = 'SUCCESSFUL'"


def done(installation: Installation) -> int:
    return int(installation.rows(DONE)[0][0])


def test_a_thousand_jobs_under_workers_that_are_killed(installation: Installation) -> None:
    (installation.home / "jobs.py").write_text(MODULE)
    (installation.home / "worker.py").write_text("import django; django.setup()\n" + WORKER)
    installation.python(ENQUEUE)
    log = installation.log.read_text
    for kill in range(1, KILLS + 1):
        worker = installation.start(installation.home / "worker.py")
        wanted = kill * JOBS // (KILLS + 1)
        eventually(lambda wanted=wanted: done(installation) >= wanted, log, worker, 300)  # type: ignore[misc]
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    last = installation.start(installation.home / "worker.py")
    eventually(lambda: done(installation) == JOBS, log, last, 300)
    assert installation.rows(f"SELECT count(*) FROM {TASKS}") == [(JOBS,)]
    # Two entries of the world's own; and each job by its key, once.
    assert installation.rows("SELECT count(*) FROM outtask_entry") == [(JOBS + 2,)]
    assert installation.rows("SELECT count(*), count(DISTINCT key) FROM outtask_keyused") == [(JOBS, JOBS)]
    installation.outtask("verify")
