"""What the pages and the API show of webhooks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from outtask.followers.models import WebhookDelivery, WebhookEndpoint
from outtask.followers.states import DeliveryState
from outtask.journal.facts import FactQuerySet
from outtask.journal.models import Entry
from outtask.journal.recording import NotFound
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import refuse_if
from outtask.people.roles import Right, may


def endpoints_for(actor: Actor) -> FactQuerySet:
    """Every webhook of the organisation; refused to whoever may not look after them."""
    refuse_if(may(actor, Right.MANAGE_ORGANISATION))
    return WebhookEndpoint.objects.visible_to(actor)


def endpoint_for(actor: Actor, endpoint_id: UUID) -> WebhookEndpoint:
    """One webhook; NotFound for one that is not the organisation's."""
    found: WebhookEndpoint | None = endpoints_for(actor).filter(pk=endpoint_id).first()
    if found is None:
        raise NotFound("webhook")
    return found


def deliveries_to(endpoint: WebhookEndpoint) -> FactQuerySet:
    """Everything in line for an endpoint, delivered to it and given up."""
    rows: FactQuerySet = WebhookDelivery.objects.get_queryset().filter(endpoint=endpoint)
    return rows


def counts_of(endpoints: Iterable[WebhookEndpoint]) -> dict[UUID, dict[str, int]]:
    """How many deliveries wait and how many were given up, for each endpoint."""
    rows = WebhookDelivery.objects.filter(endpoint__in=list(endpoints)).values("endpoint_id")
    counted = rows.annotate(
        waiting=Count("id", filter=Q(state=DeliveryState.WAITING)),
        failed=Count("id", filter=Q(state=DeliveryState.FAILED)),
    )
    return {row["endpoint_id"]: row for row in counted}


def kinds_of(deliveries: Iterable[WebhookDelivery]) -> dict[UUID, str]:
    """The kinds of the entries that deliveries carry, by entry."""
    wanted = [delivery.entry_id for delivery in deliveries]
    found: Any = Entry.objects.filter(pk__in=wanted).values_list("pk", "kind")
    return dict(found)
