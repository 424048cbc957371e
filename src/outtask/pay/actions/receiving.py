"""Invoices come in, from the provider's guest or typed in by a member, and go back when they are wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import F

from outtask.agree.documents import read
from outtask.agree.models import AgreementVersion
from outtask.deliver.models import Milestone
from outtask.files.actions import keep_upload
from outtask.files.storage import Stored
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import refuse_if
from outtask.outtasks.models import OutTask
from outtask.pay import queries, rules
from outtask.pay.actions.holding import look_at_invoice
from outtask.pay.models import Invoice, InvoiceLine
from outtask.pay.states import INVOICE, InvoiceState
from outtask.people.roles import Right, may
from outtask.source.queries import today_of
from outtask.spend.models import Commitment
from outtask.watch.numbers import number_key


@action
def send_invoice(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    outtask_id: UUID,
    number: str,
    milestone_ids: Sequence[UUID],
    dated_on: date,
    file: tuple[str, Stored] | None = None,
) -> Outcome:
    """Ask for the money of accepted milestones: exactly their sum, each once. Gives `id`, `amount_minor`."""
    with recording("invoice.received", actor=actor, on=(OutTask, outtask_id), now=now, key=key) as entry:
        refuse_if(may(actor, Right.INVOICE))
        wanted = set(milestone_ids)
        items = [item for item in queries.items_of(actor, outtask_id) if item.id in wanted]
        first = Milestone.objects.select_related("agreement").get(pk=items[0].id) if items else None
        claim = rules.Claim(
            number=number.strip(),
            dated_on=dated_on,
            agreed_on=today_of(entry.organisation_id, first.agreement.made_at) if first else dated_on,
            today=today_of(entry.organisation_id, now),
            asked=len(wanted),
            items=items,
            same_number=_same_number(entry, first, number),
            has_provider=first is None or first.agreement.provider_id is not None,
        )
        refuse_if(*rules.why_not_invoice(claim))
        assert first is not None, "an invoice is for at least one milestone"
        invoice = _write(entry, claim, first, file)
        look_at_invoice(entry, invoice)
        entry.says(
            invoice=invoice.pk,
            number=entry.keep(invoice.number),
            amount=Money(invoice.amount_minor, invoice.currency),
            milestones=len(items),
            due=invoice.due_on,
        )
        entry.gives(id=invoice.pk, amount_minor=invoice.amount_minor)
    return entry.outcome


def _same_number(entry: Recording, first: Milestone | None, number: str) -> rules.Earlier | None:
    if first is None or first.agreement.provider_id is None:
        return None
    return queries.earlier(
        first.agreement.provider_id, number, lambda instant: today_of(entry.organisation_id, instant)
    )


def _write(
    entry: Recording, claim: rules.Claim, first: Milestone, file: tuple[str, Stored] | None
) -> Invoice:
    agreement = first.agreement
    total = Money.total((item.amount for item in claim.items), first.currency)
    body = AgreementVersion.objects.get(agreement=agreement, number=first.agreement_version).body
    kept = (
        keep_upload(entry, file[1], file[0], agreement.outtask_id, agreement.provider_id, shared=True)
        if file
        else None
    )
    invoice: Invoice = Invoice.objects.create(
        organisation_id=entry.organisation_id,
        outtask_id=agreement.outtask_id,
        provider_id=agreement.provider_id,
        commitment_id=claim.items[0].commitment,
        number=claim.number,
        number_key=number_key(claim.number),
        amount_minor=total.minor,
        currency=total.currency,
        dated_on=claim.dated_on,
        due_on=rules.due_day(claim.today, read(bytes(body)).terms.payment_days),
        received_at=entry.now,
        recorded_by_id=entry.actor.id if entry.actor.is_member else None,
        file=kept,
    )
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            organisation_id=entry.organisation_id,
            invoice=invoice,
            milestone_id=item.id,
            amount_minor=item.amount.minor,
        )
        for item in claim.items
    )
    _invoiced(invoice, total.minor)
    return invoice


def _invoiced(invoice: Invoice, change_minor: int) -> None:
    # The database holds invoiced ≤ accepted behind the rules.
    Commitment.objects.filter(pk=invoice.commitment_id).update(
        invoiced_minor=F("invoiced_minor") + change_minor
    )


@action
def return_invoice(*, actor: Actor, now: datetime, key: Key = None, invoice_id: UUID, reason: str) -> Outcome:
    """Send an invoice back before it is paid; its milestones, and its number, can be used again."""
    with recording("invoice.returned", actor=actor, on=(Invoice, invoice_id), now=now, key=key) as entry:
        invoice: Invoice = entry.subject
        refuse_if(may(actor, Right.APPROVE_INVOICE))
        refuse_if(INVOICE.why_not(invoice.state, "return"), rules.why_not_reason(reason))
        invoice.state = INVOICE.after(InvoiceState(invoice.state), "return")
        invoice.return_reason = reason.strip()
        invoice.save(update_fields=["state", "return_reason"])
        InvoiceLine.objects.filter(invoice=invoice).update(live=False)
        _invoiced(invoice, -invoice.amount_minor)
        entry.says(
            number=entry.keep(invoice.number),
            amount=Money(invoice.amount_minor, invoice.currency),
            reason=entry.keep(invoice.return_reason),
        )
    return entry.outcome
