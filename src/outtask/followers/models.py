"""What workers keep in the database: that they live, when each duty is due next, what webhooks are sent."""

from __future__ import annotations

from django.db import models

from outtask.followers.states import DeliveryState
from outtask.journal.facts import Fact
from outtask.kernel.identifiers import new_id


class Worker(models.Model):
    """A worker process that lives, or lived a moment ago; gone from here once it stopped in good order."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    version = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["beat_at"], name="worker_by_beat")]


class Timer(models.Model):
    """When a timed duty is due next. Whoever moves `due_at` on is the one who does it."""

    name = models.CharField(max_length=60, primary_key=True)
    due_at = models.DateTimeField()
    failures = models.IntegerField(default=0)
    last_error = models.TextField(default="")


class WebhookEndpoint(Fact):
    """An address of the organisation's own that is told, by signed POST, what stands in the journal.

    Its secret is never stored: it is derived from the installation's secret, this row's id and `generation`.
    """

    address = models.CharField(max_length=2048)
    # Webhook names of kinds; empty for everything that a webhook tells.
    kinds = models.JSONField(default=list)
    description = models.CharField(max_length=200, default="")
    # Of the secret: one more with each rotation. Both sign until the earlier one's end.
    generation = models.IntegerField(default=1)
    earlier_ends_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey("outtask.Member", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    # The place in the log from which on it is told.
    since_seq = models.BigIntegerField()
    # Since when this installation sends there; None while it is paused, and where an organisation moved to,
    # whose secrets are others.
    sends_since = models.DateTimeField(null=True)
    # Since when something was given up and nothing has got through.
    failing_since = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-id"], name="webhook_latest")]
        constraints = [
            models.CheckConstraint(condition=models.Q(generation__gte=1), name="webhook_has_a_secret")
        ]


class WebhookDelivery(Fact):
    """One entry on its way to one endpoint. Sending it anew after its end is a further row, a replay."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries")
    # No foreign key: an entry is never touched, and moves by other means than rows.
    entry_id = models.UUIDField()
    # The entry's place in the log.
    seq = models.BigIntegerField()
    replay = models.IntegerField(default=0)
    state = models.CharField(
        max_length=10, choices=[(s, s) for s in DeliveryState], default=DeliveryState.WAITING
    )
    tries = models.IntegerField(default=0)
    # When it is tried next, or when another worker may take it over; None while the endpoint is paused.
    next_at = models.DateTimeField(null=True)
    last_status = models.IntegerField(null=True)
    last_error = models.CharField(max_length=300, default="")
    made_at = models.DateTimeField()
    # When it was delivered or given up.
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "entry_id", "replay"], name="webhook_delivery_once"),
            models.CheckConstraint(
                condition=models.Q(state=DeliveryState.WAITING, settled_at__isnull=True)
                | (~models.Q(state=DeliveryState.WAITING) & models.Q(settled_at__isnull=False)),
                name="webhook_delivery_settled",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                name="webhook_delivery_due",
                condition=models.Q(state=DeliveryState.WAITING),
            ),
            models.Index(fields=["endpoint", "-id"], name="webhook_delivery_latest"),
            models.Index(fields=["endpoint", "state", "settled_at"], name="webhook_delivery_by_state"),
        ]
