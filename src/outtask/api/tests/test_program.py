"""A whole life over the API alone, with an AI agent as the provider; and how it ends."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from outtask.api.tests.callers import Caller, token_for
from outtask.journal.models import Entry
from outtask.journal.verify import verify
from outtask.messages.models import Message
from outtask.models import Link, OutTask, Signature, Submission
from tests.world import World

pytestmark = pytest.mark.django_db

GBP = "GBP"
PRICE = {"minor": 41_200, "currency": GBP}


def sent(world: World, imke: Caller) -> str:
    done = imke.does("/briefs", {"what": "Write 40 blurbs", "by_when": "2026-12-24"})
    path = f"/out-tasks/{done['reference']}/brief"
    version = imke.reads(path)["version"]
    asked = [str(world.pagewright.pk), str(world.marek.pk)]
    imke.does(f"{path}/sendings", {"version": version, "provider_ids": asked, "answer_by": "2026-12-01"})
    return str(done["reference"])


def offered(world: World, imke: Caller, program: Caller) -> tuple[str, str]:
    reference = sent(world, imke)
    invitation = program.reads("/invitations")["items"][0]
    offer = {"price": PRICE, "ready_on": "2026-12-10"}
    done = program.does(f"/invitations/{invitation['id']}/proposals", offer)
    return reference, str(done["proposal_id"])


def agreed(world: World, imke: Caller, program: Caller) -> str:
    reference, proposal = offered(world, imke, program)
    imke.does(f"/proposals/{proposal}/award", {"reasons": "Quick, and Joseph answers for it."})
    path = f"/out-tasks/{reference}/agreement"
    imke.does(path, {})
    assert program.get(path).status_code == 404, "a draft is nobody's business but the client's"
    imke.does(f"{path}/client-signature", signable(imke, path))
    program.does(f"{path}/provider-signature", signable(program, path) | {"name": "Pagewright by Joseph"})
    return reference


def signable(caller: Caller, path: str) -> dict[str, Any]:
    shown = caller.reads(path)
    return {"version": shown["version"], "sha256": shown["sha256"]}


def underway(world: World, imke: Caller, program: Caller) -> str:
    reference = agreed(world, imke, program)
    asked = imke.does(f"/out-tasks/{reference}/requests", {"budget_id": str(world.budget.pk)})
    assert asked["committed"] is True
    return reference


def test_from_need_to_payment(world: World, imke: Caller, pagewright: Caller) -> None:
    nadia = Caller(token_for(world.member("nadia"), world.now))
    dunstan = Caller(token_for(world.member("dunstan"), world.now))
    reference = underway(world, imke, pagewright)
    milestone = f"/out-tasks/{reference}/milestones/1"
    work = SimpleUploadedFile("blurbs.txt", b"Forty blurbs.")
    handed = pagewright.upload(f"{milestone}/submissions", {"files": [work], "note": "All forty."})
    assert handed.status_code == 201, handed.content
    shown = nadia.reads(f"{milestone}/submissions")["items"][0]
    content = nadia.get(f"/files/{shown['files'][0]['id']}/content")
    assert b"".join(content.streaming_content) == b"Forty blurbs."
    nadia.does(f"{milestone}/acceptance", {"submission_number": shown["number"]})
    accepted = pagewright.reads(f"/out-tasks/{reference}/milestones")["items"][0]
    claim = {"number": "PW-1", "dated_on": "2026-11-24", "milestone_ids": [accepted["id"]]}
    invoice = pagewright.upload(f"/out-tasks/{reference}/invoices", claim).json()
    assert invoice["amount_minor"] == PRICE["minor"]
    dunstan.does(f"/invoices/{invoice['id']}/approval")
    paid = {"paid_on": "2026-11-24", "bank_reference": "BACS 7"}
    assert dunstan.does(f"/invoices/{invoice['id']}/payment", paid)["completes"] is True
    assert imke.reads(f"/out-tasks/{reference}")["ending"] == "done"
    assert pagewright.reads(f"/invoices/{invoice['id']}")["state"] == "paid"
    assert verify(world.organisation.pk).fault is None


def test_what_it_did_stands_under_its_name(world: World, imke: Caller, pagewright: Caller) -> None:
    reference = agreed(world, imke, pagewright)
    lines = imke.reads(f"/out-tasks/{reference}/timeline")["items"]
    assert "Pagewright" in {line["by"] for line in lines}
    signature = Signature.objects.get(party="provider")
    assert signature.link is not None and signature.link.provider_id == world.pagewright.pk
    kinds = Entry.objects.filter(actor_kind="program").values_list("kind", flat=True)
    assert set(kinds) == {"proposal.offered", "agreement.signed_by_provider", "agreement.signed"}


def test_a_member_answers_what_a_program_asks(world: World, imke: Caller, pagewright: Caller) -> None:
    path = f"/out-tasks/{underway(world, imke, pagewright)}/messages"
    pagewright.does(path, {"text": "Which tone?", "asks": True})
    assert Message.objects.get().author == "Pagewright"
    pagewright.does(path, {"text": "Take your time."})
    assert Message.objects.filter(asks=True, answered_at=None).exists()
    imke.does(path, {"text": "Warm."})
    assert not Message.objects.filter(asks=True, answered_at=None).exists()


def test_it_sees_what_its_provider_sees_and_no_more(world: World, imke: Caller, pagewright: Caller) -> None:
    reference, proposal = offered(world, imke, pagewright)
    other = imke.does("/briefs", {"what": "Not for programs", "by_when": "2026-12-24"})["reference"]
    assert [row["reference"] for row in pagewright.reads("/out-tasks")["items"]] == [reference]
    assert [row["id"] for row in pagewright.reads("/providers")["items"]] == [str(world.pagewright.pk)]
    assert pagewright.reads(f"/out-tasks/{reference}/brief")["budget"] is None
    for path in (
        f"/out-tasks/{other}",
        f"/providers/{world.marek.pk}",
        f"/members/{world.member('imke').pk}",
        f"/budgets/{world.budget.pk}",
        f"/out-tasks/{reference}/award",
        f"/out-tasks/{reference}/taking-back",
        "/organisation",
        "/needs",
    ):
        assert pagewright.get(path).status_code == 404, path
    for path in ("/budgets", "/requests", "/members", "/tokens", "/handovers", "/imports", "/processes"):
        assert pagewright.reads(path)["items"] == [], path
    assert pagewright.post(f"/proposals/{proposal}/award", {"reasons": "Me."}).status_code == 403


def test_taking_back_stops_it(world: World, imke: Caller, pagewright: Caller) -> None:
    reference = underway(world, imke, pagewright)
    milestone = f"/out-tasks/{reference}/milestones/1"
    imke.does(f"/out-tasks/{reference}/taking-back", {"successor": "ourselves"})
    late = pagewright.upload(f"{milestone}/submissions", {"links": ["https://example.org/work"]})
    absent = pagewright.get("/out-tasks/OT-26-999999-X")
    assert (late.status_code, late.content) == (404, absent.content)
    for path in (f"/out-tasks/{reference}", f"{milestone}", f"/out-tasks/{reference}/messages"):
        assert pagewright.get(path).content == absent.content
    assert pagewright.post(f"/out-tasks/{reference}/messages", {"text": "Why?"}).status_code == 404
    assert not Submission.objects.exists()


def test_not_being_chosen_stops_it(world: World, imke: Caller, pagewright: Caller) -> None:
    reference, _ = offered(world, imke, pagewright)
    link = Link.objects.get(provider=world.marek)
    assert link.revoked_at is None
    imke.does(f"/out-tasks/{reference}/brief/closure", {"reason": "We write them ourselves."})
    assert pagewright.get(f"/out-tasks/{reference}").status_code == 404


def test_what_ended_by_time_is_closed(world: World, imke: Caller, pagewright: Caller) -> None:
    reference, _ = offered(world, imke, pagewright)
    Link.objects.filter(provider=world.pagewright).update(expires_at=world.now)
    assert pagewright.get(f"/out-tasks/{reference}").status_code == 404
    assert OutTask.objects.filter(reference=reference).exists()


def test_whoever_answers_for_it_counts_as_having_delivered(
    world: World, imke: Caller, pagewright: Caller
) -> None:
    joseph = Caller(token_for(world.member("joseph"), world.now))
    milestone = f"/out-tasks/{underway(world, imke, pagewright)}/milestones/1"
    pagewright.upload(f"{milestone}/submissions", {"links": ["https://example.org/work"]})
    response = joseph.post(f"{milestone}/acceptance", {"submission_number": 1})
    assert (response.status_code, response.json()["code"]) == (403, "delivered_it")


def test_blocking_ends_its_token(world: World, imke: Caller, pagewright: Caller) -> None:
    imke.does(f"/providers/{world.pagewright.pk}/block", {"reason": "It made things up."})
    assert pagewright.get("/me").json()["code"] == "token_revoked"
