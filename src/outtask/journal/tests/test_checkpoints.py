"""Checkpoints are made once for each length, never of two histories, and prove what they say."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from outtask.journal import checkpoints, issuing, keychain, merkle, proofs, signing
from outtask.journal.bundles import Bundle, armoured, follow
from outtask.journal.models import Block, Checkpoint, Entry, Saying, SigningKey
from outtask.journal.notes import Note, SignerKey, VerifierKey, decoded, encoded, public_of
from outtask.journal.receipts import Receipt, examine
from outtask.journal.tests.growing import days, entry, grow, sizes
from outtask.journal.verify import verify
from tests.world import World


@pytest.fixture
def ours(world: World) -> Any:
    return world.organisation.pk


@pytest.fixture(params=[4, proofs.WIDTH])
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Short runs, so that a short log has many of them."""
    monkeypatch.setattr(proofs, "WIDTH", request.param)
    return int(request.param)


def make(world: World, now: Any = None) -> Checkpoint:
    made = checkpoints.make(world.organisation.pk, now or world.now)
    assert made is not None
    return made


def test_the_same_length_gives_the_same_checkpoint(world: World, ours: Any) -> None:
    first = make(world)
    again = make(world, days(world.now, 3))
    assert (again.pk, again.note, again.made_at) == (first.pk, first.note, world.now)
    Checkpoint.objects.all().delete()
    assert make(world).note == first.note  # nothing but the log goes into it
    head = checkpoints.head_of(first)
    assert (head.origin, head.size) == (f"outtask/{ours}", 1)
    assert Note.parse(first.note).signed_by([signing.signer_for(ours).verifier])


def test_an_empty_log_has_none(world: World) -> None:
    from outtask.journal.models import JournalHead
    from outtask.models import Organisation

    empty = Organisation.objects.create(name="Empty", currency="GBP", founded_at=world.now)
    JournalHead.objects.create(organisation=empty)
    assert checkpoints.make(empty.pk, world.now) is None


def test_proofs_of_a_growing_log_hold(world: World, ours: Any, width: int) -> None:
    made = [make(world)]
    for by in (1, 2, 5, 9, 17):
        grow(ours, by, world.now)
        made.append(make(world))
    assert sizes(ours) == [1, 2, 4, 9, 18, 35]
    assert Block.objects.filter(organisation_id=ours).count() == 35 // width
    key = signing.signer_for(ours).verifier
    for new, checkpoint in enumerate(made):
        for old in made[:new]:
            texts = [checkpoints.bundle(old), armoured(checkpoints.bundle(checkpoint, old))]
            assert follow([Bundle.parse(text) for text in texts], key).faults == ()
    for row in Entry.objects.filter(organisation_id=ours):
        receipt = issuing.issue(row, made[-1], "A sentence.")
        verdict = examine(Receipt.parse(receipt.to_json()), key)
        assert (verdict.holds, verdict.remarks) == (True, ())


def test_a_proof_reads_runs_and_not_every_entry(
    world: World, ours: Any, width: int, django_assert_max_num_queries: Any
) -> None:
    grow(ours, 40, world.now)
    checkpoint = make(world)
    with django_assert_max_num_queries(6):
        issuing.issue(entry(ours, 17), checkpoint)


def test_spoilt_blocks_are_passed_over(world: World, ours: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "WIDTH", 4)
    grow(ours, 30, world.now)
    checkpoint = make(world)
    Block.objects.filter(organisation_id=ours).update(root=bytes(32))
    assert examine(issuing.issue(entry(ours, 9), checkpoint)).holds
    grow(ours, 3, world.now)
    assert make(world).size == 34


def test_a_log_never_signs_two_histories(world: World, ours: Any) -> None:
    grow(ours, 8, world.now)
    make(world)
    grow(ours, 3, world.now)
    leaf = merkle.leaf_hash(b"another")
    Entry.objects.filter(organisation_id=ours, seq=4).update(leaf=leaf)
    with pytest.raises(checkpoints.Inconsistent, match="does not go on"):
        make(world)
    assert sizes(ours) == [9]


def test_a_receipt_is_not_given_for_what_was_changed(world: World, ours: Any) -> None:
    grow(ours, 8, world.now)
    checkpoint = make(world)
    changed = entry(ours, 3)
    changed.body = bytes(changed.body).replace(b"founded", b"FOUNDED")
    changed.leaf = merkle.leaf_hash(bytes(changed.body))
    changed.save()
    with pytest.raises(proofs.Unprovable):
        issuing.issue(changed, checkpoint)


def test_an_entry_waits_for_a_checkpoint_that_covers_it(world: World, ours: Any) -> None:
    assert issuing.covering(entry(ours, 0)) is None
    checkpoint = make(world)
    grow(ours, 1, world.now)
    assert issuing.covering(entry(ours, 0)) == checkpoint
    assert issuing.covering(entry(ours, 1)) is None


