"""What of an order has come, line by line, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from outtask.agree.documents import Document
from outtask.agree.models import Agreement
from outtask.agree.states import AgreementState
from outtask.deliver import receipt_rules
from outtask.deliver.models import Milestone
from outtask.deliver.queries import duties_on, invoiced_on
from outtask.deliver.states import SETTLED, MilestoneState
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.outtasks.models import OutTask
from outtask.people.duties import Duty, why_not_duty
from outtask.people.roles import Right, may


@dataclass(frozen=True, slots=True)
class Part:
    """A line of an order or a part of one: where it stands, and why nothing can be done with it now.

    unit: of the line. no_receive, no_return: None when it can be received or sent back by whoever looks.
    invoiced: whether it stands on an invoice.
    """

    milestone: Milestone
    unit: str
    amount: Money
    no_receive: Refusal | None
    no_return: Refusal | None
    invoiced: bool = False

    @property
    def waits(self) -> bool:
        """Whether it has not come yet."""
        return self.milestone.state not in SETTLED

    @property
    def came(self) -> bool:
        return bool(self.milestone.state == MilestoneState.ACCEPTED)


def parts_of(actor: Actor, outtask: OutTask, agreement: Agreement, document: Document) -> list[Part]:
    """The parts of an order in the order of its lines; none before the money is committed."""
    rows: Any = Milestone.objects.visible_to(actor).filter(
        agreement=agreement, agreement_version=agreement.version
    )
    held = duties_on(outtask.pk, outtask.organisation_id)
    barred = may(actor, Right.VERIFY) or why_not_duty(actor.person_id, Duty.ACCEPT, held)
    in_force = agreement.state == AgreementState.IN_FORCE
    on_invoices = invoiced_on(rows.values("pk"))
    parts = []
    for row in rows.order_by("order_line", "order"):
        row.agreement = agreement
        quantity, on_invoice = row.quantity or 0, on_invoices.get(row.pk, {})
        receipt = receipt_rules.Receipt(agreement.form, in_force, row.state, quantity, quantity, "")
        sending = receipt_rules.Sending(
            agreement.form, in_force, row.state, quantity, quantity, "-", **on_invoice
        )
        parts.append(
            Part(
                row,
                document.lines[row.order_line - 1].unit,
                Money(row.amount_minor, row.currency),
                barred or receipt_rules.why_not_receive(receipt),
                may(actor, Right.VERIFY) or receipt_rules.why_not_return(sending),
                bool(on_invoice),
            )
        )
    return parts


def closing_of(agreement: Agreement) -> Refusal | None:
    """Why an order cannot be closed now, apart from the reasons that are still to be given."""
    rows = Milestone.objects.filter(agreement=agreement).values_list("state", flat=True)
    states = [str(state) for state in rows]
    return receipt_rules.why_not_close(
        receipt_rules.Closing(
            agreement.form,
            agreement.state,
            open=sum(state not in SETTLED for state in states),
            handed_in=states.count(MilestoneState.HANDED_IN),
            reasons="-",
        )
    )
