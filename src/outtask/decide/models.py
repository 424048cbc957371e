"""The inventory of processes and the dated judgements on them."""

from __future__ import annotations

from django.db import models

from outtask.journal.facts import Fact

NOT_RANKED = -1
"""The priority of a process whose answers of step 6 are not all given."""


class Process(Fact):
    """Something the organisation does regularly; what may be handed out, or not."""

    name = models.CharField(max_length=300)
    area = models.CharField(max_length=300, default="", blank=True)
    group = models.CharField(max_length=300, default="", blank=True)
    output = models.TextField(default="", blank=True)
    owner_name = models.CharField(max_length=200, default="", blank=True)
    times_per_year = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    hours_each = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    # Stable identity of the row in an inventory, so that importing twice changes nothing.
    key = models.CharField(max_length=64)
    # The verdict of the latest judgement, repeated here for lists; empty before the first.
    verdict = models.CharField(max_length=24, default="", blank=True)
    # Its score in thousandths. Never null, because lists are paged by it.
    priority = models.IntegerField(default=NOT_RANKED)
    added_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="process_once"),
            models.CheckConstraint(
                condition=models.Q(priority__gte=NOT_RANKED, priority__lte=1000),
                name="process_priority_range",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "name", "id"], name="process_by_name"),
            models.Index(fields=["organisation", "-priority", "name", "id"], name="process_by_priority"),
            # Only what stands on the list, so that counting it by verdict reads this index alone.
            models.Index(
                fields=["organisation", "verdict", "-priority", "name", "id"],
                name="process_by_verdict",
                condition=models.Q(merged_into__isnull=True),
            ),
            models.Index(fields=["organisation", "area", "-priority", "name", "id"], name="process_by_area"),
        ]

    def __str__(self) -> str:
        return self.name


class Judgement(Fact):
    """One passing of the seven steps: the answers, the verdict, the rule that fired. Never edited."""

    process = models.ForeignKey(Process, on_delete=models.PROTECT, related_name="judgements")
    number = models.IntegerField()
    answers = models.JSONField()
    verdict = models.CharField(max_length=24)
    rule = models.CharField(max_length=60)
    trail = models.JSONField()
    method = models.CharField(max_length=20)
    judged_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    judged_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["process", "number"], name="judgement_number_once")]
