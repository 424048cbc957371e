"""Acts about what is held, what is looked for, and where providers are paid."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from outtask.kernel.actor import Actor
from outtask.lifecycle.accounts import note_bank_account
from outtask.models import Hold, Provider, Tuning
from outtask.watch.actions import dispose_hold, tune_watch
from outtask.watch.states import Disposition
from outtask.watch.tuning_rules import USUAL
from tests.harness.machine.acts import Inputs, act
from tests.harness.machine.stage import Stage

ACCOUNTS = ("GB82WEST12345698765432", "NL91 ABNA 0417 1643 00", "DE89 3704 0044 0532 0130 00", "GB00 NO 1")
"""Few, so that providers come to share one; the last is none."""


@act(note_bank_account)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    provider = stage.some(Provider)
    given = {"provider_id": provider.pk, "account": stage.chance.choice(ACCOUNTS)}
    return stage.member(provider.organisation_id, "owner", "admin", "manager"), given


@act(dispose_hold, often=20, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    hold = stage.some(Hold, lambda row: row.disposition == "" or stage.chance.random() < 0.05)
    given = {"hold_id": hold.pk, "disposition": stage.chance.choice(list(Disposition)), "note": stage.words()}
    return stage.member(hold.organisation_id, "owner", "admin", "finance"), given


@act(tune_watch)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    organisation, chance = stage.tenant(), stage.chance
    terms = replace(
        USUAL,
        split_days=chance.choice([1, 7, 60]),
        alike_split_days=chance.choice([30, 60, 366]),
        new_days=chance.choice([0, 1, 7]),
        just_below=chance.choice([Decimal("0.5"), Decimal(5), Decimal(50)]),
        over=chance.choice([Decimal(0), Decimal("2.5"), Decimal("2.55")]),
    )
    times = len(stage.house.of(Tuning, organisation_id=organisation))
    given: Inputs = {"terms": terms, "version": times, "reason": stage.words()}
    return stage.head(organisation), given | {"proven": chance.random() < 0.5}
