"""Absences: who decides in whose place."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Amount, Day, Given, Id, Made, Shown, Whole, upto
from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.money import LARGEST_MINOR
from outtask.people import actions, queries
from outtask.people.delegation_rules import LONGEST_REASON
from outtask.people.models import Delegation, Member

room = Room("Absences")

_ABSENCE = "/absences/{uuid:delegation_id}"


class AbsenceShown(Shown):
    """From `starts_on` to the end of `ends_on` `taker_id` decides in the place of `giver_id`.

    `up_to`: at most so much for one need; null: as much as the one who is away. `ended_at`: ended early.
    """

    id: UUID
    giver_id: UUID
    taker_id: UUID
    starts_on: date
    ends_on: date
    up_to: Amount | None
    reason: str
    made_by_id: UUID
    made_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Delegation) -> Self:
        return cls(
            id=row.pk,
            giver_id=row.giver_id,
            taker_id=row.taker_id,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            up_to=Amount.maybe(row.up_to_minor, row.organisation.currency),
            reason=row.reason,
            made_by_id=row.made_by_id,
            made_at=row.made_at,
            ended_at=row.ended_at,
        )


class NewAbsence(Given):
    """Who decides in a member's place, from when to when, and up to how much for one need."""

    taker_id: Id
    starts_on: Day
    ends_on: Day
    up_to_minor: Annotated[Whole, Field(ge=0, le=LARGEST_MINOR)] | None = None
    reason: Annotated[str, upto(LONGEST_REASON)] = ""


@room.many("/absences", AbsenceShown)
def absence_list(call: Call) -> Any:
    """List absences, past ones too, the latest first: one's own and where one stands in; for admins all."""
    return queries.delegations_for(call.actor).select_related("organisation")


@room.one(_ABSENCE, AbsenceShown)
def absence(call: Call, delegation_id: UUID) -> AbsenceShown:
    """Read one absence."""
    row = queries.delegations_for(call.actor).filter(pk=delegation_id).first()
    if row is None:
        raise NotFound("absence")
    return AbsenceShown.of(row)


@room.act("/members/{uuid:member_id}/absences", Made, status=201, at="/absences/{id}")
def delegate(call: Call, member_id: UUID, body: NewAbsence) -> Outcome:
    """Note that a member is away: members for themselves, admins for everybody."""
    if not Member.objects.visible_to(call.actor).filter(pk=member_id).exists():
        raise NotFound("member")
    return act(call, actions.delegate, giver_id=member_id, **body.model_dump())


@room.act(f"{_ABSENCE}/end", about=absence)
def end_delegation(call: Call, delegation_id: UUID) -> Outcome:
    """End an absence early."""
    if not queries.delegations_for(call.actor).filter(pk=delegation_id).exists():
        raise NotFound("absence")
    return act(call, actions.end_delegation, delegation_id=delegation_id)
