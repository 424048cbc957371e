"""What people do with files while these lie in S3, and while that is away."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from outtask.config.storing import bucket
from outtask.deliver.running import run_checks_of
from outtask.deliver.tests.underway import LOOK, Underway, begin
from outtask.files.checks.criteria import CheckKind
from outtask.files.erasing import erase, erase_later
from outtask.files.storage import store_pieces
from outtask.followers.models import Worker
from outtask.journal.models import Entry
from outtask.kernel.identifiers import new_id
from outtask.models import Blob, Check, File, Handover, Submission
from outtask.people.links import token_for
from outtask.source.criteria import Criterion
from outtask.takeback import packing
from outtask.takeback.actions import ask_for_pack_again
from tests.installation import free_port
from tests.s3 import InBucket
from tests.world import World

RECORDS = b"isbn,title\n1,Tide\n"
A_TEXT = Criterion("Names the tide", CheckKind.TEXT_CONTAINS, {"pattern": "*.csv", "text": "Tide"})


@pytest.fixture
def under(world: World, time_machine: Any) -> Underway:
    # nanio would rightly turn away requests signed at this instant; so the pages are tried on moto.
    time_machine.move_to(world.now, tick=False)
    return begin(world, prices=(18_000, 84_000), criteria={1: [LOOK, A_TEXT]})


def door(under: Underway) -> str:
    return f"{reverse('guest', args=[token_for(under.link.pk)])}/milestones/1"


def sent() -> dict[str, Any]:
    return {"files": [SimpleUploadedFile("records.csv", RECORDS)], "note": "Done."}


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def take_away(settings: Any) -> None:
    address = f"s3://key:secret@shop?endpoint=http://127.0.0.1:{free_port()}&region=here"
    settings.STORAGES = settings.STORAGES | bucket(address)


@pytest.mark.parametrize("store", ["moto"], indirect=True)
def test_work_is_handed_in_checked_fetched_and_taken_back(under: Underway, in_bucket: InBucket) -> None:
    assert Client().post(door(under), sent()).status_code == 303
    submission, member = Submission.objects.get(), under.world.client("nadia")
    assert run_checks_of(under.world.organisation.pk, submission.pk, under.world.now)
    assert Check.objects.get(submission=submission, kind="text_contains").state == "passed"

    file = File.objects.get(name="records.csv")
    where = reverse("file", args=[file.pk, file.name])
    assert body(member.get(where)) == RECORDS
    part = member.get(where, headers={"Range": "bytes=5-9"})
    assert (part.status_code, body(part)) == (206, RECORDS[5:10])

    back = f"/out-tasks/{under.outtask.reference}/handover"
    owner = under.world.client("imke")
    assert owner.post(back, {"successor": "ourselves", "reason": "We go on.", "key": "k1"}).status_code == 303
    handover = Handover.objects.get()
    packing.pack(under.world.organisation.pk, handover.pk, under.world.now)
    handover.refresh_from_db()
    assert handover.state == "packed" and handover.pack is not None
    pack = owner.get(reverse("file", args=[handover.pack.pk, handover.pack.name]))
    with zipfile.ZipFile(io.BytesIO(body(pack))) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("records.csv")]
        assert archive.read(name) == RECORDS
    assert len(in_bucket.keys) == Blob.objects.count()


def test_while_the_store_is_away_nothing_is_half_done(under: Underway, settings: Any) -> None:
    assert Client().post(door(under), sent()).status_code == 303
    file, submission = File.objects.get(name="records.csv"), Submission.objects.get()
    before = (Entry.objects.count(), Blob.objects.count())
    take_away(settings)

    member = under.world.client("nadia")
    refused = member.post(reverse("milestone-submissions", args=[under.outtask.reference, 2]), sent())
    assert refused.status_code == 422
    assert "Files cannot be kept at the moment, so nothing was sent." in refused.content.decode()
    assert (Entry.objects.count(), Blob.objects.count()) == before

    fetched = member.get(reverse("file", args=[file.pk, file.name]), headers={"Range": "bytes=4-"})
    assert fetched.status_code == 503
    assert "Files cannot be read at the moment." in fetched.content.decode()

    # The worker tries the checks again; nobody is asked to look for what a machine can see in a minute.
    with pytest.raises(OSError, match="does not answer"):
        run_checks_of(under.world.organisation.pk, submission.pk, under.world.now)
    assert Check.objects.get(submission=submission, kind="text_contains").state == "waiting"


@pytest.mark.parametrize("store", ["moto"], indirect=True)
def test_a_pack_that_cannot_be_kept_is_told_and_made_again(
    under: Underway, settings: Any, in_bucket: InBucket
) -> None:
    there = settings.STORAGES
    back = f"/out-tasks/{under.outtask.reference}/handover"
    under.world.client("imke").post(back, {"successor": "ourselves", "reason": "We go on.", "key": "k1"})
    handover = Handover.objects.get()
    take_away(settings)
    packing.pack(under.world.organisation.pk, handover.pk, under.world.now)
    handover.refresh_from_db()
    assert handover.state == "failed"
    settings.STORAGES = there
    assert in_bucket.keys == []
    ask_for_pack_again(actor=under.world.actor("imke"), now=under.world.now, handover_id=handover.pk)
    packing.pack(under.world.organisation.pk, handover.pk, under.world.now)
    handover.refresh_from_db()
    assert handover.state == "packed" and len(in_bucket.keys) == 2


def test_readiness_says_what_is_wrong(db: None, settings: Any) -> None:
    Worker.objects.create(host="here", pid=1, version="1", started_at=timezone.now(), beat_at=timezone.now())
    assert Client().get("/readyz").status_code == 200
    take_away(settings)
    answer = Client().get("/readyz")
    told = json.loads(answer.content)
    assert (answer.status_code, told["ready"], told["checks"]["files"]) == (503, False, "bad")
    assert told["wrong"] == {
        "files": "The store does not answer. Start it, or correct the endpoint in OUTTASK_S3."
    }


@pytest.mark.parametrize("store", ["nanio"], indirect=True)
def test_what_cannot_be_erased_now_is_erased_later(db: None, settings: Any, in_bucket: InBucket) -> None:
    there, gone = settings.STORAGES, new_id()
    sha256 = store_pieces([RECORDS], "records.csv").sha256
    take_away(settings)
    erase(gone, [sha256])
    row = DBTaskResult.objects.get()
    assert row.task_path == "outtask.files.erasing.erase_later"
    settings.STORAGES = there
    assert len(in_bucket.keys) == 1
    assert UUID(row.args_kwargs["kwargs"]["organisation"]) == gone
    erase_later.call(**row.args_kwargs["kwargs"])
    assert in_bucket.keys == []
