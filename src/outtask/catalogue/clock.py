"""What the catalogue room does by the clock: whoever holds a subscription is told in time that it renews."""

from __future__ import annotations

from datetime import datetime

from outtask.catalogue.actions import warn_subscription
from outtask.catalogue.queries import to_warn
from outtask.journal.recording import NotFound
from outtask.kernel.actor import clock
from outtask.kernel.refusal import Refused


def tick(now: datetime) -> None:
    """Tell of every renewal that is near, each by an action of its own."""
    for organisation_id, subscription_id in to_warn(now):
        try:
            warn_subscription(actor=clock(organisation_id), now=now, subscription_id=subscription_id)
        except (Refused, NotFound):  # cancelled between the look and the lock
            continue
