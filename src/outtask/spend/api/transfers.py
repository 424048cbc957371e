"""Transfers between budgets for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Amount, AmountGiven, Given, Id, Made, Shown, upto
from outtask.journal.recording import NotFound, Outcome
from outtask.people.roles import Right
from outtask.spend import actions
from outtask.spend.models import Transfer
from outtask.spend.rules import LONGEST_WORDS
from outtask.spend.states import TransferState

room = Room("Transfers")

_TRANSFER = "/transfers/{uuid:transfer_id}"


class TransferShown(Shown):
    """Free money that somebody wants to move from one budget to another, and the decision."""

    id: UUID
    source_id: UUID
    target_id: UUID
    amount: Amount
    reason: str
    state: TransferState
    asked_by_id: UUID
    asked_at: datetime
    decided_by_id: UUID | None
    decided_at: datetime | None
    note: str

    @classmethod
    def of(cls, row: Transfer) -> Self:
        return cls(
            id=row.pk,
            source_id=row.source_id,
            target_id=row.target_id,
            amount=Amount.of(row.amount_minor, row.currency),
            reason=row.reason,
            state=TransferState(row.state),
            asked_by_id=row.asked_by_id,
            asked_at=row.asked_at,
            decided_by_id=row.decided_by_id,
            decided_at=row.decided_at,
            note=row.note,
        )


class NewTransfer(Given):
    """From which budget to which, how much, in their currency."""

    source_id: Id
    target_id: Id
    amount: AmountGiven
    reason: Annotated[str, upto(LONGEST_WORDS)] = ""


class Deciding(Given):
    """Words for whoever asked; a no needs some."""

    note: Annotated[str, upto(LONGEST_WORDS)] = ""


@room.many("/transfers", TransferShown)
def transfer_list(call: Call, state: TransferState | None = None) -> Any:
    """List transfers, the latest first."""
    rows = Transfer.objects.visible_to(call.actor)
    return rows if state is None else rows.filter(state=state.value)


@room.one(_TRANSFER, TransferShown)
def transfer(call: Call, transfer_id: UUID) -> TransferShown:
    """Read one transfer."""
    row = Transfer.objects.visible_to(call.actor).filter(pk=transfer_id).first()
    if row is None:
        raise NotFound("transfer")
    return TransferShown.of(row)


@room.act("/transfers", Made, status=201, at="/transfers/{id}")
def ask_transfer(call: Call, body: NewTransfer) -> Outcome:
    """Ask that money be moved. Whoever may ask to spend, or manages budgets, may."""
    given = body.model_dump(exclude={"amount"})
    return act(call, actions.ask_transfer, amount=body.amount.money, **given)


@room.act(f"{_TRANSFER}/approval", status=201, scope=Right.MANAGE_BUDGETS, about=transfer)
def approve_transfer(call: Call, transfer_id: UUID, body: Deciding) -> Outcome:
    """Say yes; the money is moved in the same moment. The keeper of the budget it leaves may, too."""
    given = {"transfer_id": transfer_id, "note": body.note}
    return act(call, actions.decide_transfer, approve=True, **given)


@room.act(f"{_TRANSFER}/refusal", status=201, scope=Right.MANAGE_BUDGETS, about=transfer)
def refuse_transfer(call: Call, transfer_id: UUID, body: Deciding) -> Outcome:
    """Say no, and why. The keeper of the budget it would leave may, too."""
    given = {"transfer_id": transfer_id, "note": body.note}
    return act(call, actions.decide_transfer, approve=False, **given)


@room.act(f"{_TRANSFER}/withdrawal", about=transfer)
def withdraw_transfer(call: Call, transfer_id: UUID) -> Outcome:
    """Take one's own wish back before it is decided."""
    return act(call, actions.withdraw_transfer, transfer_id=transfer_id)
