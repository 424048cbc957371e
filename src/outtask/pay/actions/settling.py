"""Invoices are approved by somebody who neither asked for the money nor accepted the work, and then paid."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from outtask.deliver.actions import complete_if_settled
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import refuse_if
from outtask.pay import queries, rules
from outtask.pay.actions.holding import look_at_payment
from outtask.pay.models import Invoice, Payment
from outtask.pay.states import INVOICE, InvoiceState
from outtask.people.duties import Duties, Duty, used_exception, why_not_duty
from outtask.people.models import BankAccount
from outtask.people.roles import Right, may
from outtask.source.queries import today_of
from outtask.spend.actions.ledger import settle
from outtask.spend.models import Commitment


@action
def approve_invoice(*, actor: Actor, now: datetime, key: Key = None, invoice_id: UUID) -> Outcome:
    """Say that an invoice is right: it matches agreement, acceptance and commitment line by line."""
    with recording("invoice.approved", actor=actor, on=(Invoice, invoice_id), now=now, key=key) as entry:
        invoice: Invoice = entry.subject
        refuse_if(may(actor, Right.APPROVE_INVOICE))
        duties = queries.duties_for(invoice)
        refuse_if(INVOICE.why_not(invoice.state, "approve"), why_not_duty(actor.person_id, Duty.PAY, duties))
        refuse_if(*queries.why_held(invoice))
        refuse_if(rules.why_not_match(queries.match_of(invoice)))
        invoice.state = INVOICE.after(InvoiceState(invoice.state), "approve")
        invoice.approved_by_id = actor.id
        invoice.approved_at = now
        invoice.save(update_fields=["state", "approved_by", "approved_at"])
        entry.says(
            number=entry.keep(invoice.number),
            amount=Money(invoice.amount_minor, invoice.currency),
            exception=int(used_exception(actor.person_id, Duty.PAY, duties)),
        )
    return entry.outcome


def void_approvals(entry: Recording, noted: BankAccount) -> list[Invoice]:
    """Part: what was approved for the account before and is not paid yet is to be approved again.

    Gives those invoices; the caller brings their out-tasks in line.
    """
    waiting = Invoice.objects.filter(provider_id=noted.provider_id, state=InvoiceState.APPROVED)
    found = list(waiting.select_related("outtask").order_by("id"))
    for invoice in found:
        invoice.state = INVOICE.after(InvoiceState(invoice.state), "void")
        invoice.save(update_fields=["state"])
        entry.also_says(
            "invoice.approval_voided",
            invoice,
            invoice=invoice.pk,
            number=entry.keep(invoice.number),
            amount=Money(invoice.amount_minor, invoice.currency),
            bank_account=noted.pk,
        )
    return found


@action
def record_payment(
    *, actor: Actor, now: datetime, key: Key = None, invoice_id: UUID, paid_on: date, bank_reference: str
) -> Outcome:
    """Record that an approved invoice was paid; the last one ends the agreement.

    A detector that speaks now holds the invoice instead: nothing is recorded until somebody has looked.
    Gives `held`, and `completes`: whether the agreement has ended with it.
    """
    with recording("invoice.paid", actor=actor, on=(Invoice, invoice_id), now=now, key=key) as entry:
        invoice: Invoice = entry.subject
        refuse_if(may(actor, Right.PAY))
        duties = queries.duties_for(invoice)
        refuse_if(INVOICE.why_not(invoice.state, "pay"), why_not_duty(actor.person_id, Duty.PAY, duties))
        refuse_if(*queries.why_held(invoice))
        today = today_of(entry.organisation_id, now)
        refuse_if(*rules.why_not_paid(paid_on, invoice.dated_on, today, bank_reference))
        held = look_at_payment(entry, invoice)
        if held:
            entry.becomes("payment.held")
            amount = Money(invoice.amount_minor, invoice.currency)
            entry.says(number=entry.keep(invoice.number), amount=amount)
            completes = False
        else:
            completes = _pay(entry, invoice, paid_on, bank_reference.strip(), duties)
        entry.gives(held=bool(held), completes=completes)
    return entry.outcome


def _pay(entry: Recording, invoice: Invoice, paid_on: date, bank_reference: str, duties: Duties) -> bool:
    """Write the payment and settle its commitment; whether that ends the agreement."""
    Payment.objects.create(
        organisation_id=entry.organisation_id,
        invoice=invoice,
        amount_minor=invoice.amount_minor,
        currency=invoice.currency,
        paid_on=paid_on,
        bank_reference=bank_reference,
        recorded_by_id=entry.actor.id,
        recorded_at=entry.now,
    )
    invoice.state = INVOICE.after(InvoiceState(invoice.state), "pay")
    invoice.save(update_fields=["state"])
    commitment = Commitment.objects.select_related("budget").get(pk=invoice.commitment_id)
    settle(entry, commitment, invoice.amount_minor)
    completes = complete_if_settled(entry, commitment)
    entry.says(
        number=entry.keep(invoice.number),
        amount=Money(invoice.amount_minor, invoice.currency),
        paid_on=paid_on,
        bank_reference=entry.keep(bank_reference),
        exception=int(used_exception(entry.actor.person_id, Duty.PAY, duties)),
        completes=int(completes),
    )
    return completes
