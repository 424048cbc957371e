"""Sending files: to whom, as what, and in parts."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from outtask.files.actions import keep_upload
from outtask.files.models import Blob, File
from outtask.files.storage import store_pieces
from outtask.files.views import Part, part_of
from outtask.journal.models import Entry
from outtask.journal.recording import recording
from tests.world import World

TEXT = b"isbn,title\n1,Tide\n"


def keep(world: World, name: str = "records.csv", **more: Any) -> File:
    stored = store_pieces([TEXT], name)
    with recording("provider.unblocked", actor=world.actor("imke"), now=world.now) as entry:
        kept = keep_upload(entry, stored, name, **more)
        entry.says(name=entry.keep("x"))
    return kept


def address(file: File) -> str:
    return reverse("file", args=[file.pk, file.name])


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_two_files_of_the_same_bytes_share_a_blob(world: World) -> None:
    one, other = keep(world), keep(world, "../other.html")
    assert one.blob_id == other.blob_id
    assert Blob.objects.count() == 1
    assert (other.name, other.media_type) == ("other.html", "text/html")


@pytest.mark.parametrize("name", ["records.csv", "page.html", "pic.svg", "naïve “one”.txt"])
def test_a_file_is_something_to_save_and_never_a_page(world: World, name: str) -> None:
    response = world.client("imke").get(address(keep(world, name)))
    assert response.status_code == 200
    assert body(response) == TEXT
    assert response["Content-Length"] == str(len(TEXT))
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_download_is_recorded(world: World) -> None:
    file = keep(world)
    world.client("ada").get(address(file))
    entry = Entry.objects.get(kind="file.downloaded")
    assert (entry.subject_id, entry.actor_id) == (file.pk, world.member("ada").pk)


def test_asking_for_the_head_or_a_later_part_is_no_download(world: World) -> None:
    client, file = world.client("imke"), keep(world)
    head = client.head(address(file))
    assert (head.status_code, head["Content-Length"]) == (200, str(len(TEXT)))
    client.get(address(file), headers={"range": "bytes=5-"})
    assert not Entry.objects.filter(kind="file.downloaded").exists()


def test_a_part_is_sent_as_a_part(world: World) -> None:
    client, file = world.client("imke"), keep(world)
    response = client.get(address(file), headers={"range": "bytes=5-9"})
    assert (response.status_code, body(response)) == (206, TEXT[5:10])
    assert response["Content-Range"] == f"bytes 5-9/{len(TEXT)}"
    stale = client.get(address(file), headers={"range": "bytes=5-9", "if-range": '"other"'})
    assert (stale.status_code, body(stale)) == (200, TEXT)


def test_a_part_that_is_not_there_is_refused(world: World) -> None:
    response = world.client("imke").get(address(keep(world)), headers={"range": "bytes=99-"})
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{len(TEXT)}")


def test_foreign_and_absent_files_are_alike(world: World) -> None:
    file, stranger = keep(world), world.client("oskar")
    foreign = stranger.get(address(file))
    absent = stranger.get(reverse("file", args=[uuid4(), "x"]))
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert foreign.content == absent.content


def test_whoever_is_not_signed_in_is_asked_to(world: World, client: Any) -> None:
    assert client.get(address(keep(world))).status_code == 302


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", None),
        ("bytes=0-", Part(0, 10)),
        ("bytes=2-4", Part(2, 5)),
        ("bytes=2-99", Part(2, 10)),
        ("bytes=-3", Part(7, 10)),
        ("bytes=-99", Part(0, 10)),
        ("bytes=9-9", Part(9, 10)),
        ("bytes=4-2", None),
        ("bytes=-", None),
        ("bytes=0-1,4-5", None),
        ("lines=1-2", None),
    ],
)
def test_ranges_are_read_as_the_standard_says(header: str, expected: Part | None) -> None:
    assert part_of(header, 10) == expected


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-12", "bytes=-0"])
def test_ranges_beyond_the_end_are_not_there(header: str) -> None:
    with pytest.raises(ValueError):
        part_of(header, 10)
