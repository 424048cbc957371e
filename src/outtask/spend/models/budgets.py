"""Budgets, what is moved within and between them, closed months, and rates of exchange."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from outtask.journal.facts import Fact
from outtask.spend.states import Account, Rollover, TransferState


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
    """A pot in one currency. Its sums repeat what the postings add up to; the database holds the limit.

    A pot may be part of another: money goes down to it by a transfer, and then it is the other's no more.
    """

    name = models.CharField(max_length=200)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="parts")
    # Who answers for it: is told when it runs low, and decides on what others want to move out of it.
    keeper = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, null=True, related_name="+")
    # What becomes of free money when its period ends, and the pot of the period before.
    rollover = models.CharField(max_length=8, default=Rollover.NOTHING.value)
    follows = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="followed_by")
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


ADDED_UP = ("commitment", "source", "target", "budget", "amount_minor")


class Posting(Fact):
    """One movement between two accounts of a budget, in the budget's currency; names its journal entry."""

    # Who sees only their own out-tasks sees what was moved for those.
    outtask_path: ClassVar[str | None] = "commitment__outtask__"

    # Found by budget and time together, see below.
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="postings", db_index=False)
    commitment = models.ForeignKey(
        "outtask.Commitment", on_delete=models.PROTECT, null=True, related_name="postings"
    )
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
        indexes = [
            models.Index(fields=["organisation", "budget", "-id"], name="posting_latest"),
            models.Index(fields=["budget", "posted_at"], name="posting_of_budget"),
            # Reports and the books add up what stands in the index alone: the rows themselves lie apart.
            models.Index(
                fields=["organisation", "posted_at", *ADDED_UP],
                name="posting_by_time",
            ),
        ]


class Transfer(Fact):
    """Free money that somebody wants to move from one pot to another; somebody else decides.

    Both pots are kept in one currency. Done, it is two postings: out of the one, into the other.
    """

    source = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.TextField(default="", blank=True)
    state = models.CharField(max_length=10, default=TransferState.ASKED.value)
    asked_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="transfer_positive"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="transfer_moves"),
        ]
        indexes = [models.Index(fields=["organisation", "state", "-id"], name="transfer_latest")]


class Closing(Fact):
    """The books are closed through a day: nothing is posted at or before its end any more.

    sha256: of the trial balance as it stood, in canonical bytes. Reopening ends the closing and keeps it.
    """

    through = models.DateField()
    postings = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    closed_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()
    reopened_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, null=True, related_name="+")
    reopened_at = models.DateTimeField(null=True)
    reopen_reason = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "through"],
                condition=Q(reopened_at__isnull=True),
                name="closed_once_through_a_day",
            )
        ]
