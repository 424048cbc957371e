"""The page of absences, and the same by the API."""

from __future__ import annotations

import pytest
from django.utils import timezone

from outtask.api.tests.callers import Caller, token_for
from outtask.followers import notices
from outtask.followers.engine import drain
from outtask.kernel.identifiers import new_id
from outtask.models import Delegation, Mail
from tests.world import World

PAGE = "/settings/absences"


def form(world: World, **more: str) -> dict[str, str]:
    today = timezone.localdate()
    usual = {
        "giver": str(world.member("joseph").pk),
        "taker": str(world.member("dunstan").pk),
        "starts_on": today.isoformat(),
        "ends_on": today.isoformat(),
        "up_to": "500.00",
        "reason": "Holiday",
    }
    return usual | more


def test_somebody_notes_their_absence_and_ends_it(world: World) -> None:
    joseph = world.client("joseph")
    answer = joseph.post(PAGE, form(world))
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    row = Delegation.objects.get()
    assert (row.up_to_minor, row.reason, row.made_by) == (50_000, "Holiday", world.member("joseph"))
    page = joseph.get(PAGE).text
    assert "Away now" in page and "£500.00" in page and "Dunstan Peel" in page
    assert joseph.post(f"{PAGE}/{row.pk}/end").status_code == 303
    row.refresh_from_db()
    assert row.ended_at is not None
    assert "Over" in joseph.get(PAGE).text


def test_what_is_wrong_stands_on_its_field_and_what_was_typed_stays(world: World) -> None:
    answer = world.client("joseph").post(PAGE, form(world, taker=str(world.member("roisin").pk)))
    assert answer.status_code == 422
    assert "Choose somebody whose role does." in answer.text and "Holiday" in answer.text
    assert not Delegation.objects.exists()


def test_only_admins_note_it_for_others(world: World) -> None:
    theirs = form(world, giver=str(world.member("dunstan").pk), taker=str(world.member("imke").pk))
    answer = world.client("joseph").post(PAGE, theirs)
    assert answer.status_code == 422 and not Delegation.objects.exists()
    assert world.client("nadia").post(PAGE, theirs).status_code == 303


@pytest.mark.parametrize(("who", "seen"), [("nadia", 1), ("joseph", 1), ("dunstan", 1), ("ada", 0)])
def test_who_sees_which(world: World, who: str, seen: int) -> None:
    world.client("joseph").post(PAGE, form(world))
    page = world.client(who).get(PAGE)
    assert page.status_code == 200
    assert page.text.count("Away now") == seen
    assert ("disabled" in page.text) is (who == "ada")


def test_a_foreign_absence_is_answered_like_an_absent_one(world: World) -> None:
    world.client("joseph").post(PAGE, form(world))
    oskar = world.client("oskar")
    answers = [oskar.post(f"{PAGE}/{pk}/end") for pk in (Delegation.objects.get().pk, new_id())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_both_are_told_by_mail_but_not_who_noted_it(world: World) -> None:
    world.client("joseph").post(PAGE, form(world))
    world.client("nadia").post(f"{PAGE}/{Delegation.objects.get().pk}/end")
    drain(notices.FOLLOWERS, timezone.now())
    told = list(Mail.objects.order_by("id").values_list("to_email", "subject"))
    over = "Dunstan Peel no longer decides in the place of Joseph Adeyemi"
    assert told == [
        ("dunstan@harbour.example", "You decide in the place of Joseph Adeyemi"),
        ("dunstan@harbour.example", over),
        ("joseph@harbour.example", over),
    ]


def test_the_same_by_the_api(world: World) -> None:
    joseph, dunstan = (
        Caller(token_for(world.member(name), timezone.now(), "approve")) for name in ("joseph", "dunstan")
    )
    today = timezone.localdate().isoformat()
    body = {"taker_id": str(world.member("dunstan").pk), "starts_on": today, "ends_on": today}
    path = f"/members/{world.member('joseph').pk}/absences"
    assert dunstan.post(path, body).status_code == 403
    made = joseph.post(path, body)
    assert made.status_code == 201
    shown = dunstan.reads(made.headers["Location"].removeprefix("/api/v1"))
    assert (shown["up_to"], shown["ended_at"], shown["giver_id"]) == (
        None,
        None,
        str(world.member("joseph").pk),
    )
    assert dunstan.reads("/absences")["items"] == [shown]
    joseph.does(f"/absences/{shown['id']}/end")
    assert joseph.post(f"/absences/{shown['id']}/end").json()["code"] == "absence_over"
