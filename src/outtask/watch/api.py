"""What the detectors hold, for programs."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Given, Shown, upto
from outtask.journal.recording import Outcome
from outtask.people.roles import Right
from outtask.watch import actions, queries
from outtask.watch.models import Hold
from outtask.watch.rules import LONGEST_NOTE
from outtask.watch.states import Detector, Disposition

room = Room("Holds")
ROUTERS = (room,)

_HOLD = "/holds/{uuid:hold_id}"


class HoldShown(Shown):
    """Something a detector holds for review. `about` and `about_id`: the request, milestone or invoice.

    `disposition` is null while it is open; `lifted`: what was asked for changed before anybody looked.
    `evidence`: what made the detector speak; amounts in minor units.
    """

    id: UUID
    out_task: str
    detector: Detector
    about: str
    about_id: UUID
    evidence: dict[str, Any]
    held_at: datetime
    disposition: Disposition | None
    disposed_by_id: UUID | None
    disposed_at: datetime | None
    note: str

    @classmethod
    def of(cls, row: Hold) -> Self:
        return cls(
            id=row.pk,
            out_task=row.outtask.reference,
            detector=Detector(row.detector),
            about=row.subject_type,
            about_id=row.subject_id,
            evidence={name: value for name, value in row.evidence.items() if name != "by"},
            held_at=row.held_at,
            disposition=Disposition(row.disposition) if row.disposition else None,
            disposed_by_id=row.disposed_by_id,
            disposed_at=row.disposed_at,
            note=row.note,
        )


class Found(StrEnum):
    """What a person may say of a hold."""

    SOUND = Disposition.SOUND.value
    FAULT = Disposition.FAULT.value


class Disposing(Given):
    """What a look at it found: `sound` when the detector was wrong, else `fault`; and what was looked at."""

    disposition: Found
    note: Annotated[str, upto(LONGEST_NOTE, 1)]


@room.many("/holds", HoldShown, by=queries.OPEN_FIRST)
def hold_list(call: Call, detector: Detector | None = None) -> Any:
    """List what is held, the open ones first."""
    rows = queries.holds_for(call.actor)
    return rows.filter(detector=detector) if detector else rows


@room.one(_HOLD, HoldShown)
def hold(call: Call, hold_id: UUID) -> HoldShown:
    """Read one hold."""
    return HoldShown.of(queries.hold_of(call.actor, hold_id))


@room.act(f"{_HOLD}/disposition", status=201, scope=Right.APPROVE, about=hold)
def dispose_hold(call: Call, hold_id: UUID, body: Disposing) -> Outcome:
    """Dispose of a hold; whoever had a part in what is held cannot."""
    given = {"disposition": body.disposition.value, "note": body.note}
    return act(call, actions.dispose_hold, hold_id=hold_id, **given)
