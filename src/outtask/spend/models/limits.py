"""What a member may commit in a day, a month or a year, or of one category, beside the limit for one need."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from outtask.journal.facts import Fact


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
