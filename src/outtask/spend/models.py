"""Budgets, requests to spend, decisions on them, commitments, and the postings that move money."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from outtask.journal.facts import Fact
from outtask.spend.states import Account, Decision, RequestState


class Rate(Fact):
    """What one unit of a foreign currency was worth in the organisation's, from a day on."""

    currency = models.CharField(max_length=3)
    per_unit = models.DecimalField(max_digits=20, decimal_places=10)
    day = models.DateField()
    noted_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "currency", "day"], name="rate_once_a_day"),
            models.CheckConstraint(condition=Q(per_unit__gt=0), name="rate_positive"),
        ]


class Budget(Fact):
    """A pot in one currency. Its sums repeat what the postings add up to; the database holds the limit."""

    name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    authorised_minor = models.BigIntegerField(default=0)
    committed_minor = models.BigIntegerField(default=0)
    owed_minor = models.BigIntegerField(default=0)
    paid_minor = models.BigIntegerField(default=0)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(committed_minor__gte=0, owed_minor__gte=0, paid_minor__gte=0),
                name="budget_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(authorised_minor__gte=F("committed_minor") + F("owed_minor") + F("paid_minor")),
                name="budget_not_overspent",
            ),
            models.UniqueConstraint(fields=["organisation", "name"], name="budget_name_once"),
        ]

    @property
    def free_minor(self) -> int:
        return self.authorised_minor - self.committed_minor - self.owed_minor - self.paid_minor

    def __str__(self) -> str:
        return self.name


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
            models.Index(fields=["organisation", "decider", "state", "-id"], name="request_inbox"),
            models.Index(fields=["organisation", "requested_by", "state", "-id"], name="request_by_asker"),
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

    @property
    def open_minor(self) -> int:
        """Promised, neither accepted nor released."""
        return self.amount_minor - self.accepted_minor - self.released_minor


class Posting(Fact):
    """One movement between two accounts of a budget, in the budget's currency; names its journal entry."""

    # Who sees only their own out-tasks sees what was moved for those.
    outtask_path: ClassVar[str | None] = "commitment__outtask__"

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="postings")
    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, null=True, related_name="postings")
    entry_id = models.UUIDField()
    source = models.CharField(max_length=10, choices=[(account, account) for account in Account])
    target = models.CharField(max_length=10, choices=[(account, account) for account in Account])
    amount_minor = models.BigIntegerField()
    posted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="posting_positive"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="posting_moves"),
        ]
        indexes = [models.Index(fields=["organisation", "budget", "-id"], name="posting_latest")]
