"""Receiving what was ordered, sending it back, closing an order: when that may be. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from outtask.agree.orders import why_not_no_order
from outtask.agree.states import AgreementState
from outtask.deliver.rules import LONGEST_NOTE, why_not_long
from outtask.deliver.states import MILESTONE, MilestoneState
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_


@dataclass(frozen=True, slots=True)
class Receipt:
    """What somebody wants to receive of an order's line. open: pieces that have not come yet."""

    form: str
    in_force: bool
    state: str
    open: int
    quantity: int
    note: str


def why_not_receive(given: Receipt) -> Refusal | None:
    """What has come is at most what is still open, and nobody handed it in by link meanwhile."""
    stopped = why_not_no_order(given.form)
    if stopped is not None:
        return stopped
    if given.state == MilestoneState.HANDED_IN:
        reason = N_("The provider handed this in. Look at it there, then accept it or request changes.")
        return Refusal("handed_in", reason)
    stopped = MILESTONE.why_not(given.state, "receive")
    if stopped is not None:
        return stopped
    if not given.in_force:
        reason = N_("No money is committed for this order, so nothing is received under it.")
        return Refusal("not_in_force", reason)
    if not 1 <= given.quantity <= given.open:
        reason = N_("Give a quantity from 1 to %(most)s: so much has not come yet.")
        return Refusal("quantity_out_of_range", reason, "quantity", {"most": given.open})
    if len(given.note) > LONGEST_NOTE:
        reason = N_("Use at most %(most)s characters.")
        return Refusal("note_long", reason, "note", {"most": LONGEST_NOTE})
    return None


@dataclass(frozen=True, slots=True)
class Sending:
    """What somebody wants to send back. received: pieces of the receipt, of which `quantity` go.

    invoice: the number of the invoice it stands on, if it stands on one; paid: whether that is paid.
    """

    form: str
    in_force: bool
    state: str
    received: int
    quantity: int
    reasons: str
    invoice: str = ""
    paid: bool = False


def why_not_return(sending: Sending) -> Refusal | None:
    """What was received goes back before it is invoiced, with the reasons for whoever delivered it.

    An invoice that came is for exactly what was accepted; so it goes back first, and the provider sends
    another for what stays. What is paid stays in the books as it was.
    """
    stopped = why_not_no_order(sending.form) or MILESTONE.why_not(sending.state, "send_back")
    if stopped is not None:
        return stopped
    if sending.invoice:
        return _why_not_invoiced(sending.invoice, sending.paid)
    if not sending.in_force:
        return Refusal("order_over", N_("This order is over, so nothing of it goes back here."))
    if not 1 <= sending.quantity <= sending.received:
        reason = N_("Give a quantity from 1 to %(most)s: so much of it was received.")
        return Refusal("quantity_out_of_range", reason, "quantity", {"most": sending.received})
    return why_not_reasons(sending.reasons)


def _why_not_invoiced(number: str, paid: bool) -> Refusal:
    facts = {"number": number}
    if paid:
        reason = N_(
            "Invoice %(number)s for this is paid, and what is paid stays in the books. Write to the provider"
            " to have it replaced or the money returned."
        )
        return Refusal("paid_already", reason, facts=facts)
    reason = N_(
        "This is on invoice %(number)s. Return that invoice first, then send it back; the provider invoices"
        " what stays."
    )
    return Refusal("invoiced_already", reason, facts=facts)


def why_not_reasons(reasons: str) -> Refusal | None:
    """Somebody who was not there can follow it."""
    if not reasons.strip():
        return Refusal("reasons_missing", N_("Say why, in a line. It is kept with the order."), "reasons")
    return why_not_long(reasons)


@dataclass(frozen=True, slots=True)
class Closing:
    """An order somebody wants to close: what has not come yet, and what waits for a look."""

    form: str
    state: str
    open: int
    handed_in: int
    reasons: str


def why_not_close(closing: Closing) -> Refusal | None:
    """Nothing more will come: what is open is given up, what was handed in is looked at first."""
    stopped = why_not_no_order(closing.form)
    if stopped is not None:
        return stopped
    if closing.state != AgreementState.IN_FORCE:
        reason = N_("No money is committed for this order, so there is nothing to close.")
        return Refusal("not_in_force", reason)
    if closing.handed_in:
        reason = N_("Look first at what was handed in: accept it, or request changes.")
        return Refusal("look_first", reason)
    if not closing.open:
        reason = N_("Everything of this order has come. It closes by itself when it is paid.")
        return Refusal("nothing_open", reason)
    return why_not_reasons(closing.reasons)
