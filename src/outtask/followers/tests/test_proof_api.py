"""Proofs for programs: the bytes that pages hand out, for whoever may read the line."""

from __future__ import annotations

from typing import Any

import pytest

from outtask.api.tests.callers import ROOT, Caller, token_for
from outtask.api.tests.test_program import agreed
from outtask.journal import checkpoints, signing
from outtask.journal.bundles import Bundle, follow
from outtask.journal.merkle import verify_consistency
from outtask.journal.models import Checkpoint, Entry
from outtask.journal.notes import decoded
from outtask.journal.receipts import Receipt, examine
from outtask.journal.tests.growing import grow
from outtask.kernel.identifiers import new_id
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import Life
from outtask.outtasks.models import OutTask
from outtask.people.models import Provider
from tests.world import World


@pytest.fixture
def life(world: World) -> Life:
    return lives.done(world)


def caller(world: World, name: str = "imke", *scopes: str) -> Caller:
    return Caller(token_for(world.member(name), world.now, *scopes))


def seal(world: World) -> Checkpoint:
    made = checkpoints.make(world.organisation.pk, world.now)
    assert made is not None
    return made


def entry_of(life: Life, kind: str = "invoice.paid") -> Entry:
    found: Entry = Entry.objects.filter(outtask_id=life.outtask_id, kind=kind).latest("seq")
    return found


def test_the_timeline_leads_to_the_receipts_of_the_page(life: Life, world: World) -> None:
    seal(world)
    calls, page = caller(world), world.client("imke")
    key = signing.signer_for(world.organisation.pk).verifier
    lines = calls.reads(f"/out-tasks/{life.outtask.reference}/timeline?limit=200")["items"]
    assert len(lines) > 15
    for line in lines:
        receipt = calls.get(f"/entries/{line['entry']}/receipt")
        assert receipt.content == page.get(f"/receipts/{line['seq']}").content
        assert examine(Receipt.parse(receipt.content), key).holds


def test_who_has_it_already_is_told_so(life: Life, world: World) -> None:
    checkpoint = seal(world)
    calls = caller(world)
    for path in (
        f"/entries/{entry_of(life).pk}/receipt",
        "/checkpoints/latest",
        "/checkpoints/latest/text",
        f"/checkpoints/consistency?new={checkpoint.size}",
    ):
        tag = calls.get(path)["ETag"]
        again = calls.get(path, If_None_Match=tag)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag), path
        assert calls.get(path, If_None_Match='"another"').status_code == 200


def test_nothing_is_proven_before_it_is_sealed(life: Life, world: World) -> None:
    calls = caller(world)
    for path in (
        f"/entries/{entry_of(life).pk}/receipt",
        "/checkpoints/latest",
        "/checkpoints/latest/text",
        "/checkpoints/consistency",
    ):
        problem = calls.get(path)
        assert (problem.status_code, problem.json()["code"]) == (409, "nothing_sealed"), path
    assert calls.reads("/checkpoints")["items"] == []


def test_whose_line_it_is_not(life: Life, world: World) -> None:
    """Foreign, a colleague's, of no out-task, absent: the same bytes."""
    seal(world)
    absent = caller(world).get(f"/entries/{new_id()}/receipt").content
    of_none = Entry.objects.get(organisation=world.organisation, seq=0)
    for name, entry in (("oskar", entry_of(life)), ("roisin", entry_of(life)), ("imke", of_none)):
        hidden = caller(world, name).get(f"/entries/{entry.pk}/receipt")
        assert (hidden.status_code, hidden.content) == (404, absent), name


def test_a_program_reads_what_its_provider_may(world: World) -> None:
    """Of the out-task it does; not what is among the client's people, nor what others do."""
    others, program = lives.done(world), caller_for(world, world.pagewright)
    reference = agreed(world, caller(world), program)
    seal(world)
    mine = Entry.objects.filter(outtask_id=OutTask.objects.get(reference=reference).pk)
    receipt = program.get(f"/entries/{mine.get(kind='agreement.signed_by_provider').pk}/receipt")
    assert examine(Receipt.parse(receipt.content)).holds
    for entry in (mine.get(kind="agreement.drafted"), entry_of(others)):
        assert program.get(f"/entries/{entry.pk}/receipt").status_code == 404
    assert program.get("/checkpoints/latest").status_code == 200


