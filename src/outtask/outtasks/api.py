"""Out-tasks for programs: the list, one of them, and how it stands."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from django.db.models import Q
from ninja import Query

from outtask.api.calls import Call
from outtask.api.routing import Room
from outtask.api.schemas import Amount, Shown
from outtask.outtasks.models import OutTask
from outtask.outtasks.queries import outtask_of
from outtask.outtasks.states import Ending, Holder, Stage

room = Room("Out-tasks")
ROUTERS = (room,)


class OutTaskShown(Shown):
    """One piece of work handed out. `next_step` is the code of what it waits for, `holder` who has it."""

    id: UUID
    reference: str
    tracking_code: str
    title: str
    stage: Stage
    holder: Holder
    next_step: str
    due_on: date | None
    ending: Ending
    amount: Amount | None
    owner_id: UUID
    provider_id: UUID | None
    process_id: UUID | None
    opened_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, row: OutTask) -> Self:
        return cls(
            id=row.pk,
            reference=row.reference,
            tracking_code=row.tracking_code,
            title=row.title,
            stage=Stage(row.stage),
            holder=Holder(row.holder),
            next_step=row.next_step,
            due_on=row.due_on,
            ending=Ending(row.ending),
            amount=Amount.maybe(row.amount_minor, row.currency),
            owner_id=row.owner_id,
            provider_id=row.provider_id,
            process_id=row.process_id,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
        )


@room.many("/out-tasks", OutTaskShown)
def out_tasks(
    call: Call,
    stage: Annotated[Stage | None, Query(None)],
    holder: Annotated[Holder | None, Query(None)],
    ending: Annotated[Ending | None, Query(None, description="Empty for what is open.")],
    q: Annotated[
        str, Query("", max_length=200, pattern=r"^[^\u0000]*$", description="In title or reference.")
    ],
) -> Any:
    """List out-tasks, the latest first."""
    rows = OutTask.objects.visible_to(call.actor)
    wanted = {"stage": stage, "holder": holder, "ending": ending}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return rows.filter(Q(title__icontains=q) | Q(reference__icontains=q)) if q else rows


@room.one("/out-tasks/{slug:reference}", OutTaskShown)
def out_task(call: Call, reference: str) -> OutTaskShown:
    """Read one out-task."""
    return OutTaskShown.of(outtask_of(call.actor, reference))
