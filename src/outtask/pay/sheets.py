"""What the page of an invoice shows: its match, and what its reader may do with it now."""

from __future__ import annotations

from dataclasses import dataclass

from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.pay import queries, rules
from outtask.pay.models import Invoice, Payment
from outtask.pay.states import INVOICE
from outtask.people.account_rules import masked
from outtask.people.duties import Duty, used_exception, why_not_duty
from outtask.people.models import BankAccount
from outtask.people.roles import Right, may
from outtask.watch.actions import REQUEST
from outtask.watch.models import Hold
from outtask.watch.rules import why_not_held


@dataclass(frozen=True)
class InvoiceSheet:
    """An invoice with its three-way match; each refusal says why its button is off.

    account_since: noted after it was approved, so that it is to be approved again.
    """

    amount: Money
    match: rules.Match
    payment: Payment | None
    why_not_approve: Refusal | None
    why_not_return: Refusal | None
    why_not_pay: Refusal | None
    holds: list[Hold]
    uses_exception: bool
    account_since: BankAccount | None

    @property
    def on_request(self) -> list[Hold]:
        """Those on the request, whose evidence is in the organisation's currency."""
        return [hold for hold in self.holds if hold.subject_type == REQUEST]

    @property
    def on_invoice(self) -> list[Hold]:
        """The others, whose evidence is in the invoice's."""
        return [hold for hold in self.holds if hold.subject_type != REQUEST]

    @property
    def masked(self) -> str:
        """That account, as far as pages show one."""
        return masked(self.account_since.account) if self.account_since else ""


def sheet_of(actor: Actor, invoice: Invoice) -> InvoiceSheet:
    """What one member may do with one invoice."""
    duties = queries.duties_for(invoice)
    match = queries.match_of(invoice)
    holds = queries.holds_on(invoice)
    held = next(iter(why_not_held({hold.detector for hold in holds})), None)
    barred = why_not_duty(actor.person_id, Duty.PAY, duties) or held
    approve = may(actor, Right.APPROVE_INVOICE) or INVOICE.why_not(invoice.state, "approve") or barred
    return InvoiceSheet(
        amount=Money(invoice.amount_minor, invoice.currency),
        match=match,
        payment=getattr(invoice, "payment", None),
        why_not_approve=approve or rules.why_not_match(match),
        why_not_return=may(actor, Right.APPROVE_INVOICE) or INVOICE.why_not(invoice.state, "return"),
        why_not_pay=may(actor, Right.PAY) or INVOICE.why_not(invoice.state, "pay") or barred,
        holds=holds,
        uses_exception=used_exception(actor.person_id, Duty.PAY, duties),
        account_since=queries.account_since(invoice),
    )
