"""Webhooks for programs: adding one, its secret, what it was sent, sending anew."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from ninja import Query
from pydantic import BeforeValidator, Field, WithJsonSchema

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Done, Given, Id, Made, Shown, Whole, upto
from outtask.files.targets import MOST_URL_CHARACTERS
from outtask.followers.models import WebhookDelivery, WebhookEndpoint
from outtask.followers.states import DeliveryState
from outtask.followers.webhooks import actions, queries
from outtask.followers.webhooks.keys import shown_secret
from outtask.followers.webhooks.payload import message_id
from outtask.followers.webhooks.rules import LONGEST_DESCRIPTION
from outtask.journal.recording import Outcome
from outtask.people.roles import Right

room = Room("Webhooks")

_RIGHT = Right.MANAGE_ORGANISATION
_MOST_KINDS = 200
_INSTANT = r"^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?Z$"

Place = Annotated[Whole, Field(ge=0, le=2**53)]


def _instant(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(_INSTANT, value, re.ASCII):
        raise ValueError("an instant is a text such as 2026-11-24T09:00:00Z")
    return value


Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": _INSTANT}),
]


class WebhookShown(Shown):
    """An address that is told what happens.

    `kinds` is empty when it is told everything. It sends since `sends_since`, unless that is null: then it is
    paused. `failing_since` is null again once something gets through. Until `earlier_ends_at` the secret
    before the present one signs too.
    """

    id: UUID
    address: str
    kinds: list[str]
    description: str
    made_by_id: UUID
    made_at: datetime
    sends_since: datetime | None
    failing_since: datetime | None
    earlier_ends_at: datetime | None
    closed_at: datetime | None

    @classmethod
    def of(cls, row: WebhookEndpoint) -> Self:
        return cls(id=row.pk, **{name: getattr(row, name) for name in cls.model_fields if name != "id"})


class DeliveryShown(Shown):
    """One entry of the journal on its way. `message` is the `webhook-id` under which it is sent."""

    id: UUID
    message: str
    entry: UUID
    seq: int
    replay: int
    state: DeliveryState
    tries: int
    next_at: datetime | None
    last_status: int | None
    last_error: str
    made_at: datetime
    settled_at: datetime | None

    @classmethod
    def of(cls, row: WebhookDelivery) -> Self:
        same = {name: getattr(row, name) for name in cls.model_fields if name not in _OF_ITS_OWN}
        return cls(
            id=row.pk,
            message=message_id(row.entry_id),
            entry=row.entry_id,
            state=DeliveryState(row.state),
            **same,
        )


_OF_ITS_OWN = frozenset({"id", "message", "entry", "state"})


class WebhookGiven(Given):
    """Where to send, and what about: names such as `milestone.accepted` or `milestone.*`, none for all."""

    address: Annotated[str, upto(MOST_URL_CHARACTERS, 1)]
    kinds: Annotated[list[Annotated[str, upto(80, 1)]], Field(max_length=_MOST_KINDS)] = []
    description: Annotated[str, upto(LONGEST_DESCRIPTION)] = ""


class ReplayGiven(Given):
    """One of three: a delivery; the instant since when what failed is sent; two places of the journal."""

    delivery_id: Id | None = None
    failed_since: Instant | None = None
    first: Place | None = None
    last: Place | None = None


class SecretShown(Done):
    """The secret that messages are signed with, as Standard Webhooks writes it."""

    secret: str

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        # Derived here, so that it is not kept with what the idempotency key remembers.
        endpoint = WebhookEndpoint.objects.get(pk=outcome["id"])
        done = Done.of(outcome)
        return cls(**done.model_dump(), secret=shown_secret(endpoint, endpoint.made_at))


class Replayed(Done):
    """How many messages are sent anew."""

    count: int


@room.many("/webhooks", WebhookShown)
def webhook_list(call: Call) -> Any:
    """List webhooks, the latest first."""
    return queries.endpoints_for(call.actor)


@room.one("/webhooks/{uuid:endpoint_id}", WebhookShown)
def webhook(call: Call, endpoint_id: UUID) -> WebhookShown:
    """Read one webhook."""
    return WebhookShown.of(queries.endpoint_for(call.actor, endpoint_id))


@room.act("/webhooks", Made, status=201, scope=_RIGHT, at="/webhooks/{id}")
def add_webhook(call: Call, body: WebhookGiven) -> Outcome:
    """Tell an address from now on what happens."""
    return act(call, actions.add_webhook, **body.model_dump())


@room.act("/webhooks/{uuid:endpoint_id}", method="PUT", scope=_RIGHT, about=webhook)
def change_webhook(call: Call, endpoint_id: UUID, body: WebhookGiven) -> Outcome:
    """Change address, kinds and description of a webhook."""
    return act(call, actions.change_webhook, endpoint_id=endpoint_id, **body.model_dump())


@room.act("/webhooks/{uuid:endpoint_id}", method="DELETE", scope=_RIGHT, about=webhook)
def close_webhook(call: Call, endpoint_id: UUID) -> Outcome:
    """Close a webhook for good."""
    return act(call, actions.close_webhook, endpoint_id=endpoint_id)


@room.act("/webhooks/{uuid:endpoint_id}/pause", scope=_RIGHT, about=webhook)
def pause_webhook(call: Call, endpoint_id: UUID) -> Outcome:
    """Send nothing, and keep in line what happens."""
    return act(call, actions.pause_webhook, endpoint_id=endpoint_id)


@room.act("/webhooks/{uuid:endpoint_id}/resumption", scope=_RIGHT, about=webhook)
def resume_webhook(call: Call, endpoint_id: UUID) -> Outcome:
    """Send again, what waits first."""
    return act(call, actions.resume_webhook, endpoint_id=endpoint_id)


@room.act("/webhooks/{uuid:endpoint_id}/secret", SecretShown, scope=_RIGHT)
def show_webhook_secret(call: Call, endpoint_id: UUID) -> Outcome:
    """Read the secret of a webhook. The journal notes it."""
    return act(call, actions.show_webhook_secret, endpoint_id=endpoint_id)


@room.act("/webhooks/{uuid:endpoint_id}/rotation", scope=_RIGHT, about=webhook)
def rotate_webhook_secret(call: Call, endpoint_id: UUID) -> Outcome:
    """Replace the secret of a webhook; both sign for 24 hours."""
    return act(call, actions.rotate_webhook_secret, endpoint_id=endpoint_id)


@room.act("/webhooks/{uuid:endpoint_id}/test", status=202, scope=_RIGHT)
def send_test(call: Call, endpoint_id: UUID) -> Outcome:
    """Send a test message."""
    return act(call, actions.send_test, endpoint_id=endpoint_id)


@room.many("/webhooks/{uuid:endpoint_id}/deliveries", DeliveryShown)
def delivery_list(call: Call, endpoint_id: UUID, state: Annotated[DeliveryState | None, Query(None)]) -> Any:
    """List what a webhook was sent or is yet to be sent, the latest first."""
    rows = queries.deliveries_to(queries.endpoint_for(call.actor, endpoint_id))
    return rows if state is None else rows.filter(state=state)


@room.act("/webhooks/{uuid:endpoint_id}/replays", Replayed, status=202, scope=_RIGHT)
def replay_deliveries(call: Call, endpoint_id: UUID, body: ReplayGiven) -> Outcome:
    """Send anew what was delivered, given up, or never sent."""
    return act(call, actions.replay_deliveries, endpoint_id=endpoint_id, **body.model_dump())
