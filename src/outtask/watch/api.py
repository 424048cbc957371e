"""What the detectors hold, for programs."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Given, Made, Number, Shown, Version, Whole, upto
from outtask.journal.recording import NotFound, Outcome
from outtask.people.roles import Right
from outtask.watch import actions, queries
from outtask.watch.models import Hold
from outtask.watch.rules import LONGEST_NOTE
from outtask.watch.states import Detector, Disposition
from outtask.watch.tuning_rules import (
    DAYS,
    LEAST_DAYS,
    LONGEST_REASON,
    MOST_DAYS,
    PERCENTS,
    Terms,
    written,
)

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


class TuningShown(Shown):
    """What the detectors are tuned to: whole days to look back, and percentages.

    `split_days`, `alike_split_days`: requests of a team to one provider that are one purchase together, in
    any words and in like ones. `just_below`: how near under the limit counts. `new_days`: since a provider
    was added. `bank_days`: since the payer noted their account. `over`: how much more than what is accepted
    or promised is let through. `version`: how often it was tuned; nobody is named while it never was.
    """

    version: int
    split_days: int
    alike_split_days: int
    new_days: int
    bank_days: int
    just_below: Number
    over: Number
    reason: str
    set_by_id: UUID | None
    set_at: datetime | None

    @classmethod
    def of(cls, now: queries.Tuned) -> Self:
        return cls(
            version=now.version,
            split_days=now.terms.split_days,
            alike_split_days=now.terms.alike_split_days,
            new_days=now.terms.new_days,
            bank_days=now.terms.bank_days,
            just_below=Decimal(written(now.terms.just_below)),
            over=Decimal(written(now.terms.over)),
            reason=now.row.reason if now.row else "",
            set_by_id=now.row.set_by_id if now.row else None,
            set_at=now.row.set_at if now.row else None,
        )


_Days = Annotated[Whole, Field(ge=LEAST_DAYS, le=MOST_DAYS)]


class TuningGiven(Given):
    """What the detectors shall look for, all of it, and why. `version`: the one you have read.

    Percentages have one decimal place at most: `just_below` above 0 to 50, `over` from 0 to 20.
    """

    version: Version
    split_days: _Days
    alike_split_days: _Days
    new_days: _Days
    bank_days: _Days
    just_below: Number
    over: Number
    reason: Annotated[str, upto(LONGEST_REASON, 1)]

    @property
    def terms(self) -> Terms:
        return Terms(**{name: getattr(self, name) for name in (*DAYS, *PERCENTS)})


@room.many("/holds", HoldShown, by=queries.OPEN_FIRST)
def hold_list(call: Call, detector: Detector | None = None) -> Any:
    """List what is held, the open ones first."""
    rows = queries.holds_for(call.actor)
    return rows.filter(detector=detector) if detector else rows


@room.one("/holds/terms", TuningShown)
def watch_terms(call: Call) -> TuningShown:
    """Read what the detectors look for."""
    if not call.actor.is_member:
        raise NotFound("terms")
    return TuningShown.of(queries.tuned(call.actor.organisation_id))


@room.act("/holds/terms", Made, method="PUT", scope=Right.MANAGE_ORGANISATION, about=watch_terms)
def tune_watch(call: Call, body: TuningGiven) -> Outcome:
    """Tune the detectors, all of them at once. What is held already stays held.

    Where the organisation asks for a second factor from some amount on, a token cannot make the detectors
    look for less: it has none to show.
    """
    given = {"terms": body.terms, "version": body.version, "reason": body.reason}
    return act(call, actions.tune_watch, **given)


@room.one(_HOLD, HoldShown)
def hold(call: Call, hold_id: UUID) -> HoldShown:
    """Read one hold."""
    return HoldShown.of(queries.hold_of(call.actor, hold_id))


@room.act(f"{_HOLD}/disposition", status=201, scope=Right.APPROVE, about=hold)
def dispose_hold(call: Call, hold_id: UUID, body: Disposing) -> Outcome:
    """Dispose of a hold; whoever had a part in what is held cannot."""
    given = {"disposition": body.disposition.value, "note": body.note}
    return act(call, actions.dispose_hold, hold_id=hold_id, **given)
