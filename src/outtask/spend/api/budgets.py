"""Budgets and rates for programs."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import (
    Amount,
    AmountGiven,
    Currency,
    Day,
    Given,
    Made,
    Number,
    Shown,
    upto,
)
from outtask.journal.recording import Outcome
from outtask.people.roles import Right
from outtask.spend import actions
from outtask.spend.models import Budget, Posting, Rate
from outtask.spend.pots import budget_of
from outtask.spend.rules import LONGEST_NAME
from outtask.spend.states import Account, Rollover

budgets, rates = Room("Budgets"), Room("Rates")

_BUDGET = "/budgets/{uuid:budget_id}"


class BudgetShown(Shown):
    """A pot in one currency. What is authorised is free, committed, owed or paid."""

    id: UUID
    name: str
    authorised: Amount
    free: Amount
    committed: Amount
    owed: Amount
    paid: Amount
    parent_id: UUID | None
    keeper_id: UUID | None
    follows_id: UUID | None
    rollover: Rollover
    starts_on: date | None
    ends_on: date | None
    opened_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, row: Budget) -> Self:
        return cls(
            id=row.pk,
            name=row.name,
            authorised=Amount.of(row.authorised_minor, row.currency),
            free=Amount.of(row.free_minor, row.currency),
            committed=Amount.of(row.committed_minor, row.currency),
            owed=Amount.of(row.owed_minor, row.currency),
            paid=Amount.of(row.paid_minor, row.currency),
            parent_id=row.parent_id,
            keeper_id=row.keeper_id,
            follows_id=row.follows_id,
            rollover=Rollover(row.rollover),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
        )


class NewBudget(Given):
    """A new pot of money."""

    name: Annotated[str, upto(LONGEST_NAME, 1)]
    authorised: AmountGiven
    starts_on: Day | None = None
    ends_on: Day | None = None


class Putting(Given):
    """Money in, or free money out again when it is negative."""

    amount: AmountGiven


class PostingShown(Shown):
    """One movement between two accounts of a budget, and the entry it stands in."""

    id: UUID
    source: Account
    target: Account
    amount: Amount
    commitment_id: UUID | None
    entry_id: UUID
    posted_at: datetime

    @classmethod
    def of(cls, row: Posting) -> Self:
        return cls(
            id=row.pk,
            source=Account(row.source),
            target=Account(row.target),
            amount=Amount.of(row.amount_minor, row.budget.currency),
            commitment_id=row.commitment_id,
            entry_id=row.entry_id,
            posted_at=row.posted_at,
        )


@budgets.many("/budgets", BudgetShown)
def budget_list(call: Call) -> Any:
    """List budgets, the latest first."""
    return Budget.objects.visible_to(call.actor)


@budgets.one(_BUDGET, BudgetShown)
def budget(call: Call, budget_id: UUID) -> BudgetShown:
    """Read one budget."""
    return BudgetShown.of(budget_of(call.actor, budget_id))


@budgets.many(f"{_BUDGET}/postings", PostingShown)
def posting_list(call: Call, budget_id: UUID) -> Any:
    """List the movements of a budget, the latest first."""
    row = budget_of(call.actor, budget_id)
    return Posting.objects.visible_to(call.actor).filter(budget=row).select_related("budget")


@budgets.act("/budgets", Made, status=201, scope=Right.MANAGE_BUDGETS, at="/budgets/{id}")
def open_budget(call: Call, body: NewBudget) -> Outcome:
    """Open a budget."""
    given = {"name": body.name, "starts_on": body.starts_on, "ends_on": body.ends_on}
    return act(call, actions.open_budget, authorised=body.authorised.money, **given)


@budgets.act(f"{_BUDGET}/authorisations", status=201, scope=Right.MANAGE_BUDGETS, about=budget)
def authorise(call: Call, budget_id: UUID, body: Putting) -> Outcome:
    """Put money into a budget, or take free money out."""
    return act(call, actions.authorise, budget_id=budget_id, amount=body.amount.money)


class RateShown(Shown):
    """What one unit of a currency is worth in the organisation's, from a day on."""

    id: UUID
    currency: str
    per_unit: Decimal
    day: date

    @classmethod
    def of(cls, row: Rate) -> Self:
        return cls(id=row.pk, currency=row.currency, per_unit=row.per_unit, day=row.day)


class NewRate(Given):
    """What one unit of a currency is worth in the organisation's, from a day on."""

    currency: Currency
    per_unit: Number
    day: Day


@rates.many("/rates", RateShown)
def rate_list(call: Call) -> Any:
    """List rates, the latest first."""
    return Rate.objects.visible_to(call.actor)


@rates.act("/rates", status=201, scope=Right.MANAGE_BUDGETS)
def note_rate(call: Call, body: NewRate) -> Outcome:
    """Note a rate."""
    given = {"per_unit": body.per_unit, "day": body.day}
    return act(call, actions.note_rate, currency=str(body.currency), **given)
