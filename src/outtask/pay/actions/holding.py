"""Parts of what is done with invoices: detectors look at them, and hold what somebody has to look at."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from outtask.journal.recording import Recording
from outtask.pay.models import Invoice, Payment
from outtask.pay.states import InvoiceState
from outtask.people.models import BankAccount
from outtask.spend.models import Commitment
from outtask.watch import rules
from outtask.watch.actions import INVOICE, hold
from outtask.watch.models import Hold
from outtask.watch.numbers import transposed
from outtask.watch.queries import terms_of
from outtask.watch.rules import Bill, Paying, Progress


def look_at_invoice(entry: Recording, invoice: Invoice) -> list[Hold]:
    """Part: look at an invoice that has just come in."""
    accounts = _accounts_of(invoice)
    bill = _bill(invoice, accounts)
    commitment = Commitment.objects.get(pk=invoice.commitment_id)
    progress = Progress(commitment.amount_minor, commitment.accepted_minor, commitment.invoiced_minor)
    terms = terms_of(entry.organisation_id)
    findings = [rules.duplicate(bill, _like(invoice, accounts)), rules.over_progress(progress, terms)]
    return hold(entry, invoice.outtask_id, INVOICE, invoice.pk, findings)


def look_at_payment(entry: Recording, invoice: Invoice) -> list[Hold]:
    """Part: look at a payment that somebody wants to record; with a new hold it is not recorded."""
    paid = Payment.objects.filter(invoice__provider_id=invoice.provider_id)
    noted = BankAccount.objects.filter(provider_id=invoice.provider_id)
    paying = Paying(
        at=entry.now,
        payer=str(entry.actor.person_id),
        known_since=invoice.provider.added_at,
        paid_before=int(paid.exists()),
        noted=[(str(person), at) for person, at in noted.values_list("noted_by__person_id", "noted_at")],
    )
    terms = terms_of(entry.organisation_id)
    findings = [rules.new_fast(paying, terms), rules.bank_changed(paying, terms)]
    return hold(entry, invoice.outtask_id, INVOICE, invoice.pk, findings)


type Accounts = dict[UUID, frozenset[str]]


def _accounts_of(invoice: Invoice) -> Accounts:
    """By provider the accounts they share with this one; those of this one are whatever it was paid to."""
    here = BankAccount.objects.filter(organisation_id=invoice.organisation_id)
    own = frozenset(here.filter(provider_id=invoice.provider_id).values_list("account", flat=True))
    found: dict[UUID, set[str]] = {invoice.provider_id: set(own)}
    for provider_id, account in here.filter(account__in=own).values_list("provider_id", "account"):
        found.setdefault(provider_id, set()).add(account)
    return {provider_id: frozenset(accounts) for provider_id, accounts in found.items()}


def _like(invoice: Invoice, accounts: Accounts) -> Iterator[Bill]:
    """Invoices that may be the same: by number and amount, so that few are read however many there are."""
    keys = [invoice.number_key, *transposed(invoice.number_key)]
    rows = Invoice.objects.filter(
        provider_id__in=list(accounts),
        number_key__in=keys,
        amount_minor=invoice.amount_minor,
        currency=invoice.currency,
    )
    for row in rows.exclude(state=InvoiceState.RETURNED).exclude(pk=invoice.pk):
        yield _bill(row, accounts)


def _bill(invoice: Invoice, accounts: Accounts) -> Bill:
    return Bill(
        id=str(invoice.pk),
        provider=str(invoice.provider_id),
        number=invoice.number,
        amount=invoice.amount_minor,
        currency=invoice.currency,
        at=invoice.received_at,
        accounts=accounts[invoice.provider_id],
    )
