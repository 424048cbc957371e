"""Rules about spending for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Amount, AmountGiven, Given, Made, Shown, YesNo, upto
from outtask.journal.recording import NotFound, Outcome
from outtask.people.roles import Right
from outtask.spend import actions
from outtask.spend.demand_rules import LONGEST_NAME
from outtask.spend.models import SpendRule
from outtask.spend.states import Demand

room = Room("Rules about spending")

_RULE = "/rules/{uuid:rule_id}"


class RuleShown(Shown):
    """What is asked for beside limits. All its conditions must be met. Null `ended_at`: it holds.

    `demand`: `decide`, somebody else than who asks decides; `two`, two persons approve. `amount_from`: of the
    whole need. `category`: the first digits of CPV codes; empty for everything.
    """

    id: UUID
    name: str
    demand: Demand
    amount_from: Amount | None
    category: str
    new_provider: bool
    made_by_id: UUID
    made_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, row: SpendRule) -> Self:
        return cls(
            id=row.pk,
            name=row.name,
            demand=Demand(row.demand),
            amount_from=Amount.maybe(row.amount_from_minor, row.organisation.currency),
            category=row.category,
            new_provider=row.new_provider,
            made_by_id=row.made_by_id,
            made_at=row.made_at,
            ended_at=row.ended_at,
        )


class NewRule(Given):
    """A rule. What is left out is no condition; without any it falls on every request."""

    name: Annotated[str, upto(LONGEST_NAME, 1)]
    demand: Demand
    amount_from: AmountGiven | None = None
    category: Annotated[str, upto(10)] = ""
    new_provider: YesNo = False


@room.many("/rules", RuleShown)
def rule_list(call: Call) -> Any:
    """List rules about spending, also those that ended, the latest first."""
    return SpendRule.objects.visible_to(call.actor).select_related("organisation")


@room.one(_RULE, RuleShown)
def rule(call: Call, rule_id: UUID) -> RuleShown:
    """Read one rule about spending."""
    return RuleShown.of(_rule(call, rule_id))


@room.act("/rules", Made, status=201, scope=Right.MANAGE_ORGANISATION, at="/rules/{id}")
def make_rule(call: Call, body: NewRule) -> Outcome:
    """Ask for more than limits do, on requests that meet the conditions."""
    amount = body.amount_from.money if body.amount_from is not None else None
    given = {"name": body.name, "demand": body.demand.value, "amount_from": amount}
    return act(call, actions.make_rule, **given, category=body.category, new_provider=body.new_provider)


@room.act(_RULE, method="DELETE", scope=Right.MANAGE_ORGANISATION, about=rule)
def end_rule(call: Call, rule_id: UUID) -> Outcome:
    """End a rule. What was decided under it keeps its name."""
    return act(call, actions.end_rule, rule_id=_rule(call, rule_id).pk)


def _rule(call: Call, rule_id: UUID) -> SpendRule:
    row: SpendRule | None = SpendRule.objects.visible_to(call.actor).filter(pk=rule_id).first()
    if row is None:
        raise NotFound("rule")
    return row
