"""Statements of work and orders: an agreement, its numbered immutable versions, the signatures to them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from outtask.agree.states import AgreementState, Form, Party
from outtask.journal.facts import Fact


class Agreement(Fact):
    """What is agreed or ordered, with one provider, for one out-task. `version`: the number of the latest."""

    outtask_path: ClassVar[str | None] = "outtask__"
    provider_path: ClassVar[str | None] = "provider_id"
    seen_by_guests: ClassVar[bool] = True
    concerns: ClassVar[tuple[str, ...]] = ("organisation_id", "provider__claimed_by_id")

    outtask = models.ForeignKey("outtask.OutTask", on_delete=models.PROTECT, related_name="agreements")
    form = models.CharField(max_length=10, choices=[(f, f) for f in Form], default=Form.STATEMENT)
    # An order may be placed before it is known with whom.
    provider = models.ForeignKey(
        "outtask.Provider", on_delete=models.PROTECT, null=True, related_name="agreements"
    )
    award = models.OneToOneField(
        "outtask.Award", on_delete=models.PROTECT, null=True, related_name="agreement"
    )
    version = models.IntegerField(default=1)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, default=AgreementState.DRAFT)
    made_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["outtask"], condition=~Q(state=AgreementState.ENDED), name="one_live_agreement"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="agreed_not_negative"),
            models.CheckConstraint(
                condition=Q(form=Form.ORDER) | Q(provider__isnull=False), name="agreed_with_somebody"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state", "id"], name="agreement_by_state")]


class AgreementVersion(Fact):
    """One version of the text. `body` is the canonical JSON that is signed; it is never changed."""

    outtask_path: ClassVar[str | None] = "agreement__outtask__"
    provider_path: ClassVar[str | None] = "agreement__provider_id"
    seen_by_guests: ClassVar[bool] = True

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    change_note = models.TextField(default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "number"], name="version_once")]


class Signature(Fact):
    """A party's yes to exactly one version, by the SHA-256 of its bytes."""

    outtask_path: ClassVar[str | None] = "version__agreement__outtask__"
    provider_path: ClassVar[str | None] = "version__agreement__provider_id"
    seen_by_guests: ClassVar[bool] = True

    version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="signatures")
    party = models.CharField(max_length=10, choices=[(party, party) for party in Party])
    name = models.CharField(max_length=200)
    member = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, null=True, related_name="+")
    link = models.ForeignKey("outtask.Link", on_delete=models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "party"], name="party_signs_once")]


class ServiceLevel(Fact):
    """A measured promise of an agreement in force."""

    outtask_path: ClassVar[str | None] = "agreement__outtask__"
    provider_path: ClassVar[str | None] = "agreement__provider_id"
    seen_by_guests: ClassVar[bool] = True

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="service_levels")
    order = models.IntegerField()
    # A metric the journal can tell: see measure.metrics
    metric = models.CharField(max_length=40)
    comparator = models.CharField(max_length=2, choices=[(">=", "at least"), ("<=", "at most")])
    target = models.DecimalField(max_digits=12, decimal_places=3)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "order"], name="service_level_order")]
