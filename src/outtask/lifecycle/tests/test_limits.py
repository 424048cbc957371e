"""Limits by day, month, year and category, in any currency: set, kept, used up, ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.lifecycle.editing import edit_request
from outtask.lifecycle.queries import Forecast, who_would_decide
from outtask.lifecycle.spending import ask_to_spend
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import HALF, WHOLE, Life
from outtask.lifecycle.tests.test_spending import limit, refused
from outtask.models import Approval, Limit, Member, PurchaseRequest
from outtask.people.states import Role
from outtask.spend.actions import end_limit, note_rate, set_limit
from outtask.spend.line import Today, ceilings_of
from outtask.takeback.actions import take_back
from tests.world import World


def narrows(
    world: World, name: str = "joseph", minor: int = WHOLE, by: str = "nadia", **more: Any
) -> Outcome:
    given: dict[str, Any] = {"period": "day", "amount": Money(minor, "GBP")} | more
    return set_limit(actor=world.actor(by), now=world.now, member_id=world.member(name).pk, **given)


def asks(life: Life, at: datetime | None = None, by: str = "joseph", category: str = "") -> Outcome:
    return ask_to_spend(
        actor=life.actor(by),
        now=at or life.world.now,
        agreement_id=life.agreement.pk,
        budget_id=life.world.budget.pk,
        reason="The shop opens in spring.",
        category=category,
    )


def foretold(life: Life, by: str = "joseph", category: str = "") -> Forecast | Refusal:
    world = life.world
    asker = Member.objects.get(pk=world.member(by).pk)
    return who_would_decide(life.agreement, asker, world.now.date(), category)


def used(world: World, name: str = "joseph") -> list[int]:
    member = Member.objects.get(pk=world.member(name).pk)
    return [each.used_minor for each in ceilings_of(member, Today(world.organisation, world.now.date()))]


# ---- setting and ending ----


def test_a_limit_takes_the_place_of_the_one_before(world: World) -> None:
    first = narrows(world, minor=10_000, category="72000000-5")
    second = narrows(world, minor=20_000, category="72")
    rows = Limit.objects.order_by("id")
    assert [(row.category, row.amount_minor, row.ended_at) for row in rows] == [
        ("72", 10_000, world.now),
        ("72", 20_000, None),
    ]
    assert [str(row.pk) for row in rows] == [first["id"], second["id"]]
    told = lives.told(second)
    assert told.kind.name == "limit.set"
    assert told.says == {
        "limit": rows[1].pk,
        "who": "Joseph Adeyemi",
        "period": "day",
        "category": "72",
        "amount": Money(20_000, "GBP"),
        "before": Money(10_000, "GBP"),
    }


def test_ending_a_limit(world: World) -> None:
    made = narrows(world)
    given = {"actor": world.actor("nadia"), "now": world.now, "limit_id": made["id"]}
    told = lives.told(end_limit(**given))
    assert (told.kind.name, told.says["category"]) == ("limit.ended", "all")
    assert Limit.objects.get().ended_at == world.now
    with refused("limit_ended"):
        end_limit(**given)
    assert lives.signed(world).asks()["committed"]


def test_who_sets_whose_limits(world: World) -> None:
    for who in ("joseph", "dunstan", "ada"):
        with refused("not_allowed"):
            narrows(world, by=who)
    with refused("own_role"):
        narrows(world, "nadia")
    with refused("owners_only"):
        narrows(world, "imke")
    with pytest.raises(NotFound):
        narrows(world, by="oskar")
    assert not Limit.objects.exists()
    narrows(world, "imke", by="imke")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"period": "week"}, "period_unknown"),
        ({"amount": Money(-1, "GBP")}, "limit_range"),
        ({"amount": Money(10**15 + 1, "GBP")}, "limit_range"),
        ({"amount": Money(1, "EUR")}, "no_rate"),
        ({"category": "7"}, "category_form"),
    ],
)
def test_limits_that_say_nothing(world: World, changes: dict[str, Any], code: str) -> None:
    with refused(code):
        narrows(world, **changes)
    assert not Limit.objects.exists()


def test_a_limit_of_somebody_who_left_and_the_same_again(world: World) -> None:
    narrows(world)
    with refused("nothing_to_do"):
        narrows(world)
    Member.objects.filter(pk=world.member("joseph").pk).update(left_at=world.now)
    with refused("member_gone"):
        narrows(world, minor=1)


# ---- what is used ----


@pytest.mark.parametrize(("minor", "within"), [(2 * WHOLE, True), (2 * WHOLE - 1, False)])
@pytest.mark.parametrize("period", ["day", "month", "year"])
def test_a_limit_is_used_up_to_the_penny(world: World, period: str, minor: int, within: bool) -> None:
    narrows(world, minor=minor, period=period)
    assert asks(lives.signed(world))["committed"]
    second = lives.signed(world)
    foreseen = foretold(second)
    outcome = asks(second)
    assert outcome["committed"] is within
    assert isinstance(foreseen, Forecast) and (foreseen.why is None) is within
    if not within:
        assert second.request.decider == foreseen.decider == world.member("imke")
        assert "GBP 412.00 of the limit of GBP 823.99" in outcome["why"]
        # Decided by somebody else, it is theirs and not his.
        second.approves(by="imke")
        assert used(world) == [WHOLE]


def test_a_new_day_begins_at_midnight_in_the_zone_of_the_organisation(world: World) -> None:
    narrows(world, minor=WHOLE)
    asks(lives.signed(world))
    waits, goes = lives.signed(world), lives.signed(world)
    midnight = world.now.replace(hour=0) + timedelta(days=1)  # London in winter
    assert not asks(waits, at=midnight - timedelta(seconds=1))["committed"]
    assert asks(goes, at=midnight)["committed"]


def test_a_clock_set_back_makes_no_room(world: World) -> None:
    narrows(world, minor=WHOLE)
    midnight = world.now.replace(hour=0, minute=0) + timedelta(days=1)
    assert asks(lives.signed(world), at=midnight + timedelta(minutes=10))["committed"]
    assert not asks(lives.signed(world), at=midnight - timedelta(minutes=50))["committed"]


def test_what_was_released_and_what_is_void_is_used_no_more(world: World) -> None:
    narrows(world, minor=2 * WHOLE)
    life = lives.signed(world)
    asks(life)
    life.delivers()
    take_back(
        actor=world.actor("imke"),
        now=world.now,
        outtask_id=life.outtask_id,
        reason="Late",
        successor="ourselves",
    )
    assert used(world) == [HALF]
    other = lives.signed(world)
    asks(other)
    Approval.objects.filter(request=other.request).update(voided_at=world.now)
    assert used(world) == [HALF]


def test_an_approval_uses_the_limit_of_who_approved(world: World) -> None:
    narrows(world, minor=WHOLE + 1)
    life = lives.referred(world)
    assert life.approves()["committed"]
    assert used(world) == [WHOLE] and used(world, "roisin") == []
    assert not asks(lives.signed(world))["committed"]


def test_a_limit_lowered_while_a_request_waits_refers_it_on(world: World) -> None:
    life = lives.referred(world)
    narrows(world, minor=WHOLE - 1)
    outcome = life.approves()
    assert not outcome["committed"] and "GBP 411.99 for a day" in outcome["why"]
    assert life.request.decider == world.member("imke")
    assert lives.told(outcome).kind.name == "request.referred_on"


def test_owners_may_be_narrowed_and_then_nobody_is_left(world: World) -> None:
    narrows(world, "imke", by="imke", minor=WHOLE - 1, period="need")
    limit(world, "joseph", 0)
    life = lives.signed(world)
    assert foretold(life).code == "nobody_decides"  # type: ignore[union-attr]
    with refused("nobody_decides"):
        asks(life)
    assert not PurchaseRequest.objects.exists()


def test_no_further_limit_gives_power(world: World) -> None:
    limit(world, "joseph", None)
    narrows(world, minor=10**9)
    life = lives.signed(world)
    assert not asks(life)["committed"]
    assert life.request.decider == world.member("imke")


# ---- categories ----


@pytest.mark.parametrize(
    ("category", "within"), [("79", True), ("72", False), ("72413000-8", False), ("", False)]
)
def test_a_limit_for_a_category(world: World, category: str, within: bool) -> None:
    narrows(world, minor=WHOLE - 1, period="month", category="72")
    life = lives.signed(world)
    outcome = asks(life, category=category)
    assert outcome["committed"] is within
    assert ("No category was given" in outcome["why"]) is (category == "")


def test_without_a_category_it_is_used_of_each(world: World) -> None:
    narrows(world, minor=2 * WHOLE, category="72")
    narrows(world, minor=2 * WHOLE, category="79")
    asks(lives.signed(world), category="72")
    asks(lives.signed(world))
    assert used(world) == [2 * WHOLE, WHOLE]


def test_editing_the_category_refers_it_anew(world: World) -> None:
    narrows(world, minor=0, category="72")
    life = lives.referred(world)
    given = {"actor": world.actor("roisin"), "now": world.now, "request_id": life.request.pk}
    assert life.request.decider == world.member("imke")  # no category: every limit counts
    edit_request(**given, version=1, budget_id=world.budget.pk, reason="", category="79")
    assert (life.request.category, life.request.decider) == ("79", world.member("joseph"))
    with refused("category_form"):
        edit_request(**given, version=2, budget_id=world.budget.pk, reason="", category="paper")


# ---- currencies ----


def test_a_limit_in_another_currency_counts_at_the_rate_of_the_day(world: World) -> None:
    given: dict[str, Any] = {"actor": world.actor("dunstan"), "currency": "EUR"}
    yesterday = world.now - timedelta(days=1)
    note_rate(**given, now=yesterday, per_unit=Decimal("0.8"), day=yesterday.date())
    narrows(world, amount=Money(51_500, "EUR"))  # £412.00 at 0.8
    assert asks(lives.signed(world))["committed"]
    note_rate(**given, now=world.now, per_unit=Decimal("1.6"), day=world.now.date())
    assert asks(lives.signed(world))["committed"]  # £824.00 now
    assert not asks(lives.signed(world), at=world.now)["committed"]


def test_without_a_rate_any_more_it_is_refused_with_the_remedy(world: World) -> None:
    Limit.objects.create(
        organisation=world.organisation,
        member=world.member("joseph"),
        period="day",
        amount_minor=1,
        currency="USD",
        set_by=world.member("imke"),
        set_at=world.now,
    )
    life = lives.signed(world)
    with refused("no_rate"):
        asks(life)
    assert foretold(life).code == "no_rate"  # type: ignore[union-attr]


# ---- forecast and action ----


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
@pytest.mark.parametrize("minor", [WHOLE - 1, WHOLE, WHOLE + 1])
@pytest.mark.parametrize(("period", "category"), [("need", ""), ("day", "72"), ("year", "79")])
def test_what_is_foretold_comes(world: World, role: Role, minor: int, period: str, category: str) -> None:
    Member.objects.filter(pk=world.member("joseph").pk).update(role=role)
    world.members["joseph"] = Member.objects.get(pk=world.member("joseph").pk)
    narrows(world, by="imke", minor=minor, period=period, category=category)
    life = lives.signed(world)
    foreseen = foretold(life, category="72")
    outcome = asks(life, category="72")
    assert isinstance(foreseen, Forecast)
    assert outcome["committed"] is (foreseen.why is None)
    assert outcome["why"] == str(foreseen.why or "")
    assert life.request.decider == foreseen.decider
