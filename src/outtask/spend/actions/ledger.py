"""Moving money between the accounts of a budget. Parts of actions: each writes inside a recording under way."""

from __future__ import annotations

from django.db.models import F

from outtask.agree.models import Agreement
from outtask.journal.recording import Recording
from outtask.kernel.money import Money
from outtask.kernel.refusal import refuse_if
from outtask.spend import rules
from outtask.spend.models import Budget, Commitment, Posting, PurchaseRequest
from outtask.spend.states import Account

_COLUMN = {
    Account.COMMITTED: "committed_minor",
    Account.OWED: "owed_minor",
    Account.PAID: "paid_minor",
}


def post(
    entry: Recording,
    budget: Budget,
    source: Account,
    target: Account,
    amount: int,
    commitment: Commitment | None = None,
) -> None:
    """One balanced movement; the sums on the budget follow it in the same statement."""
    if amount == 0:
        return
    Posting.objects.create(
        organisation_id=entry.organisation_id,
        budget=budget,
        commitment=commitment,
        entry_id=entry.id,
        source=source,
        target=target,
        amount_minor=amount,
        posted_at=entry.now,
    )
    changes = {}
    if source in _COLUMN:
        changes[_COLUMN[source]] = F(_COLUMN[source]) - amount
    if target in _COLUMN:
        changes[_COLUMN[target]] = F(_COLUMN[target]) + amount
    if source is Account.AUTHORISED:
        changes["authorised_minor"] = F("authorised_minor") + amount
    if target is Account.AUTHORISED:
        changes["authorised_minor"] = F("authorised_minor") - amount
    Budget.objects.filter(pk=budget.pk).update(**changes)
    budget.refresh_from_db()


def commit(entry: Recording, request: PurchaseRequest, agreement: Agreement) -> Commitment:
    """Promise the money of a request: free → committed. Refused when the budget does not hold it."""
    budget = Budget.objects.get(pk=request.budget_id)
    free = Money(budget.free_minor, budget.currency)
    refuse_if(rules.why_not_commit(free, Money(request.budget_minor, budget.currency), budget.name))
    commitment = Commitment.objects.create(
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


def release(entry: Recording, commitment: Commitment) -> Money:
    """Give back what is promised and not accepted: committed → free. Returns what was released."""
    rest = commitment.open_minor
    kept = rules.share(commitment.budget_minor, commitment.amount_minor, commitment.accepted_minor)
    if rest:
        commitment.released_minor += rest
        commitment.save(update_fields=["released_minor"])
        post(
            entry,
            commitment.budget,
            Account.COMMITTED,
            Account.FREE,
            commitment.budget_minor - kept,
            commitment,
        )
    return Money(rest, commitment.currency)
