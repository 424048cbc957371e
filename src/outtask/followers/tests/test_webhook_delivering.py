"""From the journal to a real receiver: what arrives, what is tried again, what is given up."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from standardwebhooks import Webhook

from outtask.files import fetcher
from outtask.followers.engine import drain
from outtask.followers.models import WebhookDelivery, WebhookEndpoint
from outtask.followers.notices import FOLLOWERS as NOTICES
from outtask.followers.registry import followers, timed
from outtask.followers.tests.receiving import Handler, Received, Receiver, endpoint_at, receiver
from outtask.followers.webhooks import actions, delivering, rules
from outtask.followers.webhooks.delivering import CLAIM, FOLLOWERS, send_waiting
from outtask.followers.webhooks.keys import shown_secret
from outtask.journal.models import Entry, Saying
from outtask.lifecycle.tests import life as lives
from outtask.models import Mail
from tests.world import World, make_world


@pytest.fixture(autouse=True)
def at_the_time_of_the_world(now: datetime, time_machine: Any) -> None:
    # The peer holds a message's instant against the clock.
    time_machine.move_to(now, tick=False)


@pytest.fixture
def erp() -> Iterator[Receiver]:
    with receiver() as one:
        yield one


@pytest.fixture
def endpoint(world: World, erp: Receiver) -> WebhookEndpoint:
    return endpoint_at(world, erp.url)


def happens(world: World, endpoint: WebhookEndpoint) -> WebhookDelivery:
    """A test message, in line."""
    actions.send_test(actor=endpoint.made_by.actor, now=world.now, endpoint_id=endpoint.pk)
    found: WebhookDelivery = WebhookDelivery.objects.filter(endpoint=endpoint).latest("id")
    return found


def verified(received: Received, endpoint: WebhookEndpoint, now: datetime) -> Any:
    return Webhook(shown_secret(endpoint, now)).verify(received.body, dict(received.headers))


def test_it_runs_in_every_worker() -> None:
    assert FOLLOWERS[0] in followers()
    assert delivering.TIMED[0] in timed()


# ---- what arrives ----


def test_a_whole_life_arrives_in_messages_that_the_peer_verifies(
    world: World, erp: Receiver, endpoint: WebhookEndpoint
) -> None:
    life = lives.part_accepted(world)
    drain(FOLLOWERS, world.now)
    drain(FOLLOWERS, world.now)
    entries = list(Entry.objects.filter(organisation=world.organisation, seq__gte=1).order_by("seq"))
    assert send_waiting(world.now, erp.post) == len(entries)
    messages = sorted(
        (verified(one, endpoint, world.now) for one in erp.received), key=lambda one: one["data"]["seq"]
    )
    assert [(one["type"], one["data"]["entry"]) for one in messages] == [
        (entry.kind, str(entry.pk)) for entry in entries
    ]
    assert {one.headers["webhook-id"] for one in erp.received} == {f"msg_{entry.pk.hex}" for entry in entries}
    accepted = next(one for one in messages if one["type"] == "milestone.accepted")
    reference = life.outtask.reference
    assert accepted["timestamp"] == "2026-11-24T09:00:00.000Z"
    assert accepted["data"]["out_task"] == {
        "id": str(life.outtask_id),
        "reference": reference,
        "url": f"http://localhost:8000/api/v1/out-tasks/{reference}",
    }
    assert accepted["data"]["says"]["amount"] == {"minor": 20_600, "currency": "GBP"}
    assert accepted["data"]["actor"] == {"kind": "member", "id": str(world.member("nadia").pk)}
    rows = WebhookDelivery.objects.all()
    assert {(row.state, row.tries, row.last_status, row.settled_at) for row in rows} == {
        ("delivered", 1, 204, world.now)
    }


def test_no_word_that_anybody_wrote_leaves(world: World, erp: Receiver, endpoint: WebhookEndpoint) -> None:
    lives.done(world)
    drain(FOLLOWERS, world.now)
    send_waiting(world.now, erp.post)
    sent = "\n".join(one.body.decode() for one in erp.received)
    kept = [text for text in Saying.objects.values_list("text", flat=True) if len(text) > 3]
    assert kept
    assert [text for text in kept if json.dumps(text)[1:-1] in sent] == []
    for name in ("Marek", "Imke", "@"):
        assert name not in sent


def test_only_what_is_subscribed_to_and_nothing_of_before(world: World, erp: Receiver) -> None:
    life = lives.part_accepted(world)
    late = Entry.objects.filter(organisation=world.organisation, kind="milestone.accepted").get()
    endpoint_at(world, erp.url, kinds=["milestone.accepted", "brief.*"], since_seq=late.seq)
    endpoint_at(world, erp.url, closed_at=world.now)
    drain(FOLLOWERS, world.now)
    assert [row.entry_id for row in WebhookDelivery.objects.all()] == [late.pk]
    assert life.outtask.organisation_id == world.organisation.pk


def test_no_other_organisation_is_told(world: World, erp: Receiver, endpoint: WebhookEndpoint) -> None:
    foreign = endpoint_at(world, erp.url, made_by=world.member("oskar"), since_seq=0)
    lives.done(world)
    drain(FOLLOWERS, world.now)
    entries = WebhookDelivery.objects.filter(endpoint=foreign).values_list("entry_id", flat=True)
    kinds = Entry.objects.filter(pk__in=entries).values_list("organisation_id", "kind")
    assert list(kinds) == [(world.foreign.pk, "organisation.founded")]
    assert endpoint.deliveries.filter(organisation=world.organisation).count() == endpoint.deliveries.count()


def test_both_secrets_sign_while_one_is_replaced(
    world: World, erp: Receiver, endpoint: WebhookEndpoint, time_machine: Any
) -> None:
    before = shown_secret(endpoint, world.now)
    actions.rotate_webhook_secret(actor=world.actor("imke"), now=world.now, endpoint_id=endpoint.pk)
    endpoint.refresh_from_db()
    after = shown_secret(endpoint, world.now)
    for now, signed_by in ((world.now, (before, after)), (world.now + timedelta(hours=24), (after,))):
        time_machine.move_to(now, tick=False)
        happens(world, endpoint)
        send_waiting(now, erp.post)
        headers = dict(erp.received[-1].headers)
        assert len(headers["webhook-signature"].split(" ")) == len(signed_by)
        for secret in signed_by:
            Webhook(secret).verify(erp.received[-1].body, headers)


# ---- at least once ----


def test_killed_after_sending_and_before_marking_it_is_sent_again(
    world: World, erp: Receiver, endpoint: WebhookEndpoint
) -> None:
    waits = happens(world, endpoint)

    def dies(*given: Any, **more: Any) -> Any:
        erp.post(*given, **more)
        raise SystemExit("killed")  # nothing of this process runs on from here

    with pytest.raises(SystemExit):
        send_waiting(world.now, dies)
    assert len(erp.received) == 1
    # Another worker leaves it alone until the claim is over.
    assert send_waiting(world.now + CLAIM - timedelta(seconds=1), erp.post) == 0
    assert send_waiting(world.now + CLAIM, erp.post) == 1
    assert len({one.headers["webhook-id"] for one in erp.received}) == 1
    assert len({one.body for one in erp.received}) == 1
    waits.refresh_from_db()
    assert (waits.state, waits.tries) == ("delivered", 1)


def test_two_workers_send_one_message_once(world: World, erp: Receiver, endpoint: WebhookEndpoint) -> None:
    happens(world, endpoint)
    (one,), (same,) = delivering._due(world.now), delivering._due(world.now)
    assert (delivering._claim(one, world.now), delivering._claim(same, world.now)) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_held_open_while_it_is_sent(now: datetime, erp: Receiver) -> None:
    world = make_world(now)
    endpoint = endpoint_at(world, erp.url)
    happens(world, endpoint)
    seen: list[tuple[bool, bool]] = []
    main = threading.current_thread()

    def post(*given: Any, **more: Any) -> Any:
        seen.append((connection.in_atomic_block, threading.current_thread() is main))
        return erp.post(*given, **more)

    assert send_waiting(now, post) == 1
    assert seen == [(False, False)]


def test_a_slow_receiver_holds_up_no_other(world: World, erp: Receiver) -> None:
    for number in range(5):
        happens(world, endpoint_at(world, f"{erp.url}/{number}"))
    slow = endpoint_at(world, "https://93.184.215.14/slow")
    for _ in range(30):
        happens(world, slow)
    batch = delivering._due(world.now)
    assert len({one.endpoint_id for one in batch}) == 6
    assert sum(one.endpoint_id == slow.pk for one in batch) <= delivering.MOST_TO_ONE


# ---- what is not taken ----


def test_ten_tries_by_the_timetable_then_the_admins_are_told_once(
    world: World, erp: Receiver, endpoint: WebhookEndpoint
) -> None:
    first, now = happens(world, endpoint), world.now
    for tries, pause in enumerate(rules.PAUSES, start=1):
        erp.answer(500, b"no\nroom\x00here")
        assert send_waiting(now, erp.post) == 0
        first.refresh_from_db()
        assert (first.state, first.tries, first.last_status) == ("waiting", tries, 500)
        assert first.last_error == "no room here"
        assert first.next_at is not None
        assert pause <= first.next_at - now <= pause * 1.1
        now = first.next_at
    second = happens(world, endpoint)
    WebhookDelivery.objects.filter(pk=second.pk).update(tries=9)
    for _ in range(2):
        erp.answer(500)
    send_waiting(now, erp.post)
    assert len(erp.received) == 11
    for row in (first, second, endpoint):
        row.refresh_from_db()
    assert (first.state, second.state) == ("failed", "failed")
    assert endpoint.failing_since == now
    assert Entry.objects.filter(kind="webhook.failing").count() == 1
    drain(NOTICES, now)
    told = Mail.objects.filter(subject__contains="does not take our webhooks")
    assert {mail.to_email for mail in told} == {"imke@harbour.example", "nadia@harbour.example"}
    assert {mail.context["path"] for mail in told} == {f"/settings/webhooks/{endpoint.pk}"}
    # Once something gets through it is well again, and a later failure is told of anew.
    happens(world, endpoint)
    assert send_waiting(now, erp.post) == 1
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None


def test_gone_closes_the_webhook_by_itself(world: World, erp: Receiver, endpoint: WebhookEndpoint) -> None:
    first, second = happens(world, endpoint), happens(world, endpoint)
    erp.answer(410)
    WebhookDelivery.objects.filter(pk=second.pk).update(next_at=world.now + timedelta(hours=1))
    send_waiting(world.now, erp.post)
    for row in (first, second, endpoint):
        row.refresh_from_db()
    assert endpoint.closed_at == world.now
    assert (first.state, first.last_status, second.state) == ("failed", 410, "failed")
    entry = Entry.objects.latest("seq")
    assert (entry.kind, entry.actor_kind) == ("webhook.gone", "clock")
    drain(NOTICES, world.now)
    assert Mail.objects.filter(subject__contains="wants no more webhooks").count() == 2
    assert send_waiting(world.now + timedelta(days=9), erp.post) == 0
    assert len(erp.received) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_that_says_when_is_asked_then(
    world: World, erp: Receiver, endpoint: WebhookEndpoint, status: int
) -> None:
    waits = happens(world, endpoint)
    erp.answer(status, Retry_After="3600")
    send_waiting(world.now, erp.post)
    waits.refresh_from_db()
    assert waits.next_at == world.now + timedelta(hours=1)


def test_a_redirect_is_not_followed(world: World, erp: Receiver, endpoint: WebhookEndpoint) -> None:
    waits = happens(world, endpoint)
    erp.answer(307, Location=f"{erp.url}/elsewhere")
    assert send_waiting(world.now, erp.post) == 0
    waits.refresh_from_db()
    assert (waits.last_status, [one.path for one in erp.received]) == (307, ["/hook"])


def test_of_a_long_answer_only_the_beginning_is_read(
    world: World, erp: Receiver, endpoint: WebhookEndpoint
) -> None:
    taken, refused = happens(world, endpoint), happens(world, endpoint)
    for status in (200, 500):
        erp.answer(status, b"x" * 10_000_000, Content_Length="10000000")
    send_waiting(world.now, erp.post)
    for row in (taken, refused):
        row.refresh_from_db()
    assert sorted([taken.state, refused.state]) == ["delivered", "waiting"]
    assert {len(row.last_error) for row in (taken, refused)} == {0, 300}


def test_an_answer_that_does_not_end_is_cut_off(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "TIMEOUT", 0.3)
    with receiver() as slow:
        slow.RequestHandlerClass = _Dripping
        waits = happens(world, endpoint_at(world, slow.url))
        assert send_waiting(world.now, slow.post) == 0
        slow.released.set()
    waits.refresh_from_db()
    assert (waits.state, waits.last_status) == ("waiting", None)
    assert "did not answer in time" in waits.last_error


class _Dripping(Handler):
    """A byte of a header every 20 ms."""

    def do_POST(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.server.released.wait(0.02):
            try:
                self.wfile.write(b"x")
            except OSError:
                return


# ---- where nothing goes ----


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/hook",
        "http://10.0.0.7/hook",
        "https://[::1]/hook",
        "http://169.254.169.254/latest/meta-data",
        "http://93.184.215.14:6379/hook",
    ],
)
def test_what_is_not_public_is_refused_when_sending_too(world: World, address: str) -> None:
    waits = happens(world, endpoint_at(world, address))
    assert send_waiting(world.now) == 0
    waits.refresh_from_db()
    assert (waits.state, waits.tries, waits.last_status) == ("waiting", 1, None)
    assert "public" in waits.last_error or "does not call port" in waits.last_error


def test_a_name_that_leads_inside_by_now_is_refused(world: World, erp: Receiver) -> None:
    """It was public when it was added; the answer of its name server changed since (DNS rebinding)."""
    port = erp.server_address[1]
    waits = happens(world, endpoint_at(world, f"http://rebind.example:{port}/hook"))
    asked: list[str] = []

    def resolver(host: str, port: int) -> tuple[str, ...]:
        asked.append(host)
        return ("127.0.0.2",) if len(asked) == 1 else ("127.0.0.1",)

    post: Any = functools.partial(fetcher.post, resolver=resolver, allow_private=frozenset({erp.endpoint}))
    assert send_waiting(world.now, post) == 0
    waits.refresh_from_db()
    assert (asked, erp.received) == (["rebind.example"], [])
    assert "127.0.0.2" in waits.last_error or "does not call port" in waits.last_error


def test_paused_keeps_in_line_and_goes_on_later(world: World, erp: Receiver) -> None:
    endpoint = endpoint_at(world, erp.url, sends_since=None)
    happens(world, endpoint)
    lives.part_accepted(world)
    drain(FOLLOWERS, world.now)
    assert send_waiting(world.now, erp.post) == 0
    actions.resume_webhook(actor=world.actor("imke"), now=world.now, endpoint_id=endpoint.pk)
    assert send_waiting(world.now, erp.post) == WebhookDelivery.objects.count() > 0


def test_what_is_wrong_with_one_delivery_holds_up_no_other(
    world: World, erp: Receiver, endpoint: WebhookEndpoint
) -> None:
    broken, sound = happens(world, endpoint), happens(world, endpoint)
    WebhookDelivery.objects.filter(pk=broken.pk).update(entry_id=world.organisation.pk)
    assert send_waiting(world.now, erp.post) == 1
    for row in (broken, sound):
        row.refresh_from_db()
    assert (broken.state, sound.state) == ("waiting", "delivered")
    assert broken.last_error.startswith("DoesNotExist")


def test_one_that_is_settled_by_another_meanwhile_stays_as_it_is(
    world: World, erp: Receiver, endpoint: WebhookEndpoint
) -> None:
    waits = happens(world, endpoint)
    WebhookDelivery.objects.filter(pk=waits.pk).update(tries=9)

    batch = delivering._due(world.now)
    assert delivering._claim(batch[0], world.now)
    actions.close_webhook(actor=world.actor("imke"), now=world.now, endpoint_id=endpoint.pk)
    delivering._settle(batch[0], delivering.Answer(500, "late"), world.now)
    waits.refresh_from_db()
    assert (waits.state, waits.last_error) == ("failed", actions.CLOSED)
    assert not Entry.objects.filter(kind="webhook.failing").exists()
