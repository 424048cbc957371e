"""Looking after webhooks: what each act changes, and the entry it leaves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from outtask.followers.engine import drain
from outtask.followers.models import WebhookDelivery, WebhookEndpoint
from outtask.followers.states import DeliveryState
from outtask.followers.tests.receiving import endpoint_at
from outtask.followers.webhooks import actions
from outtask.followers.webhooks.delivering import FOLLOWERS
from outtask.followers.webhooks.keys import secrets_of
from outtask.journal.models import Entry
from outtask.journal.reading import Told, read
from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.actor import clock
from outtask.kernel.refusal import Refused
from outtask.lifecycle.tests import life as lives
from tests.world import World

HOOK = "https://93.184.215.14/hook/3b1"


@pytest.fixture
def endpoint(world: World) -> WebhookEndpoint:
    return endpoint_at(world, HOOK)


def add(world: World, who: str = "imke", **given: Any) -> Outcome:
    return actions.add_webhook(actor=world.actor(who), now=world.now, **({"address": HOOK} | given))


def last(world: World) -> Told:
    return read([Entry.objects.filter(organisation=world.organisation).latest("seq")])[0]


def acts(world: World, act: Any, endpoint: WebhookEndpoint, who: str = "imke", **given: Any) -> Outcome:
    done: Outcome = act(actor=world.actor(who), now=world.now, endpoint_id=endpoint.pk, **given)
    endpoint.refresh_from_db()
    return done


def delivery(endpoint: WebhookEndpoint, world: World, **values: Any) -> WebhookDelivery:
    plain = {"entry_id": uuid4(), "seq": 1, "next_at": world.now, "made_at": world.now}
    if values.get("state", DeliveryState.WAITING) != DeliveryState.WAITING:
        plain |= {"next_at": None, "settled_at": world.now}
    made: WebhookDelivery = WebhookDelivery.objects.create(
        endpoint=endpoint, organisation=endpoint.organisation, **(plain | values)
    )
    return made


# ---- adding and changing ----


def test_adding(world: World) -> None:
    done = add(world, kinds=["milestone.accepted", "invoice.*"], description=" ERP ")
    made = WebhookEndpoint.objects.get(pk=done["id"])
    assert (made.address, made.kinds, made.description) == (HOOK, ["invoice.*", "milestone.accepted"], "ERP")
    assert (made.made_by, made.sends_since, made.generation) == (world.member("imke"), world.now, 1)
    told = last(world)
    assert made.since_seq == told.seq
    assert (told.kind.name, dict(told.says)) == (
        "webhook.added",
        {"webhook": made.pk, "host": "93.184.215.14"},
    )


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://93.184.215.14/hook", "webhook_http"),
        ("https://127.0.0.1/hook", "url_address"),
        ("https://10.0.0.8/hook", "url_address"),
        ("https://169.254.169.254/latest/meta-data", "url_address"),
        ("https://[::1]/hook", "url_address"),
        ("https://[::ffff:10.0.0.1]/hook", "url_address"),
        ("https://2130706433/hook", "url_host"),
        ("https://0177.0.0.1/hook", "url_host"),
        ("https://user:pass@93.184.215.14/hook", "url_credentials"),
        ("https://93.184.215.14:6379/hook", "url_port"),
        ("ftp://93.184.215.14/hook", "url_scheme"),
        ("hook", "url_scheme"),
        ("https://name.invalid/hook", "fetch_unknown_host"),
    ],
)
def test_addresses_that_are_not_told(
    world: World, endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch, address: str, code: str
) -> None:
    monkeypatch.setattr(actions, "system_resolver", lambda host, port: ())
    for call in (
        lambda: add(world, address=address),
        lambda: acts(world, actions.change_webhook, endpoint, address=address),
    ):
        with pytest.raises(Refused) as caught:
            call()
        assert [(one.code, one.field) for one in caught.value.refusals] == [(code, "address")]
    assert [one.address for one in WebhookEndpoint.objects.all()] == [HOOK]


def test_a_name_that_leads_inside_is_not_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "system_resolver", lambda host, port: ("93.184.215.14", "10.0.0.1"))
    with pytest.raises(Refused) as caught:
        add(world, address="https://hooks.harbour.example/")
    assert (caught.value.refusal.code, caught.value.refusal.field) == ("url_address", "address")


def test_what_nobody_tells_of_is_not_subscribed_to(world: World) -> None:
    for kinds in (["made.up"], ["webhook.*"], ["webhook.closed"]):
        with pytest.raises(Refused) as caught:
            add(world, kinds=kinds)
        assert (caught.value.refusal.code, caught.value.refusal.field) == ("kinds_unknown", "kinds")


def test_twenty_are_enough(world: World) -> None:
    for number in range(20):
        endpoint_at(world, f"{HOOK}/{number}", closed_at=world.now if number == 0 else None)
    add(world)
    with pytest.raises(Refused) as caught:
        add(world)
    assert caught.value.refusal.code == "webhooks_many"


def test_changing_sends_what_waits_to_the_new_address_at_once(
    world: World, endpoint: WebhookEndpoint
) -> None:
    waits = delivery(endpoint, world, next_at=world.now + timedelta(hours=5))
    acts(world, actions.change_webhook, endpoint, address=HOOK + "/2", kinds=["brief.*"], description="New")
    assert (endpoint.address, endpoint.kinds, endpoint.description) == (HOOK + "/2", ["brief.*"], "New")
    waits.refresh_from_db()
    assert waits.next_at == world.now
    assert last(world).kind.name == "webhook.changed"


def test_pausing_holds_what_waits_and_resuming_lets_it_go(world: World, endpoint: WebhookEndpoint) -> None:
    waits = delivery(endpoint, world)
    acts(world, actions.pause_webhook, endpoint)
    waits.refresh_from_db()
    assert (endpoint.sends_since, waits.next_at, last(world).kind.name) == (None, None, "webhook.paused")
    acts(world, actions.resume_webhook, endpoint)
    waits.refresh_from_db()
    assert (endpoint.sends_since, waits.next_at) == (world.now, world.now)
    assert last(world).kind.name == "webhook.resumed"


# ---- the secret ----


def test_a_look_at_the_secret_is_noted_and_the_secret_is_not(world: World, endpoint: WebhookEndpoint) -> None:
    done = acts(world, actions.show_webhook_secret, endpoint, key="look")
    assert last(world).kind.name == "webhook.secret_shown"
    assert done.values == {"id": str(endpoint.pk)}


def test_both_secrets_sign_for_a_day(world: World, endpoint: WebhookEndpoint) -> None:
    (first,) = secrets_of(endpoint, world.now)
    acts(world, actions.rotate_webhook_secret, endpoint)
    ends = world.now + timedelta(hours=24)
    second, earlier = secrets_of(endpoint, ends - timedelta(seconds=1))
    assert earlier == first
    assert secrets_of(endpoint, ends) == (second,)
    told = last(world)
    assert (told.kind.name, told.says["ends"]) == ("webhook.secret_replaced", ends)
    with pytest.raises(Refused) as caught:
        acts(world, actions.rotate_webhook_secret, endpoint)
    assert caught.value.refusal.code == "rotation_under_way"


# ---- ends ----


def test_closing_gives_up_what_waits(world: World, endpoint: WebhookEndpoint) -> None:
    waits, done = delivery(endpoint, world), delivery(endpoint, world, state=DeliveryState.DELIVERED)
    acts(world, actions.close_webhook, endpoint)
    assert endpoint.closed_at == world.now
    for row in (waits, done):
        row.refresh_from_db()
    assert (waits.state, waits.settled_at, waits.last_error) == ("failed", world.now, actions.CLOSED)
    assert done.state == "delivered"
    assert last(world).kind.name == "webhook.closed"
    for act in (actions.close_webhook, actions.send_test, actions.rotate_webhook_secret):
        with pytest.raises(Refused) as caught:
            acts(world, act, endpoint)
        assert caught.value.refusal.code == "webhook_closed"


@pytest.mark.parametrize(("status", "kind"), [(500, "webhook.failing"), (410, "webhook.gone")])
def test_giving_up(world: World, endpoint: WebhookEndpoint, status: int, kind: str) -> None:
    waits = delivery(endpoint, world, tries=9)
    given = {"delivery_id": waits.pk, "status": status, "error": "no"}
    actions.give_up_delivery(actor=clock(world.organisation.pk), now=world.now, **given)  # type: ignore[arg-type]
    for row in (waits, endpoint):
        row.refresh_from_db()
    assert (waits.state, waits.tries, waits.last_status, waits.last_error) == ("failed", 10, status, "no")
    assert (endpoint.failing_since, endpoint.closed_at) == (
        (world.now, None) if status == 500 else (None, world.now)
    )
    told = last(world)
    assert (told.kind.name, told.actor_kind) == (kind, "clock")
    with pytest.raises(Refused):
        actions.give_up_delivery(actor=clock(world.organisation.pk), now=world.now, **given)  # type: ignore[arg-type]


# ---- tests and replays ----


def test_a_test_is_a_delivery_of_its_own_entry(world: World, endpoint: WebhookEndpoint) -> None:
    endpoint_at(world, HOOK + "/other")
    acts(world, actions.send_test, endpoint)
    drain(FOLLOWERS, world.now)
    row = WebhookDelivery.objects.get()
    told = last(world)
    assert (row.endpoint, row.entry_id, row.seq) == (endpoint, told.id, told.seq)
    assert (told.kind.name, row.state, row.next_at) == ("webhook.tested", "waiting", world.now)


def replays(endpoint: WebhookEndpoint) -> list[tuple[UUID, int, str]]:
    rows = WebhookDelivery.objects.filter(endpoint=endpoint).order_by("seq", "replay")
    return [(row.entry_id, row.replay, row.state) for row in rows]


def test_one_is_sent_anew_as_a_row_of_its_own(world: World, endpoint: WebhookEndpoint) -> None:
    row = delivery(endpoint, world, state=DeliveryState.DELIVERED)
    done = acts(world, actions.replay_deliveries, endpoint, delivery_id=row.pk, key="once")
    again = acts(world, actions.replay_deliveries, endpoint, delivery_id=row.pk, key="once")
    assert (done["count"], again.repeated) == (1, True)
    assert replays(endpoint) == [(row.entry_id, 0, "delivered"), (row.entry_id, 1, "waiting")]
    told = last(world)
    assert (told.kind.name, told.says["count"]) == ("webhook.replayed", 1)


def test_what_waits_already_is_tried_at_once_and_not_twice(world: World, endpoint: WebhookEndpoint) -> None:
    row = delivery(endpoint, world, next_at=world.now + timedelta(hours=14), tries=7)
    acts(world, actions.replay_deliveries, endpoint, delivery_id=row.pk)
    row.refresh_from_db()
    assert (row.next_at, row.tries) == (world.now, 7)
    assert WebhookDelivery.objects.count() == 1


def test_what_failed_since_an_instant_and_did_not_get_through_since(
    world: World, endpoint: WebhookEndpoint
) -> None:
    failed = {"state": DeliveryState.FAILED}
    before = delivery(endpoint, world, seq=1, **failed | {"settled_at": world.now - timedelta(days=2)})
    since = delivery(endpoint, world, seq=2, **failed)
    through = delivery(endpoint, world, seq=3, **failed)
    delivery(endpoint, world, seq=3, entry_id=through.entry_id, replay=1, state=DeliveryState.DELIVERED)
    other = endpoint_at(world, HOOK + "/other")
    delivery(other, world, **failed)
    acts(world, actions.replay_deliveries, endpoint, failed_since=world.now - timedelta(days=1))
    assert [one for one in replays(endpoint) if one[2] == "waiting"] == [(since.entry_id, 1, "waiting")]
    assert (before.entry_id, 1, "waiting") not in replays(endpoint)
    assert [one[2] for one in replays(other)] == ["failed"]


def test_entries_between_two_places_as_far_as_they_are_subscribed_to(world: World) -> None:
    life = lives.part_accepted(world)
    told = list(Entry.objects.filter(organisation=world.organisation).order_by("seq"))
    size = len(told)
    endpoint = endpoint_at(world, HOOK, kinds=["milestone.*"], since_seq=size)
    done = acts(world, actions.replay_deliveries, endpoint, first=0, last=size - 1)
    wanted = [entry.pk for entry in told if entry.kind.startswith("milestone.")]
    assert wanted
    assert [one[0] for one in replays(endpoint)] == wanted
    assert done["count"] == len(wanted)
    assert life.outtask.organisation == world.organisation
    with pytest.raises(Refused) as caught:
        acts(world, actions.replay_deliveries, endpoint, first=size + 10, last=size + 11)
    assert caught.value.refusal.code == "nothing_to_replay"


def test_a_delivery_of_another_endpoint_is_not_sent_anew_by_this_one(
    world: World, endpoint: WebhookEndpoint
) -> None:
    other = delivery(endpoint_at(world, HOOK + "/other"), world)
    with pytest.raises(NotFound):
        acts(world, actions.replay_deliveries, endpoint, delivery_id=other.pk)


# ---- who may ----

EVERY: tuple[tuple[Any, dict[str, Any]], ...] = (
    (actions.change_webhook, {"address": HOOK}),
    (actions.pause_webhook, {}),
    (actions.resume_webhook, {}),
    (actions.show_webhook_secret, {}),
    (actions.rotate_webhook_secret, {}),
    (actions.close_webhook, {}),
    (actions.send_test, {}),
    (actions.replay_deliveries, {"first": 0, "last": 9}),
)


@pytest.mark.parametrize(("act", "given"), EVERY)
def test_only_who_manages_the_organisation(
    world: World, endpoint: WebhookEndpoint, act: Any, given: dict[str, Any]
) -> None:
    for who in ("joseph", "roisin", "dunstan", "ada"):
        with pytest.raises(Refused):
            acts(world, act, endpoint, who, **given)
    with pytest.raises(NotFound):
        acts(world, act, endpoint, "oskar", **given)
    with pytest.raises(Refused):
        add(world, "joseph")
    assert Entry.objects.filter(organisation=world.organisation).count() == 1
