"""Settling dead letters: try again, or let go. Both are journalled; neither undoes what was done since."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.tasks import TaskResultStatus

from outtask.followers import again
from outtask.followers.queries import dead_tasks, skipped_entries
from outtask.journal.models import SkippedEntry
from outtask.journal.recording import Key, NotFound, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import refuse_if
from outtask.people.roles import Right, may


@action
def retry_entry(*, actor: Actor, now: datetime, key: Key = None, skipped_id: int) -> Outcome:
    """Hand a dead letter to its follower once more, as a background task with tries of its own."""
    with recording("dead_letter.retried", actor=actor, now=now, key=key) as entry:
        refuse_if(may(actor, Right.MANAGE_ORGANISATION))
        skipped = _skipped(entry, skipped_id)
        again.digest.enqueue(organisation_id=str(actor.organisation_id), skipped_id=skipped.pk)
    return entry.outcome


@action
def dismiss_entry(*, actor: Actor, now: datetime, key: Key = None, skipped_id: int) -> Outcome:
    """Leave an entry unread by its follower for good."""
    with recording("dead_letter.dismissed", actor=actor, now=now, key=key) as entry:
        refuse_if(may(actor, Right.MANAGE_ORGANISATION))
        skipped = _skipped(entry, skipped_id)
        skipped.settled_at = now
        skipped.save(update_fields=["settled_at"])
    return entry.outcome


@action
def retry_task(*, actor: Actor, now: datetime, key: Key = None, task_id: UUID) -> Outcome:
    """Put a task that failed for good back into the queue, with all its tries before it."""
    with recording("task.retried", actor=actor, now=now, key=key) as entry:
        refuse_if(may(actor, Right.MANAGE_ORGANISATION))
        task = _task(entry, task_id)
        task.status, task.run_after, task.worker_ids = TaskResultStatus.READY, now, []
        task.save(update_fields=["status", "run_after", "worker_ids"])
    return entry.outcome


@action
def dismiss_task(*, actor: Actor, now: datetime, key: Key = None, task_id: UUID) -> Outcome:
    """Leave a task undone for good."""
    with recording("task.dismissed", actor=actor, now=now, key=key) as entry:
        refuse_if(may(actor, Right.MANAGE_ORGANISATION))
        _task(entry, task_id).delete()
    return entry.outcome


def _skipped(entry: Recording, pk: int) -> SkippedEntry:
    skipped = skipped_entries(entry.actor).filter(pk=pk).first()
    if skipped is None:
        raise NotFound("dead letter")
    entry.says(follower=skipped.follower, entry=skipped.entry.seq)
    return skipped


def _task(entry: Recording, pk: UUID) -> Any:
    task = dead_tasks(entry.actor).filter(pk=pk).first()
    if task is None:
        raise NotFound("task")
    entry.says(task=task.task_path.rpartition(".")[2])
    return task
