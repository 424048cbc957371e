"""Invoices for accepted milestones, and the payments of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from outtask.journal.facts import Fact
from outtask.pay.states import InvoiceState


class Invoice(Fact):
    """A demand for money, for accepted milestones and nothing else."""

    outtask_path: ClassVar[str | None] = "outtask__"
    provider_path: ClassVar[str | None] = "provider_id"
    seen_by_guests: ClassVar[bool] = True
    concerns: ClassVar[tuple[str, ...]] = ("organisation_id", "provider__claimed_by_id")

    outtask = models.ForeignKey("outtask.OutTask", on_delete=models.PROTECT, related_name="invoices")
    provider = models.ForeignKey("outtask.Provider", on_delete=models.PROTECT, related_name="invoices")
    commitment = models.ForeignKey("outtask.Commitment", on_delete=models.PROTECT, related_name="invoices")
    # The provider's own number, and the form in which two spellings of it are one.
    number = models.CharField(max_length=60)
    number_key = models.CharField(max_length=60)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    dated_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=10, default=InvoiceState.RECEIVED)
    received_at = models.DateTimeField()
    recorded_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, null=True, related_name="+")
    # The last approval; of a received invoice it no longer counts.
    approved_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    return_reason = models.TextField(default="", blank=True)
    file = models.ForeignKey("outtask.File", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "number_key"],
                condition=~Q(state=InvoiceState.RETURNED),
                name="invoice_number_once",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="invoice_positive"),
        ]
        indexes = [models.Index(fields=["organisation", "state", "due_on", "id"], name="invoice_by_state")]


class InvoiceLine(Fact):
    """One accepted milestone on an invoice. `live` is cleared when the invoice is returned."""

    outtask_path: ClassVar[str | None] = "invoice__outtask__"
    provider_path: ClassVar[str | None] = "invoice__provider_id"
    seen_by_guests: ClassVar[bool] = True

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    milestone = models.ForeignKey("outtask.Milestone", on_delete=models.PROTECT, related_name="invoice_lines")
    amount_minor = models.BigIntegerField()
    live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["milestone"], condition=Q(live=True), name="milestone_invoiced_once"
            ),
        ]


class Payment(Fact):
    """The record that an approved invoice was paid."""

    outtask_path: ClassVar[str | None] = "invoice__outtask__"
    provider_path: ClassVar[str | None] = "invoice__provider_id"
    seen_by_guests: ClassVar[bool] = True

    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="payment")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    paid_on = models.DateField()
    bank_reference = models.CharField(max_length=140, default="", blank=True)
    recorded_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
