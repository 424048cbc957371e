"""Whatever is done to a log with SQL is found, and called by its name.

Each attack has two forms: the clumsy one, which touches rows and leaves the hashes, and the careful one of
somebody who knows how the log is made and makes every hash, the head and what else is in the database fit.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.files.storage import InMemoryStorage
from django.db import connection
from django.db.models import UUIDField

from outtask.journal import checkpoints, merkle, witness
from outtask.journal.bundles import Bundle
from outtask.journal.models import Checkpoint, Entry, FollowerCursor
from outtask.journal.statements import OTHERS, Statement
from outtask.journal.tampering import Tampering
from outtask.journal.tests.growing import days, entry, grow
from outtask.journal.verify import verify
from tests.world import World

ENTRY, HEAD, SAYING = "outtask_entry", "outtask_journalhead", "outtask_saying"


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home folder of its own: nobody else's witness."""
    monkeypatch.setattr(settings, "HOME", tmp_path)
    (tmp_path / "keys").mkdir()
    return tmp_path


@pytest.fixture
def ours(world: World) -> UUID:
    """A log of thirty entries, sealed at eleven and at twenty-one."""
    pk: UUID = world.organisation.pk
    for by in (10, 10):
        grow(pk, by, world.now)
        checkpoints.make(pk, world.now)
    grow(pk, 9, world.now)
    return pk


def sql(text: str, *values: Any) -> None:
    """Run one statement behind the journal's back."""
    given = [UUIDField().get_db_prep_value(v, connection) if isinstance(v, UUID) else v for v in values]
    with connection.cursor() as cursor:
        cursor.execute(text, given)


def found(ours: UUID, *also: Statement, deep: bool = True) -> tuple[Tampering | None, str]:
    fault = verify(ours, deep=deep, also=also).fault
    return (fault.kind, str(fault)) if fault else (None, "")


def named(ours: UUID, kind: Tampering, says: str, *also: Statement) -> None:
    """Both the deep and the quick look find it and call it by its name."""
    for deep in (True, False):
        assert found(ours, *also, deep=deep)[0] is kind, found(ours, *also, deep=deep)
        assert says in found(ours, *also, deep=deep)[1]


def bodies(ours: UUID) -> list[bytes]:
    return [
        bytes(one)
        for one in Entry.objects.filter(organisation_id=ours).order_by("seq").values_list("body", flat=True)
    ]


def numbered(body: bytes, seq: int) -> bytes:
    """An entry's bytes as if it stood at another place."""
    return re.sub(rb'"seq":\d+\}$', b'"seq":%d}' % seq, body)


def write(ours: UUID, wanted: list[bytes]) -> None:
    """Make the log hold just these bytes, with all hashes and the head made anew: the careful attacker."""
    rows = list(Entry.objects.filter(organisation_id=ours).order_by("seq"))
    for row, body in zip(rows, wanted, strict=False):
        sql(f"UPDATE {ENTRY} SET body = %s, leaf = %s WHERE id = %s", body, merkle.leaf_hash(body), row.pk)
    for row in rows[len(wanted) :]:
        sql(f"DELETE FROM {ENTRY} WHERE id = %s", row.pk)
    edge = merkle.Edge().extend(map(merkle.leaf_hash, wanted))
    sql(
        f"UPDATE {HEAD} SET size = %s, edge = %s WHERE organisation_id = %s", edge.size, edge.to_bytes(), ours
    )


def test_an_untouched_log_is_fine(ours: UUID, world: World) -> None:
    assert witness.watch(world.now) == 2
    report = verify(ours)
    assert (report.fault, report.remarks, report.checkpoints, report.entries) == (None, (), 4, 30)


# --- clumsy: rows are touched, hashes stay ----------------------------------------------------------


def test_edit_of_bytes(ours: UUID) -> None:
    changed = bodies(ours)[7].replace(b"founded", b"FOUNDED")
    sql(f"UPDATE {ENTRY} SET body = %s WHERE organisation_id = %s AND seq = 7", changed, ours)
    named(ours, Tampering.EDIT, "Entry 7 (")


