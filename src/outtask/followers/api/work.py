"""Work in the background for programs: what got stuck, and what becomes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Shown
from outtask.followers import actions, queries
from outtask.journal.models import SkippedEntry
from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.refusal import refuse_if
from outtask.people.roles import Right, may

room = Room("Work in the background")

_SHOWN = 100


class DeadLetterShown(Shown):
    """An entry that a follower of the journal could not digest in all its tries."""

    id: int
    follower: str
    seq: int
    kind: str
    error: str
    at: datetime

    @classmethod
    def of(cls, row: SkippedEntry) -> Self:
        return cls(
            id=row.pk,
            follower=row.follower,
            seq=row.entry.seq,
            kind=row.entry.kind,
            error=row.error,
            at=row.at,
        )


class DeadTaskShown(Shown):
    """A task that failed for good."""

    id: UUID
    name: str
    finished_at: datetime | None


class StuckShown(Shown):
    """What got stuck, at most a hundred of each."""

    dead_letters: list[DeadLetterShown]
    tasks: list[DeadTaskShown]


@room.one("/background", StuckShown)
def stuck(call: Call) -> StuckShown:
    """Read what got stuck in the background."""
    refuse_if(may(call.actor, Right.MANAGE_ORGANISATION))
    tasks: Any = queries.dead_tasks(call.actor)[:_SHOWN]
    return StuckShown(
        dead_letters=[DeadLetterShown.of(row) for row in queries.skipped_entries(call.actor)[:_SHOWN]],
        tasks=[
            DeadTaskShown(id=row.pk, name=row.task_path.rpartition(".")[2], finished_at=row.finished_at)
            for row in tasks
        ],
    )


@room.act("/background/dead-letters/{int:skipped_id}/retry", status=202, scope=Right.MANAGE_ORGANISATION)
def retry_entry(call: Call, skipped_id: int) -> Outcome:
    """Hand a dead letter to its follower once more."""
    return act(call, actions.retry_entry, skipped_id=_within(skipped_id))


@room.act("/background/dead-letters/{int:skipped_id}", method="DELETE", scope=Right.MANAGE_ORGANISATION)
def dismiss_entry(call: Call, skipped_id: int) -> Outcome:
    """Leave a dead letter unread for good."""
    return act(call, actions.dismiss_entry, skipped_id=_within(skipped_id))


@room.act("/background/tasks/{uuid:task_id}/retry", status=202, scope=Right.MANAGE_ORGANISATION)
def retry_task(call: Call, task_id: UUID) -> Outcome:
    """Put a task that failed for good back in line."""
    return act(call, actions.retry_task, task_id=task_id)


@room.act("/background/tasks/{uuid:task_id}", method="DELETE", scope=Right.MANAGE_ORGANISATION)
def dismiss_task(call: Call, task_id: UUID) -> Outcome:
    """Leave a task undone for good."""
    return act(call, actions.dismiss_task, task_id=task_id)


def _within(number: int) -> int:
    """Numbers of rows end where the database's do."""
    if number >= 2**63:
        raise NotFound("dead letter")
    return number
