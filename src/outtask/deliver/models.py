"""Stages of delivery with their price, what was handed in, the checks run on it, and the verdicts."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from outtask.deliver.states import CheckState, MilestoneState, VerdictKind
from outtask.journal.facts import Fact


class Milestone(Fact):
    """A dated part of the work with its price. Made from the agreement when the money is committed."""

    outtask_path: ClassVar[str | None] = "outtask__"
    provider_path: ClassVar[str | None] = "agreement__provider_id"
    seen_by_guests: ClassVar[bool] = True
    concerns: ClassVar[tuple[str, ...]] = ("organisation_id", "agreement__provider__claimed_by_id")

    outtask = models.ForeignKey("outtask.OutTask", on_delete=models.PROTECT, related_name="milestones")
    agreement = models.ForeignKey("outtask.Agreement", on_delete=models.PROTECT, related_name="milestones")
    agreement_version = models.IntegerField()
    order = models.IntegerField()
    title = models.CharField(max_length=300)
    due_on = models.DateField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # Of an order: which line it is, or is a part of, and how many pieces.
    order_line = models.IntegerField(null=True)
    quantity = models.IntegerField(null=True)
    # As in the agreement: [{"text": ..., "kind": CheckKind, "params": {...}}]
    criteria = models.JSONField(default=list)
    state = models.CharField(max_length=20, default=MilestoneState.OPEN)
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "agreement_version", "order"], name="milestone_order"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="milestone_not_negative"),
            models.CheckConstraint(
                condition=Q(order_line__isnull=True, quantity__isnull=True)
                | Q(order_line__gt=0, quantity__gt=0),
                name="pieces_of_a_line",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state", "due_on", "id"], name="milestone_by_state")]


class Submission(Fact):
    """What was handed in for a milestone, counted: first try, second try."""

    outtask_path: ClassVar[str | None] = "milestone__outtask__"
    provider_path: ClassVar[str | None] = "milestone__agreement__provider_id"
    seen_by_guests: ClassVar[bool] = True
    concerns: ClassVar[tuple[str, ...]] = (
        "organisation_id",
        "milestone__agreement__provider__claimed_by_id",
    )

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="submissions")
    number = models.IntegerField()
    note = models.TextField(default="", blank=True)
    links = models.JSONField(default=list)
    # The day it was due when it came: the milestone's own day moves when changes are requested.
    due_on = models.DateField()
    handed_in_by = models.ForeignKey("outtask.Link", on_delete=models.PROTECT, null=True, related_name="+")
    # A member who records the hand-in for the provider counts as one who delivered.
    recorded_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, null=True, related_name="+")
    handed_in_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["milestone", "number"], name="submission_number_once")]


class SubmittedFile(Fact):
    """A file of a submission, in the order it was added."""

    outtask_path: ClassVar[str | None] = "submission__milestone__outtask__"
    provider_path: ClassVar[str | None] = "submission__milestone__agreement__provider_id"
    seen_by_guests: ClassVar[bool] = True

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="submitted_files")
    file = models.ForeignKey("outtask.File", on_delete=models.PROTECT, related_name="+")
    order = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "order"], name="submitted_file_order")]


class Check(Fact):
    """One acceptance criterion applied to one submission."""

    outtask_path: ClassVar[str | None] = "submission__milestone__outtask__"
    provider_path: ClassVar[str | None] = "submission__milestone__agreement__provider_id"
    seen_by_guests: ClassVar[bool] = True
    concerns: ClassVar[tuple[str, ...]] = (
        "organisation_id",
        "submission__milestone__agreement__provider__claimed_by_id",
    )

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="checks")
    order = models.IntegerField()
    text = models.CharField(max_length=500)
    kind = models.CharField(max_length=20)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=CheckState.WAITING)
    # What was found, in one sentence beside the result.
    detail = models.TextField(default="", blank=True)
    ticked_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "order"], name="check_order")]


class Verdict(Fact):
    """A person's word on a submission. There is at most one for each; silence is none."""

    outtask_path: ClassVar[str | None] = "submission__milestone__outtask__"
    provider_path: ClassVar[str | None] = "submission__milestone__agreement__provider_id"
    seen_by_guests: ClassVar[bool] = True

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="verdict")
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in VerdictKind])
    reasons = models.TextField(default="", blank=True)
    new_due_on = models.DateField(null=True)
    decided_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()


class Return(Fact):
    """What was received and went back before it was invoiced: it undoes the verdict, which stays as it is."""

    outtask_path: ClassVar[str | None] = "verdict__submission__milestone__outtask__"
    provider_path: ClassVar[str | None] = "verdict__submission__milestone__agreement__provider_id"
    seen_by_guests: ClassVar[bool] = True

    verdict = models.OneToOneField(Verdict, on_delete=models.PROTECT, related_name="undone")
    # Whether the provider is to deliver it again; else its money is free again.
    wanted = models.BooleanField()
    reasons = models.TextField()
    returned_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    returned_at = models.DateTimeField()
