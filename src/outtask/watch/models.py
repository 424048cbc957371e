"""Holds: what a detector found, the evidence, and what somebody made of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from outtask.journal.facts import Fact


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
