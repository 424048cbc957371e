"""People and limits as a table for programs, and several members at once."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import AmountGiven, Done, Given, Id, Shown, Whole, YesNo, upto
from outtask.api.tables import CSV, SHOWN, RowTrouble, bytes_of
from outtask.files.rules import plain_name
from outtask.journal.recording import Outcome
from outtask.kernel.canonical import sha256_hex
from outtask.kernel.money import LARGEST_MINOR, Money
from outtask.kernel.refusal import refuse_if
from outtask.people.roles import Right, may
from outtask.spend import actions
from outtask.spend.actions.requests import digits_of
from outtask.spend.importing import preview, readable
from outtask.spend.people_table import MAX_BYTES, NOTHING, LimitKey
from outtask.spend.states import LimitPeriod

room = Room("People")


class PeoplePreview(Shown):
    """What a table of people would change; nothing is written. With errors, none of it can be taken."""

    sha256: str
    invited: int
    changed: int
    unchanged: int
    waiting: int
    errors: list[RowTrouble]


class PeopleTaken(Done):
    """How members and invitations changed. `waiting`: rows of whoever has an open invitation."""

    invited: int
    changed: int
    unchanged: int
    waiting: int


class LimitForSeveral(Given):
    """A further limit. Without an amount it is taken away from each who has it."""

    period: LimitPeriod
    category: Annotated[str, upto(10)] = ""
    amount: AmountGiven | None = None


class SeveralMembers(Given):
    """What several members get. What is left out stays as it is for each.

    `limit_minor`: for one request, in the organisation's currency. `without_limit`, `reports_to_nobody`: take
    the limit or the line away.
    """

    member_ids: Annotated[list[Id], Field(min_length=1, max_length=500)]
    limit_minor: Annotated[Whole, Field(ge=0, le=LARGEST_MINOR)] | None = None
    without_limit: YesNo = False
    reports_to_id: Id | None = None
    reports_to_nobody: YesNo = False
    limits: Annotated[list[LimitForSeveral], Field(max_length=20)] = []


class SeveralChanged(Done):
    """How many of them differ now."""

    changed: int


@room.look("/people/preview", PeoplePreview)
def preview_people(call: Call, file: CSV) -> PeoplePreview:
    """Look at what a table of people and limits would change."""
    found = preview(call.actor, bytes_of(file, MAX_BYTES), plain_name(file.name or ""), call.now)
    return PeoplePreview(
        sha256=found.sha256,
        invited=len(found.changes.invited),
        changed=len(found.changes.changed),
        unchanged=found.changes.unchanged,
        waiting=found.changes.waiting,
        errors=[RowTrouble.of(error) for error in found.errors[:SHOWN]],
    )


@room.act("/people", PeopleTaken, status=201, scope=Right.MANAGE_PEOPLE)
def import_people(call: Call, file: CSV) -> Outcome:
    """Take a table of people and limits in: all of it, or nothing. The same again changes nothing."""
    refuse_if(may(call.actor, Right.MANAGE_PEOPLE))
    data = bytes_of(file, MAX_BYTES)
    given = {"rows": readable(call.actor, data, call.now), "name": plain_name(file.name or "")}
    return act(call, actions.import_people, **given, sha256=sha256_hex(data))


@room.act("/members/changes", SeveralChanged, status=201, scope=Right.MANAGE_PEOPLE)
def change_members(call: Call, body: SeveralMembers) -> Outcome:
    """Give several members the same limits or the same line: all of them, or none."""
    base = call.organisation.currency
    limit: Money | Literal["none"] | None = None
    if body.limit_minor is not None:
        limit = Money(body.limit_minor, base)
    return act(
        call,
        actions.change_members,
        member_ids=list(body.member_ids),
        limit=NOTHING if body.without_limit else limit,
        reports_to_id=NOTHING if body.reports_to_nobody else body.reports_to_id,
        limits=[_limit(each) for each in body.limits],
    )


def _limit(given: LimitForSeveral) -> tuple[LimitKey, Money | Literal["none"]]:
    amount = given.amount.money if given.amount is not None else NOTHING
    return (given.period, digits_of(given.category)), amount
