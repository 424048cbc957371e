"""Ways home: taking one out-task back, and the whole organisation in an archive, rehearsed by drills."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from outtask.journal.facts import Fact
from outtask.takeback.states import ArchiveState, DrillState, HandoverState, Successor


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


class Archive(Fact):
    """The whole organisation in one file, asked for on a page and made by the worker."""

    asked_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=ArchiveState.ASKED)
    # No File: what holds everything is not among the files that every member may read.
    blob = models.ForeignKey("outtask.Blob", on_delete=models.PROTECT, null=True, related_name="+")
    entries = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    # Why it could not be made, in the reader's words.
    problem = models.TextField(default="", blank=True)
    settled_at = models.DateTimeField(null=True)

    @property
    def name(self) -> str:
        """What it is saved as."""
        return f"outtask-{self.organisation_id}-{self.asked_at:%Y-%m-%d}.zip"


class Drill(Fact):
    """One rehearsal of leaving: exported, imported into a scratch installation, exported there, compared."""

    # None: the clock asked, because the last one was long ago.
    asked_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=[(s, s) for s in DrillState], default=DrillState.ASKED)
    settled_at = models.DateTimeField(null=True)
    took_ms = models.BigIntegerField(default=0)
    # Of the archive that was compared.
    sha256 = models.CharField(max_length=64, default="", blank=True)
    size = models.BigIntegerField(default=0)
    entries = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    # What differed or failed first.
    problem = models.TextField(default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-asked_at"], name="drill_latest")]
