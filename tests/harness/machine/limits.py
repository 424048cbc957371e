"""Acts of limits and absences: who may promise how much, and who decides in whose place."""

from __future__ import annotations

from datetime import timedelta

from outtask.kernel.actor import Actor, clock
from outtask.kernel.money import Money
from outtask.lifecycle.chasing import escalate_request, remind_decider
from outtask.models import Delegation, Limit, Member, PurchaseRequest, SpendRule
from outtask.people.actions import delegate, end_delegation
from outtask.spend.actions import end_limit, end_rule, make_rule, set_limit
from outtask.spend.states import UNDECIDED, Demand, LimitPeriod
from tests.harness.machine.acts import Inputs, act
from tests.harness.machine.stage import Stage, actor_of

APPROVERS = ("owner", "admin", "manager", "finance", "programme_manager")


@act(set_limit)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    organisation = stage.tenant()
    whom = stage.some(Member, lambda row: row.organisation_id == organisation and row.left_at is None)
    return stage.head(organisation), {
        "member_id": whom.pk,
        "period": stage.chance.choice(list(LimitPeriod)),
        # Wide ones more often, or nothing would be promised any more.
        "amount": Money(stage.chance.choice([0, 60_000, 400_000, 900_000]), "GBP"),
        "category": stage.chance.choice(["", "", "72", "79960000-1"]),
    }


@act(end_limit, often=2)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    limit = stage.some(Limit, lambda row: row.ended_at is None)
    return stage.head(limit.organisation_id), {"limit_id": limit.pk}


@act(delegate, often=2)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    giver = stage.member(stage.tenant(), *APPROVERS)
    taker = stage.some(
        Member, lambda row: row.organisation_id == giver.organisation_id and row.pk != giver.id
    )
    starts_on = stage.day(-3, 3)
    given: Inputs = {
        "giver_id": giver.id,
        "taker_id": taker.pk,
        "starts_on": starts_on,
        "ends_on": starts_on + timedelta(days=stage.chance.randint(0, 9)),
        "up_to_minor": stage.chance.choice([None, None, 50_000]),
        "reason": stage.words(),
    }
    return giver if stage.chance.random() < 0.8 else stage.head(giver.organisation_id), given


@act(remind_decider, often=2)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    request = stage.some(PurchaseRequest, lambda row: row.state in UNDECIDED)
    return clock(request.organisation_id), {"request_id": request.pk}


@act(escalate_request, often=2)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    request = stage.some(
        PurchaseRequest,
        lambda row: row.state in UNDECIDED and row.decide_by is not None and row.decide_by <= stage.now,
    )
    return clock(request.organisation_id), {"request_id": request.pk}


@act(make_rule)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    return stage.head(stage.tenant()), {
        "name": f"Rule {stage.chance.randint(1, 9)}",
        "demand": stage.chance.choice(list(Demand)),
        "amount_from": stage.chance.choice([None, Money(30_000, "GBP"), Money(60_000, "GBP")]),
        "category": stage.chance.choice(["", "72"]),
        "new_provider": stage.chance.random() < 0.3,
    }


@act(end_rule, often=2)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    rule = stage.some(SpendRule, lambda row: row.ended_at is None)
    return stage.head(rule.organisation_id), {"rule_id": rule.pk}


@act(end_delegation)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    row = stage.some(Delegation, lambda row: row.ended_at is None)
    giver = stage.house.get(Member, row.giver_id)
    assert giver is not None, "held by a foreign key"
    actor = actor_of(giver) if stage.chance.random() < 0.7 else stage.head(row.organisation_id)
    return actor, {"delegation_id": row.pk}
