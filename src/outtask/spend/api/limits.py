"""Limits for programs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Amount, AmountGiven, Given, Made, Shown, upto
from outtask.journal.recording import NotFound, Outcome
from outtask.people.models import Member
from outtask.people.roles import Right
from outtask.spend import actions
from outtask.spend.line import Today, ceiling_of
from outtask.spend.models import Limit
from outtask.spend.states import LimitPeriod

room = Room("Limits")

_LIMIT = "/limits/{uuid:limit_id}"


class LimitShown(Shown):
    """What a member may promise in a period, beside their limit for one need. Null `ended_at`: it holds.

    `category`: the first digits of CPV codes; empty for everything.
    """

    id: UUID
    member_id: UUID
    period: LimitPeriod
    category: str
    amount: Amount
    set_by_id: UUID
    set_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Limit) -> Self:
        return cls(
            id=row.pk,
            member_id=row.member_id,
            period=LimitPeriod(row.period),
            category=row.category,
            amount=Amount.of(row.amount_minor, row.currency),
            set_by_id=row.set_by_id,
            set_at=row.set_at,
            ended_at=row.ended_at,
        )


class LimitToday(LimitShown):
    """A limit with what is used of it in its period, in the organisation's currency, and its last day."""

    used: Amount
    until: date | None


class NewLimit(Given):
    """A limit. It takes the place of the one of the same period and category.

    `category`: two to eight digits of a CPV code; empty for everything.
    """

    period: LimitPeriod
    amount: AmountGiven
    category: Annotated[str, upto(10)] = ""


@room.many("/limits", LimitShown)
def limit_list(call: Call, member_id: UUID | None = None) -> Any:
    """List limits, also those that ended, the latest first."""
    rows = Limit.objects.visible_to(call.actor)
    return rows.filter(member_id=member_id) if member_id is not None else rows


@room.one(_LIMIT, LimitToday)
def limit(call: Call, limit_id: UUID) -> LimitToday:
    """Read one limit, with what is used of it today."""
    row = _limit(call, limit_id)
    today = Today.at(row.organisation_id, call.now)
    now = ceiling_of(row, today)
    used = Amount.of(now.used_minor, today.organisation.currency)
    return LimitToday(**LimitShown.of(row).model_dump(), used=used, until=now.until)


@room.act("/members/{uuid:member_id}/limits", Made, status=201, scope=Right.MANAGE_PEOPLE, at="/limits/{id}")
def set_limit(call: Call, member_id: UUID, body: NewLimit) -> Outcome:
    """Narrow what a member may promise in a period."""
    if not Member.objects.visible_to(call.actor).filter(pk=member_id).exists():
        raise NotFound("member")
    given = {"period": body.period.value, "amount": body.amount.money, "category": body.category}
    return act(call, actions.set_limit, member_id=member_id, **given)


@room.act(_LIMIT, method="DELETE", scope=Right.MANAGE_PEOPLE, about=limit)
def end_limit(call: Call, limit_id: UUID) -> Outcome:
    """Take a limit away."""
    return act(call, actions.end_limit, limit_id=limit_id)


def _limit(call: Call, limit_id: UUID) -> Limit:
    row: Limit | None = Limit.objects.visible_to(call.actor).filter(pk=limit_id).first()
    if row is None:
        raise NotFound("limit")
    return row
