"""Receipts and checkpoints on pages: for whoever may read the line, and never by changing anything."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from outtask.followers.timeline import happenings
from outtask.journal import checkpoints, signing
from outtask.journal.bundles import Bundle, follow
from outtask.journal.models import Checkpoint, Entry
from outtask.journal.receipts import Receipt, examine
from outtask.journal.tests.growing import grow
from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import Life
from outtask.people.links import address_of
from outtask.people.models import Link
from tests.world import World


@pytest.fixture
def life(world: World) -> Life:
    return lives.done(world)


def path_of(link: Link, rest: str) -> str:
    return "/l/" + address_of(link).rpartition("/l/")[2] + "/" + rest


def seq_of(life: Life, kind: str) -> int:
    return int(Entry.objects.filter(outtask_id=life.outtask_id, kind=kind).latest("seq").seq)


def seal(life: Life) -> Checkpoint:
    made = checkpoints.make(life.world.organisation.pk, life.world.now)
    assert made is not None
    return made


def receipt(response: Any) -> Receipt:
    assert response.status_code == 200, response.status_code
    assert response["Content-Type"] == "application/json"
    assert "attachment" in response["Content-Disposition"]
    return Receipt.parse(response.content)


def test_every_line_of_the_timeline_leads_to_its_receipt(life: Life, world: World) -> None:
    seal(life)
    client = world.client("ada")
    key = signing.signer_for(world.organisation.pk).verifier
    rows = happenings(life.actor("ada"), life.outtask_id, size=100)
    assert len(rows) > 15
    page = client.get(f"/out-tasks/{life.outtask.reference}/timeline").content.decode()
    for row in rows:
        assert f'href="{row.proof}"' in page
        verdict = examine(receipt(client.get(row.proof)), key)
        assert (verdict.holds, verdict.remarks, verdict.facts["place"]) == (True, (), row.seq)


def test_the_receipt_says_what_the_line_says(life: Life, world: World) -> None:
    seal(life)
    found = receipt(world.client("imke").get(f"/receipts/{seq_of(life, 'milestone.accepted')}"))
    assert "Milestone Part 2 accepted, £206.00 is owed" in found.summary
    facts = examine(found).facts
    assert facts["words"]["milestone"] == "Part 2"
    assert facts["entry"]["says"]["amount"] == {"currency": "GBP", "minor": 20600}


def test_reading_changes_nothing_and_sealing_is_a_button(life: Life, world: World) -> None:
    client = world.client("imke")
    address = f"/receipts/{seq_of(life, 'invoice.paid')}"
    waiting = client.get(address)
    assert "sealed tonight" in waiting.content.decode() and "Seal now" in waiting.content.decode()
    assert not Checkpoint.objects.exists()
    sealed = client.post(address)
    assert (sealed.status_code, sealed["Location"]) == (303, address)
    assert examine(receipt(client.get(address))).holds
    client.post(address)
    assert Checkpoint.objects.count() == 1


@pytest.mark.parametrize("name", ["oskar", None])
def test_strangers_get_what_is_absent(life: Life, world: World, name: str | None) -> None:
    seal(life)
    client = world.client(name) if name else Client()
    there = client.get(f"/receipts/{seq_of(life, 'invoice.paid')}")
    absent = client.get("/receipts/999999999999999999")
    assert there.status_code == absent.status_code == (404 if name else 302)
    assert "invoice" not in there.content.decode()


def test_a_requester_reads_only_their_own_out_tasks(life: Life, world: World) -> None:
    seal(life)
    assert world.client("roisin").get(f"/receipts/{seq_of(life, 'invoice.paid')}").status_code == 404


def test_an_entry_of_no_out_task_has_no_receipt_here(life: Life, world: World) -> None:
    seal(life)
    assert world.client("imke").get("/receipts/0").status_code == 404


def test_a_guest_reads_the_proofs_of_their_out_task(life: Life, world: World) -> None:
    seal(life)
    client, link = Client(), life.deliver_link
    page = client.get(path_of(link, "proofs")).content.decode()
    assert "Milestone Part 1 accepted, £206.00 is owed" in page
    assert f'href="{path_of(link, "proofs")}"' in client.get(path_of(link, "")[:-1]).content.decode()
    address = path_of(link, f"receipts/{seq_of(life, 'invoice.paid')}")
    assert f'href="{address}"' in page
    assert examine(receipt(client.get(address))).holds
    assert str(signing.signer_for(world.organisation.pk).verifier) in page.replace("&#x2B;", "+")


def test_a_guest_does_not_read_what_is_among_the_clients_people(life: Life, world: World) -> None:
    seal(life)
    guest = Client()
    hidden = Entry.objects.filter(outtask_id=life.outtask_id, kind="request.asked_for")
    for entry in hidden or Entry.objects.filter(outtask_id=life.outtask_id, kind="agreement.drafted"):
        assert guest.get(path_of(life.deliver_link, f"receipts/{entry.seq}")).status_code == 404
    assert guest.get(path_of(life.deliver_link, "receipts/0")).status_code == 404


def test_a_guest_can_have_an_entry_sealed(life: Life, world: World) -> None:
    client = Client()
    address = path_of(life.deliver_link, f"receipts/{seq_of(life, 'invoice.paid')}")
    assert "Seal now" in client.get(address).content.decode()
    assert client.post(address).status_code == 303
    assert examine(receipt(client.get(address))).holds


def test_a_link_to_decide_and_a_closed_link_open_no_proofs(life: Life, world: World) -> None:
    client, link = Client(), life.deliver_link
    assert client.get(path_of(lives.referred(world).decide_link, "proofs")).status_code == 404
    Link.objects.filter(pk=link.pk).update(revoked_at=world.now)
    assert client.get(path_of(link, "proofs")).status_code in {409, 410}
    assert client.get("/l/nonsense/proofs").status_code == 404


def test_checkpoints_are_downloaded_with_the_proof_from_any_earlier_one(life: Life, world: World) -> None:
    client, key = world.client("imke"), signing.signer_for(world.organisation.pk).verifier
    assert client.get("/checkpoint").status_code == 409
    first = seal(life)
    before = Bundle.parse(client.get("/checkpoint").content)
    grow(world.organisation.pk, 3, world.now)
    seal(life)
    after = Bundle.parse(client.get(f"/checkpoint?since={first.size}").content)
    assert follow([before, after], key).faults == ()
    by_link = Bundle.parse(Client().get(path_of(life.deliver_link, f"checkpoint?since={first.size}")).content)
    assert by_link == after
    for wrong in ("1", "x", "-1", "9" * 30, str(first.size + 1)):
        assert client.get(f"/checkpoint?since={wrong}").status_code == 404


def test_nothing_is_handed_out_of_a_log_that_was_changed(life: Life, world: World) -> None:
    seal(life)
    client = world.client("imke")
    address = f"/receipts/{seq_of(life, 'invoice.paid')}"
    good = json.loads(client.get(address).content)
    Entry.objects.filter(outtask_id=life.outtask_id, seq=good["place"]).update(leaf=bytes(32))
    changed = client.get(address)
    assert changed.status_code == 409
    assert "outtask verify" in changed.content.decode()
    grow(world.organisation.pk, 1, world.now)
    assert client.post(address).status_code == 409
