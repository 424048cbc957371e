"""Handing on: the brief is open again, the next provider reads the pack, and a whole second round follows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from outtask.kernel.refusal import Refused
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import HALF, WHOLE, Life
from outtask.models import Budget, Handover, Link
from outtask.outtasks.states import Ending, Stage
from outtask.people.links import token_for
from outtask.source.actions import award_proposal
from outtask.source.tests import steps as sourcing
from outtask.takeback import packing
from outtask.takeback.actions import hand_on
from outtask.takeback.tests.test_take_back import back
from tests.world import World

NEXT_DAY = date(2027, 1, 15)


def made(life: Life, **more: Any) -> Handover:
    handover = back(life, successor="another", **more)
    packing.pack(life.world.organisation.pk, handover.pk, life.world.now)
    handover.refresh_from_db()
    return handover


def hands_on(life: Life, by: str = "imke", by_when: date = NEXT_DAY, **more: Any) -> Any:
    handover = Handover.objects.filter(outtask_id=life.outtask_id).order_by("-id")[0]
    return hand_on(actor=life.actor(by), now=life.world.now, handover_id=handover.pk, by_when=by_when, **more)


@pytest.fixture
def life(world: World) -> Life:
    """Half of it accepted, then taken back; the pack is there."""
    life = lives.part_accepted(world)
    made(life)
    return life


def test_the_brief_is_a_draft_again(life: Life) -> None:
    version = life.brief.version
    outcome = hands_on(life)
    brief, outtask = life.brief, life.outtask
    assert (brief.state, brief.by_when, brief.version) == ("draft", NEXT_DAY, version + 1)
    assert brief.handover == Handover.objects.get()
    assert (outtask.stage, outtask.ending, outtask.next_step) == (Stage.SOURCE, Ending.OPEN, "send_brief")
    assert outtask.closed_at is None
    assert lives.told(outcome).says["by_when"] == NEXT_DAY
    assert lives.kinds(life)[-1] == "outtask.handed_on"


def test_a_second_round_is_awarded_agreed_committed_and_paid(life: Life) -> None:
    world = life.world
    hands_on(life)
    sourcing.send(world, life.brief, world.kestrel)
    proposal = sourcing.offered(world, life.brief, world.kestrel)
    award_proposal(
        actor=world.actor("imke"), now=world.now, proposal_id=proposal.pk, reasons=sourcing.REASONS
    )
    assert life.outtask.provider == world.kestrel
    assert life.outtask.next_step == "write_agreement"
    life.drafts()
    life.signs()
    outcome = life.asks()
    assert outcome["committed"], "what the first round released counts no more towards Joseph's limit"
    assert life.agreement.provider == world.kestrel
    budget = Budget.objects.get(pk=world.budget.pk)
    assert (budget.committed_minor, budget.owed_minor) == (WHOLE, HALF)
    life.delivers(1)
    life.delivers(2)
    life.invoices(1, 2, number="K-1")
    life.pays()
    lives.check_ledger(world.budget)
    assert (life.outtask.stage, life.outtask.ending) == (Stage.MEASURE, Ending.DONE)


def test_the_next_provider_reads_the_pack_by_their_link(life: Life) -> None:
    hands_on(life)
    sourcing.send(life.world, life.brief, life.world.kestrel)
    link = Link.objects.get(provider=life.world.kestrel, revoked_at__isnull=True)
    page = Client().get(f"/l/{token_for(link.pk)}")
    assert page.status_code == 200
    assert "pack" in page.content.decode().lower()


def test_it_can_be_taken_back_again(life: Life) -> None:
    hands_on(life)
    second = back(life)
    assert second.from_stage == Stage.SOURCE
    assert (second.provider, second.currency) == (None, "")
    assert life.outtask.ending == Ending.TAKEN_BACK


def test_once_for_each_taking_back(life: Life) -> None:
    first = hands_on(life, key="k1")
    assert hands_on(life, key="k1").repeated and not first.repeated
    with pytest.raises(Refused) as refused:
        hands_on(life)
    assert refused.value.refusal.code == "handed_on_already"


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2026, 11, 23)])
def test_the_day_is_still_to_come(life: Life, day: date) -> None:
    with pytest.raises(Refused) as refused:
        hands_on(life, by_when=day)
    assert (refused.value.refusal.code, refused.value.refusal.field) == ("day_past", "by_when")
    assert life.brief.state == "closed"


@pytest.mark.parametrize(("state", "code"), [("started", "not_packed"), ("failed", "pack_failed")])
def test_the_pack_comes_first(life: Life, state: str, code: str) -> None:
    Handover.objects.update(state=state)
    with pytest.raises(Refused) as refused:
        hands_on(life)
    assert refused.value.refusal.code == code


@pytest.mark.parametrize(("who", "may"), [("joseph", True), ("dunstan", False), ("ada", False)])
def test_who_may(life: Life, who: str, may: bool) -> None:
    if may:
        assert hands_on(life, by=who)["reference"] == life.outtask.reference
        return
    with pytest.raises(Refused) as refused:
        hands_on(life, by=who)
    assert refused.value.refusal.code == "not_allowed"
