"""Orders that repeat: their days, who is asked each time, what is skipped and why, and their end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.kernel.actor import clock
from outtask.lifecycle.repeating import Every, Plan, day_of, next_day, why_not_plan
from outtask.lifecycle.repeats import end_repeat, place_due, place_repeat, skip_repeat
from outtask.lifecycle.tests.orders import LAMP, buys, refused, told
from outtask.models import Budget, Entry, Member, OutTask, PurchaseRequest, Repeat
from tests.world import World

JANUARY = date(2027, 1, 31)


@pytest.mark.parametrize(
    ("every", "count", "day"),
    [
        (Every.WEEK, 1, date(2027, 2, 7)),
        (Every.MONTH, 1, date(2027, 2, 28)),
        (Every.MONTH, 2, date(2027, 3, 31)),
        (Every.MONTH, 13, date(2028, 2, 29)),
        (Every.QUARTER, 1, date(2027, 4, 30)),
        (Every.YEAR, 1, date(2028, 1, 31)),
        (Every.YEAR, 0, JANUARY),
    ],
)
def test_days_are_counted_from_the_first(every: Every, count: int, day: date) -> None:
    assert day_of(every, JANUARY, count) == day


@given(st.sampled_from(list(Every)), st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.integers(0, 60))
def test_each_day_comes_after_the_one_before(every: Every, start: date, count: int) -> None:
    assert day_of(every, start, count) < day_of(every, start, count + 1)


def test_a_plan_ends_after_its_times_or_on_its_day() -> None:
    assert next_day(Plan(Every.WEEK, times=2), JANUARY, 1) == date(2027, 2, 14)
    assert next_day(Plan(Every.WEEK, times=2), JANUARY, 2) is None
    assert next_day(Plan(Every.WEEK, until=date(2027, 2, 7)), JANUARY, 0) == date(2027, 2, 7)
    assert next_day(Plan(Every.WEEK, until=date(2027, 2, 7)), JANUARY, 1) is None


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (Plan(Every.WEEK, times=0), "times_out_of_range"),
        (Plan(Every.WEEK, times=521), "times_out_of_range"),
        (Plan(Every.MONTH, until=date(2027, 2, 27)), "until_too_soon"),
        (Plan(Every.MONTH, until=date(2040, 1, 1)), "until_too_far"),
    ],
)
def test_a_plan_comes_again_and_ends(plan: Plan, code: str) -> None:
    (refusal,) = why_not_plan(plan, JANUARY)
    assert refusal.code == code


def weekly(world: World, **more: Any) -> Repeat:
    buys(world, lines=(LAMP,), repeat=Plan(Every.WEEK, times=2), **more)
    return Repeat.objects.get()


def after(world: World, days: int) -> datetime:
    return world.now + timedelta(days=days)


def test_it_is_placed_on_its_day_in_the_name_of_who_asked(world: World) -> None:
    repeat = weekly(world)
    assert (repeat.next_on, told("order.repeats").says["every"]) == (after(world, 7).date(), "week")
    place_due(after(world, 6))
    assert OutTask.objects.count() == 1
    place_due(after(world, 7))
    place_due(after(world, 7))
    assert OutTask.objects.count() == 2
    second = PurchaseRequest.objects.latest("id")
    assert (second.state, second.requested_by) == ("committed", world.member("joseph"))
    assert second.approvals.get().decided_by == world.member("joseph")
    assert second.agreement.versions.get().signatures.get().member == world.member("joseph")
    said = told("order.repeated")
    assert (said.says["request"], said.says["placed"]) == (second.reference, 1)
    assert Entry.objects.filter(kind="request.committed_within_limit").latest("seq").actor_kind == "clock"
    place_due(after(world, 14))
    place_due(after(world, 21))
    repeat.refresh_from_db()
    assert (OutTask.objects.count(), repeat.placed, repeat.next_on) == (3, 2, None)


def test_above_the_limit_it_is_referred_like_the_first(world: World) -> None:
    weekly(world)
    Member.objects.filter(pk=world.member("joseph").pk).update(limit_minor=0)
    place_due(after(world, 7))
    second = PurchaseRequest.objects.latest("id")
    assert (second.state, second.decider) == ("referred", world.member("imke"))


def left(world: World) -> None:
    Member.objects.filter(pk=world.member("joseph").pk).update(left_at=world.now)


def closed(world: World) -> None:
    Budget.objects.filter(pk=world.budget.pk).update(closed_at=world.now)


def emptied(world: World) -> None:
    Member.objects.filter(pk=world.member("joseph").pk).update(role="auditor")


@pytest.mark.parametrize("happens", [left, closed, emptied])
def test_what_cannot_be_placed_is_skipped_with_the_reason(world: World, happens: Any) -> None:
    repeat = weekly(world)
    happens(world)
    place_due(after(world, 7))
    repeat.refresh_from_db()
    assert (OutTask.objects.count(), repeat.placed, repeat.next_on) == (1, 1, after(world, 14).date())
    assert told("order.repeat_skipped").says["reason"]


def test_what_was_turned_down_does_not_come_again(world: World) -> None:
    from outtask.spend.actions import withdraw_request

    repeat = weekly(world, who="roisin")
    Member.objects.filter(pk=world.member("roisin").pk).update(limit_minor=None)
    if PurchaseRequest.objects.get().state == "referred":
        withdraw_request(actor=world.actor("roisin"), now=world.now, request_id=repeat.request_id)
    else:
        PurchaseRequest.objects.update(state="void")
    place_due(after(world, 7))
    repeat.refresh_from_db()
    assert repeat.next_on is None


def test_its_asker_or_an_admin_ends_it(world: World) -> None:
    repeat = weekly(world, who="roisin")
    given = {"now": world.now, "repeat_id": repeat.pk}
    with refused("not_yours"):
        end_repeat(actor=world.actor("joseph"), **given)
    with refused("not_allowed"):
        end_repeat(actor=world.actor("dunstan"), **given)
    end_repeat(actor=world.actor("nadia"), **given)
    repeat.refresh_from_db()
    assert (repeat.next_on, repeat.ended_by) == (None, world.member("nadia"))
    with refused("repeat_over"):
        end_repeat(actor=world.actor("joseph"), **given)
    place_due(after(world, 7))
    assert OutTask.objects.count() == 1


def test_only_the_clock_places_and_only_what_is_due(world: World) -> None:
    repeat = weekly(world)
    later = {"now": after(world, 7), "repeat_id": repeat.pk}
    for act in (place_repeat, lambda **more: skip_repeat(**more, reason="x")):
        with refused("clock_only"):
            act(actor=world.actor("joseph"), **later)
        with refused("not_due"):
            act(actor=clock(world.organisation.pk), now=world.now, repeat_id=repeat.pk)