@pytest.mark.parametrize("column", ["body", "leaf", "at", "kind", "subject_id", "outtask_id", "actor_id"])
@pytest.mark.parametrize("value", ["CAST(body AS TEXT)", "'no such thing'", "7", "x'41'"])
def test_something_else_in_a_column(ours: UUID, column: str, value: str) -> None:
    """On SQLite; a column of PostgreSQL holds what it is for."""
    sql(f"UPDATE {ENTRY} SET {column} = {value} WHERE organisation_id = %s AND seq = 7", ours)
    kind, says = found(ours)
    assert kind is Tampering.EDIT
    assert says.startswith("Entry 7")


def test_edit_of_bytes_and_their_hash(ours: UUID) -> None:
    body = bodies(ours)[27].replace(b"founded", b"FOUNDED")
    sql(
        f"UPDATE {ENTRY} SET body = %s, leaf = %s WHERE id = %s",
        body,
        merkle.leaf_hash(body),
        entry(ours, 27).pk,
    )
    assert found(ours)[0] is Tampering.EDIT and "Entry 27" in found(ours)[1]
    assert found(ours, deep=False) == (
        Tampering.EDIT,
        "The tree over all 30 entries has another root than the head says.",
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "brief.sent"),
        ("actor_kind", "member"),
        ("subject_type", "budget"),
        ("at", "2020-01-01T00:00Z"),
    ],
)
def test_edit_of_a_column(ours: UUID, column: str, value: str) -> None:
    sql(f"UPDATE {ENTRY} SET {column} = %s WHERE organisation_id = %s AND seq = 4", value, ours)
    assert found(ours)[0] is Tampering.EDIT and "Entry 4 (" in found(ours)[1]
    assert found(ours, deep=False)[0] is None


def test_edit_and_deletion_of_words(ours: UUID) -> None:
    sql(f"UPDATE {SAYING} SET text = %s WHERE text = %s", "Another name", "Name 5")
    assert found(ours) == (Tampering.EDIT, found(ours)[1]) and "Entry 5" in found(ours)[1]
    sql(f"DELETE FROM {SAYING} WHERE text = %s", "Another name")
    assert found(ours)[0] is Tampering.DELETE and "Entry 5" in found(ours)[1]


def test_deletion(ours: UUID) -> None:
    sql(f"DELETE FROM {ENTRY} WHERE organisation_id = %s AND seq = 9", ours)
    named(ours, Tampering.DELETE, "Entry 9: The entry is missing; the next one is 10.")


def test_deletion_with_the_others_moved_up(ours: UUID) -> None:
    sql(f"DELETE FROM {ENTRY} WHERE organisation_id = %s AND seq = 9", ours)
    for seq in range(10, 30):
        sql(f"UPDATE {ENTRY} SET seq = %s WHERE organisation_id = %s AND seq = %s", seq - 1, ours, seq)
    sql(f"UPDATE {HEAD} SET size = 29 WHERE organisation_id = %s", ours)
    named(ours, Tampering.DELETE, "It is number 10 by its bytes: 1 before it were deleted")


def test_insertion_with_the_others_moved_down(ours: UUID) -> None:
    for seq in range(29, 8, -1):
        sql(f"UPDATE {ENTRY} SET seq = %s WHERE organisation_id = %s AND seq = %s", seq + 1, ours, seq)
    forged = entry(ours, 8)
    forged.pk, forged.seq = UUID(int=9), 9
    forged.body = numbered(bytes(forged.body), 9)
    forged.leaf = merkle.leaf_hash(bytes(forged.body))
    forged.save(force_insert=True)
    sql(f"UPDATE {HEAD} SET size = 31 WHERE organisation_id = %s", ours)
    named(ours, Tampering.INSERT, "It is number 9 by its bytes: 1 were inserted before it")


def test_insertion_behind_the_end(ours: UUID) -> None:
    forged = entry(ours, 29)
    forged.pk, forged.seq = UUID(int=9), 30
    forged.body = numbered(bytes(forged.body), 30)
    forged.leaf = merkle.leaf_hash(bytes(forged.body))
    forged.save(force_insert=True)
    named(ours, Tampering.INSERT, "stand behind the end of the log, which has 30")