def test_erased_words_are_not_in_a_receipt(world: World, ours: Any) -> None:
    grow(ours, 2, world.now)
    Saying.objects.filter(text="Name 1").update(text="", erased_at=world.now)
    checkpoint = make(world)
    verdict = examine(issuing.issue(entry(ours, 1), checkpoint))
    assert verdict.holds and "erased" in " ".join(verdict.remarks)
    assert examine(issuing.issue(entry(ours, 2), checkpoint)).facts["words"] == {"name": "Name 2"}


# --- keys -----------------------------------------------------------------------------------------


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, db: None) -> Path:
    """A home folder of its own, without a key yet."""
    monkeypatch.setattr(settings, "HOME", tmp_path)
    monkeypatch.setattr(settings, "SIGNING_KEY", "")
    (tmp_path / "keys").mkdir()
    return tmp_path / "keys"


def test_the_key_is_made_once_and_for_its_owner_alone(keys: Path) -> None:
    seed = signing.seed()
    assert signing.seed() == seed
    assert [path.name for path in keys.iterdir()] == ["signing"]
    assert stat.S_IMODE((keys / "signing").stat().st_mode) == 0o600


def test_a_spoilt_key_is_not_replaced_in_silence(keys: Path) -> None:
    (keys / "signing").write_text("what is this")
    with pytest.raises(signing.NoKey, match="Put the right one back"):
        signing.seed()


def test_after_a_rotation_old_and_new_verify(keys: Path, world: World, ours: Any) -> None:
    old = make(world)
    before = signing.signer_for(ours).verifier
    row, shown = signing.rotate(days(world.now, 1))
    assert shown == "" and [path.name for path in keys.iterdir()] == ["signing"]
    assert row.public == encoded(public_of(signing.seed()))
    grow(ours, 3, world.now)
    new = make(world)
    after = signing.signer_for(ours).verifier
    assert before != after
    assert (old.key_id, new.key_id) == (encoded(before.public), encoded(after.public))
    assert SigningKey.objects.get(pk=old.key_id).until == days(world.now, 1)
    for checkpoint, seq in ((old, 0), (new, 3)):
        receipt = issuing.issue(entry(ours, seq), checkpoint)
        assert examine(receipt, before).holds and examine(receipt, after).holds
    report = verify(ours)
    assert (report.fault, report.remarks) == (None, ())


def test_a_key_from_the_environment_is_rotated_by_hand(
    keys: Path, world: World, ours: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = SignerKey(keychain.NAME, os.urandom(32))
    monkeypatch.setattr(settings, "SIGNING_KEY", str(own))
    make(world)
    row, shown = signing.rotate(world.now)
    assert list(keys.iterdir()) == []
    assert signing.seed() == own.seed  # until the new one is set everywhere
    grow(ours, 1, world.now)
    make(world)
    monkeypatch.setattr(settings, "SIGNING_KEY", shown)
    assert signing.current(world.now) == row
    grow(ours, 1, world.now)
    make(world)
    report = verify(ours)
    assert (report.fault, report.remarks, report.checkpoints) == (None, (), 3)


def test_a_rotation_that_was_cut_off_is_finished(
    keys: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = signing.seed()
    with monkeypatch.context() as patch, pytest.raises(OSError):
        patch.setattr(Path, "replace", _cut_off)
        signing.rotate(world.now)
    assert signing.seed() == first
    signing.finish_rotation()
    assert encoded(public_of(signing.seed())) == SigningKey.objects.get(until=None).public
    (keys / "signing.next").write_text(str(SignerKey(keychain.NAME, os.urandom(32))))
    kept = signing.seed()
    signing.finish_rotation()  # cut off before the table knew of it: the old one stays
    assert signing.seed() == kept and [path.name for path in keys.iterdir()] == ["signing"]


def _cut_off(path: Path, target: Path) -> Path:
    raise OSError("cut off")


def test_a_lost_key_is_told_of(keys: Path, world: World, ours: Any) -> None:
    make(world)
    (keys / "signing").unlink()
    grow(ours, 1, world.now)
    make(world, days(world.now, 1))
    report = verify(ours)
    assert report.fault is None
    assert "lost or replaced" in report.remarks[0]


def test_keys_of_an_imported_organisation_are_vouched_for(keys: Path, world: World, ours: Any) -> None:
    make(world)
    foreign = SigningKey.objects.get()
    SigningKey.objects.filter(pk=foreign.pk).update(until=world.now)
    (keys / "signing").unlink()
    adopted = signing.adopt(foreign, ours, world.now)
    assert len(adopted.adoptions) == 1
    assert len(signing.adopt(foreign, ours, world.now).adoptions) == 1
    assert len(signing.adopt(foreign, world.foreign.pk, world.now).adoptions) == 2
    trusted = signing.trusted_for(ours, signing.known_keys())
    assert VerifierKey(f"outtask/{ours}", decoded(foreign.public, "key")) in trusted
    assert (verify(ours).fault, verify(ours).remarks) == (None, ())
