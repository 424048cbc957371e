"""Approving a request: what a yes sets going, whose yes counts, and on which version."""

from __future__ import annotations

from datetime import timedelta

import pytest

from outtask.journal.recording import NotFound
from outtask.lifecycle.editing import edit_request
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import WHOLE
from outtask.lifecycle.tests.test_spending import limit, nothing_promised, refused
from outtask.models import (
    Approval,
    Budget,
    Commitment,
    Entry,
    Link,
    Member,
    Milestone,
    SeparationException,
)
from outtask.people.states import Role
from tests.world import World


def test_a_yes_commits(world: World) -> None:
    life = lives.referred(world)
    outcome = life.approves(note="Go on.", by_link=True)
    assert outcome["committed"] is True
    assert (life.request.state, life.request.decider, life.request.decide_by) == ("committed", None, None)
    decision = Approval.objects.get()
    assert (decision.decision, decision.note, decision.by_link) == ("approve", "Go on.", True)
    assert (decision.decided_by, decision.limit_minor, decision.version) == (
        world.member("joseph"),
        150_000,
        1,
    )
    assert life.agreement.state == "in_force" and Milestone.objects.count() == 2
    told = lives.told(outcome)
    assert (told.kind.name, told.says["note"], told.says["version"]) == ("request.approved", "Go on.", 1)
    assert life.decide_link.spent_at == world.now
    lives.check_ledger(world.budget)


@pytest.mark.parametrize(("minor", "commits"), [(WHOLE, True), (WHOLE - 1, False)])
def test_a_limit_lowered_between_asking_and_approving_refers_it_further_up(
    world: World, minor: int, commits: bool
) -> None:
    life = lives.referred(world)
    limit(world, "joseph", minor)
    outcome = life.approves()
    assert outcome["committed"] is commits
    if commits:
        return
    assert (life.request.state, life.request.decider) == ("referred", world.member("imke"))
    assert nothing_promised(world) and not Approval.objects.exists()
    told = lives.told(outcome)
    assert (told.kind.name, told.says["decider"]) == ("request.referred_on", world.member("imke").pk)
    links = Link.objects.filter(purpose="decide").order_by("id")
    assert [link.email for link in links] == ["joseph@harbour.example", "imke@harbour.example"]
    assert [link.spent_at is None for link in links] == [False, True]
    with refused("not_the_decider"):
        life.approves()
    assert life.approves(by="imke")["committed"]


def test_referring_on_never_ends_at_whoever_asked(world: World) -> None:
    """Roisin became the owner meanwhile: her own request still goes to somebody else."""
    life = lives.referred(world)
    limit(world, "joseph", 0)
    Member.objects.filter(pk=world.member("roisin").pk).update(
        role=Role.OWNER, joined_at=world.now - timedelta(99)
    )
    life.approves()
    assert life.request.decider == world.member("imke")


def test_a_question_may_stay_open_when_the_answer_is_yes(world: World) -> None:
    life = lives.asked(world)
    assert life.approves()["committed"]


def test_an_owner_may_decide_instead(world: World) -> None:
    assert lives.referred(world).approves(by="imke")["committed"]


@pytest.mark.parametrize("who", ["dunstan", "nadia"])
def test_others_may_not(world: World, who: str) -> None:
    life = lives.referred(world)
    limit(world, who, 10**9)
    with refused("not_the_decider"):
        life.approves(by=who)


@pytest.mark.parametrize(("who", "code"), [("ada", "not_allowed"), ("roisin", "not_allowed")])
def test_roles_that_do_not_approve(world: World, who: str, code: str) -> None:
    with refused(code):
        lives.referred(world).approves(by=who)


def test_strangers_find_nothing_to_approve(world: World) -> None:
    with pytest.raises(NotFound):
        lives.referred(world).approves(by="oskar")


def test_of_two_who_decide_at_once_the_second_is_told(world: World) -> None:
    life = lives.referred(world)
    life.approves(by="imke")
    entries = Entry.objects.count()
    with refused("already_decided"):
        life.approves(by="joseph", version=1)
    assert Entry.objects.count() == entries and Commitment.objects.count() == 1


def test_a_version_that_was_not_seen_is_not_approved(world: World) -> None:
    life = lives.referred(world)
    edit_request(
        actor=world.actor("roisin"),
        now=world.now,
        request_id=life.request.pk,
        version=1,
        budget_id=world.budget.pk,
        reason="Better reasons.",
    )
    with refused("stale_version"):
        life.approves(version=1)
    assert nothing_promised(world)
    assert life.approves(version=2)["committed"]


def test_a_budget_emptied_meanwhile_refuses_and_the_request_still_waits(world: World) -> None:
    life = lives.referred(world)
    Budget.objects.filter(pk=world.budget.pk).update(authorised_minor=WHOLE - 1)
    with refused("budget_too_small"):
        life.approves()
    assert (life.request.state, Approval.objects.count()) == ("referred", 0)


def test_the_same_key_approves_once(world: World) -> None:
    life = lives.referred(world)
    first = life.approves(key="k1")
    again = life.approves(key="k1")
    assert again.repeated and (again.entry_id, again.values) == (first.entry_id, first.values)
    assert Commitment.objects.count() == 1


# ---- separation of duties ----


def declared(world: World) -> None:
    SeparationException.objects.create(
        organisation=world.organisation,
        declared_by=world.member("imke"),
        reason="Two of us.",
        since=world.now,
    )


def test_nobody_approves_what_they_asked_for(world: World) -> None:
    life = lives.referred(world)
    Member.objects.filter(pk=world.member("roisin").pk).update(role=Role.OWNER)
    world.members["roisin"].refresh_from_db()
    with refused("separate_duties"):
        life.approves(by="roisin")
    assert nothing_promised(world)


def test_by_a_declared_exception_they_may_and_it_is_marked(world: World) -> None:
    life = lives.referred(world)
    declared(world)
    Member.objects.filter(pk=world.member("roisin").pk).update(role=Role.OWNER)
    world.members["roisin"].refresh_from_db()
    assert life.approves(by="roisin")["committed"]
    mark = lives.read(Entry.objects.filter(kind="exception.used"))[0]
    assert mark.says == {"request": life.request.reference, "duty": "approve"}


def test_an_exception_that_was_not_needed_is_not_marked(world: World) -> None:
    declared(world)
    assert lives.referred(world).approves()["committed"]
    assert not Entry.objects.filter(kind="exception.used").exists()
