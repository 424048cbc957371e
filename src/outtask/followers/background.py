"""Background tasks in the database: claimed by one worker, retried with growing pauses, never lost.

The tasks themselves are `django.tasks` functions and live in their rooms. A task of one organisation takes
`organisation_id` as a keyword argument (text), so that its dead letter is shown to that organisation alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic
from traceback import format_exception
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.tasks import TaskContext, TaskResultStatus
from django.utils.json import normalize_json
from django_tasks_db.models import DBTaskResult, get_date_max

from outtask.followers.models import Worker
from outtask.followers.schedule import Timed

TRIES = 6
FIRST_PAUSE = timedelta(seconds=5)
# A worker that has not beaten for so long is dead, and what it was doing is given to another.
DEAD_AFTER = timedelta(seconds=30)
KEPT = timedelta(days=7)

log = structlog.get_logger(__name__)


def run_next(worker_id: UUID, now: datetime) -> bool:
    """Claim and run the next task that is due; False when there is none."""
    task = claim(worker_id, now)
    if task is None:
        return False
    _run(task, now)
    return True


def ready(now: datetime) -> QuerySet[Any]:
    """Tasks that wait and are due; those without a time of their own carry the greatest one."""
    return DBTaskResult.objects.filter(
        Q(run_after=get_date_max()) | Q(run_after__lte=now), status=TaskResultStatus.READY
    )


def claim(worker_id: UUID, now: datetime) -> Any | None:
    """The next task, marked as run by this worker; no two workers get the same one."""
    # Asked outside of a transaction first: on SQLite a transaction takes the only write lock.
    if not ready(now).exists():
        return None
    with transaction.atomic():
        task = ready(now).select_for_update(skip_locked=True).first()
        if task is None:
            return None
        task.status = TaskResultStatus.RUNNING
        task.started_at = now
        task.worker_ids = [*task.worker_ids, str(worker_id)]
        task.save(update_fields=["status", "started_at", "worker_ids"])
        return task


def _run(row: Any, now: datetime) -> None:
    began = monotonic()
    try:
        task = row.task
        args = row.args_kwargs["args"]
        if task.takes_context:
            args = [TaskContext(task_result=row.task_result), *args]
        value = normalize_json(task.call(*args, **row.args_kwargs["kwargs"]))
    except Exception as error:  # whatever a task raises becomes a retry, and in the end a dead letter
        log.warning(
            "task failed", task=row.task_path, id=str(row.pk), tries=len(row.worker_ids), exc_info=error
        )
        name = f"{type(error).__module__}.{type(error).__qualname__}"
        again(row, name, "".join(format_exception(error)), now + timedelta(seconds=monotonic() - began))
    else:
        ended = now + timedelta(seconds=monotonic() - began)
        _settle(row, status=TaskResultStatus.SUCCESSFUL, finished_at=ended, return_value=value)


def again(row: Any, error: str, traceback: str, now: datetime) -> None:
    """Put a failed task back with a pause, or make it a dead letter after its last try."""
    tries = len(row.worker_ids)
    failed: dict[str, Any] = {"exception_class_path": error, "traceback": traceback}
    if tries < TRIES:
        pause = FIRST_PAUSE * 4 ** (tries - 1)
        _settle(row, status=TaskResultStatus.READY, run_after=now + pause, **failed)
    else:
        _settle(row, status=TaskResultStatus.FAILED, finished_at=now, **failed)


def _settle(row: Any, **values: Any) -> bool:
    """Write the result unless the task was taken from this worker in the meantime."""
    same = DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.RUNNING, worker_ids=row.worker_ids)
    return same.update(**values) == 1


def reap(now: datetime) -> int:
    """Give back what dead workers were running, and forget those workers; returns how many tasks."""
    living = {
        str(pk) for pk in Worker.objects.filter(beat_at__gt=now - DEAD_AFTER).values_list("pk", flat=True)
    }
    lost = [
        row
        for row in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
        if row.worker_ids[-1] not in living
    ]
    for row in lost:
        again(row, "outtask.WorkerDied", "The worker that ran this task stopped before it was done.", now)
    Worker.objects.filter(beat_at__lte=now - DEAD_AFTER).delete()
    return len(lost)


def forget(now: datetime) -> None:
    """Remove the records of tasks that were done a week ago; dead letters stay until settled."""
    DBTaskResult.objects.filter(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=now - KEPT).delete()


TIMED = (
    Timed("tasks.reap", timedelta(seconds=10), reap),
    Timed("tasks.forget", timedelta(hours=1), forget),
)
