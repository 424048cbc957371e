"""A clock that is set back an hour: nothing is done twice, nothing due is forgotten, the order is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from outtask.agree.queries import agreement_of
from outtask.catalogue import clock as telling
from outtask.catalogue.actions import note_price
from outtask.catalogue.tests.shelf import into_cart, on_sale, orders, pounds, subscribes
from outtask.followers.models import Timer
from outtask.followers.schedule import Timed, run_due
from outtask.journal.verify import verify
from outtask.kernel import identifiers
from outtask.kernel.identifiers import new_id
from outtask.kernel.money import Money
from outtask.lifecycle import clock as turning
from outtask.lifecycle.accounts import note_bank_account
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.orders import LAMP, Line, buys, refused
from outtask.lifecycle.tests.test_delegating import away
from outtask.lifecycle.tests.test_repeats import weekly
from outtask.models import BankAccount, Entry, Link, OutTask, PurchaseRequest
from outtask.people.queries import bank_account_of
from outtask.spend.actions import close_books, note_rate, reject_request
from outtask.spend.books import replay
from outtask.takeback.tests.test_hand_on import made
from outtask.takeback.tests.test_hand_on import (
    test_a_second_round_is_awarded_agreed_committed_and_paid as a_second_round,
)
from tests.world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HALF, WEEK = timedelta(days=3, hours=12), timedelta(days=7)


def ticks(*instants: datetime) -> None:
    for now in instants:
        telling.tick(now)
        turning.tick(now)


def around(due: datetime) -> Iterator[datetime]:
    """Up to five minutes after it was due, then the hour before that once more, and on."""
    yield due - timedelta(minutes=30)
    yield from (due, due + timedelta(minutes=5))
    yield from (due + timedelta(minutes=minutes) for minutes in (-55, -20, 0, 5, 30, 65))


def by_clock() -> list[str]:
    return list(Entry.objects.filter(actor_kind="clock").order_by("seq").values_list("kind", flat=True))


def midnight(world: World, days: int) -> datetime:
    return world.now.replace(hour=0, minute=0) + timedelta(days=days)  # London in winter


def reminded(world: World) -> tuple[datetime, list[str]]:
    lives.referred(world)
    return world.now + HALF, ["request.reminded"]


def escalated(world: World) -> tuple[datetime, list[str]]:
    lives.referred(world)
    ticks(world.now + HALF)
    return world.now + WEEK, ["request.reminded", "request.escalated"]


def expired(world: World) -> tuple[datetime, list[str]]:
    lives.referred(world)
    ticks(world.now + WEEK, world.now + WEEK + HALF)
    return world.now + 2 * WEEK, ["request.escalated", "request.reminded", "request.expired"]


def repeated(world: World) -> tuple[datetime, list[str]]:
    weekly(world)
    placed = ["request.committed_within_limit", "order.placed", "milestones.opened", "order.repeated"]
    return midnight(world, 7), placed


def warned(world: World) -> tuple[datetime, list[str]]:
    subscribes(world)
    return midnight(world, 2), ["subscription.warned"]


def renewed(world: World) -> tuple[datetime, list[str]]:
    subscribes(world)
    ticks(midnight(world, 2))
    placed = ["request.committed_within_limit", "order.placed", "milestones.opened", "subscription.renewed"]
    return midnight(world, 30), ["subscription.warned", *placed]


@pytest.mark.parametrize("begins", [reminded, escalated, expired, repeated, warned, renewed])
def test_it_is_done_once(world: World, begins: Callable[[World], tuple[datetime, list[str]]]) -> None:
    due, kinds = begins(world)
    before = len(by_clock())
    ticks(*list(around(due))[:1])
    assert len(by_clock()) == before, "not before it is due"
    ticks(*around(due))
    assert by_clock() == kinds
    assert not replay(world.organisation.pk)
    assert verify(world.organisation.pk).fault is None


@pytest.mark.parametrize("begins", [reminded, escalated, expired, repeated, warned, renewed])
def test_what_was_not_due_yet_is_not_forgotten(
    world: World, begins: Callable[[World], tuple[datetime, list[str]]]
) -> None:
    """Set back a minute before: it is done when the clock comes there again."""
    due, kinds = begins(world)
    before = len(by_clock())
    ticks(due - timedelta(minutes=1), due - HOUR, due - timedelta(minutes=1))
    assert len(by_clock()) == before
    ticks(due)
    assert by_clock() == kinds


def test_an_absence_that_begins_twice_leaves_one_link(world: World) -> None:
    """Where it is yesterday again whoever is not away yet decides; there is one link that works, always."""
    life = lives.referred(world)
    begins = midnight(world, 1)
    away(world, starts_on=begins.date(), ends_on=begins.date())
    for now in around(begins):
        ticks(now)
        live = Link.objects.filter(subject_id=life.request.pk, spent_at__isnull=True)
        assert [link.member for link in live] == [world.member("dunstan" if now >= begins else "joseph")]
    assert life.request.decide_by == world.now + WEEK


def test_the_books_of_a_closed_day_stay_closed(world: World) -> None:
    """Closed just after midnight, and then it is the evening before again."""
    night = midnight(world, 1)
    close_books(actor=world.actor("dunstan"), now=night, through=(night - DAY).date())
    evening, entries = night - HOUR, Entry.objects.count()
    with refused("books_closed"):
        buys(_at(world, evening))
    with refused("closed_already"):
        close_books(actor=world.actor("dunstan"), now=evening, through=(night - 2 * DAY).date())
    assert (Entry.objects.count(), OutTask.objects.count()) == (entries, 0)
    assert buys(_at(world, night + timedelta(minutes=1)))["committed"]
    assert not replay(world.organisation.pk)


def _at(world: World, now: datetime) -> World:
    return World(**{**vars(world), "now": now})


def test_each_purchase_keeps_the_rate_of_its_day(world: World) -> None:
    """A rate from midnight on; an hour before, the one before holds again, for what is bought then."""
    night = midnight(world, 1)
    for day, rate in ((night - 9 * DAY, "0.80"), (night, "0.90")):
        given = {"currency": "EUR", "per_unit": Decimal(rate), "day": day.date()}
        note_rate(actor=world.actor("imke"), now=world.now, **given)
    euros = (Line("Lamp", 1, "", Money(10_000, "EUR")),)
    for now in (night, night - HOUR, night + HOUR):
        assert buys(_at(world, now), lines=euros, provider_id=None)["committed"]
    kept = PurchaseRequest.objects.order_by("reference").values_list("base_minor", flat=True)
    assert list(kept) == [9_000, 8_000, 9_000]
    assert not replay(world.organisation.pk)


def test_the_journal_keeps_its_order(world: World) -> None:
    """What was done later stands later, whatever the clock said; the log is sound."""
    for back in (0, 1, 2):
        buys(_at(world, world.now - back * HOUR), lines=(LAMP,))
    rows = Entry.objects.filter(organisation=world.organisation, kind="order.placed").order_by("seq")
    instants = [row.at for row in rows]
    assert instants == sorted(instants, reverse=True)
    assert verify(world.organisation.pk).fault is None


# ---- ids, which sort by the time at which they were made ----


@pytest.fixture
def set_back(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on ids are those of a process that was started an hour ago by this one's clock."""

    def hour_ago() -> UUID:
        return UUID(int=uuid7().int - (int(HOUR.total_seconds() * 1_000) << 80))

    def set_it_back() -> None:
        monkeypatch.setattr(identifiers, "uuid7", hour_ago)

    return set_it_back


