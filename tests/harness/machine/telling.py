"""Acts on webhooks; what sends them is the worker, which the machine does not run."""

from __future__ import annotations

from outtask.followers.models import WebhookDelivery, WebhookEndpoint
from outtask.followers.states import DeliveryState
from outtask.followers.webhooks.actions import (
    add_webhook,
    change_webhook,
    close_webhook,
    give_up_delivery,
    pause_webhook,
    replay_deliveries,
    resume_webhook,
    rotate_webhook_secret,
    send_test,
    show_webhook_secret,
)
from outtask.kernel.actor import Actor, clock
from outtask.models import Entry
from tests.harness.invariants.house import Row
from tests.harness.machine.acts import Inputs, act
from tests.harness.machine.stage import Stage

# An address of the public internet that no name has to be looked up for; nothing is ever sent there.
ADDRESS = "https://93.184.215.14/hook"


@act(add_webhook)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    kinds = stage.chance.choice([[], ["milestone.*"], ["request.approved", "invoice.paid"]])
    given = {"address": f"{ADDRESS}/{stage.chance.randint(1, 9)}", "kinds": kinds, "description": "ours"}
    return stage.head(stage.tenant()), given


def _endpoint(stage: Stage) -> Row:
    return stage.some(WebhookEndpoint, lambda row: row.closed_at is None)


@act(change_webhook)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    endpoint = _endpoint(stage)
    address = f"{ADDRESS}/{stage.chance.randint(1, 9)}"
    return stage.head(endpoint.organisation_id), {"endpoint_id": endpoint.pk, "address": address}


def _plain(stage: Stage) -> tuple[Actor, Inputs]:
    endpoint = _endpoint(stage)
    return stage.head(endpoint.organisation_id), {"endpoint_id": endpoint.pk}


for plain in (
    pause_webhook, resume_webhook, show_webhook_secret, rotate_webhook_secret, close_webhook, send_test,
):  # fmt: skip
    act(plain)(_plain)


@act(replay_deliveries)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    endpoint = _endpoint(stage)
    last = max(row.seq for row in stage.house.all(Entry) if row.organisation_id == endpoint.organisation_id)
    given = {"endpoint_id": endpoint.pk, "first": max(last - stage.chance.randint(0, 20), 0), "last": last}
    return stage.head(endpoint.organisation_id), given


@act(give_up_delivery)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    delivery = stage.some(WebhookDelivery, lambda row: row.state == DeliveryState.WAITING)
    status = stage.chance.choice([500, 500, 410])
    given = {"delivery_id": delivery.pk, "status": status, "error": "It did not answer."}
    return clock(delivery.organisation_id), given
