"""Pots that are part of others, transfers between pots, marks, and the next period: state and entries."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import check_ledger
from outtask.models import Budget, Entry, Posting, SeparationException, Transfer
from outtask.spend.actions import (
    ask_transfer,
    authorise,
    change_budget,
    decide_transfer,
    give_down,
    open_budget,
    open_part,
    start_next_period,
    withdraw_transfer,
)
from outtask.spend.states import Rollover, TransferState
from tests.world import World


def gbp(minor: int) -> Money:
    return Money(minor, "GBP")


def refused(act: Any, *given: Any, **more: Any) -> str:
    with pytest.raises(Refused) as no:
        act(*given, **more)
    return no.value.refusal.code


def part(
    world: World, name: str = "Photographs", minor: int = 100_000, above: Budget | None = None, **more: Any
) -> Budget:
    outcome = open_part(
        actor=world.actor("dunstan"),
        now=world.now,
        parent_id=(above or world.budget).pk,
        name=name,
        amount=gbp(minor),
        **more,
    )
    return Budget.objects.get(pk=outcome["id"])


def down(world: World, budget: Budget, minor: int, by: str = "dunstan") -> Outcome:
    return give_down(actor=world.actor(by), now=world.now, budget_id=budget.pk, amount=gbp(minor))


def asked(world: World, source: Budget, target: Budget, minor: int, by: str = "joseph") -> UUID:
    outcome = ask_transfer(
        actor=world.actor(by),
        now=world.now,
        source_id=source.pk,
        target_id=target.pk,
        amount=gbp(minor),
        reason="More shelves are needed.",
    )
    return UUID(outcome["id"])


def decides(world: World, pk: UUID, by: str = "dunstan", approve: bool = True, note: str = "") -> Outcome:
    return decide_transfer(actor=world.actor(by), now=world.now, transfer_id=pk, approve=approve, note=note)


def free(*budgets: Budget) -> list[int]:
    for budget in budgets:
        budget.refresh_from_db()
        check_ledger(budget)
    return [budget.free_minor for budget in budgets]


# ---- the tree ----


def test_a_part_takes_its_money_from_above(world: World) -> None:
    photographs = part(world, keeper_id=world.member("joseph").pk)
    assert (photographs.parent, photographs.keeper) == (world.budget, world.member("joseph"))
    assert free(world.budget, photographs) == [1_100_000, 100_000]
    assert world.budget.authorised_minor == 1_100_000
    posted = Posting.objects.filter(entry_id=Entry.objects.get(kind="budget.part_opened").pk)
    assert list(posted.order_by("id").values_list("budget", "source", "target", "amount_minor")) == [
        (world.budget.pk, "free", "authorised", 100_000),
        (photographs.pk, "authorised", "free", 100_000),
    ]


def test_a_part_may_begin_empty_and_three_levels_are_enough(world: World) -> None:
    department = part(world, "Department", 0)
    project = part(world, "Project", 0, department)
    assert refused(part, world, "Below", 0, project) == "too_deep"
    assert refused(part, world, "Too much", 1_200_001) == "not_free"
    assert refused(part, world, "Project", 1) == "name_taken"
    assert refused(part, world, "Kept", 1, keeper_id=world.member("oskar").pk) == "keeper_absent"


def test_money_goes_down_and_back_up(world: World) -> None:
    photographs = part(world)
    assert lives.told(down(world, photographs, 50_000)).kind.name == "budget.given_down"
    assert free(world.budget, photographs) == [1_050_000, 150_000]
    assert lives.told(down(world, photographs, -150_000)).kind.name == "budget.given_back"
    assert free(world.budget, photographs) == [1_200_000, 0]
    assert refused(down, world, photographs, -1) == "not_free"
    assert refused(down, world, photographs, 1_200_001) == "not_free"
    assert refused(down, world, photographs, 0) == "nothing_to_do"
    assert refused(down, world, photographs, 1, "joseph") == "not_allowed"
    assert refused(down, world, world.budget, 1) == "no_part"


def test_nothing_comes_into_a_part_from_outside(world: World) -> None:
    photographs = part(world)
    given: dict[str, Any] = {"actor": world.actor("imke"), "now": world.now, "amount": gbp(1)}
    assert refused(authorise, **given, budget_id=photographs.pk) == "is_a_part"


def test_what_is_kept_beside_the_sums(world: World) -> None:
    given: dict[str, Any] = {
        "actor": world.actor("dunstan"),
        "now": world.now,
        "budget_id": world.budget.pk,
        "rollover": Rollover.FREE,
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
    }
    outcome = change_budget(**given, keeper_id=world.member("joseph").pk)
    world.budget.refresh_from_db()
    assert (world.budget.keeper, world.budget.rollover) == (world.member("joseph"), "free")
    assert lives.told(outcome).says["ends_on"] == date(2026, 12, 31)
    assert refused(change_budget, **given, keeper_id=world.member("oskar").pk) == "keeper_absent"
    backwards = given | {"ends_on": date(2025, 12, 31)}
    assert refused(change_budget, **backwards, keeper_id=None) == "ends_first"


# ---- transfers ----


@pytest.fixture
def shelves(world: World) -> Budget:
    outcome = open_budget(actor=world.actor("imke"), now=world.now, name="Shelves", authorised=gbp(10_000))
    return Budget.objects.get(pk=outcome["id"])


def test_a_transfer_is_asked_for_and_decided_by_another(world: World, shelves: Budget) -> None:
    pk = asked(world, world.budget, shelves, 5_000)
    assert free(world.budget, shelves) == [1_200_000, 10_000]
    outcome = decides(world, pk, note="Fine.")
    assert free(world.budget, shelves) == [1_195_000, 15_000]
    transfer = Transfer.objects.get(pk=pk)
    assert (transfer.state, transfer.decided_by) == (TransferState.DONE, world.member("dunstan"))
    assert lives.told(outcome).says["amount"] == gbp(5_000)
    assert Posting.objects.filter(entry_id=outcome.entry_id).count() == 2
    with pytest.raises(Refused):
        decides(world, pk, "imke")


def test_nobody_decides_on_their_own_wish(world: World, shelves: Budget) -> None:
    pk = asked(world, world.budget, shelves, 5_000, "imke")
    assert refused(decides, world, pk, "imke") == "your_own"
    SeparationException.objects.create(
        organisation=world.organisation, declared_by=world.member("imke"), reason="Alone.", since=world.now
    )
    decides(world, pk, "imke")
    (used,) = lives.read(Entry.objects.filter(kind="exception.used_for_transfer", subject_id=pk))
    assert used.says["amount"] == gbp(5_000) and str(used.says["transfer"]) == str(pk)
    assert (used.says["source"], used.says["target"]) == (world.budget.name, shelves.name)


def test_the_keeper_of_the_source_decides_too(world: World, shelves: Budget) -> None:
    pk = asked(world, world.budget, shelves, 5_000, "roisin")
    assert refused(decides, world, pk, "joseph") == "not_allowed"
    Budget.objects.filter(pk=shelves.pk).update(keeper=world.member("joseph"))
    assert refused(decides, world, pk, "joseph") == "not_allowed"  # that of the target does not
    Budget.objects.filter(pk=world.budget.pk).update(keeper=world.member("joseph"))
    decides(world, pk, "joseph")
    assert free(shelves) == [15_000]


def test_a_no_says_why_and_moves_nothing(world: World, shelves: Budget) -> None:
    pk = asked(world, world.budget, shelves, 5_000)
    assert refused(decides, world, pk, "dunstan", False, " ") == "words_missing"
    outcome = decides(world, pk, "dunstan", False, "Not this year.")
    assert (outcome.kind, Transfer.objects.get(pk=pk).state) == ("transfer.refused", TransferState.REFUSED)
    assert lives.told(outcome).says["note"] == "Not this year."
    assert free(world.budget, shelves) == [1_200_000, 10_000]


def test_only_who_asked_takes_it_back(world: World, shelves: Budget) -> None:
    pk = asked(world, world.budget, shelves, 5_000)
    given: dict[str, Any] = {"now": world.now, "transfer_id": pk}
    assert refused(withdraw_transfer, actor=world.actor("imke"), **given) == "not_yours"
    withdraw_transfer(actor=world.actor("joseph"), **given)
    assert Transfer.objects.get(pk=pk).state == TransferState.WITHDRAWN
    with pytest.raises(Refused):
        decides(world, pk)


def test_what_is_gone_meanwhile_is_not_moved(world: World, shelves: Budget) -> None:
    pk = asked(world, shelves, world.budget, 10_000)
    given: dict[str, Any] = {"actor": world.actor("imke"), "now": world.now}
    authorise(**given, budget_id=shelves.pk, amount=gbp(-1))
    assert refused(decides, world, pk) == "not_free"
    assert Transfer.objects.get(pk=pk).state == TransferState.ASKED


def test_what_cannot_be_asked_for(world: World, shelves: Budget) -> None:
    outcome = open_budget(actor=world.actor("imke"), now=world.now, name="Abroad", authorised=Money(1, "EUR"))
    abroad = Budget.objects.get(pk=outcome["id"])
    assert refused(asked, world, world.budget, abroad, 1) == "wrong_currency"
    assert refused(asked, world, world.budget, shelves, 1, "ada") == "not_allowed"
    foreign = Budget.objects.create(
        organisation=world.foreign, name="Theirs", currency="GBP", opened_at=world.now
    )
    assert refused(asked, world, world.budget, foreign, 1) == "no_budget"
    with pytest.raises(NotFound):
        asked(world, foreign, world.budget, 1)


# ---- running low ----


def lows() -> list[int]:
    told = lives.read(Entry.objects.filter(kind="budget.running_low").order_by("seq"))
    return [line.says["percent"] for line in told]


def test_a_pot_that_runs_low_says_so_once(world: World) -> None:
    photographs = part(world, minor=50_000)
    lives.signed(world).asks(budget=photographs)  # 412.00 of 500.00
    assert lows() == [80]
    down(world, photographs, -8_000)  # 412.00 of 420.00
    assert lows() == [80, 95]
    down(world, photographs, 100_000)
    assert lows() == [80, 95]
    down(world, photographs, -100_000)
    assert lows() == [80, 95, 95]
    (told,) = lives.read(Entry.objects.filter(kind="budget.running_low").order_by("seq"))[:1]
    assert (told.says["name"], told.says["free"]) == ("Photographs", gbp(8_800))


# ---- the next period ----

LAST_DAY = datetime(2026, 12, 31, 9, 0, tzinfo=UTC)


def next_of(world: World, budget: Budget, name: str = "Online shop 2027", **more: Any) -> Outcome:
    given: dict[str, Any] = {
        "now": LAST_DAY, "starts_on": date(2027, 1, 1), "ends_on": date(2027, 12, 31),
    }  # fmt: skip
    return start_next_period(actor=world.actor("dunstan"), budget_id=budget.pk, name=name, **(given | more))


@pytest.mark.parametrize(("rollover", "carried"), [("free", 1_158_800), ("nothing", 0)])
def test_free_money_goes_on_and_promises_stay(world: World, rollover: str, carried: int) -> None:
    life = lives.committed(world)
    Budget.objects.filter(pk=world.budget.pk).update(rollover=rollover, keeper=world.member("joseph"))
    following = Budget.objects.get(pk=next_of(world, world.budget)["id"])
    assert free(world.budget, following) == [1_158_800 - carried, carried]
    assert (following.follows, following.keeper) == (world.budget, world.member("joseph"))
    assert world.budget.closed_at == LAST_DAY and world.budget.committed_minor == 41_200
    life.delivers()
    world.budget.refresh_from_db()
    assert world.budget.owed_minor == 20_600


def test_the_old_pot_takes_nothing_new(world: World) -> None:
    waiting = lives.referred(world)
    next_of(world, world.budget)
    assert refused(waiting.approves, by="imke") == "budget_closed"
    given: dict[str, Any] = {"actor": world.actor("imke"), "now": LAST_DAY, "budget_id": world.budget.pk}
    assert refused(authorise, **given, amount=gbp(1)) == "budget_closed"
    authorise(**given, amount=gbp(-1))
    assert refused(part, world, "Late", 0) == "budget_closed"
    assert refused(next_of, world, world.budget, "Once more") == "followed"


def test_when_the_next_period_may_begin(world: World) -> None:
    assert refused(next_of, world, world.budget, now=world.now) == "still_running"
    assert refused(next_of, world, world.budget, starts_on=date(2026, 12, 31)) == "overlaps"
    assert refused(next_of, world, world.budget, "Online shop 2026") == "name_taken"


def test_the_next_period_of_a_part_belongs_to_that_of_its_pot(world: World) -> None:
    photographs = part(world, ends_on=date(2026, 12, 31))
    following = Budget.objects.get(pk=next_of(world, world.budget)["id"])
    later = Budget.objects.get(pk=next_of(world, photographs, "Photographs 2027")["id"])
    assert (later.parent, later.follows) == (following, photographs)
