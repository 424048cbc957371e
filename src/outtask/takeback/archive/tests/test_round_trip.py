"""Out and back: the same bytes, the journal whole, nobody's passwords, nothing of anybody else."""

from __future__ import annotations

import io
import json
import zipfile
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from django.contrib.auth.hashers import is_password_usable
from django.db import connection

from outtask.files.storage import open_stored
from outtask.journal.merkle import leaf_hash, root_of
from outtask.journal.models import FollowerCursor
from outtask.journal.verify import verify
from outtask.kernel.refusal import Refused
from outtask.lifecycle import sample
from outtask.lifecycle.sample_removal import remove_organisation
from outtask.models import Blob, Entry, File, Link, Member, Organisation, OutTask, Person, Tuning
from outtask.takeback.archive import taking_in, writing
from outtask.takeback.archive.entries import Standing
from outtask.takeback.archive.tests.material import PLANTED, Members, inhabit, members_of
from tests.world import World

FOLLOWERS = ("notices", "packs")


def exported(organisation: Organisation) -> bytes:
    target = io.BytesIO()
    _, fault = writing.write(target, organisation.pk)
    assert not fault
    return target.getvalue()


def import_of(path: Path, world: World) -> taking_in.Plan:
    with taking_in.checked(path) as found:
        return taking_in.take_in(found, FOLLOWERS, world.now)


@pytest.fixture
def inhabited_world(world: World) -> World:
    inhabit(world)
    return world


def test_out_and_back_gives_the_same_bytes(inhabited_world: World, tmp_path: Path) -> None:
    world, path = inhabited_world, tmp_path / "archive.zip"
    hashes = dict(Link.objects.values_list("pk", "token_hash"))
    before = exported(world.organisation)
    path.write_bytes(before)
    remove_organisation(world.organisation.pk)
    assert not OutTask.objects.exists()

    planned = import_of(path, world)
    connection.check_constraints()
    assert planned.standing is Standing.NEW and planned.new == planned.rows
    assert exported(world.organisation) == before
    assert verify(world.organisation.pk).fault is None
    (tuning,) = Tuning.objects.all()
    assert (tuning.just_below, tuning.set_by.organisation_id) == (Decimal("7.5"), world.organisation.pk)
    # The same secret here, so the same links open; there is no way in but a new password.
    assert dict(Link.objects.values_list("pk", "token_hash")) == hashes
    people = Person.objects.filter(memberships__organisation=world.organisation)
    assert len(people) == 6 and not any(is_password_usable(person.password) for person in people)
    size = Entry.objects.filter(organisation=world.organisation).count()
    cursors = FollowerCursor.objects.filter(organisation=world.organisation)
    assert {cursor.follower: cursor.seq for cursor in cursors} == dict.fromkeys(FOLLOWERS, size)
    for sha, kept in Blob.objects.values_list("sha256", "size"):
        with open_stored(sha) as stored:
            content = stored.read()
        assert (sha256(content).hexdigest(), len(content)) == (sha, kept)

    again = import_of(path, world)
    assert again.standing is Standing.SAME and not any(again.new.values())
    assert exported(world.organisation) == before


def test_the_same_state_gives_the_same_bytes(inhabited_world: World) -> None:
    assert exported(inhabited_world.organisation) == exported(inhabited_world.organisation)


def test_the_sample_comes_back(db: None, world: World, tmp_path: Path) -> None:
    owner = sample.fill(world.now)
    shop = Member.objects.get(person=owner).organisation
    before = exported(shop)
    (tmp_path / "a.zip").write_bytes(before)
    remove_organisation(shop.pk)
    import_of(tmp_path / "a.zip", world)
    assert exported(shop) == before


def test_nothing_of_next_door_leaves(archive: bytes) -> None:
    assert PLANTED.encode() not in archive
    assert b"oskar" not in archive and b"Fold & Bind" not in archive


def test_no_secret_leaves(members: Members) -> None:
    text = b"".join(members[name] for name in members if name.startswith("tables/"))
    assert b"argon2" not in text and b"token_hash" not in text and b"password" not in text


def test_a_stranger_can_check_it_with_the_readme_alone(archive: bytes, members: Members) -> None:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        assert {info.date_time for info in opened.infolist()} == {writing.LONG_AGO}
    manifest = json.loads(members["manifest.json"])
    for name, part in manifest["members"].items():
        assert sha256(members[name]).hexdigest() == part["sha256"] and len(members[name]) == part["size"]
    for name, content in members.items():
        if name.startswith("files/"):
            assert sha256(content).hexdigest() == name.rpartition("/")[2]
    bodies = [json.loads(line)["body"].encode() for line in members["journal/entries.jsonl"].splitlines()]
    assert root_of(leaf_hash(body) for body in bodies).hex() == manifest["journal"]["root"]
    sayings = {row["id"]: row for row in map(json.loads, members["tables/saying.jsonl"].splitlines())}
    assert "Größe:\n“M”? 📚" in {
        row["text"] for row in map(json.loads, members["tables/message.jsonl"].splitlines())
    }
    assert sayings
    readme = members["README.md"].decode()
    assert "Harbour Row Books" in readme and "RFC 6962" in readme


def test_a_journal_that_does_not_verify_leaves_and_says_so(inhabited_world: World, tmp_path: Path) -> None:
    world = inhabited_world
    entry = Entry.objects.filter(organisation=world.organisation, seq=3).get()
    Entry.objects.filter(pk=entry.pk).update(body=bytes(entry.body) + b"\xff")
    path = tmp_path / "archive.zip"
    written = writing.export_to(path, world.organisation.pk)
    assert "do not have the root" in written.fault
    assert '"body64"' in members_of(path.read_bytes())["journal/entries.jsonl"].decode().splitlines()[3]
    with pytest.raises(Refused) as refused:
        import_of(path, world)
    assert "journal/entries.jsonl, line 4" in str(refused.value)


def test_bytes_that_are_gone_are_named(inhabited_world: World, tmp_path: Path) -> None:
    file = File.objects.all()[0]
    Blob.objects.create(sha256="ab" * 32, size=3, kept_at=inhabited_world.now)
    File.objects.filter(pk=file.pk).update(blob_id="ab" * 32)
    with pytest.raises(Refused, match="abab"):
        writing.export_to(tmp_path / "a.zip", inhabited_world.organisation.pk)
    assert not list(tmp_path.iterdir())


def test_who_is_represented_is_exported_with_the_one_who_acts(world: World) -> None:
    client = Organisation.objects.create(
        name="Tide Mill Trust", currency="GBP", founded_at=world.now, represented_by=world.organisation
    )
    with pytest.raises(Refused, match="Tide Mill Trust"):
        exported(client)
    assert "Tide Mill Trust" in members_of(exported(world.organisation))["tables/organisation.jsonl"].decode()
