"""The packs: what is in them, that it can be checked with nothing but the pack, and who gets which."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.core.files.storage import default_storage

from outtask.files.storage import open_stored
from outtask.journal.appending import FORMAT
from outtask.journal.merkle import leaf_hash
from outtask.journal.recording import digest_of_salted
from outtask.kernel.canonical import canonical
from outtask.kernel.refusal import Refused
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import Life
from outtask.messages.actions import write_message
from outtask.models import Entry, File, Handover
from outtask.takeback import packing
from outtask.takeback.actions import ask_for_pack_again, record_pack, record_pack_failed
from outtask.takeback.states import HandoverState
from outtask.takeback.tests.test_take_back import back
from tests.world import World


@pytest.fixture
def life(world: World) -> Life:
    """One half accepted, the other handed in; a word was exchanged and an invoice came with its paper."""
    life = lives.part_accepted(world)
    life.hands_in(2)
    write_message(
        actor=life.actor("imke"), now=world.now, outtask_id=life.outtask_id, text="Mind the spines."
    )
    return life


def packed(life: Life) -> Handover:
    handover = Handover.objects.filter(outtask_id=life.outtask_id).order_by("-id")[0]
    packing.pack(life.world.organisation.pk, handover.pk, life.world.now + timedelta(minutes=1))
    handover.refresh_from_db()
    return handover


def opened(file: File | None) -> zipfile.ZipFile:
    assert file is not None
    with open_stored(file.blob_id) as stored:
        return zipfile.ZipFile(io.BytesIO(stored.read()))


def rows(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))


def test_it_is_made_and_noted(life: Life) -> None:
    back(life, reason="We do it ourselves.")
    handover = packed(life)
    assert (handover.state, handover.packed_at) == ("packed", life.world.now + timedelta(minutes=1))
    entry = lives.read(Entry.objects.filter(kind="handover.packed"))[0]
    assert handover.pack is not None
    assert entry.says["sha256"] == handover.pack.blob_id
    assert (entry.says["file"], entry.says["files"], entry.actor_kind) == (handover.pack.pk, 2, "clock")
    assert handover.pack.name == f"handover-{life.outtask.reference}.zip"
    assert not handover.pack.shared


def test_every_file_is_in_it_by_its_sum(life: Life) -> None:
    back(life)
    archive = opened(packed(life).pack)
    listed = list(csv.DictReader(io.StringIO(archive.read("files.csv").decode())))
    assert [row["path"] for row in listed] == ["files/part-1.csv", "files/part-2.csv"]
    for row in listed:
        content = archive.read(row["path"])
        assert (sha256(content).hexdigest(), str(len(content))) == (row["sha256"], row["size"])
    assert archive.testzip() is None


def test_names_that_differ_in_case_alone_both_have_a_place(life: Life) -> None:
    File.objects.filter(name="part-2.csv").update(name="Part-1.CSV")
    back(life)
    names = [name for name in opened(packed(life).pack).namelist() if name.startswith("files/")]
    assert names == ["files/part-1.csv", "files/002-Part-1.CSV"]


def test_the_journal_in_it_proves_itself(life: Life) -> None:
    back(life)
    archive = opened(packed(life).pack)
    lines = [json.loads(line) for line in archive.read("journal.jsonl").splitlines()]
    assert "outtask.taken_back" in [line["entry"]["kind"] for line in lines]
    assert len(lines) == len(lives.kinds(life)) - 1  # the entry of the pack itself comes after it
    for line in lines:
        assert leaf_hash(FORMAT + canonical(line["entry"])).hex() == line["leaf"]
        for name, kept in line["words"].items():
            digest = digest_of_salted(bytes.fromhex(kept["salt"]), kept["text"])
            assert line["entry"]["says"][name]["digest"] == digest


def test_the_statement_of_work_is_in_it_byte_for_byte(life: Life) -> None:
    back(life)
    archive = opened(packed(life).pack)
    signed = [row["sha256"] for row in rows(archive, "decisions.json") if "sha256" in row]
    assert {sha256(archive.read("agreement/01-version-1.json")).hexdigest()} == set(signed)


def test_it_tells_what_was_decided_said_and_left_open(life: Life) -> None:
    life.invoices()
    back(life, reason="We do it ourselves.")
    archive = opened(packed(life).pack)
    decisions = [row["decision"] for row in rows(archive, "decisions.json")]
    assert sorted(decisions) == [
        "awarded", "milestone 1: accepted", "signed version 1 for the client",
        "signed version 1 for the provider", "spending: within_limit",
    ]  # fmt: skip
    assert [row["text"] for row in rows(archive, "thread.json")] == ["Mind the spines."]
    assert [(row["number"], row["amount"]) for row in rows(archive, "invoices.json")] == [
        ("INV-1", "GBP 206.00")
    ]
    assert [(row["order"], row["state"]) for row in rows(archive, "open-items.json")] == [(2, "handed_in")]
    assert [row["state"] for row in rows(archive, "milestones.json")] == ["accepted", "cancelled"]
    assert {row["email"] for row in rows(archive, "contacts.json")} == {
        "imke@harbour.example",
        "marek@solan.example",
    }
    readme = archive.read("README.md").decode()
    for told in ("Harbour Row Books took this work back on 24 November 2026 from Marek Solan", "“verify”",
                 "We do it ourselves.", "- 2. Part 2, due 2026-12-05, handed in",
                 "Accepted GBP 206.00, released again GBP 206.00"):  # fmt: skip
        assert told in readme
    assert "Photograph 60 first editions" in archive.read("brief.md").decode()


def test_the_same_facts_give_the_same_bytes(life: Life) -> None:
    back(life)
    handover = Handover.objects.get()
    first, again = io.BytesIO(), io.BytesIO()
    for target in (first, again):
        packing.write_zip(target, packing.for_the_client(handover), handover.taken_back_at)
    assert first.getvalue() == again.getvalue()


def test_what_goes_along_tells_no_price_no_name_and_no_decision(life: Life) -> None:
    life.invoices()
    back(life, reason="We do it ourselves.")
    onward = packed(life).onward
    archive = opened(onward)
    assert archive.namelist() == [
        "README.md", "brief.md", "files.csv", "open-items.json", "milestones.json",
        "files/part-1.csv", "files/part-2.csv",
    ]  # fmt: skip
    text = b"".join(archive.read(name) for name in archive.namelist()).decode()
    for private in ("206", "20600", "Marek", "Solan", "Imke", "ourselves", "INV-1", "Mind the spines"):
        assert private not in text
    assert "Somebody worked on this before" in text
    assert onward is not None and not onward.shared


def test_a_second_pack_does_not_hold_the_first(world: World) -> None:
    from outtask.takeback.tests.test_hand_on import hands_on

    life = lives.committed(world)
    back(life, successor="another")
    packed(life)
    hands_on(life)
    back(life)
    names = opened(packed(life).pack).namelist()
    assert not [name for name in names if name.startswith("files/")]


def test_made_once_however_often_it_is_asked_for(life: Life) -> None:
    back(life)
    packed(life)
    assert packing.pack(life.world.organisation.pk, Handover.objects.get().pk, life.world.now) is None
    assert Entry.objects.filter(kind="handover.packed").count() == 1


def test_a_worker_killed_before_the_record_leaves_nothing_behind(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    back(life)

    def killed(**given: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(packing, "record_pack", killed)
        with pytest.raises(KeyboardInterrupt):
            packed(life)
    assert Handover.objects.get().state == HandoverState.STARTED
    assert packed(life).state == HandoverState.PACKED


def test_a_file_that_is_gone_is_told_and_can_be_tried_again(life: Life) -> None:
    back(life)
    file = File.objects.get(name="part-1.csv")
    with open_stored(file.blob_id) as stored:
        content = stored.read()
    default_storage.delete(file.blob.path)
    handover = packed(life)
    assert (handover.state, handover.pack) == ("failed", None)
    assert (
        "FileNotFoundError" in lives.read(Entry.objects.filter(kind="handover.pack_failed"))[0].says["reason"]
    )
    from outtask.files.storage import store_pieces

    store_pieces([content], "part-1.csv")
    outcome = ask_for_pack_again(actor=life.actor("imke"), now=life.world.now, handover_id=handover.pk)
    assert outcome.kind == "handover.pack_asked_again"
    assert packed(life).state == "packed"


def test_only_the_worker_records_packs(life: Life) -> None:
    back(life)
    handover = packed(life)
    assert handover.pack is not None
    member: dict[str, Any] = {"actor": life.actor("imke"), "now": life.world.now, "handover_id": handover.pk}
    stored = packing.store_pieces([b"x"], "x.zip")
    for run in (
        lambda: record_pack(**member, pack=("x.zip", stored), onward=("y.zip", stored), files=0),
        lambda: record_pack_failed(**member, reason="no"),
    ):
        with pytest.raises(Refused) as refused:
            run()
        assert refused.value.refusal.code == "clock_only"


def test_a_pack_that_did_not_fail_is_not_tried_again(life: Life) -> None:
    back(life)
    with pytest.raises(Refused) as refused:
        ask_for_pack_again(actor=life.actor("imke"), now=life.world.now, handover_id=packed(life).pk)
    assert refused.value.refusal.code == "not_failed"


def test_the_follower_and_its_task_make_it(life: Life) -> None:
    from outtask.followers import background, errands
    from outtask.followers.engine import drain
    from outtask.kernel.identifiers import new_id

    back(life)
    drain(errands.FOLLOWERS, life.world.now)
    while background.run_next(new_id(), life.world.now + timedelta(hours=1)):
        pass
    assert Handover.objects.get().state == HandoverState.PACKED
