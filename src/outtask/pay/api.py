"""Invoices and payments for programs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from ninja import File, Form, UploadedFile

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Amount, Day, Done, Given, Id, Made, Shown, upto
from outtask.files.storage import store
from outtask.journal.recording import Outcome
from outtask.outtasks.queries import outtask_of
from outtask.pay import actions, queries
from outtask.pay.models import Invoice
from outtask.pay.rules import LONGEST_BANK_REFERENCE, LONGEST_NUMBER, LONGEST_REASON
from outtask.pay.states import InvoiceState
from outtask.people.roles import Right

room = Room("Invoices")
ROUTERS = (room,)

_INVOICE = "/invoices/{uuid:invoice_id}"


class InvoiceLineShown(Shown):
    """One accepted milestone on an invoice."""

    milestone_id: UUID
    amount: Amount


class PaymentShown(Shown):
    """The record that it was paid."""

    paid_on: date
    bank_reference: str
    recorded_by_id: UUID | None
    recorded_at: datetime


class InvoiceShown(Shown):
    """A demand for the money of accepted milestones.

    `approved_by_id`, `approved_at`: the last approval. `approve_again`: it no longer counts, because another
    bank account of the provider was noted since.
    """

    id: UUID
    out_task: str
    provider_id: UUID
    number: str
    state: InvoiceState
    amount: Amount
    lines: list[InvoiceLineShown]
    dated_on: date
    due_on: date
    received_at: datetime
    approved_by_id: UUID | None
    approved_at: datetime | None
    approve_again: bool
    return_reason: str
    file_id: UUID | None
    payment: PaymentShown | None

    @classmethod
    def of(cls, row: Invoice) -> Self:
        lines = sorted(row.lines.all(), key=lambda line: line.pk)
        return cls(
            id=row.pk,
            out_task=row.outtask.reference,
            provider_id=row.provider_id,
            number=row.number,
            state=InvoiceState(row.state),
            amount=Amount.of(row.amount_minor, row.currency),
            lines=[_line(line.milestone_id, line.amount_minor, row.currency) for line in lines],
            dated_on=row.dated_on,
            due_on=row.due_on,
            received_at=row.received_at,
            approved_by_id=row.approved_by_id,
            approved_at=row.approved_at,
            approve_again=row.state == InvoiceState.RECEIVED and row.approved_at is not None,
            return_reason=row.return_reason,
            file_id=row.file_id,
            payment=_payment(getattr(row, "payment", None)),
        )


def _line(milestone_id: UUID, minor: int, currency: str) -> InvoiceLineShown:
    return InvoiceLineShown(milestone_id=milestone_id, amount=Amount.of(minor, currency))


def _payment(row: Any) -> PaymentShown | None:
    if row is None:
        return None
    return PaymentShown(
        paid_on=row.paid_on,
        bank_reference=row.bank_reference,
        recorded_by_id=row.recorded_by_id,
        recorded_at=row.recorded_at,
    )


class InvoiceSent(Made):
    """The invoice; its amount is the sum of its milestones."""

    amount_minor: int


class Returning(Given):
    """What is wrong with it."""

    reason: Annotated[str, upto(LONGEST_REASON)]


class Paying(Given):
    """A payment that was made."""

    paid_on: Day
    bank_reference: Annotated[str, upto(LONGEST_BANK_REFERENCE)]


class Paid(Done):
    """`held`: nothing was recorded, somebody has to look at a hold first. `completes`: whether everything is
    settled now, so that the statement of work has ended."""

    held: bool
    completes: bool


@room.many("/invoices", InvoiceShown)
def invoice_list(call: Call, state: InvoiceState | None = None) -> Any:
    """List invoices, the latest first."""
    rows = queries.invoices_for(call.actor, state or "")
    return rows.select_related("payment").prefetch_related("lines")


@room.one(_INVOICE, InvoiceShown)
def invoice(call: Call, invoice_id: UUID) -> InvoiceShown:
    """Read one invoice."""
    return InvoiceShown.of(queries.invoice_for(call.actor, invoice_id))


@room.act(
    "/out-tasks/{slug:reference}/invoices", InvoiceSent, status=201, scope=Right.INVOICE, at="/invoices/{id}"
)
def send_invoice(
    call: Call,
    reference: str,
    number: Annotated[str, upto(LONGEST_NUMBER, 1), Form()],
    dated_on: Annotated[Day, Form()],
    milestone_ids: Annotated[list[Id], Form(min_length=1, max_length=200)],
    file: Annotated[UploadedFile | None, File(None, description="The invoice as a file.")],
) -> Outcome:
    """Send an invoice for accepted milestones: exactly their sum, each once."""
    return act(
        call,
        actions.send_invoice,
        outtask_id=outtask_of(call.actor, reference).pk,
        number=number,
        dated_on=dated_on,
        milestone_ids=milestone_ids,
        file=(file.name or "", store(file)) if file else None,
    )


@room.act(f"{_INVOICE}/approval", status=201, scope=Right.APPROVE_INVOICE, about=invoice)
def approve_invoice(call: Call, invoice_id: UUID) -> Outcome:
    """Approve an invoice."""
    return act(call, actions.approve_invoice, invoice_id=invoice_id)


@room.act(f"{_INVOICE}/return", scope=Right.APPROVE_INVOICE, about=invoice)
def return_invoice(call: Call, invoice_id: UUID, body: Returning) -> Outcome:
    """Send an invoice back; its milestones and its number can be used again."""
    return act(call, actions.return_invoice, invoice_id=invoice_id, reason=body.reason)


@room.act(f"{_INVOICE}/payment", Paid, status=201, scope=Right.PAY, about=invoice)
def record_payment(call: Call, invoice_id: UUID, body: Paying) -> Outcome:
    """Record that an approved invoice was paid."""
    return act(call, actions.record_payment, invoice_id=invoice_id, **body.model_dump())
