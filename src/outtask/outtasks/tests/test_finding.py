"""Finding out-tasks by words: what the database's own index finds, and what it must not."""

from __future__ import annotations

from typing import Any

import pytest

from outtask.models import OutTask
from outtask.outtasks import finding
from outtask.outtasks.finding import named
from tests.world import World

TITLES = (
    "Photograph first editions",
    "Hang the Übersicht in hall-7",
    "O'Brien's atlas: 50 % glue",
    "Scan 1.5 m deeds",
)


def opened(world: World, number: int, title: str) -> OutTask:
    made: OutTask = OutTask.objects.create(
        organisation=world.organisation,
        reference=f"OT-26-{number:06}-X",
        tracking_code=f"code-{number}",
        title=title,
        owner=world.member("imke"),
        opened_at=world.now,
    )
    return made


@pytest.fixture
def shelf(world: World, monkeypatch: Any) -> World:
    """Four out-tasks, none of which counts as lately opened: the index alone finds them."""
    monkeypatch.setattr(finding, "LATELY", 0)
    for number, title in enumerate(TITLES):
        opened(world, number, title)
    return world


def titles(world: World, text: str, name: str = "imke") -> list[str]:
    rows = OutTask.objects.visible_to(world.actor(name))
    return [row.title.split()[0] for row in named(rows, text, 8)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("photo", ["Photograph"]),
        ("editions first", ["Photograph"]),
        ("FIRST edit", ["Photograph"]),
        ("hall-7", ["Hang"]),
        ("übers", ["Hang"]),
        ("o'brien", ["O'Brien's"]),
        ('glue" OR "deeds', []),
        ("50 %", ["O'Brien's"]),
        ("1.5", ["Scan"]),
        ("ot-26-000003", ["Scan"]),
        ("hall 26 7", ["Hang"]),
        ("hall 27", []),
        ("ot-26", ["Scan", "O'Brien's", "Hang", "Photograph"]),
        ("graph", []),
        ("zebra", []),
        ("photo zebra", []),
        ("%", []),
        ("'\"\\*():&|!<->", []),
        ("\0", []),
        ("–", []),
        ("NEAR AND NOT", []),
    ],
)
def test_words_are_found_by_their_beginnings(shelf: World, text: str, found: list[str]) -> None:
    assert titles(shelf, text) == found


def test_a_title_that_changes_is_found_by_what_it_says_now(shelf: World) -> None:
    OutTask.objects.filter(title__startswith="Scan").update(title="Bind the maps")
    assert titles(shelf, "deeds") == []
    assert titles(shelf, "maps") == ["Bind"]


def test_what_is_gone_is_not_found(shelf: World) -> None:
    OutTask.objects.filter(title__startswith="Scan").delete()
    again = opened(shelf, 9, "Gild the spines")
    assert titles(shelf, "deeds") == []
    assert titles(shelf, "spines") == [again.title.split()[0]]


def test_nobody_finds_what_they_may_not_see(shelf: World) -> None:
    assert titles(shelf, "photo", "oskar") == []
    assert titles(shelf, "photo", "roisin") == []


def test_of_the_latest_any_part_of_a_word_will_do_and_none_comes_twice(
    shelf: World, monkeypatch: Any
) -> None:
    opened(shelf, 5, "Photograph the harbour")
    monkeypatch.setattr(finding, "LATELY", 1)
    assert titles(shelf, "graph") == ["Photograph"]
    assert titles(shelf, "photo") == ["Photograph", "Photograph"]
    assert len(named(OutTask.objects.all(), "photo", 1)) == 1
