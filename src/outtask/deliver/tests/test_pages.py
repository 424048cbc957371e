"""The page of a milestone for members."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from outtask.deliver.running import run_checks_of
from outtask.deliver.tests.underway import A_CSV, LOOK, Underway, a_file, begin
from outtask.models import Check, Submission
from tests.world import World


@pytest.fixture(autouse=True)
def stand_still(world: World, time_machine: Any) -> None:
    """Pages are opened at the instant at which everything else happens."""
    time_machine.move_to(world.now, tick=False)


@pytest.fixture
def under(world: World) -> Underway:
    return begin(world, prices=(18_000, 84_000), criteria={1: [LOOK, A_CSV]})


def page(under: Underway, part: str = "milestone", order: int = 1, *more: Any) -> str:
    return reverse(part, args=[under.outtask.reference, order, *more])


def text(response: Any) -> str:
    return str(response.content.decode())


def looked_at(under: Underway, passed: bool = True, name: str = "records.csv") -> None:
    outcome = under.hands_in(1, files=[a_file(name)])
    run_checks_of(under.world.organisation.pk, UUID(outcome["submission"]), under.world.now)
    under.ticks_all(outcome["submission"], passed=passed)


def test_a_milestone_that_waits_says_when_it_is_due_and_what_must_be_true(under: Underway) -> None:
    response = under.world.client("nadia").get(page(under))
    assert response.status_code == 200
    assert "nothing is handed in yet" in text(response)
    assert "Reads well" in text(response)
    assert "Accept, " not in text(response)


def test_failures_come_first_and_the_sum_of_each_file_is_shown(under: Underway) -> None:
    looked_at(under, passed=False)
    content = text(under.world.client("nadia").get(page(under)))
    assert content.index("Two words are missing.") < content.index("A CSV file")
    assert a_file()[1].sha256 in content
    assert "One check did not pass" in content
    assert "Accept, £180.00 owed" in content


def test_accepting_on_the_page(under: Underway) -> None:
    looked_at(under)
    client = under.world.client("nadia")
    response = client.post(
        page(under, "milestone-verdict"), {"do": "accept", "submission_number": 1, "key": "k"}
    )
    assert (response.status_code, response["Location"]) == (303, page(under))
    assert under.milestone().state == "accepted"
    assert "Accepted. £180.00 is owed." in text(client.get(page(under)))


def test_what_was_typed_stays_when_it_is_refused(under: Underway) -> None:
    looked_at(under)
    sent = {"do": "changes", "submission_number": 1, "reasons": "Shorten two texts."}
    response = under.world.client("nadia").post(page(under, "milestone-verdict"), sent)
    assert response.status_code == 422
    assert "Shorten two texts." in text(response)
    assert "Choose the day by which you need it again." in text(response)
    assert under.milestone().state == "handed_in"


def test_sending_back_on_the_page(under: Underway) -> None:
    looked_at(under)
    client = under.world.client("nadia")
    sent = {
        "do": "changes",
        "submission_number": 1,
        "reasons": "Shorten two texts.",
        "new_due_on": "2026-12-04",
    }
    assert client.post(page(under, "milestone-verdict"), sent).status_code == 303
    content = text(client.get(page(under)))
    assert "Sent back. It is due again on Fri 4 Dec." in content
    assert "Shorten two texts." in content


def test_who_asked_for_the_money_sees_why_they_cannot_accept(under: Underway) -> None:
    looked_at(under)
    content = text(under.world.client("joseph").get(page(under)))
    assert "You asked for the money here" in content
    response = under.world.client("joseph").post(
        page(under, "milestone-verdict"), {"do": "accept", "submission_number": 1}
    )
    assert response.status_code == 422
    assert under.milestone().state == "handed_in"


def test_a_stale_page_accepts_nothing(under: Underway) -> None:
    looked_at(under)
    response = under.world.client("nadia").post(
        page(under, "milestone-verdict"), {"do": "accept", "submission_number": 7}
    )
    assert response.status_code == 422
    assert "newer hand-in" in text(response)


def test_a_verdict_that_comes_too_late_is_told_why(under: Underway) -> None:
    looked_at(under)
    client, sent = under.world.client("nadia"), {"do": "accept", "submission_number": 1}
    assert client.post(page(under, "milestone-verdict"), sent).status_code == 303
    late = client.post(page(under, "milestone-verdict"), sent)
    assert late.status_code == 422
    assert 'class="errors"' in text(late)


def test_ticking_a_check_on_the_page(under: Underway) -> None:
    under.hands_in(1)
    client, check = under.world.client("nadia"), Check.objects.get(order=1)
    where = page(under, "milestone-check", 1, check.pk)
    response = client.post(where, {"passed": "no", "detail": ""})
    assert response.status_code == 422
    assert "Write what you found" in text(response)
    assert client.post(where, {"passed": "no", "detail": "Two typos."}).status_code == 303
    assert Check.objects.get(order=1).state == "failed"


def test_a_check_is_found_under_its_own_milestone_alone(under: Underway) -> None:
    under.hands_in(1)
    where = page(under, "milestone-check", 2, Check.objects.get(order=1).pk)
    assert under.world.client("nadia").post(where, {"passed": "yes"}).status_code == 404


def test_a_member_records_a_hand_in_with_files(under: Underway) -> None:
    sent = {
        "files": [SimpleUploadedFile("one.csv", b"1"), SimpleUploadedFile("two.csv", b"2")],
        "links": "https://kestrel.example/a\n\nhttps://kestrel.example/a",
        "note": "Came on a stick.",
    }
    response = under.world.client("nadia").post(page(under, "milestone-submissions"), sent)
    assert response.status_code == 303
    submission = Submission.objects.get()
    assert [row.file.name for row in submission.submitted_files.order_by("order")] == ["one.csv", "two.csv"]
    assert submission.links == ["https://kestrel.example/a"]


def test_recording_nothing_is_refused_on_its_field(under: Underway) -> None:
    response = under.world.client("nadia").post(page(under, "milestone-submissions"), {"note": " "})
    assert response.status_code == 422
    assert "There is nothing here yet." in text(response)


@pytest.mark.parametrize("part", ["milestone-verdict", "milestone-submissions"])
def test_looking_changes_nothing(under: Underway, part: str) -> None:
    assert under.world.client("nadia").get(page(under, part)).status_code == 405


@pytest.mark.parametrize("name", ["oskar", "roisin"])
def test_others_find_no_such_page(under: Underway, name: str) -> None:
    client = under.world.client(name)
    assert client.get(page(under)).status_code == 404
    assert client.post(page(under, "milestone-verdict"), {"do": "accept"}).status_code == 404
    assert client.get(page(under, order=1)).content == client.get(page(under, order=9)).content


def test_a_history_of_tries_takes_no_more_queries(
    under: Underway, django_assert_max_num_queries: Any
) -> None:
    from outtask.deliver.tests.underway import send_back

    client = under.world.client("nadia")
    under.hands_in(1)
    client.get(page(under))
    with django_assert_max_num_queries(40) as once:
        client.get(page(under))
    for _ in range(3):
        send_back(under)
        under.hands_in(1, files=[a_file(), a_file("more.csv", b"2")])
    with django_assert_max_num_queries(len(once)):
        assert "Try 3" in text(client.get(page(under)))
