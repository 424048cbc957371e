"""Acts on budgets beyond spending from them: parts, transfers, what follows, closed books."""

from __future__ import annotations

from datetime import timedelta

from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.models import Budget, Closing, Member, Transfer
from outtask.spend.actions import (
    ask_transfer,
    change_budget,
    close_books,
    decide_transfer,
    give_down,
    open_part,
    reopen_books,
    start_next_period,
    withdraw_transfer,
)
from outtask.spend.states import Rollover, TransferState
from tests.harness.invariants.house import Row
from tests.harness.machine.acts import Inputs, act
from tests.harness.machine.spending import PAYERS
from tests.harness.machine.stage import Nothing, Stage, actor_of


def _amount(stage: Stage, budget: Row, *minors: int) -> Money:
    return Money(stage.chance.choice(minors), budget.currency)


@act(open_part)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    parent = stage.some(Budget)
    keeper = stage.member(parent.organisation_id)
    return stage.member(parent.organisation_id, *PAYERS), {
        "parent_id": parent.pk,
        "name": f"Part {stage.chance.randint(1, 40)}",
        "amount": _amount(stage, parent, 0, 5_000, 40_000),
        "keeper_id": stage.chance.choice([None, keeper.id]),
        "ends_on": stage.chance.choice([None, stage.day(0, 9)]),
    }


@act(give_down, often=2)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    part = stage.some(Budget, lambda row: row.parent_id is not None)
    amount = _amount(stage, part, 20_000, 90_000, -3_000, -40_000)
    return stage.member(part.organisation_id, *PAYERS), {"budget_id": part.pk, "amount": amount}


@act(change_budget)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    budget = stage.some(Budget)
    keeper = stage.member(budget.organisation_id)
    return stage.member(budget.organisation_id, *PAYERS), {
        "budget_id": budget.pk,
        "keeper_id": stage.chance.choice([None, keeper.id, keeper.id]),
        "rollover": stage.chance.choice(list(Rollover)),
        "starts_on": stage.chance.choice([None, stage.today - timedelta(days=20)]),
        "ends_on": stage.chance.choice([None, stage.day(-2, 4)]),
    }


@act(start_next_period)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    over = stage.today
    budget = stage.some(
        Budget, lambda row: row.ends_on is not None and row.ends_on <= over and row.closed_at is None
    )
    return stage.member(budget.organisation_id, *PAYERS), {
        "budget_id": budget.pk,
        "name": f"{budget.name[:150]} on",
        "starts_on": budget.ends_on + timedelta(days=1),
        "ends_on": None,
    }


@act(ask_transfer, often=2)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    source = stage.some(Budget)
    target = stage.some(
        Budget, lambda row: row.organisation_id == source.organisation_id and row.pk != source.pk
    )
    return stage.member(source.organisation_id, *PAYERS, "manager"), {
        "source_id": source.pk,
        "target_id": target.pk,
        "amount": _amount(stage, source, 1_000, 30_000),
        "reason": stage.words(),
    }


def _asked(stage: Stage) -> Row:
    return stage.some(Transfer, lambda row: row.state == TransferState.ASKED)


@act(decide_transfer, often=2)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    transfer = _asked(stage)
    return stage.member(transfer.organisation_id, *PAYERS), {
        "transfer_id": transfer.pk,
        "approve": stage.chance.random() < 0.7,
        "note": stage.words(),
    }


@act(withdraw_transfer)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    transfer = _asked(stage)
    member = stage.house.get(Member, transfer.asked_by_id)
    if member is None or member.left_at is not None:
        raise Nothing("who asked is gone")
    return actor_of(member), {"transfer_id": transfer.pk}


@act(close_books)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    through = stage.today - timedelta(days=stage.chance.randint(0, 5))
    return stage.member(stage.tenant(), *PAYERS), {"through": through}


@act(reopen_books)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    closing = stage.some(Closing, lambda row: row.reopened_at is None)
    given: Inputs = {"closing_id": closing.pk, "reason": stage.words()}
    return stage.member(closing.organisation_id, *PAYERS), given
