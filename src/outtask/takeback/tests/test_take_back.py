"""Taking back from every stage: what stops, what stays owed, what comes free; and the preview said so."""

from __future__ import annotations

from typing import Any

import pytest

from outtask.journal.recording import NotFound
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import HALF, STAGES, WHOLE, Life
from outtask.models import (
    Agreement,
    Award,
    Budget,
    Commitment,
    Entry,
    Handover,
    Invitation,
    Link,
    Milestone,
    OutTask,
    PurchaseRequest,
)
from outtask.outtasks.states import Ending, Holder, Stage
from outtask.spend.states import UNDECIDED
from outtask.takeback import queries
from outtask.takeback.actions import take_back
from outtask.takeback.states import Successor
from tests.world import World

# stage: (milestones that stop, accepted, of it paid, released), in parts of £206.00
FIGURES = {
    "draft_brief": None,
    "sent": None,
    "proposed": None,
    "awarded": None,
    "drafted": None,
    "offered": None,
    "signed": None,
    "referred": None,
    "asked": None,
    "rejected": None,
    "committed": (2, 0, 0, 2),
    "handed_in": (2, 0, 0, 2),
    "sent_back": (2, 0, 0, 2),
    "part_accepted": (1, 1, 0, 1),
    "accepted": (0, 2, 0, 0),
    "invoiced": (1, 1, 0, 1),
    "part_paid": (1, 1, 1, 1),
    "done": (0, 2, 2, 0),
}


def back(life: Life, by: str = "imke", successor: str = Successor.OURSELVES, **more: Any) -> Handover:
    outcome = take_back(
        actor=life.actor(by), now=life.world.now, outtask_id=life.outtask_id, successor=successor, **more
    )
    return Handover.objects.get(pk=outcome["handover"])


def pounds(parts: int) -> Money:
    return Money(parts * HALF, "GBP")


def test_every_stage_is_told_of() -> None:
    assert set(FIGURES) == set(STAGES)


@pytest.mark.parametrize("stage", STAGES)
def test_from_every_stage(world: World, stage: str) -> None:
    life = STAGES[stage](world)
    stood = life.outtask
    figures = FIGURES[stage]
    before = queries.preview(life.actor("imke"), stood)
    entries = Entry.objects.filter(kind="outtask.taken_back").count()
    handover = back(life, reason="We do it ourselves.")

    # One entry, and it says what the preview said.
    assert Entry.objects.filter(kind="outtask.taken_back").count() == entries + 1
    says = lives.read(Entry.objects.filter(kind="outtask.taken_back"))[0].says
    assert (says["settled"], says["released"]) == (before.settled, before.released)
    assert says["links_closed"] == before.links
    assert says["open_items"] == len(before.open_items) == len(handover.open_items)
    assert (says["reason"], says["successor"]) == ("We do it ourselves.", "ourselves")

    # The figures are those of the table.
    if figures is None:
        assert (before.settled, before.released, before.unpaid) == (None, None, None)
        assert (handover.currency, handover.settled_minor, handover.released_minor) == ("", 0, 0)
    else:
        stops, accepted, paid, released = figures
        assert len(before.open_items) == stops
        assert (before.settled, before.released) == (pounds(accepted), pounds(released))
        assert before.unpaid == pounds(accepted - paid)
        assert (handover.settled_minor, handover.released_minor) == (accepted * HALF, released * HALF)

    # Nothing runs any more.
    assert not Link.objects.filter(outtask=stood, revoked_at__isnull=True).exists()
    assert not PurchaseRequest.objects.filter(outtask=stood, state__in=UNDECIDED).exists()
    assert not Agreement.objects.filter(outtask=stood).exclude(state="ended").exists()
    assert not Award.objects.filter(outtask=stood, ended_at__isnull=True).exists()
    assert not Invitation.objects.filter(brief__outtask=stood, state__in=["sent"]).exists()
    assert set(Milestone.objects.values_list("state", flat=True)) <= {"accepted", "cancelled"}
    assert life.brief.state == "closed"

    # Where it stands, and where it stood.
    now = life.outtask
    assert (now.stage, now.ending, now.holder) == (Stage.TAKE_BACK, Ending.TAKEN_BACK, Holder.NOBODY)
    assert (now.provider, now.closed_at) == (None, world.now)
    assert (handover.from_stage, handover.provider) == (stood.stage, stood.provider)

    # The money adds up.
    lives.check_ledger(world.budget)
    budget = Budget.objects.get(pk=world.budget.pk)
    _, accepted, paid, _ = figures or (0, 0, 0, 0)
    assert budget.committed_minor == 0
    assert (budget.owed_minor, budget.paid_minor) == ((accepted - paid) * HALF, paid * HALF)


def test_whoever_was_chosen_is_told_of_the_end_of_the_work_and_of_nothing_else(world: World) -> None:
    life = lives.committed(world)
    back(life)
    told = lives.kinds(life)
    assert "outtask.taken_back" in told and told[-1] == "award.ended"
    chosen = Invitation.objects.get(brief=life.brief, provider=world.marek)
    assert chosen.state == "withdrawn"
    assert not Entry.objects.filter(kind="invitation.ended", subject_id=chosen.pk).exists()


