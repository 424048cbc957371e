"""What crosses the stages: orders that repeat, and what was brought in from elsewhere, kept verbatim."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from outtask.journal.facts import Fact
from outtask.lifecycle.published import Published
from outtask.lifecycle.repeating import Every


class Import(Fact):
    """One file taken in, and what came of it."""

    source = models.CharField(max_length=10, choices=[("processes", "processes"), ("ocds", "ocds")])
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    # {"created": n, "changed": n, "unchanged": n, "problems": n, "unmapped": n, "files": [account, ...]};
    # the account of a file is what it says besides its processes (lifecycle.importing.Source)
    counts = models.JSONField(default=dict)
    imported_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "-id"], name="import_latest")]


class ImportedRecord(Fact):
    """One out-task as its publisher described it: what was understood, what was not, nothing dropped."""

    outtask_path: ClassVar[str | None] = "outtask__"

    outtask = models.OneToOneField("outtask.OutTask", on_delete=models.PROTECT, related_name="imported")
    latest_import = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="records")
    digest = models.CharField(max_length=64)
    publisher = models.CharField(max_length=300, default="", blank=True)
    license = models.CharField(max_length=500, default="", blank=True)
    # Facts of the source shown on the out-task's page: {"awards": [...], "documents": [...], ...}, with
    # "stage" and "ending"
    understood = models.JSONField(default=dict)
    # The words of the publisher, each statement whole (lifecycle.statements). A JSON column that holds packed
    # text: a database that reads JSON would rewrite the digits of its numbers.
    statements = models.JSONField(default=str)
    # [[where, value as JSON text, whether something newer stands in its place], ...]
    unmapped = models.JSONField(default=list)
    # [[where, code, value as text, whether it is used all the same], ...]
    problems = models.JSONField(default=list)

    @property
    def published(self) -> Published:
        """The process as a page shows it."""
        return Published(self.understood, self.problems, self.unmapped)


class Repeat(Fact):
    """An order that is placed again and again, in the name of who asked for the first one.

    The first repeat is due on `starts_on`, the one after `placed` of them on `next_on`; None when it is over.
    """

    outtask_path: ClassVar[str | None] = "request__outtask__"
    # That it repeats is the client's own affair; that work may begin by it is the provider's too.
    concerns: ClassVar[tuple[str, ...]] = (
        "organisation_id",
        "request__agreement__provider__claimed_by_id",
    )

    request = models.OneToOneField("outtask.PurchaseRequest", on_delete=models.PROTECT, related_name="repeat")
    every = models.CharField(max_length=10, choices=[(every, every) for every in Every])
    starts_on = models.DateField()
    until = models.DateField(null=True)
    # How often it is placed beside the first one; None: until the day above, or until somebody ends it.
    times = models.IntegerField(null=True)
    placed = models.IntegerField(default=0)
    next_on = models.DateField(null=True)
    asked_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(placed__gte=0) & (Q(times__isnull=True) | Q(times__gt=0)), name="repeat_counts"
            )
        ]
        indexes = [models.Index(fields=["next_on", "id"], name="repeat_due")]
