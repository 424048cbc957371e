"""Real worker processes on a real database: they share the work, and a killed one loses nothing."""

from __future__ import annotations

import os
import signal

import pytest

from tests.installation import Installation, eventually

ENTRIES = 120
ROUNDS = 10

# A worker whose only follower notes what it reads, and pauses in the middle of each entry.
WORKER = """
import sys, time
from datetime import timedelta
from outtask.followers import background
from outtask.followers.engine import Follower
from outtask.followers.schedule import Timed
from outtask.followers.worker import WorkerProcess
from django.db import connection

def handle(entry, now):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO read_by (seq, organisation, pid) VALUES (%s, %s, %s)",
                       [entry.seq, str(entry.organisation_id), __import__("os").getpid()])
    time.sleep(0.01)

background.DEAD_AFTER = timedelta(seconds=2)
import outtask.followers.worker as worker
worker.BEAT = 0.5
worker.POLL = 0.02
process = WorkerProcess([Follower("reader", handle)], [Timed("reap", timedelta(seconds=1), background.reap)])
process.stop_on_signals()
process.run()
"""

# No unique key: a second reading of an entry must show.
TABLE = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE read_by (seq bigint, organisation varchar(40), pid bigint)")
"""

MEMBERS = """
from django.utils import timezone
from tests.world import make_world
make_world(timezone.now())
"""

# Each organisation's log begins with one entry, that of its founding.
LOGS = f"""
from django.utils import timezone
from outtask.journal.recording import recording
from outtask.models import Member
for owner in Member.objects.filter(person__name__in=["Imke Vos", "Oskar Brandt"]):
    for number in range({ENTRIES}):
        with recording("organisation.founded", actor=owner.actor, now=timezone.now()) as entry:
            entry.says(name=entry.keep("again"))
"""

READ = "SELECT count(*), count(DISTINCT organisation || seq), count(DISTINCT pid) FROM read_by"


@pytest.fixture
def reading(installation: Installation) -> Installation:
    installation.python(TABLE)
    installation.python(MEMBERS)
    (installation.home / "worker.py").write_text("import django; django.setup()\n" + WORKER)
    return installation


def read(installation: Installation) -> tuple[int, int, int]:
    ((entries, distinct, workers),) = installation.rows(READ)
    return entries, distinct, workers


def written(installation: Installation) -> int:
    ((entries,),) = installation.rows("SELECT sum(size) FROM outtask_journalhead")
    return int(entries)


def all_read(installation: Installation) -> bool:
    return read(installation)[0] >= written(installation)


def test_two_workers_read_every_entry_once_between_them(reading: Installation) -> None:
    for _ in range(2):
        reading.start(reading.home / "worker.py")
    eventually(lambda: reading.rows("SELECT count(*) FROM outtask_worker") == [(2,)], reading.log.read_text)
    # Who comes to the lock first is chance, and on SQLite whoever has it is likely to get it again.
    for _ in range(ROUNDS):
        reading.python(LOGS)
        eventually(lambda: all_read(reading), reading.log.read_text)
        entries, distinct, workers = read(reading)
        assert (entries, distinct) == (written(reading),) * 2
        if workers == 2:
            break
    assert workers == 2, f"one worker read all of {entries} entries"


def test_a_worker_killed_in_the_middle_loses_nothing(reading: Installation) -> None:
    reading.python(LOGS)
    victim = reading.start(reading.home / "worker.py")
    eventually(lambda: read(reading)[0] > 10, reading.log.read_text)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    assert not all_read(reading)
    reading.start(reading.home / "worker.py")
    eventually(lambda: all_read(reading), reading.log.read_text)
    assert read(reading)[:2] == (written(reading),) * 2


# Tasks: one that never ends while its worker lives for the first time, and says which process ran it.
TASKS = """
import os, time
from pathlib import Path
from django.tasks import task

@task
def linger(folder: str) -> int:
    first = not Path(folder, "begun").exists()
    Path(folder, "begun").touch()
    while first:
        time.sleep(0.05)
    return os.getpid()
"""

ENQUEUE = """
import slow
slow.linger.enqueue(folder={folder!r})
"""

RESULT = "SELECT status, return_value FROM django_tasks_database_dbtaskresult"


def test_a_task_of_a_killed_worker_is_run_by_another(reading: Installation) -> None:
    (reading.home / "slow.py").write_text(TASKS)
    reading.python(ENQUEUE.format(folder=str(reading.home)))
    victim = reading.start(reading.home / "worker.py")
    eventually((reading.home / "begun").exists, reading.log.read_text, victim)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    second = reading.start(reading.home / "worker.py")
    eventually(lambda: reading.rows(RESULT)[0][0] == "SUCCESSFUL", reading.log.read_text)
    assert int(reading.rows(RESULT)[0][1]) == second.pid
