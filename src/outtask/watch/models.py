"""Holds: what a detector found and what somebody made of it; and what the detectors are tuned to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from outtask.journal.facts import Fact
from outtask.watch.tuning_rules import DAYS, LEAST_DAYS, MOST_DAYS, MOST_JUST_BELOW, MOST_OVER, Terms


class Hold(Fact):
    """Something a detector found on a request, an invoice or a payment; open until somebody disposes of it.

    evidence: references, dates and amounts in minor units that made the detector speak, as plain JSON.
    """

    outtask_path: ClassVar[str | None] = "outtask__"

    outtask = models.ForeignKey("outtask.OutTask", on_delete=models.PROTECT, related_name="holds")
    detector = models.CharField(max_length=16)
    # The model and id of what is held; rooms further up know more models than this one.
    subject_type = models.CharField(max_length=32)
    subject_id = models.UUIDField()
    evidence = models.JSONField()
    held_at = models.DateTimeField()
    # Empty while it is open.
    disposition = models.CharField(max_length=8, default="")
    disposed_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, null=True, related_name="+")
    disposed_at = models.DateTimeField(null=True)
    note = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "detector"], name="held_once_by_a_detector"
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "disposition", "-id"], name="hold_open_latest"),
            models.Index(fields=["outtask", "disposition"], name="hold_by_outtask"),
        ]


class Tuning(Fact):
    """What the detectors of an organisation are tuned to. Never edited: the latest holds, and until there is
    one what is usual.

    split_days, alike_split_days, new_days, bank_days: whole days to look back. just_below, over: percent.
    """

    split_days = models.PositiveSmallIntegerField()
    alike_split_days = models.PositiveSmallIntegerField()
    new_days = models.PositiveSmallIntegerField()
    bank_days = models.PositiveSmallIntegerField()
    just_below = models.DecimalField(max_digits=3, decimal_places=1)
    over = models.DecimalField(max_digits=3, decimal_places=1)
    reason = models.TextField()
    set_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__gte": LEAST_DAYS, f"{name}__lte": MOST_DAYS}),
                    name=f"tuning_{name}_in_range",
                )
                for name in DAYS
            ),
            models.CheckConstraint(
                condition=Q(just_below__gt=0, just_below__lte=MOST_JUST_BELOW),
                name="tuning_just_below_in_range",
            ),
            models.CheckConstraint(
                condition=Q(over__gte=0, over__lte=MOST_OVER), name="tuning_over_in_range"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-id"], name="tuning_latest")]

    @property
    def terms(self) -> Terms:
        """The values alone, as rules take them."""
        return Terms(
            split_days=self.split_days,
            alike_split_days=self.alike_split_days,
            new_days=self.new_days,
            bank_days=self.bank_days,
            just_below=self.just_below,
            over=self.over,
        )
