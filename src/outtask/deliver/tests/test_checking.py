"""Checks: run by themselves, or looked at by a person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from outtask.deliver.actions import (
    hand_in,
    record_check_results,
    tick_check,
)
from outtask.deliver.running import run_checks_for_entry, run_checks_of
from outtask.deliver.tests.underway import A_CSV, LOOK, Underway, a_file, begin, kept, refused, says, tick
from outtask.files.checks.result import CheckResult, Outcome, Sentence
from outtask.journal.models import Entry
from outtask.kernel.actor import clock
from outtask.kernel.refusal import Refused
from outtask.models import Check
from outtask.people.states import Role
from tests.world import World


@pytest.fixture
def checked(world: World) -> Underway:
    return begin(world, prices=[18_000, 84_000], criteria={1: [LOOK, A_CSV]})


def results_of(submission_id: str, outcome: Outcome) -> dict[UUID, CheckResult]:
    result = CheckResult(outcome, Sentence("a table"), Sentence("a picture"), (Sentence("cover.png"),))
    return {check.pk: result for check in Check.objects.filter(submission_id=submission_id)}


def test_the_system_tries_its_checks_on_the_stored_files(checked: Underway) -> None:
    outcome = checked.hands_in(1, files=[a_file("cover.png", b"png")])
    assert run_checks_of(checked.world.organisation.pk, UUID(outcome["submission"]), checked.world.now)
    look, csv = Check.objects.order_by("order")
    assert look.state == "waiting"
    assert csv.state == "failed"
    assert csv.detail.splitlines()[0] == "Expected at least 1 file like *.csv; found none."
    assert says("checks.ran") == {
        "order": 1,
        "number": 1,
        "submission": outcome["submission"],
        "passed": 0,
        "failed": 1,
        "unable": 0,
    }


def test_checks_may_be_run_again_and_change_nothing(checked: Underway) -> None:
    outcome = checked.hands_in(1)
    run = (checked.world.organisation.pk, UUID(outcome["submission"]), checked.world.now)
    assert run_checks_of(*run)
    assert not run_checks_of(*run)
    assert Entry.objects.filter(kind="checks.ran").count() == 1


def test_the_quicker_of_two_runs_counts(checked: Underway) -> None:
    submission = checked.hands_in(1)["submission"]
    actor = clock(checked.world.organisation.pk)
    given = {"actor": actor, "now": checked.world.now, "submission_id": submission}
    record_check_results(**given, results=results_of(submission, Outcome.PASSED))
    with refused("nothing_waits"):
        record_check_results(**given, results=results_of(submission, Outcome.FAILED))
    assert Check.objects.get(order=2).state == "passed"
    assert Check.objects.get(order=1).state == "waiting"


def test_nobody_but_the_clock_writes_results(checked: Underway) -> None:
    submission = checked.hands_in(1)["submission"]
    for actor in (checked.guest, checked.world.actor("imke")):
        with refused("clock_only"):
            record_check_results(
                actor=actor,
                now=checked.world.now,
                submission_id=submission,
                results=results_of(submission, Outcome.PASSED),
            )


def test_a_criterion_nobody_can_read_any_more_is_a_question_to_a_person(checked: Underway) -> None:
    outcome = checked.hands_in(1)
    Check.objects.filter(order=2).update(params={"colour": "green"})
    run_checks_of(checked.world.organisation.pk, UUID(outcome["submission"]), checked.world.now)
    check = Check.objects.get(order=2)
    assert check.state == "unable"
    assert (
        check.detail == "Expected “A CSV file”; could not tell: its settings cannot be read"
        " (This check has no such field.)."
    )


def test_a_hand_in_sets_its_checks_going(checked: Underway, django_capture_on_commit_callbacks: Any) -> None:
    from django_tasks_db.models import DBTaskResult

    from outtask.journal.reading import read

    outcome = checked.hands_in(1)
    (entry,) = read([Entry.objects.get(kind="milestone.handed_in")])
    with django_capture_on_commit_callbacks(execute=True):
        run_checks_for_entry(entry, checked.world.now)
    waiting = DBTaskResult.objects.get()
    assert waiting.args_kwargs["kwargs"]["submission_id"] == outcome["submission"]


def test_a_verifier_ticks_what_only_people_can_judge(checked: Underway) -> None:
    checked.hands_in(1)
    tick(checked, 1, False, detail="Two sentences are missing.")
    check = Check.objects.get(order=1)
    assert (check.state, check.detail) == ("failed", "Two sentences are missing.")
    assert check.ticked_by_id == checked.world.actor("nadia").id
    tick(checked, 1, True)
    assert Check.objects.get(order=1).state == "passed"
    told = says("check.ticked")
    assert (kept(told["check"]), told["result"]) == ("Reads well", "passed")


def test_who_recorded_the_hand_in_does_not_tick_it(checked: Underway) -> None:
    hand_in(
        actor=checked.world.actor("nadia"),
        now=checked.world.now,
        milestone_id=checked.milestone().pk,
        note="x",
    )
    with refused("delivered_it"):
        tick(checked, 1, True)
    tick(checked, 1, True, by="imke")


def test_a_result_the_system_found_stands(checked: Underway) -> None:
    outcome = checked.hands_in(1, files=[a_file("cover.png")])
    run_checks_of(checked.world.organisation.pk, UUID(outcome["submission"]), checked.world.now)
    with refused("result_stands"):
        tick(checked, 2, True)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_tick_and_decide(checked: Underway, role: Role) -> None:
    checked.hands_in(1)
    actor = checked.world.becomes("joseph" if role is Role.REQUESTER else "nadia", role)
    allowed = role not in {Role.FINANCE, Role.AUDITOR}
    try:
        tick_check(actor=actor, now=checked.world.now, check_id=Check.objects.get(order=1).pk, passed=True)
        assert allowed
    except Refused as no:
        assert no.refusal.code == "not_allowed"
        assert not allowed
