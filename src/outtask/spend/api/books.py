"""The books for programs: the trial balance, every posting, closing and opening again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from django.http.response import HttpResponseBase
from ninja import Query

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Amount, Day, Given, Made, Sha256, Shown, upto
from outtask.journal.recording import NotFound, Outcome
from outtask.people.roles import Right
from outtask.source.queries import today_of
from outtask.spend import actions, books
from outtask.spend.api.budgets import PostingShown
from outtask.spend.books import Balance, Sheet
from outtask.spend.models import Closing, Posting
from outtask.spend.rules import LONGEST_WORDS
from outtask.spend.states import Account
from outtask.spend.views.books import LATEST, csv_of, pdf_of

room = Room("Books")

_CLOSING = "/closings/{uuid:closing_id}"

First = Annotated[Day | None, Query(description="The first day; from the first posting when left out.")]
Last = Annotated[Day | None, Query(description="The last day; today when left out.")]
"""Days of the organisation's zone."""


class Accounts(Shown):
    """The five accounts; `authorised` is where money came from, so it is below zero. They sum to nothing."""

    authorised: Amount
    free: Amount
    committed: Amount
    owed: Amount
    paid: Amount

    @classmethod
    def of(cls, told: Balance | Sheet) -> Self:
        amounts = told.amounts if isinstance(told, Balance) else told.totals
        return cls(
            **{
                account.value: Amount.of(amounts[account].minor, amounts[account].currency)
                for account in Account
            }
        )


class BalanceShown(Shown):
    """What the accounts of one budget held."""

    budget_id: UUID
    name: str
    accounts: Accounts


class SheetShown(Shown):
    """All budgets kept in one currency."""

    currency: str
    balances: list[BalanceShown]
    totals: Accounts


class TrialBalanceShown(Shown):
    """The books through a day. `sha256`: of the balances; a closing through this day keeps the same."""

    through: date
    sheets: list[SheetShown]
    sha256: Sha256


class ClosingShown(Shown):
    """Through which day the books were closed, and what stood there. Null `reopened_at`: they are closed."""

    id: UUID
    through: date
    postings: int
    sha256: Sha256
    closed_by_id: UUID
    closed_at: datetime
    reopened_by_id: UUID | None
    reopened_at: datetime | None
    reopen_reason: str

    @classmethod
    def of(cls, row: Closing) -> Self:
        return cls(
            id=row.pk,
            through=row.through,
            postings=row.postings,
            sha256=row.sha256,
            closed_by_id=row.closed_by_id,
            closed_at=row.closed_at,
            reopened_by_id=row.reopened_by_id,
            reopened_at=row.reopened_at,
            reopen_reason=row.reopen_reason,
        )


class Through(Given):
    """The last day whose books are closed."""

    through: Day


class Reopening(Given):
    """Why closed books are opened again."""

    reason: Annotated[str, upto(LONGEST_WORDS, 1)]


def _last(call: Call, last: date | None) -> date:
    return last or today_of(call.organisation.pk, call.now)


@room.one("/trial-balance", TrialBalanceShown)
def trial_balance(call: Call, last: Last = None) -> TrialBalanceShown:
    """Read what every budget held at the end of a day, from the postings alone."""
    day = _last(call, last)
    sheets = books.trial_balance(call.actor, day)
    return TrialBalanceShown(
        through=day, sheets=[_sheet(sheet) for sheet in sheets], sha256=books.digest_of(day, sheets)
    )


def _sheet(sheet: Sheet) -> SheetShown:
    balances = [
        BalanceShown(budget_id=row.budget.pk, name=row.budget.name, accounts=Accounts.of(row))
        for row in sheet.rows
    ]
    return SheetShown(currency=sheet.currency, balances=balances, totals=Accounts.of(sheet))


@room.many("/postings", PostingShown, by=LATEST)
def ledger(call: Call, first: First = None, last: Last = None) -> Any:
    """List the postings of all budgets, the latest first; with `first` and `last`, of these days."""
    if first is None and last is None:
        return Posting.objects.visible_to(call.actor).select_related("budget")
    return books.postings_within(call.actor, first, _last(call, last)).select_related("budget")


@room.file("/postings/table", "text/csv")
def postings_table(call: Call, first: First = None, last: Last = None) -> HttpResponseBase:
    """Fetch the postings as CSV, the earliest first."""
    return csv_of(call.actor, first, _last(call, last))


@room.file("/trial-balance/paper", "application/pdf")
def books_statement(call: Call, first: First = None, last: Last = None) -> HttpResponseBase:
    """Fetch the statement of some days as a PDF."""
    return pdf_of(call.actor, call.organisation, first, _last(call, last))


@room.many("/closings", ClosingShown)
def closing_list(call: Call) -> Any:
    """List when the books were closed, the latest first."""
    return Closing.objects.visible_to(call.actor)


@room.one(_CLOSING, ClosingShown)
def closing(call: Call, closing_id: UUID) -> ClosingShown:
    """Read one closing."""
    row = Closing.objects.visible_to(call.actor).filter(pk=closing_id).first()
    if row is None:
        raise NotFound("closing")
    return ClosingShown.of(row)


@room.act("/closings", Made, status=201, scope=Right.MANAGE_BUDGETS, at="/closings/{id}")
def close_books(call: Call, body: Through) -> Outcome:
    """Close the books through a day that is over: nothing is posted there any more."""
    return act(call, actions.close_books, through=body.through)


@room.act(f"{_CLOSING}/reopening", status=201, scope=Right.MANAGE_BUDGETS, about=closing)
def reopen_books(call: Call, closing_id: UUID, body: Reopening) -> Outcome:
    """Open the books again that were closed last, and say why."""
    return act(call, actions.reopen_books, closing_id=closing_id, reason=body.reason)
