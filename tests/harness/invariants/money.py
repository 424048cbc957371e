"""Money: limits, postings, and that every sum is what its parts add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from outtask.agree.documents import read
from outtask.deliver.states import MilestoneState
from outtask.models import (
    AgreementVersion,
    Approval,
    Budget,
    Commitment,
    Entry,
    Invoice,
    InvoiceLine,
    Milestone,
    Payment,
    Posting,
    PurchaseRequest,
)
from outtask.pay.states import InvoiceState
from outtask.spend.states import Account, Decision, RequestState
from tests.harness.invariants.house import House, Row, Told, grouped

BETWEEN_POTS = (
    "budget.part_opened", "budget.given_down", "budget.given_back", "budget.followed", "transfer.done",
)  # fmt: skip
"""Kinds that move money out of one budget and into another, by a posting each."""

MOVES = {
    "budget.opened": {("authorised", "free")},
    "budget.authorised": {("authorised", "free"), ("free", "authorised")},
    "request.committed_within_limit": {("free", "committed")},
    "request.approved": {("free", "committed")},
    "milestone.accepted": {("committed", "owed")},
    "invoice.paid": {("owed", "paid")},
    "outtask.taken_back": {("committed", "free")},
    "agreement.revised_after_signing": {("committed", "free")},
    "order.returned": {("owed", "committed"), ("committed", "free")},
    "order.closed": {("committed", "free")},
    "order.asked_anew": {("committed", "free")},
    **{kind: {("free", "authorised"), ("authorised", "free")} for kind in BETWEEN_POTS},
}
"""Kinds of entry that move money, and between which accounts."""

RELEASING = {"outtask.taken_back", "agreement.revised_after_signing", "order.closed", "order.asked_anew"}
"""Those that tell how much is free again."""


def money_stays_within_what_was_promised(house: House) -> Iterator[str]:
    """paid ≤ invoiced ≤ accepted ≤ committed ≤ authorised."""
    for row in house.all(Commitment):
        chain = (0, row.paid_minor, row.invoiced_minor, row.accepted_minor, row.amount_minor)
        if list(chain) != sorted(chain) or row.released_minor < 0:
            yield f"{row} is paid, invoiced, accepted, committed {chain[1:]}"
        if row.accepted_minor + row.released_minor > row.amount_minor:
            yield f"{row} of {row.amount_minor} accepted {row.accepted_minor}, released {row.released_minor}"
    for row in house.all(Budget):
        used = (row.committed_minor, row.owed_minor, row.paid_minor)
        if min(used) < 0 or sum(used) > row.authorised_minor:
            yield f"{row} of {row.authorised_minor} holds committed, owed, paid {used}"


def budgets_are_the_sum_of_their_postings(house: House) -> Iterator[str]:
    """The columns repeat what the postings add up to, and these sum to nothing."""
    postings = grouped(house.all(Posting), lambda row: row.budget_id)
    for budget in house.all(Budget):
        sums: Counter[str] = Counter()
        for posting in postings[budget.pk]:
            sums[posting.source] -= posting.amount_minor
            sums[posting.target] += posting.amount_minor
        said = {
            Account.AUTHORISED: -budget.authorised_minor,
            Account.COMMITTED: budget.committed_minor,
            Account.OWED: budget.owed_minor,
            Account.PAID: budget.paid_minor,
        }
        for account, amount in said.items():
            if sums[account] != amount:
                yield f"{budget} says {account} {amount}, its postings {sums[account]}"
        if sums[Account.FREE] < 0 or sum(sums.values()):
            yield f"the postings of {budget} leave {dict(sums)}"


def postings_name_the_entry_that_moved_them(house: House) -> Iterator[str]:
    """A posting stands in the journal of its own organisation, under a kind that moves money that way."""
    for row in house.all(Posting):
        entry = house.get(Entry, row.entry_id)
        if entry is None or entry.organisation_id != row.organisation_id:
            yield f"{row} names an entry that is not in its journal: {row.entry_id}"
        elif (row.source, row.target) not in MOVES.get(entry.kind, set()):
            yield f"{row} moves {row.source} → {row.target} under {entry.kind}"


def entries_move_what_they_tell(house: House) -> Iterator[str]:
    """An entry that tells of money has its postings, of that amount where the currency is the budget's."""
    postings = grouped(house.all(Posting), lambda row: row.entry_id)
    for told in house.entries(*MOVES):
        if not told.is_own:
            continue
        amount, currency = _told_amount(told)
        moved = postings[told.pk]
        budgets = {budget.currency for row in moved if (budget := house.get(Budget, row.budget_id))}
        if not moved and _is_converted(house, told):
            continue  # a part may be less than the smallest coin of the budget; later parts make up for it
        if bool(moved) != bool(amount) and budgets in (set(), {currency}):
            yield f"{told} tells of {amount} and has {len(moved)} postings"
        elif budgets == {currency} and _sum(told, moved) != abs(amount):
            yield f"{told} tells of {amount}, its postings of {[row.amount_minor for row in moved]}"


