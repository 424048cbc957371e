"""Once a day: deliveries of webhooks that nobody asks about any more go. The journal keeps what they told."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from outtask.followers.models import WebhookDelivery, WebhookEndpoint
from outtask.followers.schedule import Timed
from outtask.followers.states import DeliveryState

DAY = timedelta(days=1)
FAILED_KEPT = timedelta(days=365)
"""How long a delivery that was given up can be sent anew from its row."""
AT_ONCE = 2000
"""So many rows go in one statement, so that nobody waits long for the database meanwhile."""


def forget_settled(now: datetime) -> int:
    """Remove deliveries that got through OUTTASK_WEBHOOK_DAYS ago; returns how many rows went.

    What was given up stays until a replay of it got through, or for a year. It goes before that replay does:
    else it would stand there as if it had never been sent anew.
    """
    before = now - timedelta(days=settings.WEBHOOK_DAYS)
    got_through = WebhookDelivery.objects.filter(
        endpoint=OuterRef("endpoint"),
        entry_id=OuterRef("entry_id"),
        replay__gt=OuterRef("replay"),
        state=DeliveryState.DELIVERED,
    )
    made_good = Q(Exists(got_through), settled_at__lt=before)
    failed = Q(state=DeliveryState.FAILED) & (made_good | Q(settled_at__lt=now - FAILED_KEPT))
    delivered = Q(state=DeliveryState.DELIVERED, settled_at__lt=before)
    # By endpoint, as the index leads.
    endpoints = list(WebhookEndpoint.objects.values_list("pk", flat=True))
    return sum(
        _forget(Q(endpoint=endpoint) & which) for which in (failed, delivered) for endpoint in endpoints
    )


def _forget(which: Q) -> int:
    gone = 0
    while some := list(WebhookDelivery.objects.filter(which).values_list("pk", flat=True)[:AT_ONCE]):
        gone += WebhookDelivery.objects.filter(pk__in=some).delete()[0]
    return gone


TIMED = (Timed("webhooks.forget", DAY, forget_settled),)
