"""Archives and drills: asked for, made by the worker, settled once, shown; by whoever may."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from outtask.followers import background
from outtask.followers.engine import drain
from outtask.followers.registry import followers
from outtask.journal.reading import read
from outtask.journal.recording import Outcome
from outtask.kernel.actor import clock
from outtask.kernel.identifiers import new_id
from outtask.kernel.refusal import Refused
from outtask.lifecycle.sample_removal import remove_organisation
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import told
from outtask.models import Archive, Blob, Drill, Entry, File
from outtask.spend.tests.test_pages import sound
from outtask.takeback import clock as by_the_clock
from outtask.takeback import drill as drills
from outtask.takeback import making
from outtask.takeback.actions import (
    Rehearsed,
    ask_for_archive,
    ask_for_drill,
    record_archive_download,
    record_drill,
)
from outtask.takeback.states import ArchiveState, DrillState
from tests.world import World

PAGE = "/settings/exit"
GOOD = Rehearsed("", 61_000, "ab" * 32, 1_000, 12, 3)


def asked(world: World, by: str = "imke") -> Archive:
    done = ask_for_archive(actor=world.actor(by), now=world.now)
    found: Archive = Archive.objects.get(pk=done["archive"])
    return found


def made(world: World) -> Archive:
    archive = asked(world)
    making.make(world.organisation.pk, archive.pk, world.now)
    archive.refresh_from_db()
    return archive


def kind(outcome: Outcome | None) -> str:
    assert outcome is not None
    return told(outcome).kind.name


def test_an_archive_is_made_once(world: World) -> None:
    archive = asked(world)
    done = making.make(world.organisation.pk, archive.pk, world.now)
    assert kind(done) == "archive.made"
    assert making.make(world.organisation.pk, archive.pk, world.now) is None
    archive.refresh_from_db()
    assert archive.state == ArchiveState.MADE and archive.blob is not None and archive.entries > 0
    last = read(Entry.objects.filter(kind="archive.made"))[0]
    assert last.says["sha256"] == archive.blob_id


def test_one_at_a_time(world: World) -> None:
    asked(world)
    with pytest.raises(Refused, match="under way"):
        asked(world)
    later = world.now + timedelta(days=1)
    ask_for_archive(actor=world.actor("nadia"), now=later)


@pytest.mark.parametrize("name", ["joseph", "roisin", "dunstan", "ada"])
def test_only_who_manages_may(world: World, name: str) -> None:
    archive = made(world)
    actor: Any = {"actor": world.actor(name), "now": world.now}
    for act in (ask_for_archive, ask_for_drill):
        with pytest.raises(Refused, match="Your role"):
            act(**actor)
    with pytest.raises(Refused, match="Your role"):
        record_archive_download(**actor, archive_id=archive.pk)
    client = world.client(name)
    assert client.get(PAGE).status_code == 403
    assert client.get(f"{PAGE}/archives/{archive.pk}/{archive.name}").status_code == 403
    # It is not among the files that every member may fetch.
    assert not File.objects.filter(blob_id=archive.blob_id).exists()


def test_what_cannot_be_made_says_why(world: World) -> None:
    blob = Blob.objects.create(sha256="cd" * 32, size=1, kept_at=world.now)
    File.objects.create(organisation=world.organisation, blob=blob, name="a.txt", added_at=world.now)
    archive = asked(world)
    assert kind(making.make(world.organisation.pk, archive.pk, world.now)) == "archive.failed"
    assert "cdcd" in sound(world.client("imke").get(PAGE))


def test_a_download_is_recorded(world: World) -> None:
    archive, client = made(world), world.client("imke")
    address = f"{PAGE}/archives/{archive.pk}/{archive.name}"
    assert address in sound(client.get(PAGE))
    answer = client.get(address)
    content = b"".join(answer.streaming_content)  # type: ignore[arg-type]
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert "README.md" in opened.namelist()
    assert answer.headers["Content-Type"] == "application/zip"
    entry = read(Entry.objects.filter(kind="archive.downloaded"))[0]
    assert entry.says["sha256"] == archive.blob_id
    assert world.client("oskar").get(address).status_code == 404


def test_the_sample_takes_its_archives_with_it(world: World) -> None:
    archive = made(world)
    remove_organisation(world.organisation.pk)
    assert not Blob.objects.filter(pk=archive.blob_id).exists()


def test_the_buttons(world: World) -> None:
    client = world.client("imke")
    assert "Leaving was never rehearsed" in sound(client.get(PAGE))
    for act in ("archives", "drills"):
        answer = client.post(f"{PAGE}/{act}", {"key": act})
        assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    text = sound(client.get(PAGE))
    assert "Being made" in text and "A drill is under way" in text
    assert client.post(f"{PAGE}/drills", {"key": "more"}).status_code == 409
    assert "/settings/exit" in client.get("/settings").content.decode()


def test_asking_sets_off_the_work(world: World) -> None:
    archive = asked(world)
    drain(followers(), world.now)
    while background.run_next(new_id(), world.now):
        pass
    archive.refresh_from_db()
    assert archive.state == ArchiveState.MADE


def test_a_drill_is_settled_by_the_clock_once(world: World) -> None:
    pk = ask_for_drill(actor=world.actor("imke"), now=world.now)["drill"]
    shared: Any = {"now": world.now, "drill_id": pk}
    with pytest.raises(Refused, match="done by itself"):
        record_drill(actor=world.actor("imke"), rehearsed=GOOD, **shared)
    done = record_drill(actor=clock(world.organisation.pk), rehearsed=GOOD, **shared)
    assert kind(done) == "drill.passed"
    with pytest.raises(Refused):
        record_drill(actor=clock(world.organisation.pk), rehearsed=GOOD, **shared)
    text = sound(world.client("imke").get(PAGE))
    assert "The last drill passed" in text and "0.0169" in text


def test_a_drill_that_fails_says_what_differed(world: World) -> None:
    bad = Rehearsed("What came back differs: tables/link.jsonl, line 3.", 900)
    done = record_drill(actor=clock(world.organisation.pk), now=world.now, drill_id=None, rehearsed=bad)
    assert kind(done) == "drill.failed"
    assert told(done).says["reason"] == bad.problem
    assert "tables/link.jsonl, line 3" in sound(world.client("imke").get(PAGE))


def test_the_clock_asks_when_the_last_drill_was_long_ago(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = timedelta(days=settings.DRILL_DAYS)
    founded = world.organisation.founded_at
    by_the_clock.tick(founded + every - timedelta(minutes=1))
    assert not Drill.objects.exists()
    due = founded + every
    by_the_clock.tick(due)
    by_the_clock.tick(due + timedelta(minutes=1))
    assert {drill.organisation_id for drill in Drill.objects.all()} == {
        world.organisation.pk,
        world.foreign.pk,
    }
    assert Drill.objects.count() == 2 and all(drill.asked_by is None for drill in Drill.objects.all())
    monkeypatch.setattr(settings, "DRILL_DAYS", 0)
    by_the_clock.tick(due + timedelta(days=999))
    assert Drill.objects.count() == 2


def test_bytes_that_rotted_fail_the_drill(world: World) -> None:
    blob = Blob.objects.create(sha256="cd" * 32, size=1, kept_at=world.now)
    File.objects.create(organisation=world.organisation, blob=blob, name="a.txt", added_at=world.now)
    pk = ask_for_drill(actor=world.actor("imke"), now=world.now)["drill"]
    drills.rehearse_asked.call(organisation_id=str(world.organisation.pk), drill_id=pk)
    drill = Drill.objects.get()
    assert drill.state == DrillState.FAILED and "cdcd" in drill.problem


def test_a_drill_for_real(world: World) -> None:
    """Whatever the database here is, the scratch installation has its own."""
    lives.part_accepted(world)
    before = Entry.objects.filter(organisation=world.organisation).count()
    done = drills.rehearse(world.organisation.pk)
    assert done.problem == ""
    assert (done.entries, done.act) == (before, "pass") and done.rows > 50 and done.took_ms > 0
    assert Entry.objects.filter(organisation=world.organisation).count() == before
    assert not list((settings.HOME / "drills").iterdir())


def test_what_differs_first(world: World, tmp_path: Any) -> None:
    from outtask.takeback.archive.tests.material import members_of, resealed, zipped
    from outtask.takeback.archive.writing import export_to

    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    export_to(one, world.organisation.pk)
    there = members_of(one.read_bytes())
    for name, change, told_ in (
        ("tables/provider.jsonl", lambda lines: [*lines[:1], b"{}\n", *lines[2:]], ", line 2."),
        ("tables/provider.jsonl", lambda lines: lines[:2], ", where lines are missing."),
    ):
        lines = there[name].splitlines(keepends=True)
        two.write_bytes(zipped(resealed(there | {name: b"".join(change(lines))})))
        assert drills.first_difference(one, two) == f"What came back differs: {name}{told_}"
    two.write_bytes(one.read_bytes())
    assert drills.first_difference(one, two) == ""


def test_a_scratch_installation_that_cannot_start_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drills, "PROGRAM", "outtask.no_such_module")
    assert "The scratch installation failed" in drills.rehearse(world.organisation.pk).problem


def test_folders_of_killed_drills_are_taken_away() -> None:
    with drills.folder() as place:
        left = place.with_name("drill-left")
        left.mkdir()
        (left / "lock").touch()
        assert drills.sweep() == 1
        assert place.exists() and not left.exists()
    assert not place.exists()
