"""A statement of work changed after the money was asked for: decisions are void, the money comes back."""

from __future__ import annotations

from typing import Any

import pytest

from outtask.agree.queries import LIVE_REQUEST
from outtask.agree.tests import steps as agreeing
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.lifecycle.revising import revise_after_signing
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import HALF, STAGES, WHOLE, Life
from outtask.models import Approval, Budget, Commitment, Milestone, PurchaseRequest
from outtask.spend.states import LIVE
from tests.world import World


def revise(life: Life, by: str = "imke", version: int = 1, **more: Any) -> Any:
    given: dict[str, Any] = {
        "terms": lives.plain_terms(HALF, 2 * HALF),
        "change_note": "More of part two",
    } | more
    return revise_after_signing(
        actor=life.actor(by), now=life.world.now, agreement_id=life.agreement.pk, version=version, **given
    )


def test_the_agree_room_means_the_same_by_a_live_request() -> None:
    assert set(LIVE_REQUEST) == set(LIVE)


@pytest.mark.parametrize("stage", ["referred", "asked", "committed", "handed_in", "sent_back"])
def test_what_was_asked_or_approved_is_void(world: World, stage: str) -> None:
    life = STAGES[stage](world)
    before = Budget.objects.get(pk=world.budget.pk).committed_minor
    outcome = revise(life)
    assert (life.request.state, life.request.decider) == ("void", None)
    assert not Approval.objects.filter(voided_at__isnull=True).exists()
    assert set(Milestone.objects.values_list("state", flat=True)) <= {"cancelled"}
    assert (life.agreement.state, life.agreement.version) == ("draft", 2)
    assert life.outtask.next_step == "sign_agreement"
    assert Budget.objects.get(pk=world.budget.pk).committed_minor == 0
    lives.check_ledger(world.budget)
    told = lives.told(outcome)
    assert told.kind.name == "agreement.revised_after_signing"
    assert (told.says["released"], told.says["version"]) == (Money(before, "GBP"), 2)
    assert told.says["note"] == "More of part two"


def test_an_approved_request_edited_above_the_limit_has_to_be_asked_for_again(world: World) -> None:
    """The trap: small when it was approved, large when it is spent."""
    life = lives.referred(world)
    life.approves()
    revise(life, terms=lives.plain_terms(160_000))
    agreeing.client_signs(world, life.agreement)
    agreeing.provider_signs(world, life.agreement)
    outcome = life.asks(by="roisin")
    assert outcome["committed"] is False
    assert life.request.decider == world.member("imke")
    assert Budget.objects.get(pk=world.budget.pk).committed_minor == 0
    assert PurchaseRequest.objects.count() == 2


def test_the_new_round_commits_the_new_amount_alone(world: World) -> None:
    life = lives.committed(world)
    old_link = life.deliver_link
    revise(life)
    old_link.refresh_from_db()
    assert old_link.revoked_at == world.now
    agreeing.client_signs(world, life.agreement)
    agreeing.provider_signs(world, life.agreement)
    life.asks()
    assert Budget.objects.get(pk=world.budget.pk).committed_minor == 3 * HALF
    assert Commitment.objects.count() == 2
    life.delivers(1)
    assert Budget.objects.get(pk=world.budget.pk).owed_minor == HALF
    lives.check_ledger(world.budget)


@pytest.mark.parametrize(
    ("stage", "code"),
    [("signed", "nothing_to_void"), ("rejected", "nothing_to_void"), ("part_accepted", "accepted_already"),
     ("invoiced", "accepted_already")],
)  # fmt: skip
def test_when_it_is_not_for_this_act(world: World, stage: str, code: str) -> None:
    life = STAGES[stage](world)
    committed = Budget.objects.get(pk=world.budget.pk).committed_minor
    with pytest.raises(Refused) as refused:
        revise(life)
    assert refused.value.refusal.code == code
    assert (life.agreement.version, Budget.objects.get(pk=world.budget.pk).committed_minor) == (1, committed)


def test_somebody_elses_newer_version_is_not_overwritten(world: World) -> None:
    life = lives.committed(world)
    with pytest.raises(Refused) as refused:
        revise(life, version=2)
    assert refused.value.refusal.code == "changed_meanwhile"


def test_terms_that_are_wrong_leave_everything_as_it_was(world: World) -> None:
    life = lives.committed(world)
    with pytest.raises(Refused):
        revise(life, terms=lives.plain_terms(0))
    with pytest.raises(Refused) as refused:
        revise(life, terms=lives.plain_terms())
    assert refused.value.refusal.code == "nothing_changed"
    assert (life.request.state, life.agreement.state) == ("committed", "in_force")
    assert Budget.objects.get(pk=world.budget.pk).committed_minor == WHOLE


@pytest.mark.parametrize("who", ["roisin", "dunstan", "ada"])
def test_who_may_not(world: World, who: str) -> None:
    life = lives.owned_by(world, lives.committed(world), "roisin")
    with pytest.raises(Refused) as refused:
        revise(life, by=who)
    assert refused.value.refusal.code == "not_allowed"
