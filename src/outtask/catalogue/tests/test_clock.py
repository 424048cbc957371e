"""Subscriptions over time: told, renewed in the holder's name, cancelled, ended, each by the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from outtask.catalogue import clock as telling
from outtask.catalogue.actions import cancel_subscription, note_price, warn_subscription, withdraw_item
from outtask.catalogue.models import Subscription
from outtask.catalogue.tests.shelf import (
    TODAY,
    into_cart,
    on_sale,
    orders,
    pounds,
    subscribed_item,
    subscribes,
)
from outtask.catalogue.tests.test_actions import last, refused
from outtask.journal.models import Entry
from outtask.journal.recording import NotFound
from outtask.lifecycle import clock as turning
from outtask.lifecycle.needs import needs_of
from outtask.lifecycle.storefront import turn_subscription
from outtask.models import Budget, Member, PurchaseRequest
from outtask.spend.actions import authorise, reject_request, start_next_period
from outtask.spend.states import RequestState
from tests.world import World

RENEWS = date(2026, 12, 24)


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def ticks(day: date) -> None:
    telling.tick(at(day))
    turning.tick(at(day))


def entries(kind: str) -> int:
    return Entry.objects.filter(kind=kind).count()


def fresh(row: Subscription) -> Subscription:
    return Subscription.objects.select_related("item").get(pk=row.pk)


def cancels(world: World, row: Subscription, day: date, by: str = "joseph") -> None:
    cancel_subscription(actor=world.actor(by), now=at(day), subscription_id=row.pk)


def test_it_is_told_of_once_for_each_renewal_and_before_the_window_closes(world: World) -> None:
    row = subscribes(world)
    assert row.renews_on == RENEWS
    ticks(date(2026, 11, 25))
    assert entries("subscription.warned") == 0
    for day in (26, 27, 28):
        ticks(date(2026, 11, day))
    assert entries("subscription.warned") == 1
    told = last(world, "subscription.warned").says
    assert (told["renews_on"], told["last_day"], told["price"]) == (RENEWS, date(2026, 12, 10), pounds(2_000))
    assert fresh(row).warned_for == RENEWS
    ticks(RENEWS)
    ticks(date(2027, 1, 10))
    assert entries("subscription.warned") == 2


def test_it_renews_by_an_order_in_the_name_of_its_holder(world: World) -> None:
    row = subscribes(world, quantity=3)
    ticks(RENEWS)
    ticks(RENEWS)
    first, second = PurchaseRequest.objects.order_by("id")
    assert (second.requested_by, second.amount_minor) == (world.member("joseph"), 7_200)
    assert second.state == RequestState.COMMITTED
    assert second.category == "72"
    row = fresh(row)
    assert row.renews_on == date(2027, 1, 24)
    assert (row.outtask_id, row.last_outtask_id) == (first.outtask_id, second.outtask_id)
    assert last(world, "subscription.renewed").says["renews_on"] == date(2027, 1, 24)


def test_a_renewal_above_the_limit_is_referred_like_any_order(world: World) -> None:
    row = subscribes(world, by="roisin")
    Member.objects.filter(pk=world.member("roisin").pk).update(limit_minor=100)
    ticks(RENEWS)
    renewal = PurchaseRequest.objects.order_by("-id")[0]
    assert (renewal.state, renewal.decider) == (RequestState.REFERRED, world.member("joseph"))
    assert fresh(row).ended_on is None
    reject_request(
        actor=world.actor("joseph"), now=at(RENEWS), request_id=renewal.pk, version=1, note="Too dear"
    )
    ticks(RENEWS)
    assert fresh(row).ended_on == RENEWS
    assert last(world, "subscription.ended").says["why"] == "order_turned_down"


def test_it_renews_at_the_price_of_the_day(world: World) -> None:
    row = subscribes(world, notice_days=10)
    given = {"actor": world.actor("imke"), "now": world.now, "item_id": row.item_id}
    note_price(price=pounds(2_500), **given)
    ticks(date(2026, 12, 1))
    assert last(world, "subscription.warned").says["price"] == pounds(2_500)
    ticks(RENEWS)
    assert PurchaseRequest.objects.order_by("-id")[0].amount_minor == 3_000


def test_what_was_missed_is_not_ordered_twice(world: World) -> None:
    row = subscribes(world)
    Budget.objects.filter(pk=world.budget.pk).update(ends_on=date(2027, 12, 31))
    ticks(date(2027, 3, 30))
    assert PurchaseRequest.objects.count() == 2
    assert fresh(row).renews_on == date(2027, 4, 24)


def test_cancelled_in_time_it_ends_with_its_period(world: World) -> None:
    row = subscribes(world)
    cancels(world, row, date(2026, 12, 10))
    assert last(world, "subscription.cancelled").says["ends_on"] == RENEWS
    ticks(date(2026, 12, 23))
    assert fresh(row).ended_on is None
    ticks(RENEWS)
    assert fresh(row).ended_on == RENEWS
    assert PurchaseRequest.objects.count() == 1
    assert entries("subscription.warned") == 0
    assert last(world, "subscription.ended").says["why"] == "cancelled"
    again = {"actor": world.actor("joseph"), "now": at(RENEWS), "subscription_id": row.pk}
    assert refused(cancel_subscription, **again) == "subscription_ended"


def test_cancelled_late_it_renews_once_more(world: World) -> None:
    row = subscribes(world)
    cancels(world, row, date(2026, 12, 11))
    assert last(world, "subscription.cancelled").says["ends_on"] == date(2027, 1, 24)
    ticks(RENEWS)
    assert (fresh(row).ended_on, PurchaseRequest.objects.count()) == (None, 2)
    ticks(date(2027, 1, 24))
    assert (fresh(row).ended_on, PurchaseRequest.objects.count()) == (date(2027, 1, 24), 2)


def test_a_trial_is_paid_when_it_is_over_and_left_free_of_charge(world: World) -> None:
    for code in ("KEPT", "LEFT"):
        into_cart(world, subscribed_item(world, code, trial_days=10))
    orders(world)
    kept, left = Subscription.objects.order_by("id")
    assert not PurchaseRequest.objects.exists()
    cancels(world, left, date(2026, 12, 3))  # its last day
    ticks(date(2026, 12, 4))
    assert PurchaseRequest.objects.get().amount_minor == 2_400
    kept, left = fresh(kept), fresh(left)
    assert (left.ended_on, left.outtask_id) == (date(2026, 12, 4), None)
    assert (kept.renews_on, kept.outtask_id) == (date(2027, 1, 4), PurchaseRequest.objects.get().outtask_id)


def test_what_is_free_ends_when_it_is_cancelled_or_withdrawn(world: World) -> None:
    for code in ("ONE", "TWO"):
        item = subscribed_item(world, code, 0, plan="free", period="", cancel_days=0)
        into_cart(world, item)
    orders(world, budget_id=None)
    one, two = Subscription.objects.order_by("id")
    cancels(world, one, TODAY)
    assert fresh(one).ended_on == TODAY
    withdraw_item(actor=world.actor("imke"), now=world.now, item_id=two.item_id)
    ticks(TODAY)
    assert fresh(two).ended_on == TODAY


def test_withdrawn_it_runs_to_its_renewal(world: World) -> None:
    row = subscribes(world)
    withdraw_item(actor=world.actor("imke"), now=world.now, item_id=row.item_id)
    ticks(date(2026, 12, 23))
    assert fresh(row).ended_on is None
    ticks(RENEWS)
    assert fresh(row).ended_on == RENEWS
    assert last(world, "subscription.ended").says["why"] == "not_on_sale"


def test_who_left_holds_nothing_any_more(world: World) -> None:
    row = subscribes(world)
    Member.objects.filter(pk=world.member("joseph").pk).update(left_at=world.now)
    ticks(RENEWS)
    assert fresh(row).ended_on == RENEWS
    assert last(world, "subscription.ended").says["why"] == "holder_left"


def test_the_budget_that_follows_pays_on(world: World) -> None:
    row = subscribes(world)
    ticks(RENEWS)
    following = start_next_period(
        actor=world.actor("imke"),
        now=at(date(2027, 1, 1)),
        budget_id=world.budget.pk,
        name="Online shop 2027",
        starts_on=date(2027, 1, 1),
        ends_on=None,
    )
    authorise(
        actor=world.actor("imke"), now=at(date(2027, 1, 1)), budget_id=following["id"], amount=pounds(50_000)
    )
    ticks(date(2027, 1, 24))
    renewal = PurchaseRequest.objects.order_by("-id")[0]
    assert (renewal.budget.name, renewal.state) == ("Online shop 2027", RequestState.COMMITTED)
    assert fresh(row).budget == renewal.budget


def test_what_cannot_be_asked_for_ends_and_says_why(world: World) -> None:
    row = subscribes(world)
    Budget.objects.filter(pk=world.budget.pk).update(closed_at=world.now)
    ticks(RENEWS)
    assert fresh(row).ended_on == RENEWS
    told = last(world, "subscription.ended").says
    assert told["why"] == "not_renewed"
    assert "budget" in told["reason"].lower()


def test_time_alone_tells_and_turns(world: World) -> None:
    row = subscribes(world)
    given = {"actor": world.actor("imke"), "now": at(RENEWS), "subscription_id": row.pk}
    assert refused(warn_subscription, **given) == "clock_only"
    assert refused(turn_subscription, **given) == "clock_only"


def test_whose_it_is_and_whose_not(world: World) -> None:
    row = subscribes(world)
    given = {"now": world.now, "subscription_id": row.pk}
    with pytest.raises(NotFound):
        cancel_subscription(actor=world.actor("oskar"), **given)
    with pytest.raises(NotFound):  # a requester sees their own alone
        cancel_subscription(actor=world.actor("roisin"), **given)
    assert refused(cancel_subscription, actor=world.actor("dunstan"), **given) == "not_allowed"
    cancel_subscription(actor=world.actor("nadia"), **given)


def test_home_says_what_renews_until_it_is_too_late_to_say(world: World) -> None:
    row = subscribes(world)
    ticks(date(2026, 12, 1))
    joseph = world.actor("joseph")
    [need] = [one for one in needs_of(joseph, date(2026, 12, 1)) if one.href == "/subscriptions"]
    assert row.item.name in need.title
    assert need.by == date(2026, 12, 10)
    assert not [
        one for one in needs_of(world.actor("imke"), date(2026, 12, 1)) if one.href == "/subscriptions"
    ]
    assert not [one for one in needs_of(joseph, date(2026, 12, 11)) if one.href == "/subscriptions"]


def test_nothing_else_has_dates(world: World) -> None:
    into_cart(world, on_sale(world))
    orders(world)
    assert not Subscription.objects.exists()
