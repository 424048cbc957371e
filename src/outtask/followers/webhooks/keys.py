"""The secrets of an endpoint, derived whenever they are needed and stored nowhere."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from outtask.followers.models import WebhookEndpoint
from outtask.followers.webhooks import signing


def secrets_of(endpoint: WebhookEndpoint, now: datetime) -> tuple[bytes, ...]:
    """What signs now: the present secret, and the one before it until its end."""
    installation = settings.SECRET_KEY.encode()
    generations = [endpoint.generation]
    if endpoint.earlier_ends_at is not None and endpoint.earlier_ends_at > now:
        generations.append(endpoint.generation - 1)
    return tuple(signing.derived_secret(installation, endpoint.pk, number) for number in generations)


def shown_secret(endpoint: WebhookEndpoint, now: datetime) -> str:
    """The present secret as the receiver takes it."""
    return signing.written(secrets_of(endpoint, now)[0])
