"""`verify` accepts what the actions wrote and names the first thing that was changed behind their back."""

from __future__ import annotations

import pytest

from outtask.journal.models import Entry, JournalHead, Saying
from outtask.journal.recording import recording
from outtask.journal.verify import verify
from tests.world import World


@pytest.fixture
def log(world: World) -> World:
    for number in range(20):
        with recording("organisation.founded", actor=world.actor("imke"), now=world.now) as entry:
            entry.says(name=entry.keep(f"Harbour Row Books {number}"))
    return world


def fault(world: World, deep: bool = True) -> str:
    return str(verify(world.organisation.pk, deep=deep).fault or "")


def entries(world: World, **which: object) -> object:
    return Entry.objects.filter(organisation=world.organisation, **which)


def test_what_actions_wrote_verifies(log: World) -> None:
    report = verify(log.organisation.pk)
    assert report.fault is None
    assert report.entries == 21
    assert verify(log.foreign.pk).fault is None


def test_erased_words_leave_the_proof(log: World) -> None:
    Saying.objects.filter(text="Harbour Row Books 3").update(text="", erased_at=log.now)
    assert fault(log) == ""


def test_changed_bytes(log: World) -> None:
    entries(log, seq=7).update(body=b'1\n{"says":{}}')
    assert fault(log).startswith("Entry 7 (")
    assert "do not have the stored hash" in fault(log, deep=False)


def test_changed_bytes_with_their_hash_made_anew(log: World) -> None:
    from outtask.journal.merkle import leaf_hash

    body = bytes(entries(log, seq=7).get().body).replace(b"founded", b"FOUNDED")
    entries(log, seq=7).update(body=body, leaf=leaf_hash(body))
    assert "says kind" in fault(log).replace("say kind", "says kind")
    assert "another root" in fault(log, deep=False)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "brief.sent"),
        ("actor_kind", "clock"),
        ("subject_type", "budget"),
        ("at", "2020-01-01T00:00Z"),
    ],
)
def test_a_changed_column(log: World, column: str, value: str) -> None:
    entries(log, seq=4).update(**{column: value})
    assert fault(log).startswith("Entry 4 (")
    assert fault(log, deep=False) == ""


def test_a_lost_entry(log: World) -> None:
    entries(log, seq=9).delete()
    assert fault(log) == "Entry 9: The entry is missing; the next one is 10."


def test_a_lost_end(log: World) -> None:
    entries(log, seq=20).delete()
    assert "ends after 20 entries; its head says 21" in fault(log)


def test_a_rewritten_head(log: World) -> None:
    head = JournalHead.objects.get(organisation=log.organisation)
    head.edge = bytes(head.edge)[:-1] + b"x"
    head.save()
    assert "another root" in fault(log)


def test_changed_and_lost_words(log: World) -> None:
    Saying.objects.filter(text="Harbour Row Books 3").update(text="Harbour Row Boats 3")
    assert "were changed afterwards" in fault(log)
    Saying.objects.filter(text="Harbour Row Boats 3").delete()
    assert "are missing" in fault(log)


def test_the_whole_log_is_read_in_few_queries(log: World, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        verify(log.organisation.pk)