def _is_converted(house: House, told: Told) -> bool:
    """Whether what an entry tells of is promised from a budget in another currency."""
    _, currency = _told_amount(told)
    pots = {row.budget_id for row in house.all(Commitment) if row.outtask_id == told.outtask_id}
    return bool(pots) and all(house.get(Budget, pk).currency != currency for pk in pots)  # type: ignore[union-attr]


def _sum(told: Told, moved: list[Row]) -> int:
    """What an entry moved; between two budgets it is posted in both, given up after it came in two steps."""
    whole = sum(row.amount_minor for row in moved)
    twice = told.kind in BETWEEN_POTS or (told.kind == "order.returned" and not told.says["wanted"])
    return whole // 2 if twice and whole % 2 == 0 else whole


def _told_amount(told: Told) -> tuple[int, str]:
    name = "released" if told.kind in RELEASING else "amount"
    amount: dict[str, Any] | None = told.says[name]
    return (amount["minor"], amount["currency"]) if amount else (0, "")


def commitments_follow_the_work(house: House) -> Iterator[str]:
    """Accepted, invoiced and paid are what milestones, invoices and payments come to."""
    milestones = grouped(house.all(Milestone), lambda row: (row.agreement_id, row.agreement_version))
    invoices = grouped(house.all(Invoice), lambda row: row.commitment_id)
    paid = {row.invoice_id: row.amount_minor for row in house.all(Payment)}
    for row in house.all(Commitment):
        request = house.get(PurchaseRequest, row.request_id)
        assert request is not None, "held by a foreign key"
        parts = milestones[row.agreement_id, request.agreement_version]
        mine = [invoice for invoice in invoices[row.pk] if invoice.state != InvoiceState.RETURNED]
        follows = (
            sum(one.amount_minor for one in parts),
            sum(one.amount_minor for one in parts if one.state == MilestoneState.ACCEPTED),
            sum(invoice.amount_minor for invoice in mine),
            sum(paid.get(invoice.pk, 0) for invoice in mine),
        )
        said = (row.amount_minor, row.accepted_minor, row.invoiced_minor, row.paid_minor)
        if said != follows:
            yield f"{row} says committed, accepted, invoiced, paid {said}; its parts come to {follows}"
        held = row.amount_minor - row.accepted_minor - row.released_minor
        if request.state == RequestState.VOID and held:
            yield f"{row} belongs to a void request and holds {held}"


def money_is_promised_once_for_each_agreement(house: House) -> Iterator[str]:
    """A committed request has its commitment, and no agreement has two that stand."""
    promised = {row.request_id for row in house.all(Commitment)}
    for row in house.all(PurchaseRequest):
        # What was void when it was undecided has none, what was committed before keeps its own.
        if row.state != RequestState.VOID and (row.pk in promised) != (row.state == RequestState.COMMITTED):
            yield f"{row} is {row.state}; commitment: {row.pk in promised}"
    live = Counter(
        row.agreement_id
        for row in house.all(PurchaseRequest)
        if row.state in {RequestState.REFERRED, RequestState.ASKED, RequestState.COMMITTED}
    )
    yield from (f"agreement {pk} has {count} live requests" for pk, count in live.items() if count > 1)