def test_taken_back_before_a_choice_ends_what_was_asked(world: World) -> None:
    life = lives.proposed(world)
    back(life)
    assert "award.ended" not in lives.kinds(life)
    assert "invitation.ended" in lives.kinds(life)


@pytest.mark.parametrize("stage", ["part_accepted", "accepted", "invoiced"])
def test_what_was_accepted_can_still_be_invoiced_and_paid(world: World, stage: str) -> None:
    life = STAGES[stage](world)
    back(life)
    orders = (1, 2) if stage == "accepted" else (1,)
    if stage != "invoiced":
        life.invoices(*orders)
    life.pays()
    budget = Budget.objects.get(pk=world.budget.pk)
    assert (budget.committed_minor, budget.owed_minor, budget.paid_minor) == (0, 0, len(orders) * HALF)
    lives.check_ledger(world.budget)
    assert life.outtask.ending == Ending.TAKEN_BACK


def test_a_commitment_made_void_before_is_not_mistaken_for_the_one_that_stands(world: World) -> None:
    from outtask.agree.tests import steps as agreeing
    from outtask.lifecycle.revising import revise_after_signing

    life = lives.committed(world)
    revise_after_signing(
        actor=life.actor("imke"),
        now=world.now,
        agreement_id=life.agreement.pk,
        version=1,
        terms=lives.plain_terms(HALF, 2 * HALF),
        change_note="More of the second part",
    )
    agreeing.client_signs(world, life.agreement)
    agreeing.provider_signs(world, life.agreement)
    life.asks()
    assert Commitment.objects.count() == 2
    assert queries.preview(life.actor("imke"), life.outtask).released == pounds(3)
    assert back(life).released_minor == 3 * HALF
    assert Budget.objects.get(pk=world.budget.pk).free_minor == 1_200_000


def test_twice_is_refused_and_changes_nothing(world: World) -> None:
    life = lives.committed(world)
    back(life)
    entries = Entry.objects.count()
    with pytest.raises(Refused) as refused:
        back(life)
    assert refused.value.refusal.code == "taken_back_already"
    assert (Handover.objects.count(), Entry.objects.count()) == (1, entries)


def test_the_same_key_takes_back_once(world: World) -> None:
    life = lives.committed(world)
    first = back(life, key="k1")
    assert back(life, key="k1") == first
    with pytest.raises(Refused) as refused:
        back(life, key="k1", reason="Something else")
    assert refused.value.refusal.code == "key_used_otherwise"


@pytest.mark.parametrize(
    ("who", "may"),
    [("imke", True), ("joseph", True), ("nadia", True), ("dunstan", False), ("ada", False)],
)
def test_who_may(world: World, who: str, may: bool) -> None:
    life = lives.committed(world)
    if may:
        assert back(life, by=who).taken_back_by == world.member(who)
        return
    with pytest.raises(Refused) as refused:
        back(life, by=who)
    assert refused.value.refusal.code == "not_allowed"
    assert not Handover.objects.exists()
    assert Budget.objects.get(pk=world.budget.pk).committed_minor == WHOLE


def test_a_requester_takes_back_only_their_own(world: World) -> None:
    life = lives.committed(world)
    with pytest.raises(NotFound):
        back(life, by="roisin")
    assert back(lives.owned_by(world, life, "roisin"), by="roisin").pk


def test_strangers_and_guests_cannot(world: World) -> None:
    life = lives.committed(world)
    with pytest.raises(NotFound):
        back(life, by="oskar")
    with pytest.raises(Refused):
        take_back(
            actor=life.deliver_link.actor,
            now=world.now,
            outtask_id=life.outtask_id,
            successor=Successor.NOBODY,
        )


@pytest.mark.parametrize(
    ("successor", "reason", "code"),
    [
        ("somebody", "", "successor_missing"),
        ("", "", "successor_missing"),
        ("nobody", "x" * 2_001, "reason_long"),
    ],
)
def test_what_is_given_is_checked(world: World, successor: str, reason: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        back(lives.committed(world), successor=successor, reason=reason)
    assert [refusal.code for refusal in refused.value.refusals] == [code]


def test_with_another_to_follow_it_waits_for_the_client(world: World) -> None:
    life = lives.committed(world)
    back(life, successor=Successor.ANOTHER)
    assert (life.outtask.holder, life.outtask.next_step) == (Holder.CLIENT, "hand_on")


def test_an_out_task_without_brief_and_agreement_is_taken_back_too(world: World) -> None:
    outtask = OutTask.objects.create(
        organisation=world.organisation,
        reference="OT-26-000999-X",
        tracking_code="published-elsewhere",
        title="As published",
        owner=world.member("imke"),
        opened_at=world.now,
    )
    life = Life(world, outtask.pk)
    assert back(life).open_items == []
