"""The need in writing, whom it was sent to, what they offer, and the choice."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from outtask.journal.facts import Fact
from outtask.source.states import BriefState, InvitationState, ProposalState


class Brief(Fact):
    """What someone wants done, by when. Two fields are required; each other one saves a question later."""

    outtask_path: ClassVar[str | None] = "outtask__"
    seen_by_guests: ClassVar[bool] = True

    outtask = models.OneToOneField("outtask.OutTask", on_delete=models.PROTECT, related_name="brief")
    what = models.TextField()
    by_when = models.DateField()
    # [{"text": ..., "kind": CheckKind, "params": {...}}] in order; see files.checks.criteria
    criteria = models.JSONField(default=list)
    budget_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    skills = models.CharField(max_length=500, default="", blank=True)
    personal_data = models.BooleanField(default=False)
    answer_by = models.DateField(null=True)
    version = models.IntegerField(default=1)
    state = models.CharField(max_length=10, default=BriefState.DRAFT)
    # The handover pack of the provider before, when the work was taken back and goes to another.
    handover = models.ForeignKey("outtask.Handover", on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField()


class Invitation(Fact):
    """The brief as sent to one provider."""

    outtask_path: ClassVar[str | None] = "brief__outtask__"
    provider_path: ClassVar[str | None] = "provider_id"
    seen_by_guests: ClassVar[bool] = True

    brief = models.ForeignKey(Brief, on_delete=models.PROTECT, related_name="invitations")
    provider = models.ForeignKey("outtask.Provider", on_delete=models.PROTECT, related_name="invitations")
    round = models.IntegerField(default=1)
    state = models.CharField(max_length=10, default=InvitationState.SENT)
    sent_at = models.DateTimeField()
    answer_by = models.DateField()
    answered_at = models.DateTimeField(null=True)
    decline_reason = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brief", "provider", "round"], name="invited_once_a_round"),
        ]


class Proposal(Fact):
    """An offer: price, date, milestones. A changed offer is a new version; only the latest counts."""

    outtask_path: ClassVar[str | None] = "outtask__"
    provider_path: ClassVar[str | None] = "provider_id"
    seen_by_guests: ClassVar[bool] = True
    concerns: ClassVar[tuple[str, ...]] = ("organisation_id", "provider__claimed_by_id")

    outtask = models.ForeignKey("outtask.OutTask", on_delete=models.PROTECT, related_name="proposals")
    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, null=True, related_name="proposals")
    provider = models.ForeignKey("outtask.Provider", on_delete=models.PROTECT, related_name="proposals")
    version = models.IntegerField(default=1)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    ready_on = models.DateField()
    note = models.TextField(default="", blank=True)
    # [{"title": ..., "due": "2026-12-11", "amount_minor": 18000}] in order; the amounts add up to the price
    milestones = models.JSONField(default=list)
    state = models.CharField(max_length=12, default=ProposalState.OFFERED)
    offered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invitation", "version"], name="proposal_version_once"),
            models.CheckConstraint(condition=Q(price_minor__gt=0), name="price_positive"),
        ]


class Award(Fact):
    """The choice of one proposal, with its reasons. Ended when the work is taken back."""

    outtask_path: ClassVar[str | None] = "outtask__"

    outtask = models.ForeignKey("outtask.OutTask", on_delete=models.PROTECT, related_name="awards")
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="award")
    reasons = models.TextField()
    # A `Choice`: nothing changes it afterwards, and a report over a year asks it of every award. Empty: made
    # before it was noted.
    choice = models.CharField(max_length=10, default="", blank=True)
    awarded_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    awarded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["outtask"], condition=Q(ended_at__isnull=True), name="one_award_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["organisation", "choice", "awarded_at"], name="award_by_choice")]