@pytest.mark.parametrize("what", ["seq", "bytes"])
def test_swap(ours: UUID, what: str) -> None:
    one, other = entry(ours, 12), entry(ours, 17)
    if what == "seq":
        for seq, row in ((1000, one), (12, other), (17, one)):
            sql(f"UPDATE {ENTRY} SET seq = %s WHERE id = %s", seq, row.pk)
    else:
        for body, row in ((other.body, one), (one.body, other)):
            sql(f"UPDATE {ENTRY} SET body = %s WHERE id = %s", bytes(body), row.pk)
    named(ours, Tampering.SWAP, "It was swapped with entry 17.")


def test_truncation(ours: UUID) -> None:
    sql(f"DELETE FROM {ENTRY} WHERE organisation_id = %s AND seq >= 25", ours)
    named(ours, Tampering.TRUNCATE, "The log ends after 25 entries; its head says 30.")


# --- careful: every hash and the head are made to fit; the signed checkpoints remain ----------------


def test_edit_with_all_hashes_made_anew(ours: UUID) -> None:
    wanted = bodies(ours)
    wanted[14] = wanted[14].replace(b'"clock"', b'"chess"')
    write(ours, wanted)
    assert found(ours, deep=False)[0] is Tampering.REWRITE
    assert (
        "Entries 11 to 20 are not those that the checkpoint of 2026-11-24 over 21"
        in found(ours, deep=False)[1]
    )


@pytest.mark.parametrize("attack", ["delete", "insert", "swap"])
def test_history_written_anew(ours: UUID, attack: str) -> None:
    wanted = bodies(ours)
    if attack == "delete":
        del wanted[5]
    elif attack == "insert":
        wanted = [*wanted[:5], wanted[4], *wanted[5:29]]
    else:
        wanted[5], wanted[6] = wanted[6], wanted[5]
    write(ours, [numbered(body, seq) for seq, body in enumerate(wanted)])
    for deep in (True, False):
        kind, says = found(ours, deep=deep)
        assert kind is Tampering.REWRITE and "Entries 0 to 10 are not those" in says, says


def test_truncation_with_the_head_made_anew(ours: UUID) -> None:
    write(ours, bodies(ours)[:18])
    named(ours, Tampering.TRUNCATE, "The log ends after 18 entries; the checkpoint of 2026-11-24 signs 21.")


def test_a_reader_of_the_log_remembers_more_than_there_is(ours: UUID) -> None:
    FollowerCursor.objects.create(follower="notices", organisation_id=ours, seq=30)
    write(ours, bodies(ours)[:25])
    named(ours, Tampering.TRUNCATE, "somebody read on up to 30 before")


def test_a_checkpoint_that_nobody_signed(ours: UUID) -> None:
    first = Checkpoint.objects.get(size=11)
    sql(
        "UPDATE outtask_checkpoint SET note = %s WHERE id = %s",
        first.note.replace("\n11\n", "\n12\n"),
        first.pk,
    )
    named(ours, Tampering.FORGERY, "The checkpoint over 11 entries")


# --- most careful: the checkpoints in the database are gone too --------------------------------------


def forget_checkpoints() -> None:
    sql("DELETE FROM outtask_checkpoint")
    sql("DELETE FROM outtask_block")


def test_truncation_without_checkpoints_is_seen_by_the_witness(ours: UUID, world: World) -> None:
    witness.watch(world.now)
    write(ours, bodies(ours)[:18])
    forget_checkpoints()
    named(ours, Tampering.REPLAY, "the witness outside of the database saw 21 of 2026-11-24")


def test_truncation_without_checkpoints_is_shown_by_what_the_other_party_kept(ours: UUID) -> None:
    kept = Bundle.parse(checkpoints.bundle(Checkpoint.objects.get(size=21))).head
    write(ours, bodies(ours)[:18])
    forget_checkpoints()
    assert found(ours) == (None, "")
    named(ours, Tampering.REPLAY, "the other party holds one with 21", Statement(21, kept.root, None, OTHERS))


