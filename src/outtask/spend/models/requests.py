"""Requests to spend, the decisions on them, and the money that was promised."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from outtask.journal.facts import Fact
from outtask.spend.models.budgets import Budget
from outtask.spend.states import Decision, RequestState


class PurchaseRequest(Fact):
    """Asking to spend the money of one agreement version. `version` counts edits; links name theirs."""

    outtask_path: ClassVar[str | None] = "outtask__"
    # The decision is the client's own affair; that work may begin, which it sets off, is the provider's too.
    concerns: ClassVar[tuple[str, ...]] = ("organisation_id", "agreement__provider__claimed_by_id")

    reference = models.CharField(max_length=32)
    outtask = models.ForeignKey("outtask.OutTask", on_delete=models.PROTECT, related_name="requests")
    agreement = models.ForeignKey("outtask.Agreement", on_delete=models.PROTECT, related_name="requests")
    agreement_version = models.IntegerField()
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="requests")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # In the organisation's currency at the stored rate of the day it was asked: what limits compare with.
    base_minor = models.BigIntegerField()
    # In the budget's currency: what is set aside.
    budget_minor = models.BigIntegerField()
    reason = models.TextField(default="", blank=True)
    # Digits of a CPV code, which limits for a category compare with; empty: not said, and then all count.
    category = models.CharField(max_length=10, default="", blank=True)
    version = models.IntegerField(default=1)
    requested_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    # Who decides now; None when nobody has to.
    decider = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, null=True, related_name="+")
    decide_by = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default=RequestState.REFERRED)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "reference"], name="request_reference_once"),
            models.UniqueConstraint(
                fields=["agreement"],
                condition=Q(state__in=[RequestState.REFERRED, RequestState.ASKED, RequestState.COMMITTED]),
                name="one_live_request",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="asked_amount_positive"),
        ]
        indexes = [
            models.Index(fields=["organisation", "-id"], name="request_latest"),
            models.Index(fields=["organisation", "decider", "state", "-id"], name="request_inbox"),
            models.Index(fields=["organisation", "requested_by", "-id"], name="request_latest_of"),
        ]


class Approval(Fact):
    """One decision on one version of a request. Never edited, only followed by another."""

    outtask_path: ClassVar[str | None] = "request__outtask__"

    request = models.ForeignKey(PurchaseRequest, on_delete=models.PROTECT, related_name="approvals")
    version = models.IntegerField()
    decision = models.CharField(max_length=12, choices=[(d, d) for d in Decision])
    decided_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    limit_minor = models.BigIntegerField(null=True)
    note = models.TextField(default="", blank=True)
    by_link = models.BooleanField(default=False)
    # Answered by a reply to the mail that asked, which no page was opened for.
    by_mail = models.BooleanField(default=False)
    # The rules of the organisation that asked for this decision, by id.
    rules = models.JSONField(default=list)
    # In whose place it was decided, when somebody was away.
    delegation = models.ForeignKey(
        "outtask.Delegation", on_delete=models.PROTECT, null=True, related_name="approvals"
    )
    decided_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "version"],
                condition=Q(decision__in=[Decision.APPROVE, Decision.REJECT, Decision.WITHIN_LIMIT]),
                name="one_decision_a_version",
            )
        ]
        indexes = [models.Index(fields=["decided_by", "decided_at"], name="approval_by_decider")]


class Commitment(Fact):
    """Money promised under one agreement, and what became of it: accepted ≥ invoiced ≥ paid."""

    outtask_path: ClassVar[str | None] = "outtask__"

    outtask = models.ForeignKey("outtask.OutTask", on_delete=models.PROTECT, related_name="commitments")
    request = models.OneToOneField(PurchaseRequest, on_delete=models.PROTECT, related_name="commitment")
    agreement = models.ForeignKey("outtask.Agreement", on_delete=models.PROTECT, related_name="commitments")
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="commitments")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    accepted_minor = models.BigIntegerField(default=0)
    invoiced_minor = models.BigIntegerField(default=0)
    paid_minor = models.BigIntegerField(default=0)
    released_minor = models.BigIntegerField(default=0)
    # The same in the budget's currency, so that parts of a converted sum add up to the whole.
    budget_minor = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gte=F("accepted_minor") + F("released_minor")),
                name="accepted_within_committed",
            ),
            models.CheckConstraint(
                condition=Q(accepted_minor__gte=F("invoiced_minor")), name="invoiced_within_accepted"
            ),
            models.CheckConstraint(
                condition=Q(invoiced_minor__gte=F("paid_minor")), name="paid_within_invoiced"
            ),
            models.CheckConstraint(
                condition=Q(paid_minor__gte=0, released_minor__gte=0), name="commitment_not_negative"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "made_at"], name="commitment_by_time")]

    @property
    def open_minor(self) -> int:
        """Promised, neither accepted nor released."""
        return self.amount_minor - self.accepted_minor - self.released_minor
