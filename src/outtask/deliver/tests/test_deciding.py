"""Accepting and requesting changes: only people do, and the database stands behind the rules."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from outtask.deliver.actions import (
    accept_milestone,
    hand_in,
)
from outtask.deliver.running import run_checks_of
from outtask.deliver.tests.underway import A_CSV, LOOK, Underway, begin, kept, refused, says, send_back, tick
from outtask.journal.models import Entry
from outtask.kernel.actor import clock
from outtask.models import Budget, Commitment, Milestone, Submission, Verdict
from tests.world import World


@pytest.fixture
def under(world: World) -> Underway:
    return begin(world)


@pytest.fixture
def checked(world: World) -> Underway:
    return begin(world, prices=[18_000, 84_000], criteria={1: [LOOK, A_CSV]})


def test_acceptance_moves_the_price_from_committed_to_owed(under: Underway) -> None:
    under.hands_in(1)
    under.accepts(1)
    assert under.milestone().state == "accepted"
    assert under.milestone().settled_at == under.world.now
    assert under.money() == (18_000, 0, 0)
    budget = Budget.objects.get(pk=under.world.budget.pk)
    assert (budget.committed_minor, budget.owed_minor, budget.paid_minor) == (84_000, 18_000, 0)
    verdict = Verdict.objects.get()
    assert (verdict.kind, verdict.decided_by_id) == ("accepted", under.world.actor("nadia").id)
    told = says("milestone.accepted")
    assert told["amount"] == {"minor": 18_000, "currency": "GBP"}
    assert told["evidence"] == says("milestone.handed_in")["evidence"]
    assert (told["not_passed"], told["exception"]) == (0, 0)
    assert not Entry.objects.filter(kind="checks.overruled").exists()


def test_acceptance_happens_once(under: Underway) -> None:
    under.hands_in(1)
    under.accepts(1)
    with refused("wrong_state"):
        under.accepts(1, by="imke")
    assert under.money() == (18_000, 0, 0)
    assert Verdict.objects.count() == 1


def test_acceptance_is_of_the_hand_in_that_was_seen(under: Underway) -> None:
    under.hands_in(1)
    send_back(under)
    under.hands_in(1)
    with refused("stale_submission"):
        accept_milestone(
            actor=under.world.actor("nadia"),
            now=under.world.now,
            milestone_id=under.milestone().pk,
            submission_number=1,
        )


def test_acceptance_waits_for_the_checks(checked: Underway) -> None:
    outcome = checked.hands_in(1)
    with refused("checks_wait"):
        checked.accepts(1, reasons="It is fine.")
    run_checks_of(checked.world.organisation.pk, UUID(outcome["submission"]), checked.world.now)
    with refused("checks_wait"):
        checked.accepts(1)
    tick(checked, 1, True)
    checked.accepts(1)


def test_acceptance_over_a_failed_check_is_told_with_its_reasons(checked: Underway) -> None:
    checked.hands_in(1)
    tick(checked, 1, False, detail="Two typos.")
    outcome = Submission.objects.get()
    run_checks_of(checked.world.organisation.pk, outcome.pk, checked.world.now)
    with refused("reasons_missing"):
        checked.accepts(1)
    checked.accepts(1, reasons="We correct the two typos ourselves.")
    told = says("checks.overruled")
    assert (told["not_passed"], kept(told["reasons"])) == (1, "We correct the two typos ourselves.")
    assert says("milestone.accepted")["not_passed"] == 1
    assert Verdict.objects.get().reasons == "We correct the two typos ourselves."


def test_time_that_passes_accepts_nothing(under: Underway) -> None:
    under.hands_in(1)
    before = Entry.objects.count()
    much_later = under.world.now + timedelta(days=400)
    from outtask.followers.registry import timed

    for duty in timed():
        if duty.name.startswith(("deliver.", "pay.")):
            duty.run(much_later)
    assert under.milestone().state == "handed_in"
    assert under.money() == (0, 0, 0)
    assert Entry.objects.count() == before
    under.accepts(1, at=much_later)


def test_the_clock_accepts_nothing_even_when_asked(under: Underway) -> None:
    under.hands_in(1)
    with refused("no_person"):
        accept_milestone(
            actor=clock(under.world.organisation.pk),
            now=under.world.now,
            milestone_id=under.milestone().pk,
            submission_number=1,
        )


def test_the_provider_does_not_accept_their_own_work(under: Underway) -> None:
    under.hands_in(1)
    with refused("not_allowed"):
        accept_milestone(
            actor=under.guest, now=under.world.now, milestone_id=under.milestone().pk, submission_number=1
        )


def test_changes_come_with_points_and_a_new_day(under: Underway) -> None:
    under.hands_in(1)
    was_due = under.milestone().due_on
    new_due = send_back(under)
    milestone = under.milestone()
    assert (milestone.state, milestone.due_on) == ("changes_requested", new_due)
    assert Submission.objects.get().due_on == was_due
    verdict = Verdict.objects.get()
    assert (verdict.kind, verdict.new_due_on) == ("changes_requested", new_due)
    assert kept(says("milestone.changes_requested")["reasons"]) == "31 records are there twice."
    assert under.money() == (0, 0, 0)


def test_what_was_sent_back_is_not_accepted(under: Underway) -> None:
    under.hands_in(1)
    send_back(under)
    with refused("wrong_state"):
        under.accepts(1)


def test_who_delivered_does_not_send_back(under: Underway) -> None:
    hand_in(actor=under.world.actor("imke"), now=under.world.now, milestone_id=under.milestone().pk, note="x")
    with refused("delivered_it"):
        send_back(under, by="imke")


def test_the_database_refuses_more_accepted_than_committed(under: Underway) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.filter(pk=under.commitment.pk).update(accepted_minor=102_001)


def test_the_database_refuses_a_second_verdict(under: Underway) -> None:
    under.hands_in(1)
    under.accepts(1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Verdict.objects.create(
            organisation=under.world.organisation,
            submission=Submission.objects.get(),
            kind="accepted",
            decided_by=under.world.member("imke"),
            decided_at=under.world.now,
        )


def test_the_database_refuses_a_second_hand_in_of_one_number(under: Underway) -> None:
    under.hands_in(1)
    first = Submission.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.create(
            organisation=under.world.organisation,
            milestone=first.milestone,
            number=1,
            due_on=first.due_on,
            handed_in_at=under.world.now,
        )


def test_the_database_refuses_a_price_below_zero(under: Underway) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.filter(pk=under.milestone().pk).update(amount_minor=-1)
