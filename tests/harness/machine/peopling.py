"""Acts on many people at once."""

from __future__ import annotations

from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.models import Member
from outtask.people.states import Role
from outtask.spend.actions import change_members, import_people
from outtask.spend.people_table import NOTHING, Row
from outtask.spend.states import LimitPeriod
from tests.harness.machine.acts import Inputs, act
from tests.harness.machine.stage import Stage


@act(change_members)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    organisation = stage.tenant()
    here = stage.house.of(Member, organisation_id=organisation, left_at=None)
    chosen = stage.chance.sample(here, min(len(here), 2))
    limits = [((LimitPeriod.MONTH, ""), stage.chance.choice([Money(900_000, "GBP"), NOTHING]))]
    return stage.head(organisation), {
        "member_ids": [row.pk for row in chosen],
        # Wide ones, or nothing would be promised any more.
        "limit": stage.chance.choice([None, Money(150_000, "GBP")]),
        "reports_to_id": stage.chance.choice([None, stage.chance.choice(here).pk]),
        "limits": limits if stage.chance.random() < 0.3 else [],
    }


@act(import_people)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    number = stage.chance.randint(1, 20)
    role = stage.chance.choice([Role.MANAGER, Role.REQUESTER, Role.FINANCE])
    limits = (((LimitPeriod.YEAR, "72"), Money(400_000, "GBP")),)
    rows = [
        Row(2, f"newcomer{number}@harbour.example", role=role, limit=Money(90_000, "GBP"), limits=limits),
        Row(3, "roisin@harbour.example", limit=Money(stage.chance.choice([20_000, 30_000]), "GBP")),
    ]
    return stage.head(stage.tenant()), {"rows": rows, "name": "people.csv", "sha256": "0" * 64}
