"""What was brought in from elsewhere: each import and what it could not map, kept verbatim."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from outtask.journal.facts import Fact
from outtask.lifecycle.published import Published


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
