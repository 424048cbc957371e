"""Deliveries go when nobody asks about them any more; those that were given up wait to be sent anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from outtask.followers.engine import drain
from outtask.followers.models import WebhookDelivery, WebhookEndpoint
from outtask.followers.registry import timed
from outtask.followers.states import DeliveryState
from outtask.followers.tests.receiving import endpoint_at
from outtask.followers.webhooks import actions, forgetting
from outtask.followers.webhooks.delivering import FOLLOWERS
from outtask.followers.webhooks.forgetting import FAILED_KEPT, forget_settled
from outtask.journal.models import Entry
from outtask.kernel.identifiers import new_id
from outtask.lifecycle.tests import life as lives
from tests.world import World

DELIVERED, FAILED, WAITING = DeliveryState.DELIVERED, DeliveryState.FAILED, DeliveryState.WAITING


@pytest.fixture
def endpoint(world: World) -> WebhookEndpoint:
    return endpoint_at(world, "https://erp.example/hooks")


def row(
    world: World, endpoint: WebhookEndpoint, state: DeliveryState, days: float, replay: int = 0, **of: Any
) -> WebhookDelivery:
    """A delivery that was settled, or put in line, so many days ago."""
    at = world.now - timedelta(days=days)
    made: WebhookDelivery = WebhookDelivery.objects.create(
        organisation_id=endpoint.organisation_id,
        endpoint=endpoint,
        entry_id=of.get("entry_id") or new_id(),
        seq=1,
        replay=replay,
        state=state,
        made_at=at,
        settled_at=None if state is WAITING else at,
    )
    return made


def left(*rows: WebhookDelivery) -> list[bool]:
    there = set(WebhookDelivery.objects.values_list("pk", flat=True))
    return [one.pk in there for one in rows]


def test_it_is_a_duty_of_every_worker() -> None:
    assert forgetting.TIMED[0] in timed()


def test_what_got_through_goes_after_ninety_days(world: World, endpoint: WebhookEndpoint) -> None:
    rows = [row(world, endpoint, DELIVERED, days) for days in (0, 89.9, 90.1, 400)]
    waiting = row(world, endpoint, WAITING, 400)
    assert forget_settled(world.now) == 2
    assert left(*rows, waiting) == [True, True, False, False, True]
    assert forget_settled(world.now) == 0


def test_the_days_are_a_setting(world: World, endpoint: WebhookEndpoint, settings: Any) -> None:
    settings.WEBHOOK_DAYS = 7
    rows = [row(world, endpoint, DELIVERED, days) for days in (6, 8)]
    forget_settled(world.now)
    assert left(*rows) == [True, False]


def test_what_was_given_up_stays_for_a_year(world: World, endpoint: WebhookEndpoint) -> None:
    year = FAILED_KEPT.days
    rows = [row(world, endpoint, FAILED, days) for days in (91, year - 1, year + 1)]
    forget_settled(world.now)
    assert left(*rows) == [True, True, False]


def test_or_until_it_was_sent_anew(world: World, endpoint: WebhookEndpoint) -> None:
    """And then it is never there without the replay that made it good."""
    one, again, late = new_id(), new_id(), new_id()
    made_good = row(world, endpoint, FAILED, 200, entry_id=one)
    replay = row(world, endpoint, DELIVERED, 100, 1, entry_id=one)
    failed_twice = (
        row(world, endpoint, FAILED, 200, entry_id=again),
        row(world, endpoint, FAILED, 150, 1, entry_id=again),
    )
    of_late = (
        row(world, endpoint, FAILED, 200, entry_id=late),
        row(world, endpoint, DELIVERED, 5, 1, entry_id=late),
    )
    forget_settled(world.now)
    assert left(made_good, replay) == [False, False]
    assert left(*failed_twice) == [True, True]
    assert left(*of_late) == [False, True]


def test_of_many_none_is_left_over(
    world: World, endpoint: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 3)
    other = endpoint_at(world, "https://other.example/hooks")
    for number in range(10):
        row(world, other if number % 2 else endpoint, DELIVERED, 91)
    assert forget_settled(world.now) == 10


def test_an_entry_can_be_sent_anew_after_its_delivery_was_forgotten(
    world: World, endpoint: WebhookEndpoint
) -> None:
    actor = endpoint.made_by.actor
    lives.signed(world)
    drain(FOLLOWERS, world.now)
    first = WebhookDelivery.objects.filter(endpoint=endpoint).earliest("seq")
    WebhookDelivery.objects.filter(pk=first.pk).update(
        state=DELIVERED, next_at=None, settled_at=world.now - timedelta(days=91)
    )
    entries = Entry.objects.count()
    forget_settled(world.now)
    assert left(first) == [False] and Entry.objects.count() == entries, "the journal keeps what was told"
    actions.replay_deliveries(
        actor=actor, now=world.now, endpoint_id=endpoint.pk, first=first.seq, last=first.seq
    )
    assert WebhookDelivery.objects.get(endpoint=endpoint, entry_id=first.entry_id).state == WAITING
