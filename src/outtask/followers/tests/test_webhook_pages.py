"""The pages about webhooks, and their operations for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from outtask.api.tests.callers import Caller, token_for
from outtask.followers.models import WebhookDelivery, WebhookEndpoint
from outtask.followers.tests.receiving import endpoint_at
from outtask.followers.webhooks.keys import shown_secret
from outtask.journal.models import Entry, KeyUsed
from outtask.lifecycle.tests import life as lives
from tests.world import World

HOOK = "https://93.184.215.14/hook"


@pytest.fixture(autouse=True)
def at_the_time_of_the_world(now: datetime, time_machine: Any) -> None:
    time_machine.move_to(now, tick=False)


@pytest.fixture
def endpoint(world: World) -> WebhookEndpoint:
    return endpoint_at(world, HOOK, description="The ERP")


def press(world: World, name: str, *args: object, **data: object) -> Any:
    return world.client("imke").post(reverse(name, args=args), data)


def kinds(world: World) -> list[str]:
    rows = Entry.objects.filter(organisation=world.organisation, kind__startswith="webhook.")
    return list(rows.order_by("seq").values_list("kind", flat=True))


# ---- pages ----


def test_the_empty_page_explains_and_a_webhook_is_added(world: World) -> None:
    page = world.client("imke").get(reverse("webhooks"))
    assert page.status_code == 200
    assert "Nobody is told yet" in page.content.decode()
    done = press(world, "webhooks", address=HOOK, description="The ERP", kinds=["milestone.*", "invoice.*"])
    made = WebhookEndpoint.objects.get()
    assert (done.status_code, done.headers["Location"]) == (303, reverse("webhook", args=[made.pk]))
    assert made.kinds == ["invoice.*", "milestone.*"]
    shown = world.client("imke").get(done.headers["Location"]).content.decode()
    assert "The ERP" in shown
    assert "Nothing was sent yet" in shown
    assert HOOK in world.client("imke").get(reverse("webhooks")).content.decode()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://10.0.0.8/hook", "not on the public internet"),
        ("http://93.184.215.14/hook", "begins with https://"),
        ("https://93.184.215.14:22/", "does not call port 22"),
        ("", "This field is required"),
    ],
)
def test_an_address_is_refused_on_its_field(world: World, address: str, said: str) -> None:
    page = press(world, "webhooks", address=address, description="Kept")
    assert page.status_code == 422
    assert said in " ".join(page.context["form"].errors["address"])
    assert "Kept" in page.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_the_secret_is_shown_by_a_press_alone(world: World, endpoint: WebhookEndpoint) -> None:
    secret = shown_secret(endpoint, world.now)
    page = world.client("imke").get(reverse("webhook", args=[endpoint.pk]))
    assert secret not in page.content.decode()
    assert world.client("imke").get(reverse("webhook-secret", args=[endpoint.pk])).status_code == 405
    shown = press(world, "webhook-secret", endpoint.pk, key="look")
    assert secret in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert secret not in str(KeyUsed.objects.get().outcome)
    assert kinds(world) == ["webhook.secret_shown"]


def test_every_press_does_what_it_says(world: World, endpoint: WebhookEndpoint) -> None:
    for name in ("test", "pause", "resumption", "rotation"):
        done = press(world, f"webhook-{name}", endpoint.pk)
        assert (done.status_code, done.headers["Location"]) == (303, reverse("webhook", args=[endpoint.pk]))
    row = WebhookDelivery.objects.get()
    assert press(world, "webhook-delivery-replay", endpoint.pk, row.pk).status_code == 303
    page = world.client("imke").get(reverse("webhook", args=[endpoint.pk])).content.decode()
    assert "webhook.tested" in page
    assert "The earlier one signs beside it until" in page
    changed = press(world, "webhook-change", endpoint.pk, address=HOOK + "/2", kinds=["brief.*"])
    assert changed.status_code == 303
    assert press(world, "webhook-closure", endpoint.pk).status_code == 303
    assert press(world, "webhook-test", endpoint.pk).status_code == 409
    assert kinds(world) == [
        "webhook.tested",
        "webhook.paused",
        "webhook.resumed",
        "webhook.secret_replaced",
        "webhook.replayed",
        "webhook.changed",
        "webhook.closed",
    ]
    page = world.client("imke").get(reverse("webhook", args=[endpoint.pk])).content.decode()
    assert "Nothing is sent there any more" in page


def test_what_the_api_subscribed_to_more_finely_can_be_kept(world: World) -> None:
    fine = endpoint_at(world, HOOK, kinds=["milestone.accepted"])
    page = world.client("imke").get(reverse("webhook-change", args=[fine.pk])).content.decode()
    assert 'value="milestone.accepted"' in page
    done = press(world, "webhook-change", fine.pk, address=HOOK, kinds=["milestone.accepted"])
    assert done.status_code == 303


def test_sending_anew_from_the_page(world: World, endpoint: WebhookEndpoint) -> None:
    lives.part_accepted(world)
    refused = press(world, "webhook-failures-replay", endpoint.pk, **{"failed-failed_since": "2026-11-20"})
    assert refused.status_code == 422
    assert "nothing to send anew" in refused.content.decode()
    wrong = press(world, "webhook-entries-replay", endpoint.pk, **{"places-first": "9", "places-last": "2"})
    assert wrong.status_code == 422
    assert "first" in wrong.context["places_form"].errors
    done = press(world, "webhook-entries-replay", endpoint.pk, **{"places-first": "1", "places-last": "3"})
    assert done.status_code == 303
    assert WebhookDelivery.objects.count() == 3


def test_deliveries_are_paged_by_key(world: World, endpoint: WebhookEndpoint) -> None:
    press(world, "webhook-test", endpoint.pk)
    first = WebhookDelivery.objects.get()
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            organisation=world.organisation,
            endpoint=endpoint,
            entry_id=first.entry_id,
            seq=first.seq,
            replay=number,
            made_at=world.now,
        )
        for number in range(1, 61)
    )
    client = world.client("imke")
    page = client.get(reverse("webhook", args=[endpoint.pk]))
    assert len(page.context["rows"]) == 50
    rest = client.get(reverse("webhook", args=[endpoint.pk]) + page.context["page"].next)
    assert len(rest.context["rows"]) == 11


def test_others_see_nothing(world: World, endpoint: WebhookEndpoint) -> None:
    there, absent = reverse("webhook", args=[endpoint.pk]), reverse("webhook", args=[world.organisation.pk])
    assert world.client("joseph").get(reverse("webhooks")).status_code == 403
    assert world.client("joseph").get(there).status_code == 403
    oskar = world.client("oskar")
    assert HOOK not in oskar.get(reverse("webhooks")).content.decode()
    assert [oskar.get(there).status_code, oskar.get(absent).status_code] == [404, 404]
    assert oskar.post(reverse("webhook-secret", args=[endpoint.pk])).status_code == 404


# ---- for programs ----


@pytest.fixture
def imke(world: World) -> Caller:
    return Caller(token_for(world.member("imke"), world.now))


def test_a_webhook_over_the_api(world: World, imke: Caller) -> None:
    done = imke.does("/webhooks", {"address": HOOK, "kinds": ["milestone.accepted"]})
    path = f"/webhooks/{done['id']}"
    made = WebhookEndpoint.objects.get()
    assert imke.reads(path)["kinds"] == ["milestone.accepted"]
    assert [one["id"] for one in imke.reads("/webhooks")["items"]] == [done["id"]]
    secret = imke.does(f"{path}/secret")
    assert secret["secret"] == shown_secret(made, world.now)
    imke.does(f"{path}/rotation")
    made.refresh_from_db()
    assert imke.does(f"{path}/secret")["secret"] == shown_secret(made, world.now) != secret["secret"]
    imke.does(path, {"address": HOOK + "/2"}, method="PUT")
    assert imke.does(f"{path}/test")["kind"] == "webhook.tested"
    (row,) = imke.reads(f"{path}/deliveries?state=waiting")["items"]
    assert row["message"] == "msg_" + row["entry"].replace("-", "")
    assert imke.does(f"{path}/replays", {"delivery_id": row["id"]})["count"] == 1
    assert imke.does(f"{path}/replays", {"first": 0, "last": 10})["count"] == 2
    for name in ("pause", "resumption"):
        imke.does(f"{path}/{name}")
    imke.does(path, method="DELETE")
    assert imke.reads(path)["closed_at"] == "2026-11-24T09:00:00Z"


def test_refusals_over_the_api_point_at_the_field(world: World, imke: Caller) -> None:
    refused = imke.post("/webhooks", {"address": "https://10.0.0.8/hook"})
    assert (refused.status_code, refused.json()["code"]) == (409, "url_address")
    assert refused.json()["errors"][0]["pointer"] == "#/address"
    path = f"/webhooks/{endpoint_at(world, HOOK).pk}/replays"
    assert imke.post(path, {"failed_since": "2026-11-24T09:00:00"}).status_code == 422
    assert imke.post(path, {}).json()["code"] == "replay_unclear"


def test_programs_of_others_see_nothing(world: World, endpoint: WebhookEndpoint) -> None:
    oskar = Caller(token_for(world.member("oskar"), world.now))
    joseph = Caller(token_for(world.member("joseph"), world.now))
    program = Caller(token_for(world.member("imke"), world.now, provider=world.pagewright))
    path = f"/webhooks/{endpoint.pk}"
    assert oskar.get(path).status_code == 404
    assert oskar.post(f"{path}/secret").status_code == 404
    assert [one.get("/webhooks").status_code for one in (oskar, joseph, program)] == [200, 403, 403]
    assert oskar.reads("/webhooks")["items"] == []
