"""The spine: one row per out-task. Where it stands is derived from facts after every action."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from outtask.journal.facts import Fact
from outtask.outtasks.states import Ending, Holder, Stage

OPEN = models.Q(ending=Ending.OPEN)


class ReferenceCounter(models.Model):
    """The last number given in an organisation and year; safe under the organisation's journal lock."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("outtask.Organisation", on_delete=models.PROTECT, related_name="+")
    prefix = models.CharField(max_length=8)
    year = models.IntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "prefix", "year"], name="one_counter_a_year")
        ]


class OutTask(Fact):
    """One piece of work handed out, from need to close.

    stage, holder, due_on, ending are written by `lifecycle.standing` alone, from the facts of the rooms.
    """

    outtask_path: ClassVar[str | None] = ""
    provider_path: ClassVar[str | None] = None
    seen_by_guests: ClassVar[bool] = True
    concerns: ClassVar[tuple[str, ...]] = ("organisation_id", "provider__claimed_by_id")

    reference = models.CharField(max_length=32)
    tracking_code = models.CharField(max_length=32, unique=True)
    title = models.CharField(max_length=500)
    owner = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    # The organisation it is done for, when a broker or importer acts for one without members.
    client = models.ForeignKey("outtask.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    process = models.ForeignKey(
        "outtask.Process", on_delete=models.PROTECT, null=True, related_name="outtasks"
    )
    # The provider chosen for it now; None before the award and again after it was taken back.
    provider = models.ForeignKey(
        "outtask.Provider", on_delete=models.PROTECT, null=True, related_name="outtasks"
    )
    stage = models.CharField(max_length=12, choices=[(s, s) for s in Stage], default=Stage.DECIDE)
    holder = models.CharField(max_length=10, choices=[(h, h) for h in Holder], default=Holder.CLIENT)
    # The code of the next step, worded by lifecycle.next_step.
    next_step = models.CharField(max_length=32, default="")
    due_on = models.DateField(null=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="")
    ending = models.CharField(
        max_length=12, choices=[(e, e) for e in Ending], default=Ending.OPEN, blank=True
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    # Identity in an imported source, so that importing twice changes nothing.
    source_key = models.CharField(max_length=300, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "reference"], name="reference_once"),
            models.UniqueConstraint(
                fields=["organisation", "source_key"],
                condition=~models.Q(source_key=""),
                name="imported_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "ending", "-id"], name="outtask_open_latest"),
            models.Index(fields=["organisation", "-id"], name="outtask_latest"),
            models.Index(fields=["organisation", "stage", "-id"], name="outtask_by_stage"),
            models.Index(fields=["organisation", "holder", "-id"], name="outtask_by_holder"),
            models.Index(fields=["organisation", "provider", "-id"], name="outtask_by_provider"),
            # Most out-tasks ended long ago. What is read every day is the open ones, and these stay small;
            # `ending` stands in them only so that SQLite, which guesses, prefers them to the one above.
            models.Index(
                fields=["organisation", "ending", "stage", "-id"],
                name="outtask_open_by_stage",
                condition=OPEN,
            ),
            models.Index(
                fields=["organisation", "ending", "holder", "-id"],
                name="outtask_open_by_holder",
                condition=OPEN,
            ),
            models.Index(
                fields=["organisation", "ending", "provider", "-id"],
                name="outtask_open_by_provider",
                condition=OPEN,
            ),
            models.Index(
                fields=["organisation", "ending", "-id"],
                name="outtask_running",
                condition=OPEN & ~models.Q(holder=Holder.NOBODY),
            ),
            models.Index(
                fields=["organisation", "owner", "due_on", "-id"],
                name="outtask_own_running",
                condition=OPEN & ~models.Q(holder=Holder.NOBODY),
            ),
            models.Index(
                fields=["organisation", "owner", "next_step", "due_on", "id"],
                name="outtask_own_step",
                condition=models.Q(holder=Holder.CLIENT),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"
