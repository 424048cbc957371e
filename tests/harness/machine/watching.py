"""Acts about what is held, and where providers are paid."""

from __future__ import annotations

from outtask.kernel.actor import Actor
from outtask.lifecycle.accounts import note_bank_account
from outtask.models import Hold, Provider
from outtask.watch.actions import dispose_hold
from outtask.watch.states import Disposition
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
