"""Parts of actions that move money between the accounts of a budget, and from one budget to another.

The rules of the actions come first; behind them the database refuses what would pass accepted ≤ committed or
spend more than was authorised.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from outtask.agree.models import Agreement
from outtask.journal.direct import add, insert, rows_by_key
from outtask.journal.prepared import prepared
from outtask.journal.recording import Recording
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.spend import budget_rules, rules
from outtask.spend.models import Budget, Closing, Commitment, Posting, PurchaseRequest
from outtask.spend.states import Account

# What each account adds up to on the budget's own row; what is free follows from these.
_COLUMNS = {
    Account.AUTHORISED: ("authorised_minor", -1),
    Account.COMMITTED: ("committed_minor", 1),
    Account.OWED: ("owed_minor", 1),
    Account.PAID: ("paid_minor", 1),
}


def post(
    entry: Recording,
    budget: Budget,
    source: Account,
    target: Account,
    amount: int,
    commitment: Commitment | None = None,
) -> None:
    """One balanced movement; the sums on the budget follow it in the same statement.

    Refused on a day whose books are closed. When the pot runs low by it, a second entry says so.
    """
    if amount == 0:
        return
    refuse_if(_why_not_today(entry))
    before = _used(budget)
    posting = Posting(
        organisation_id=entry.organisation_id,
        budget=budget,
        commitment=commitment,
        entry_id=entry.id,
        source=source,
        target=target,
        amount_minor=amount,
        posted_at=entry.now,
    )
    insert([posting])
    moved = ((source, -amount), (target, amount))
    sums = [(*_COLUMNS[account], change) for account, change in moved if account in _COLUMNS]
    add(budget, **{column: sign * change for column, sign, change in sums})
    mark = budget_rules.crossed(before, _used(budget))
    if mark is not None:
        free = Money(budget.free_minor, budget.currency)
        entry.also_says("budget.running_low", budget, name=entry.keep(budget.name), percent=mark, free=free)


def _why_not_today(entry: Recording) -> Refusal | None:
    """Why nothing is posted now; the zone is asked for only where books were ever closed."""
    last = _last_closing.first(entry.organisation_id)
    if last is None:
        return None
    through, zone = last
    return budget_rules.why_not_post(entry.now.astimezone(ZoneInfo(zone)).date(), through)


@prepared()
def _last_closing(organisation_id: UUID) -> QuerySet[Closing, tuple[date, str]]:
    standing = Closing.objects.filter(organisation_id=organisation_id, reopened_at__isnull=True)
    return standing.order_by("-through").values_list("through", "organisation__zone")[:1]


def _used(budget: Budget) -> tuple[int, int]:
    """What of a budget is promised or spent, and what was put in."""
    return budget.authorised_minor - budget.free_minor, budget.authorised_minor


def put(entry: Recording, budget: Budget, amount: Money) -> None:
    """Money in (positive), or free money out again (negative)."""
    if amount.minor >= 0:
        post(entry, budget, Account.AUTHORISED, Account.FREE, amount.minor)
    else:
        post(entry, budget, Account.FREE, Account.AUTHORISED, -amount.minor)


def move(entry: Recording, source: Budget, target: Budget, amount: Money) -> None:
    """Free money out of one pot and into another: two postings of one entry, so nothing is made or lost."""
    put(entry, source, -amount)
    put(entry, target, amount)


def commit(entry: Recording, request: PurchaseRequest, agreement: Agreement) -> Commitment:
    """Promise the money of a request: free → committed. Refused when the budget does not hold it."""
    (budget,) = rows_by_key(Budget, [request.budget_id])
    refuse_if(budget_rules.why_not_commit_from(budget.name, budget.closed_at is not None))
    free = Money(budget.free_minor, budget.currency)
    refuse_if(rules.why_not_commit(free, Money(request.budget_minor, budget.currency), budget.name))
    commitment = Commitment(
        organisation_id=entry.organisation_id,
        outtask_id=request.outtask_id,
        request=request,
        agreement=agreement,
        budget=budget,
        amount_minor=request.amount_minor,
        currency=request.currency,
        budget_minor=request.budget_minor,
        made_at=entry.now,
    )
    insert([commitment])
    post(entry, budget, Account.FREE, Account.COMMITTED, request.budget_minor, commitment)
    return commitment


def owe(entry: Recording, commitment: Commitment, amount_minor: int) -> None:
    """Work worth `amount_minor` was accepted: committed → owed."""
    before = rules.share(commitment.budget_minor, commitment.amount_minor, commitment.accepted_minor)
    commitment.accepted_minor += amount_minor
    after = rules.share(commitment.budget_minor, commitment.amount_minor, commitment.accepted_minor)
    commitment.save(update_fields=["accepted_minor"])
    post(entry, commitment.budget, Account.COMMITTED, Account.OWED, after - before, commitment)


def settle(entry: Recording, commitment: Commitment, amount_minor: int) -> None:
    """An invoice of `amount_minor` was paid: owed → paid."""
    before = rules.share(commitment.budget_minor, commitment.amount_minor, commitment.paid_minor)
    commitment.paid_minor += amount_minor
    after = rules.share(commitment.budget_minor, commitment.amount_minor, commitment.paid_minor)
    commitment.save(update_fields=["paid_minor"])
    post(entry, commitment.budget, Account.OWED, Account.PAID, after - before, commitment)


def take_back_owed(entry: Recording, commitment: Commitment, amount_minor: int) -> None:
    """What was accepted went back before it was invoiced: owed → committed."""
    before = rules.share(commitment.budget_minor, commitment.amount_minor, commitment.accepted_minor)
    commitment.accepted_minor -= amount_minor
    after = rules.share(commitment.budget_minor, commitment.amount_minor, commitment.accepted_minor)
    commitment.save(update_fields=["accepted_minor"])
    post(entry, commitment.budget, Account.OWED, Account.COMMITTED, before - after, commitment)


def release(entry: Recording, commitment: Commitment, amount_minor: int | None = None) -> Money:
    """Give back what is promised and not accepted, or a part of it: committed → free. Returns how much.

    What is kept in the budget's currency is the share of what is not released, so that parts that are
    released one after the other come to the whole.
    """
    given = commitment.open_minor if amount_minor is None else amount_minor
    if given:
        whole, budget = commitment.amount_minor, commitment.budget_minor
        before = rules.share(budget, whole, whole - commitment.released_minor)
        commitment.released_minor += given
        after = rules.share(budget, whole, whole - commitment.released_minor)
        commitment.save(update_fields=["released_minor"])
        post(entry, commitment.budget, Account.COMMITTED, Account.FREE, before - after, commitment)
    return Money(given, commitment.currency)