def invoices_ask_for_accepted_work_once(house: House) -> Iterator[str]:
    """The lines of an invoice add up to it; each milestone on a live line is accepted, and stands on one."""
    lines = grouped(house.all(InvoiceLine), lambda row: row.invoice_id)
    for invoice in house.all(Invoice):
        if sum(line.amount_minor for line in lines[invoice.pk]) != invoice.amount_minor:
            yield f"{invoice} is {invoice.amount_minor}, its lines are something else"
        if any(line.live == (invoice.state == InvoiceState.RETURNED) for line in lines[invoice.pk]):
            yield f"{invoice} is {invoice.state}, its lines are live or not against that"
    live = [line for line in house.all(InvoiceLine) if line.live]
    for line in live:
        milestone = house.get(Milestone, line.milestone_id)
        assert milestone is not None, "held by a foreign key"
        if milestone.state != MilestoneState.ACCEPTED or milestone.amount_minor != line.amount_minor:
            yield f"{line} asks {line.amount_minor} for {milestone}, {milestone.state}"
    twice = [pk for pk, count in Counter(line.milestone_id for line in live).items() if count > 1]
    yield from (f"milestone {pk} stands on two live invoices" for pk in twice)


def paid_is_paid_once_and_whole(house: House) -> Iterator[str]:
    """An invoice is paid when it has its one payment, of its amount."""
    payments = grouped(house.all(Payment), lambda row: row.invoice_id)
    for invoice in house.all(Invoice):
        amounts = [row.amount_minor for row in payments[invoice.pk]]
        if amounts != ([invoice.amount_minor] if invoice.state == InvoiceState.PAID else []):
            yield f"{invoice} of {invoice.amount_minor} is {invoice.state}; payments {amounts}"


def deciders_keep_to_their_limits(house: House) -> Iterator[str]:
    """Who promised money had a limit that covers it; only an owner has none."""
    for row in house.all(Approval):
        request = house.get(PurchaseRequest, row.request_id)
        assert request is not None, "held by a foreign key"
        if row.decision not in {Decision.APPROVE, Decision.WITHIN_LIMIT} or row.version != request.version:
            continue
        if row.limit_minor is not None and row.limit_minor < request.base_minor:
            yield f"{request} of {request.base_minor} was decided under a limit of {row.limit_minor}"


def orders_add_up(house: House) -> Iterator[str]:
    """The parts of each line of an order have its pieces and its price, however often it came and went."""
    parts = grouped(house.all(Milestone), lambda row: (row.agreement_id, row.agreement_version))
    versions = {(row.agreement_id, row.number): row for row in house.all(AgreementVersion)}
    for key, mine in parts.items():
        if any(row.order_line is None for row in mine):
            continue
        wanted = [(line.quantity, line.gross.minor) for line in read(bytes(versions[key].body)).lines]
        came = [
            (
                sum(row.quantity for row in mine if row.order_line == number),
                sum(row.amount_minor for row in mine if row.order_line == number),
            )
            for number in range(1, len(wanted) + 1)
        ]
        if wanted != came:
            yield f"order {key} has pieces and prices {wanted}, its parts {came}"


INVARIANTS = (
    money_stays_within_what_was_promised,
    budgets_are_the_sum_of_their_postings,
    postings_name_the_entry_that_moved_them,
    entries_move_what_they_tell,
    commitments_follow_the_work,
    money_is_promised_once_for_each_agreement,
    invoices_ask_for_accepted_work_once,
    paid_is_paid_once_and_whole,
    deciders_keep_to_their_limits,
    orders_add_up,
)
