"""The life of an invoice."""

from enum import StrEnum

from outtask.kernel.machine import Machine


class InvoiceState(StrEnum):
    RECEIVED = "received"
    APPROVED = "approved"
    PAID = "paid"
    RETURNED = "returned"


INVOICE = Machine(
    "invoice",
    InvoiceState,
    InvoiceState.RECEIVED,
    {
        (InvoiceState.RECEIVED, "approve"): InvoiceState.APPROVED,
        (InvoiceState.RECEIVED, "return"): InvoiceState.RETURNED,
        (InvoiceState.APPROVED, "return"): InvoiceState.RETURNED,
        # It is paid to another account than whoever approved it knew of.
        (InvoiceState.APPROVED, "void"): InvoiceState.RECEIVED,
        (InvoiceState.APPROVED, "pay"): InvoiceState.PAID,
    },
)