def test_an_id_after_another(set_back: Callable[[], None]) -> None:
    first = new_id()
    set_back()
    second, third = new_id(), new_id(first)
    assert second < first < third < new_id(third)
    assert (third.version, third.variant) == (first.version, first.variant)


def test_the_price_noted_last_holds(world: World, set_back: Callable[[], None]) -> None:
    item = on_sale(world)
    set_back()
    for minor in (1_100, 1_000):
        note_price(actor=world.actor("imke"), now=world.now - HOUR, item_id=item.pk, price=pounds(minor))
    into_cart(world, item, price=pounds(1_000))
    assert orders(world)["committed"]
    assert PurchaseRequest.objects.get().amount_minor == 1_200


def test_the_account_noted_last_is_the_one(world: World, set_back: Callable[[], None]) -> None:
    given: dict[str, Any] = {"actor": world.actor("imke"), "provider_id": world.marek.pk}
    note_bank_account(**given, now=world.now, account="GB33BUKB20201555555555")
    set_back()
    note_bank_account(**given, now=world.now - HOUR, account="GB94BARC10201530093459")
    latest = bank_account_of(world.actor("imke"), world.marek)
    assert latest is not None and latest.account == "GB94BARC10201530093459"
    assert BankAccount.objects.count() == 2


def test_the_request_asked_for_anew_is_the_one_that_waits(world: World, set_back: Callable[[], None]) -> None:
    life = lives.referred(world)
    reject_request(
        actor=world.actor("joseph"), now=world.now, request_id=life.request.pk, version=1, note="Not yet."
    )
    set_back()
    life.asks(by="roisin")
    assert (life.request.state, life.outtask.next_step) == ("referred", "decide_request")
    assert life.approves()["committed"]


def test_the_second_round_is_the_one_that_runs(world: World, set_back: Callable[[], None]) -> None:
    """Its choice and its agreement were made an hour before those of the first, by the clock."""
    life = lives.part_accepted(world)
    made(life)
    set_back()
    world.now -= HOUR
    a_second_round(life)
    assert life.outtask.provider == world.kestrel
    assert agreement_of(life.outtask, world.actor("imke")).provider == world.kestrel


# ---- duties of the worker ----


def test_duties_go_on(db: None, now: datetime) -> None:
    """What the next run was set for an hour ahead of does not wait for that hour."""
    begun: list[datetime] = []
    often, daily = timedelta(seconds=10), DAY
    duties = [Timed("often", often, begun.append), Timed("daily", daily, begun.append)]
    assert run_due(duties, now) == 2
    back = now - HOUR
    assert run_due(duties, back) == 2
    assert run_due(duties, back + often / 2) == 0
    assert run_due(duties, back + often) == 1
    # Machines whose clocks are a little apart do not take turns all the time.
    assert run_due(duties, back + often - timedelta(minutes=4)) == 0
    assert Timer.objects.get(name="often").due_at == back + 2 * often