def test_replay_of_an_old_backup(ours: UUID, world: World) -> None:
    """The database as it was, every row of it: nothing inside contradicts anything else."""
    witness.watch(world.now)
    Checkpoint.objects.filter(size=21).delete()
    write(ours, bodies(ours)[:15])
    sql("DELETE FROM outtask_block")
    named(ours, Tampering.REPLAY, "Checkpoints agree up to 11 entries")


def test_replay_of_an_old_backup_that_was_written_on(ours: UUID, world: World) -> None:
    witness.watch(world.now)
    Checkpoint.objects.filter(size=21).delete()
    write(ours, bodies(ours)[:15])
    sql("DELETE FROM outtask_block")
    grow(ours, 20, world.now)
    checkpoints.make(ours, days(world.now, 1))
    named(ours, Tampering.REPLAY, "agrees with the one over 11 of 2026-11-24")


def test_a_restore_that_was_meant_to_be_is_noted_and_no_fault(ours: UUID, world: World) -> None:
    witness.watch(world.now)
    Checkpoint.objects.filter(size=21).delete()
    write(ours, bodies(ours)[:15])
    witness.restored(ours, 15, days(world.now, 1))
    grow(ours, 20, world.now)
    checkpoints.make(ours, days(world.now, 2))
    witness.watch(world.now)
    report = verify(ours)
    assert report.fault is None
    assert report.remarks == (
        "Put back from a backup on 2026-11-25 at 15 entries; 6 entries after it were lost.",
    )


def test_the_witness_itself_is_not_believed_without_a_signature(ours: UUID, world: World, home: Path) -> None:
    witness.watch(world.now)
    path = home / "checkpoints" / f"{ours}.log"
    path.write_text(path.read_text().replace("\\n21\\n", "\\n22\\n").replace('"size": 21', '"size": 22'))
    named(ours, Tampering.FORGERY, "What the witness saw on 2026-11-24")


def test_checkpoints_that_only_the_witness_knows_are_told_of(ours: UUID, world: World) -> None:
    witness.watch(world.now)
    forget_checkpoints()
    report = verify(ours)
    assert report.fault is None
    assert report.remarks == (
        "2 checkpoints that the witness saw are not in the database; the first is over 11 entries.",
    )


def test_a_lost_journal(ours: UUID, world: World) -> None:
    witness.watch(world.now)
    sql(f"DELETE FROM {HEAD} WHERE organisation_id = %s", ours)
    named(ours, Tampering.DELETE, "has no journal")
    assert witness.organisations() == {ours}


# --- the witness ------------------------------------------------------------------------------------


@pytest.fixture(params=["folder", "store"])
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both places a witness can write to: a file of the home folder, objects in a store for many machines."""
    if request.param == "store":
        store = InMemoryStorage()
        monkeypatch.setattr(witness, "_store", lambda: store)
    return str(request.param)


def test_the_witness_remembers_in_order_and_once(ours: UUID, world: World, kept: str) -> None:
    assert witness.seen(ours) == [] and witness.organisations() == set()
    assert (witness.watch(world.now), witness.watch(world.now)) == (2, 0)
    witness.restored(ours, 11, days(world.now, 1))
    grow(ours, 1, world.now)
    checkpoints.make(ours, days(world.now, 2))
    assert witness.watch(world.now) == 1
    assert [(sight.size, bool(sight.note)) for sight in witness.seen(ours)] == [
        (11, True),
        (21, True),
        (11, False),
        (31, True),
    ]
    assert witness.organisations() == {ours}
    Checkpoint.objects.update(witnessed_at=None)
    witness.watch(world.now)  # told twice, after a crash: no harm
    assert {sight.size for sight in witness.seen(ours)} == {11, 21, 31}
    witness.forget(ours)
    assert witness.seen(ours) == []


def test_a_line_cut_off_by_a_power_failure_is_passed_over(ours: UUID, world: World, home: Path) -> None:
    witness.watch(world.now)
    path = home / "checkpoints" / f"{ours}.log"
    path.write_text(path.read_text()[:-40])
    assert [sight.size for sight in witness.seen(ours)] == [11]
    grow(ours, 1, world.now)
    checkpoints.make(ours, world.now)
    witness.watch(world.now)
    assert [sight.size for sight in witness.seen(ours)] == [11, 31]
