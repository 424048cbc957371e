"""Handing in, checking and deciding: what is written, and what the journal says."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from outtask.deliver.actions import (
    accept_milestone,
    hand_in,
    record_check_results,
    request_changes,
    tick_check,
)
from outtask.deliver.running import run_checks_for_entry, run_checks_of
from outtask.deliver.tests.underway import A_CSV, LOOK, Underway, a_file, begin, visible
from outtask.files.checks.result import CheckResult, Outcome, Sentence
from outtask.files.models import File
from outtask.journal.appending import FORMAT
from outtask.journal.models import Entry, Saying
from outtask.journal.recording import NotFound
from outtask.kernel.actor import Actor, clock
from outtask.kernel.refusal import Refused
from outtask.models import Budget, Check, Commitment, Link, Milestone, Submission, SubmittedFile, Verdict
from outtask.people.links import Holder, make_link
from outtask.people.states import Purpose, Role
from tests.world import World


def says(kind: str) -> dict[str, Any]:
    """The payload of the latest entry of a kind."""
    body: dict[str, Any] = json.loads(
        bytes(Entry.objects.filter(kind=kind).latest("seq").body)[len(FORMAT) :]
    )
    found: dict[str, Any] = body["says"]
    return found


def kept(words: dict[str, str]) -> str:
    return str(Saying.objects.get(pk=words["saying"]).text)


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda refused: refused.refusal.code == code)


@pytest.fixture
def under(world: World) -> Underway:
    return begin(world)


# -- handing in -------------------------------------------------------------------------------------------


def test_the_guest_hands_in_files_links_and_a_note(under: Underway) -> None:
    links = ["https://kestrel.example/list"]
    files = [a_file(), a_file("../changes\u202e.txt", b"twelve")]
    outcome = under.hands_in(1, files=files, links=links, note=" Two authors are unclear. ")
    submission = Submission.objects.get(pk=outcome["submission"])
    assert (submission.number, submission.links, submission.note) == (1, links, "Two authors are unclear.")
    assert submission.handed_in_by_id == under.link.pk
    assert submission.recorded_by is None
    assert submission.due_on == under.milestone().due_on
    assert [(row.order, row.file.name) for row in submission.submitted_files.order_by("order")] == [
        (1, "records.csv"),
        (2, "changes.txt"),
    ]
    assert under.milestone().state == "handed_in"
    told = says("milestone.handed_in")
    assert (told["order"], told["number"], told["files"], told["links"]) == (1, 1, 2, 1)


def test_what_was_handed_in_is_the_providers_to_read_again(under: Underway) -> None:
    under.hands_in(1)
    (file,) = File.objects.visible_to(under.guest)
    assert (file.shared, file.provider_id) == (True, under.world.kestrel.pk)


def test_a_hand_in_makes_a_check_of_each_criterion(world: World) -> None:
    under = begin(world, prices=[100], criteria={1: [LOOK, A_CSV]})
    outcome = under.hands_in(1)
    checks = Check.objects.filter(submission_id=outcome["submission"]).order_by("order")
    assert [(check.text, check.kind, check.state) for check in checks] == [
        ("Reads well", "by_hand", "waiting"),
        ("A CSV file", "file_present", "waiting"),
    ]


def test_tries_are_counted(under: Underway) -> None:
    under.hands_in(1)
    send_back(under)
    assert under.hands_in(1)["number"] == 2


def test_nothing_at_all_is_no_hand_in(under: Underway) -> None:
    with refused("nothing_handed_in"):
        under.hands_in(1, note=" ")
    assert not Submission.objects.exists()


def test_the_same_form_twice_hands_in_once(under: Underway) -> None:
    first = under.hands_in(1, note="Done.", key="k1")
    again = under.hands_in(1, note="Done.", key="k1")
    assert again["submission"] == first["submission"]
    assert again.repeated
    assert Submission.objects.count() == 1


def test_a_member_may_record_what_the_provider_brought(under: Underway) -> None:
    actor = under.world.actor("nadia")
    hand_in(actor=actor, now=under.world.now, milestone_id=under.milestone().pk, note="Came on a stick.")
    assert Submission.objects.get().recorded_by_id == actor.id


@pytest.mark.parametrize("name", ["dunstan", "ada"])
def test_who_may_not_verify_may_not_record_either(under: Underway, name: str) -> None:
    with refused("not_allowed"):
        hand_in(
            actor=under.world.actor(name), now=under.world.now, milestone_id=under.milestone().pk, note="x"
        )


@pytest.mark.parametrize("purpose", [Purpose.PROPOSE, Purpose.SIGN])
def test_a_link_for_something_else_hands_nothing_in(under: Underway, purpose: Purpose) -> None:
    with refused("not_allowed"):
        hand_in(
            actor=link_of(under, purpose).actor,
            now=under.world.now,
            milestone_id=under.milestone().pk,
            note="x",
        )


def test_nothing_is_handed_in_under_an_agreement_that_ended(under: Underway) -> None:
    under.agreement.refresh_from_db()
    under.agreement.state = "ended"
    under.agreement.save()
    with refused("not_in_force"):
        under.hands_in(1)


# -- guests see their own out-task and nothing else -------------------------------------------------------


def link_of(under: Underway, purpose: Purpose) -> Link:
    provider = under.agreement.provider
    return make_link(
        Holder(provider.name, provider.email, provider=provider),
        purpose,
        organisation_id=under.world.organisation.pk,
        outtask_id=under.outtask.pk,
        subject_type="agreement",
        subject_id=under.agreement.pk,
        now=under.world.now,
    )


def test_guests_of_others_find_nothing(world: World) -> None:
    ours = begin(world, criteria={1: [LOOK]})
    ours.hands_in(1)
    same_provider = begin(world, number=2)
    other_provider = begin(world, number=3, provider=world.marek)
    for stranger in (same_provider, other_provider):
        assert visible(Milestone.objects.visible_to(stranger.guest)) == {
            one.pk for one in stranger.milestones
        }
        for model in (Submission, SubmittedFile, Check, File, Verdict):
            assert not model.objects.visible_to(stranger.guest).exists()
        with pytest.raises(NotFound):
            hand_in(actor=stranger.guest, now=world.now, milestone_id=ours.milestone().pk, note="x")
    for model in (Submission, SubmittedFile, Check, File):
        assert model.objects.visible_to(ours.guest).count() == 1


def test_a_foreign_member_finds_nothing(under: Underway) -> None:
    under.hands_in(1)
    with pytest.raises(NotFound):
        under.accepts(1, by="oskar")
    assert under.milestone().state == "handed_in"


def test_a_requester_finds_only_what_they_own(under: Underway) -> None:
    under.hands_in(1)
    with pytest.raises(NotFound):
        under.accepts(1, by="roisin")


# -- checks run by themselves -----------------------------------------------------------------------------


def results_of(submission_id: str, outcome: Outcome) -> dict[UUID, CheckResult]:
    result = CheckResult(outcome, Sentence("a table"), Sentence("a picture"), (Sentence("cover.png"),))
    return {check.pk: result for check in Check.objects.filter(submission_id=submission_id)}


@pytest.fixture
def checked(world: World) -> Underway:
    return begin(world, prices=[18_000, 84_000], criteria={1: [LOOK, A_CSV]})


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

    from outtask.followers.engine import EntryView

    outcome = checked.hands_in(1)
    entry = EntryView.of(Entry.objects.get(kind="milestone.handed_in"))
    with django_capture_on_commit_callbacks(execute=True):
        run_checks_for_entry(entry, checked.world.now)
    waiting = DBTaskResult.objects.get()
    assert waiting.args_kwargs["kwargs"]["submission_id"] == outcome["submission"]


# -- ticking by hand --------------------------------------------------------------------------------------


def tick(under: Underway, order: int, passed: bool, by: str = "nadia", detail: str = "") -> None:
    check = Check.objects.filter(order=order).latest("id")
    actor = under.world.actor(by)
    tick_check(actor=actor, now=under.world.now, check_id=check.pk, passed=passed, detail=detail)


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
    member = checked.world.member("nadia")
    actor = Actor(
        checked.world.actor("nadia").kind,
        checked.world.organisation.pk,
        id=checked.agreement.outtask.owner_id if role is Role.REQUESTER else member.pk,
        role=role,
        person_id=member.person_id,
    )
    allowed = role not in {Role.FINANCE, Role.AUDITOR}
    try:
        tick_check(actor=actor, now=checked.world.now, check_id=Check.objects.get(order=1).pk, passed=True)
        assert allowed
    except Refused as no:
        assert no.refusal.code == "not_allowed"
        assert not allowed


# -- accepting --------------------------------------------------------------------------------------------


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


# -- requesting changes -----------------------------------------------------------------------------------


def send_back(under: Underway, order: int = 1, by: str = "nadia", days: int = 2) -> date:
    new_due = under.world.now.date() + timedelta(days=days)
    milestone = under.milestone(order)
    request_changes(
        actor=under.world.actor(by),
        now=under.world.now,
        milestone_id=milestone.pk,
        submission_number=milestone.submissions.count(),
        reasons="31 records are there twice.",
        new_due_on=new_due,
    )
    return new_due


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


# -- the database stands behind the rules -----------------------------------------------------------------


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
