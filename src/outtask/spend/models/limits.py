"""What a member may commit beside the limit for one need, and the rules that ask for more than a limit."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from outtask.journal.facts import Fact
from outtask.spend.states import Demand


class Limit(Fact):
    """A limit narrower than the member's limit for one need; the strictest that applies holds.

    Never edited: a new one ends the one before, so that a decision can be told with the limits of its day.
    category: digits at the beginning of CPV codes; empty for everything.
    """

    member = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="limits")
    period = models.CharField(max_length=8)
    category = models.CharField(max_length=10, default="", blank=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    set_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "period", "category"],
                condition=Q(ended_at__isnull=True),
                name="one_limit_a_period_and_category",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="period_limit_not_negative"),
        ]


class SpendRule(Fact):
    """What an organisation asks for beside limits: more eyes on some requests. Never edited, only ended.

    All conditions that are given must hold. amount_from_minor: what the whole need promises, in the
    organisation's currency; category: digits at the beginning of a CPV code; new_provider: nobody here has
    worked with them before.
    """

    name = models.CharField(max_length=100)
    amount_from_minor = models.BigIntegerField(null=True)
    category = models.CharField(max_length=10, default="", blank=True)
    new_provider = models.BooleanField(default=False)
    demand = models.CharField(max_length=10, choices=[(demand, demand) for demand in Demand])
    made_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_from_minor__isnull=True) | Q(amount_from_minor__gte=0),
                name="rule_amount_not_negative",
            ),
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=Q(ended_at__isnull=True), name="rule_name_once"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-id"], name="rule_latest")]

    def __str__(self) -> str:
        return self.name
