"""The act of taking back, with the pack that whoever comes next needs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from outtask.journal.facts import Fact
from outtask.takeback.states import HandoverState, Successor


class Handover(Fact):
    """One taking back of one out-task, from any stage."""

    outtask_path: ClassVar[str | None] = "outtask__"
    concerns: ClassVar[tuple[str, ...]] = ("organisation_id", "provider__claimed_by_id")

    outtask = models.ForeignKey("outtask.OutTask", on_delete=models.PROTECT, related_name="handovers")
    provider = models.ForeignKey("outtask.Provider", on_delete=models.PROTECT, null=True, related_name="+")
    from_stage = models.CharField(max_length=12)
    reason = models.TextField(default="", blank=True)
    successor = models.CharField(max_length=10, choices=[(s, s) for s in Successor])
    currency = models.CharField(max_length=3, default="")
    settled_minor = models.BigIntegerField(default=0)
    released_minor = models.BigIntegerField(default=0)
    # Milestones open at that moment, as they stood: [{"order", "title", "state", "due_on", "amount_minor",
    # "currency"}]
    open_items = models.JSONField(default=list)
    state = models.CharField(max_length=10, default=HandoverState.STARTED)
    # Everything, for the client alone.
    pack = models.ForeignKey("outtask.File", on_delete=models.PROTECT, null=True, related_name="+")
    # What the next provider may read: the work, but neither prices nor decisions nor names.
    onward = models.ForeignKey("outtask.File", on_delete=models.PROTECT, null=True, related_name="+")
    taken_back_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField()
    packed_at = models.DateTimeField(null=True)
    # When the brief went to a successor.
    handed_on_at = models.DateTimeField(null=True)
