"""Handing in: what is written, and what the journal says."""

from __future__ import annotations

import pytest

from outtask.deliver.actions import (
    hand_in,
)
from outtask.deliver.tests.underway import (
    A_CSV,
    LOOK,
    Underway,
    a_file,
    begin,
    link_of,
    refused,
    says,
    send_back,
    visible,
)
from outtask.files.models import File
from outtask.journal.recording import NotFound
from outtask.models import Check, Milestone, Submission, SubmittedFile, Verdict
from outtask.people.states import Purpose
from tests.world import World


@pytest.fixture
def under(world: World) -> Underway:
    return begin(world)


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
