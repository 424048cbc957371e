"""The only writers of the pay room."""

from outtask.pay.actions.receiving import return_invoice, send_invoice
from outtask.pay.actions.settling import approve_invoice, record_payment, void_approvals

__all__ = ["approve_invoice", "record_payment", "return_invoice", "send_invoice", "void_approvals"]
