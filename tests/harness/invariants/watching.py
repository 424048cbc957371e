"""What is held does not go on, whoever had a part in it did not dispose of it, and tuning is told whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from outtask.models import (
    Approval,
    Commitment,
    Hold,
    Invoice,
    InvoiceLine,
    Member,
    PurchaseRequest,
    Tuning,
)
from outtask.spend.states import Decision
from outtask.watch.actions import REQUEST
from outtask.watch.tuning_rules import DAYS, PERCENTS, USUAL, written
from tests.harness.invariants.house import House, Row, Told, grouped

PROMISED = {Decision.APPROVE, Decision.WITHIN_LIMIT}
TUNED = (*DAYS, *PERCENTS)
GOES_ON = ("invoice.approved", "invoice.paid")


def nothing_held_was_promised(house: House) -> Iterator[str]:
    """No request was committed while a hold on it was open."""
    promised = grouped(
        (row for row in house.all(Approval) if row.decision in PROMISED), lambda row: row.request_id
    )
    for hold in house.of(Hold, subject_type=REQUEST):
        for decision in promised[hold.subject_id]:
            if _open_at(hold, decision.decided_at):
                yield f"request {hold.subject_id} was committed under {hold}, {hold.detector}"


def nothing_held_was_approved_or_paid(house: House) -> Iterator[str]:
    """No invoice was approved or paid while a hold on it, on a milestone it is for, or on the request whose
    money pays it was open."""
    lines = grouped(house.all(InvoiceLine), lambda row: row.invoice_id)
    holds = grouped(house.all(Hold), lambda row: row.subject_id)
    for told in house.entries(*GOES_ON):
        invoice = house.get(Invoice, told.subject_id)
        commitment = house.get(Commitment, invoice.commitment_id) if invoice is not None else None
        if told.is_own and commitment is not None:
            about = [told.subject_id, commitment.request_id]
            about += [line.milestone_id for line in lines[told.subject_id]]
            for hold in (hold for pk in about for hold in holds[pk]):
                if _open_at(hold, told.at):
                    yield f"{told} of invoice {told.subject_id} under {hold}, {hold.detector}"


def _open_at(hold: Row, at: Any) -> bool:
    """Strictly between: within one instant nobody can tell what came first."""
    return bool(hold.held_at < at and (hold.disposed_at is None or at < hold.disposed_at))


def nobody_disposed_of_their_own(house: House) -> Iterator[str]:
    """Who asked for the money, or did what is held, left it to somebody else, but by the marked exception."""
    marked = {UUID(told.says["hold"]) for told in house.entries("watch.disposed") if told.says["exception"]}
    asked = grouped(house.all(PurchaseRequest), lambda row: row.outtask_id)
    for told in house.entries("watch.disposed"):
        hold = house.get(Hold, UUID(told.says["hold"]))
        if hold is None or hold.pk in marked:
            continue
        before = {row.requested_by_id for row in asked[hold.outtask_id] if row.requested_at < told.at}
        part = {_person(house, pk) for pk in before} | {hold.evidence.get("by")}
        if _person(house, told.actor_id) in part:
            yield f"{hold} was disposed of by somebody who had a part in it ({_who(told)})"


def _person(house: House, member_id: Any) -> str | None:
    member = house.get(Member, member_id)
    return str(member.person_id) if member is not None else None


def _who(told: Told) -> str:
    return f"{told}, by {told.actor_id}"


def what_is_looked_for_was_told(house: House) -> Iterator[str]:
    """Each tuning is the one its entry tells of, and changed what the one before had left."""
    before: dict[Any, dict[str, Any]] = defaultdict(lambda: _as_told(USUAL))
    for told in house.entries("watch.tuned"):
        row = house.get(Tuning, UUID(told.says["tuning"]))
        said = {name: told.says[name] for name in TUNED}
        if row is None or _as_told(row) != said:
            yield f"{told} says {said}; there is {row and _as_told(row)}"
        was = {name: told.says[f"{name}_before"] for name in TUNED}
        if was != before[told.organisation_id]:
            yield f"{told} changed {was}; there was {before[told.organisation_id]}"
        before[told.organisation_id] = said


def _as_told(terms: Any) -> dict[str, Any]:
    days = {name: getattr(terms, name) for name in DAYS}
    return days | {name: written(Decimal(str(getattr(terms, name)))) for name in PERCENTS}


INVARIANTS = (
    nothing_held_was_promised,
    nothing_held_was_approved_or_paid,
    nobody_disposed_of_their_own,
    what_is_looked_for_was_told,
)
