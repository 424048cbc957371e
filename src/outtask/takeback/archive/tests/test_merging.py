"""Beside other organisations, and beside itself: older, newer, the same, another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection

from outtask.journal.verify import verify
from outtask.kernel.refusal import Refused
from outtask.lifecycle.sample_removal import remove_organisation
from outtask.lifecycle.tests import life as lives
from outtask.messages.actions import write_message
from outtask.models import Checkpoint, Entry, Member, Message, Organisation, OutTask, Person, Provider, Token
from outtask.takeback.archive import taking_in
from outtask.takeback.archive.entries import Standing
from outtask.takeback.archive.merging import Plan
from outtask.takeback.archive.tests.material import changed, members_of, put, rows, zipped
from outtask.takeback.archive.tests.test_round_trip import exported, import_of
from tests.world import World


@dataclass
class Moved:
    """Harbour Row Books with one out-task, an archive of it, and a word that was written afterwards."""

    world: World
    life: lives.Life
    path: Path

    @property
    def own(self) -> Organisation:
        return self.world.organisation

    def writes(self, text: str) -> None:
        imke = self.world.actor("imke")
        write_message(actor=imke, now=self.world.now, outtask_id=self.life.outtask_id, text=text)

    def plan(self) -> Plan:
        with taking_in.checked(self.path) as found:
            return found.plan()

    def refused(self) -> str:
        with pytest.raises(Refused) as refused:
            import_of(self.path, self.world)
        return str(refused.value)


@pytest.fixture
def moved(world: World, tmp_path: Path) -> Moved:
    life = lives.part_accepted(world)
    return Moved(world, life, put(tmp_path, exported(world.organisation)))


def test_beside_another_organisation(moved: Moved) -> None:
    before = exported(moved.world.foreign)
    remove_organisation(moved.own.pk)
    assert import_of(moved.path, moved.world).standing is Standing.NEW
    connection.check_constraints()
    assert exported(moved.world.foreign) == before
    assert verify(moved.world.foreign.pk).fault is None
    assert exported(moved.own) == moved.path.read_bytes()


def test_a_person_is_recognised_by_the_address(moved: Moved) -> None:
    imke = moved.world.member("imke").person
    remove_organisation(moved.own.pk)
    here = Person.objects.create(email=imke.email.upper(), name="Imke V.", zone="UTC", password="kept")
    planned = moved.plan()
    assert (planned.by_email, planned.new["person"], planned.rows["person"]) == (1, 5, 6)
    import_of(moved.path, moved.world)
    connection.check_constraints()
    assert Member.objects.get(organisation=moved.own, role="owner").person == here
    kept = Person.objects.get(pk=here.pk)
    assert (kept.name, kept.password) == ("Imke V.", "kept")
    assert verify(moved.own.pk).fault is None


def test_two_persons_who_are_one_here(moved: Moved) -> None:
    imke, joseph = (moved.world.member(name).person for name in ("imke", "joseph"))
    remove_organisation(moved.own.pk)
    Person.objects.create(pk=joseph.pk, email=imke.email, name="Both", zone="UTC")
    assert "are one person here" in moved.refused()
    assert not OutTask.objects.exists()


def test_a_tracking_code_that_is_taken(moved: Moved) -> None:
    code = moved.life.outtask.tracking_code
    remove_organisation(moved.own.pk)
    oskar = moved.world.member("oskar")
    OutTask.objects.create(
        organisation=moved.world.foreign, reference="OT-26-1", tracking_code=code, title="Bind", owner=oskar,
        opened_at=moved.world.now,
    )  # fmt: skip
    assert "tables/outtask.jsonl, line 1, tracking_code" in moved.refused()
    assert not Organisation.objects.filter(pk=moved.own.pk).exists()


def test_an_id_that_another_organisation_has(moved: Moved) -> None:
    taken = moved.life.outtask_id
    remove_organisation(moved.own.pk)
    OutTask.objects.create(
        pk=taken, organisation=moved.world.foreign, reference="OT-26-1", tracking_code="free", title="Bind",
        owner=moved.world.member("oskar"), opened_at=moved.world.now,
    )  # fmt: skip
    assert "tables/outtask.jsonl, line 1" in moved.refused()


def test_an_archive_that_goes_on(moved: Moved, tmp_path: Path) -> None:
    """What only this installation knows stays; everything else is as in the archive."""
    old = moved.path.read_bytes()
    moved.writes("Written later.")
    newer = exported(moved.own)
    remove_organisation(moved.own.pk)
    import_of(moved.path, moved.world)
    Provider.objects.filter(organisation=moved.own).update(claimed_by=moved.world.foreign)
    imke = Member.objects.get(organisation=moved.own, role="owner")
    token = Token.objects.create(
        organisation=moved.own, member=imke, made_by=imke, name="Shop", token_hash="x",
        made_at=moved.world.now, expires_at=moved.world.now,
    )  # fmt: skip
    moved.path = put(tmp_path, newer, "newer.zip")
    planned = moved.plan()
    assert (planned.standing, planned.new["message"]) == (Standing.AHEAD, 1)
    import_of(moved.path, moved.world)
    connection.check_constraints()
    assert exported(moved.own) == newer
    assert verify(moved.own.pk).fault is None
    assert Provider.objects.filter(organisation=moved.own, claimed_by=moved.world.foreign).count() == 3
    assert Token.objects.get().pk == token.pk
    # And back again: the older archive is refused, nothing is lost.
    moved.path = put(tmp_path, old, "older.zip")
    assert "has gone on since" in moved.refused()
    assert Message.objects.get().text == "Written later."


def test_a_history_that_parted(moved: Moved, tmp_path: Path) -> None:
    shared = Entry.objects.filter(organisation=moved.own).count()
    moved.writes("Here.")
    one = put(tmp_path, exported(moved.own), "one.zip")
    remove_organisation(moved.own.pk)
    import_of(moved.path, moved.world)
    moved.writes("There.")
    moved.path = one
    assert f"another one from entry {shared} on" in moved.refused()
    assert Message.objects.get().text == "There."


def test_a_database_that_does_not_take_a_line_names_it(moved: Moved, tmp_path: Path) -> None:
    there = members_of(moved.path.read_bytes())

    def spend(found: list[dict[str, int]]) -> None:
        found[0]["committed_minor"] = 10**12

    path = put(tmp_path, zipped(changed(there, "budget", spend)), "overspent.zip")
    remove_organisation(moved.own.pk)
    with pytest.raises(Refused) as refused:
        import_of(path, moved.world)
    assert "tables/budget.jsonl, line 1" in str(refused.value) and rows(there, "budget")
    assert not Organisation.objects.filter(pk=moved.own.pk).exists()
    assert not Checkpoint.objects.exists()
