"""The way back in a browser without script: the preview, one press, the packs, the way on."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import STAGES, Life
from outtask.models import Entry, Handover, Link
from outtask.people.links import token_for
from outtask.spend.tests.test_pages import sound
from outtask.takeback.tests.test_hand_on import made
from outtask.takeback.tests.test_take_back import back
from tests.world import World


def address(life: Life) -> str:
    return f"/out-tasks/{life.outtask.reference}/handover"


@pytest.mark.parametrize("stage", STAGES)
def test_the_preview_of_every_stage_opens_and_changes_nothing(world: World, stage: str) -> None:
    life = STAGES[stage](world)
    text = sound(world.client("imke").get(address(life)))
    assert "What happens when you press the button" in text and "Take it back" in text
    assert not Handover.objects.exists()


def test_the_preview_names_what_stops_and_what_it_costs(world: World) -> None:
    life = lives.part_accepted(world)
    text = sound(world.client("imke").get(address(life)))
    facts = (
        "One milestone stops and is kept",
        "£206.00 that nobody has earned goes back to the budget",
        "£206.00 was accepted and stays owed",
        "Marek Solan is told",
        "You still pay",
        "Fee for leaving",
    )
    for told in facts:
        assert told in text
    life = lives.referred(world)
    assert f"The request {life.request.reference} is void" in sound(world.client("imke").get(address(life)))


def test_one_press(world: World) -> None:
    life, client = lives.committed(world), world.client("imke")
    sent = {"successor": "another", "reason": "We have time now.", "key": "k1"}
    done = client.post(address(life), sent)
    assert (done.status_code, done.headers["Location"]) == (303, address(life))
    text = sound(client.get(address(life)))
    assert "It is back with you" in text and "The pack is being made" in text and "We have time now." in text
    assert Handover.objects.get().successor == "another"


@pytest.mark.parametrize("sent", [{"key": "k1"}, {"successor": "somebody"}])
def test_it_asks_who_does_it_then(world: World, sent: dict[str, str]) -> None:
    life = lives.committed(world)
    page = world.client("imke").post(address(life), sent)
    sound(page, 422)
    assert "successor" in page.context["form"].errors and not Handover.objects.exists()


def test_who_may_not_sees_why(world: World) -> None:
    life = lives.committed(world)
    assert "Your role does not allow this" in sound(world.client("ada").get(address(life)))
    page = world.client("ada").post(address(life), {"successor": "nobody"})
    assert "Your role does not allow this" in sound(page, 422)


def test_the_packs_can_be_downloaded(world: World) -> None:
    life, client = lives.part_accepted(world), world.client("imke")
    handover = made(life)
    text = sound(client.get(address(life)))
    for file in (handover.pack, handover.onward):
        assert file is not None
        assert f"/files/{file.pk}/" in text
        got: Any = client.get(f"/files/{file.pk}/{file.name}")
        assert (got.status_code, b"".join(got.streaming_content)[:2]) == (200, b"PK")


def test_on_to_somebody_else(world: World) -> None:
    life, client = lives.part_accepted(world), world.client("imke")
    made(life)
    page = client.post(address(life), {"act": "hand_on", "by_when": "2026-11-01"})
    sound(page, 422)
    sent = {"act": "hand_on", "by_when": "2027-01-15", "key": "once"}
    done = client.post(address(life), sent)
    entries = Entry.objects.count()
    again = client.post(address(life), sent)
    assert (again.status_code, again.headers["Location"]) == (303, done.headers["Location"])
    assert Entry.objects.count() == entries
    assert (done.status_code, done.headers["Location"]) == (303, f"/out-tasks/{life.outtask.reference}/brief")
    assert "What happens when you press the button" in sound(client.get(address(life))), (
        "it can go back again"
    )


def test_before_the_pack_is_there_the_way_on_says_why_not(world: World) -> None:
    life, client = lives.committed(world), world.client("imke")
    back(life)
    assert "still being made" in sound(client.get(address(life)))
    Handover.objects.update(state="failed")
    text = sound(client.get(address(life)))
    assert "The pack could not be made" in text and "Have it made again first" in text
    assert client.post(address(life), {"act": "again"}).status_code == 303
    assert Handover.objects.get().state == "started"
    assert client.post(address(life), {"act": "again"}).status_code == 422


def test_the_providers_link_is_closed_at_once(world: World) -> None:
    life = lives.committed(world)
    link = Link.objects.get(pk=life.deliver_link.pk)
    assert Client().get(f"/l/{token_for(link.pk)}").status_code == 200
    back(life)
    assert Client().get(f"/l/{token_for(link.pk)}").status_code == 410


def test_a_foreign_one_is_answered_like_an_absent_one(world: World) -> None:
    life, oskar = lives.committed(world), world.client("oskar")
    foreign, absent = oskar.get(address(life)), oskar.get("/out-tasks/OT-26-009999-X/handover")
    assert (foreign.status_code, foreign.content) == (404, absent.content)
    assert oskar.post(address(life), {"successor": "nobody"}).status_code == 404
    assert not Handover.objects.exists()