def caller_for(world: World, provider: Provider) -> Caller:
    return Caller(token_for(world.member("imke"), world.now, provider=provider))


def test_nobody_without_a_token_gets_anything(life: Life, world: World) -> None:
    seal(world)
    for path in ("/checkpoints", "/checkpoints/latest", f"/entries/{entry_of(life).pk}/receipt"):
        assert Caller("ot_nonsense").get(path).status_code == 401


def test_checkpoints_and_that_one_goes_on_from_another(life: Life, world: World) -> None:
    calls, key = caller(world), signing.signer_for(world.organisation.pk).verifier
    first = seal(world)
    alone = calls.reads("/checkpoints/consistency")
    assert (alone["old"], alone["proof"], alone["new"]["size"]) == (None, [], first.size)
    kept = Bundle.parse(calls.get("/checkpoints/latest/text").content)
    grow(world.organisation.pk, 3, world.now)
    second = seal(world)
    assert [one["size"] for one in calls.reads("/checkpoints")["items"]] == [second.size, first.size]
    latest = calls.reads("/checkpoints/latest")
    assert (latest["size"], latest["note"], latest["key"]) == (second.size, second.note, str(key))

    text = calls.get(f"/checkpoints/latest/text?since={first.size}")
    assert text.content == world.client("imke").get(f"/checkpoint?since={first.size}").content
    assert follow([kept, Bundle.parse(text.content)], key).faults == ()

    said = calls.reads("/checkpoints/consistency")
    assert said == calls.reads(f"/checkpoints/consistency?old={first.size}&new={second.size}")
    assert proves(said)
    assert not proves(said | {"proof": said["proof"][1:]})


def proves(said: dict[str, Any]) -> bool:
    old, new = said["old"], said["new"]
    hashes = [decoded(one, "proof") for one in said["proof"]]
    return verify_consistency(
        old["size"], new["size"], bytes.fromhex(old["root"]), bytes.fromhex(new["root"]), hashes
    )


def test_checkpoints_that_never_were(life: Life, world: World) -> None:
    first = seal(world)
    grow(world.organisation.pk, 3, world.now)
    second = seal(world)
    calls = caller(world)
    for query in (f"old={first.size + 1}", f"new={second.size + 1}", f"old={2**63 - 1}"):
        assert calls.get(f"/checkpoints/consistency?{query}").status_code == 404, query
    assert calls.get(f"/checkpoints/latest/text?since={first.size + 1}").status_code == 404
    turned = calls.get(f"/checkpoints/consistency?old={second.size}&new={first.size}")
    assert (turned.status_code, turned.json()["code"]) == (422, "old_is_newer")
    for wrong in ("0", "-1", "x", str(2**63)):
        assert calls.get(f"/checkpoints/consistency?old={wrong}").status_code == 422, wrong
    # Those of another organisation are none of this one.
    assert caller(world, "oskar").get(f"/checkpoints/consistency?old={first.size}").status_code in {404, 409}


def test_nothing_is_handed_out_of_a_log_that_was_changed(life: Life, world: World) -> None:
    first = seal(world)
    grow(world.organisation.pk, 3, world.now)
    seal(world)
    entry = entry_of(life)
    Entry.objects.filter(pk=entry.pk).update(leaf=bytes(32))
    calls = caller(world)
    for path in (
        f"/entries/{entry.pk}/receipt",
        "/checkpoints/consistency",
        f"/checkpoints/latest/text?since={first.size}",
    ):
        problem = calls.get(path)
        assert (problem.status_code, problem.json()["code"]) == (409, "log_inconsistent"), path


def test_the_document_says_what_comes(world: World) -> None:
    document = caller(world).reads("/openapi.json")
    for path, media_type in (
        ("/entries/{entry_id}/receipt", "application/json"),
        ("/checkpoints/latest/text", "text/plain"),
    ):
        responses = document["paths"][ROOT + path]["get"]["responses"]
        assert media_type in responses["200"]["content"] and "ETag" in responses["200"]["headers"]
        assert "304" in responses
