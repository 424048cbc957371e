"""Acts of buying without a negotiated agreement: placing, changing, naming, receiving, returning, closing."""

from __future__ import annotations

from decimal import Decimal

from outtask.agree.orders import Line
from outtask.agree.states import AgreementState, Form
from outtask.deliver.actions import close_order, receive_line, return_line
from outtask.deliver.states import MilestoneState
from outtask.kernel.actor import Actor, clock
from outtask.kernel.money import Money
from outtask.lifecycle.naming import name_provider
from outtask.lifecycle.ordering import change_order, request_purchase
from outtask.lifecycle.repeating import Every, Plan
from outtask.lifecycle.repeats import end_repeat, place_repeat, skip_repeat
from outtask.models import Agreement, Budget, Member, Milestone, Provider, PurchaseRequest, Repeat
from outtask.spend.states import LIVE, UNDECIDED
from tests.harness.invariants.house import Row
from tests.harness.machine.acts import Inputs, act
from tests.harness.machine.stage import Stage, actor_of

ASKERS = ("manager", "requester", "programme_manager", "owner")
RECEIVERS = ("admin", "broker", "requester", "programme_manager")


def _lines(stage: Stage, currency: str = "GBP") -> tuple[Line, ...]:
    chance = stage.chance
    return tuple(
        Line(
            f"Thing {chance.randint(1, 30)}",
            chance.choice([1, 3, 7]),
            chance.choice(["", "pieces"]),
            Money(chance.choice([1, 333, 4_999, 30_000]), currency),
            chance.choice([Decimal(0), Decimal(20), Decimal("7.125")]),
        )
        for _ in range(chance.choice([1, 1, 2]))
    )


def _provider(stage: Stage, organisation_id: object) -> object:
    found = stage.some(Provider, lambda row: row.organisation_id == organisation_id)
    return stage.chance.choice([None, found.pk, found.pk, found.pk])


@act(request_purchase, often=6, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    budget = stage.some(Budget)
    plan = Plan(stage.chance.choice(list(Every)), None, stage.chance.choice([None, 1, 3]))
    return stage.member(budget.organisation_id, *ASKERS), {
        "title": stage.chance.choice(["", f"Bought {stage.chance.randint(1, 50)}"]),
        "lines": _lines(stage, stage.chance.choice(["GBP", "GBP", "GBP", "EUR"])),
        "budget_id": budget.pk,
        "provider_id": _provider(stage, budget.organisation_id),
        "needed_by": stage.chance.choice([None, stage.day(1, 40)]),
        "reason": stage.words(),
        "category": stage.chance.choice(["", "39"]),
        "files": tuple(stage.chance.sample(stage.files, stage.chance.choice([0, 0, 1]))),
        "repeat": stage.chance.choice([None, None, plan]),
    }


def _ordered(stage: Stage, *states: str) -> Row:
    orders = {row.pk for row in stage.house.of(Agreement, form=Form.ORDER)}
    return stage.some(PurchaseRequest, lambda row: row.agreement_id in orders and row.state in states)


def _asker(stage: Stage, request: Row) -> Actor:
    member = stage.house.get(Member, request.requested_by_id)
    assert member is not None, "held by a foreign key"
    return actor_of(member)


@act(change_order, often=2)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    request = _ordered(stage, *UNDECIDED)
    return _asker(stage, request), {
        "request_id": request.pk,
        "version": request.version,
        "lines": _lines(stage, request.currency),
        "provider_id": _provider(stage, request.organisation_id),
        "note": stage.words(),
    }


@act(name_provider, often=2, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    open_ones = {row.pk for row in stage.house.of(Agreement, form=Form.ORDER) if row.provider_id is None}
    request = stage.some(PurchaseRequest, lambda row: row.agreement_id in open_ones and row.state in LIVE)
    provider = stage.some(Provider, lambda row: row.organisation_id == request.organisation_id)
    given = {"request_id": request.pk, "version": request.version, "provider_id": provider.pk}
    return _asker(stage, request), given


@act(receive_line, often=8, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    waits = {MilestoneState.OPEN, MilestoneState.CHANGES_REQUESTED}
    milestone = stage.some(Milestone, lambda row: row.order_line is not None and row.state in waits)
    return stage.member(milestone.organisation_id, *RECEIVERS), {
        "milestone_id": milestone.pk,
        "quantity": stage.chance.randint(1, milestone.quantity),
        "note": stage.chance.choice(["", stage.words()]),
    }


@act(return_line, often=2)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    came = MilestoneState.ACCEPTED
    milestone = stage.some(Milestone, lambda row: row.order_line is not None and row.state == came)
    return stage.lead(milestone.organisation_id), {
        "milestone_id": milestone.pk,
        "wanted": stage.chance.random() < 0.5,
        "reasons": stage.words(),
        "quantity": stage.chance.choice([None, stage.chance.randint(1, milestone.quantity)]),
    }


@act(close_order)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    agreement = stage.some(
        Agreement, lambda row: row.form == Form.ORDER and row.state == AgreementState.IN_FORCE
    )
    given = {"agreement_id": agreement.pk, "reasons": stage.words()}
    return stage.member(agreement.organisation_id, *ASKERS), given


def _due(stage: Stage) -> Row:
    return stage.some(Repeat, lambda row: row.next_on is not None and row.next_on <= stage.today)


@act(place_repeat, often=4, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    repeat = _due(stage)
    return clock(repeat.organisation_id), {"repeat_id": repeat.pk}


@act(skip_repeat)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    repeat = _due(stage)
    return clock(repeat.organisation_id), {"repeat_id": repeat.pk, "reason": stage.words()}


@act(end_repeat)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    repeat = stage.some(Repeat, lambda row: row.next_on is not None)
    return stage.head(repeat.organisation_id), {"repeat_id": repeat.pk}
