"""Budgets that are part of others, and what follows them, for programs."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from outtask.api.calls import Call, act
from outtask.api.schemas import Amount, AmountGiven, Day, Given, Id, Made, Shown, Whole, upto
from outtask.journal.recording import Outcome
from outtask.kernel.refusal import Refusal
from outtask.people.roles import Right
from outtask.source.queries import today_of
from outtask.spend import actions
from outtask.spend.api.budgets import Putting, budget, budgets
from outtask.spend.budget_rules import Forecast
from outtask.spend.models import Budget
from outtask.spend.pots import budget_of, forecast_of
from outtask.spend.rules import LONGEST_NAME
from outtask.spend.states import Rollover
from outtask.ui.formats import say

room = budgets
"""They stand beside the other operations on budgets."""

_BUDGET = "/budgets/{uuid:budget_id}"


class ForecastShown(Shown):
    """What will be used when the period ends, at the pace so far; `why_not` where nothing is foretold.

    Paid, owed and committed so far, divided by the working days that are over (Monday to Friday), times those
    of the whole period, rounded up.
    """

    used_at_end: Amount | None
    working_days_over: Whole | None
    working_days: Whole | None
    why_not: str

    @classmethod
    def of(cls, row: Budget, found: Forecast | Refusal) -> Self:
        if isinstance(found, Refusal):
            return cls(used_at_end=None, working_days_over=None, working_days=None, why_not=say(found))
        return cls(
            used_at_end=Amount.of(found.minor, row.currency),
            working_days_over=found.elapsed,
            working_days=found.total,
            why_not="",
        )


class NewPart(Given):
    """A new budget under another one. `amount` of its free money goes down, in its currency."""

    name: Annotated[str, upto(LONGEST_NAME, 1)]
    amount: AmountGiven
    keeper_id: Id | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None


class Kept(Given):
    """What is kept beside the sums, as it shall be."""

    keeper_id: Id | None
    rollover: Rollover
    starts_on: Day | None
    ends_on: Day | None


class NextPeriod(Given):
    """The budget that follows."""

    name: Annotated[str, upto(LONGEST_NAME, 1)]
    starts_on: Day
    ends_on: Day | None = None


@room.one(f"{_BUDGET}/forecast", ForecastShown)
def forecast(call: Call, budget_id: UUID) -> ForecastShown:
    """Read what will be used when the period ends."""
    row = budget_of(call.actor, budget_id)
    return ForecastShown.of(row, forecast_of(row, today_of(row.organisation_id, call.now)))


@room.act(f"{_BUDGET}/parts", Made, status=201, scope=Right.MANAGE_BUDGETS, at="/budgets/{id}")
def open_part(call: Call, budget_id: UUID, body: NewPart) -> Outcome:
    """Open a budget under this one and move money down to it."""
    budget_of(call.actor, budget_id)
    given = body.model_dump(exclude={"amount"})
    return act(call, actions.open_part, parent_id=budget_id, amount=body.amount.money, **given)


@room.act(f"{_BUDGET}/moves", status=201, scope=Right.MANAGE_BUDGETS, about=budget)
def give_down(call: Call, budget_id: UUID, body: Putting) -> Outcome:
    """Move free money down to this part from the budget above it, or back up when negative."""
    return act(call, actions.give_down, budget_id=budget_id, amount=body.amount.money)


@room.act(_BUDGET, method="PUT", scope=Right.MANAGE_BUDGETS, about=budget)
def change_budget(call: Call, budget_id: UUID, body: Kept) -> Outcome:
    """Change who keeps a budget, its days, and what becomes of free money."""
    return act(call, actions.change_budget, budget_id=budget_id, **body.model_dump())


@room.act(f"{_BUDGET}/next", Made, status=201, scope=Right.MANAGE_BUDGETS, about=budget, at="/budgets/{id}")
def start_next_period(call: Call, budget_id: UUID, body: NextPeriod) -> Outcome:
    """Open the budget of the next period, and close this one to new promises."""
    return act(call, actions.start_next_period, budget_id=budget_id, **body.model_dump())
