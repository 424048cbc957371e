"""The first page brings an organisation from its archive, once, for one of its owners."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from outtask.files import incoming
from outtask.followers import background
from outtask.followers.engine import drain
from outtask.followers.registry import followers
from outtask.lifecycle.sample import fill
from outtask.models import Mail, Organisation, OutTask, Person
from outtask.people.tests.test_pages import FOUNDING
from outtask.takeback.archive.manifest import NAME, Manifest
from outtask.takeback.archive.tests.material import Members, changed, resealed, rows, with_rows, zipped
from outtask.takeback.archive.tests.test_upgrading import FIRST, as_of
from outtask.takeback.arriving import NOBODY
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
PAGE, BRING = "/welcome/archive", "/welcome/archive/arrival"


def work() -> None:
    """What a worker would do now."""
    while background.run_next(uuid4(), timezone.now()):
        pass


def sent(visitor: Client, data: bytes) -> Any:
    return visitor.post(PAGE, {"file": SimpleUploadedFile("books.zip", data)})


def looked(visitor: Client, data: bytes) -> str:
    """The page after the worker has looked at the archive."""
    assert sent(visitor, data).status_code == 303
    work()
    return visitor.get(PAGE).content.decode()


def owner_in(members: Members, role: str = "owner") -> dict[str, Any]:
    (person_id,) = [row["person"] for row in rows(members, "member") if row["role"] == role]
    (found,) = [row for row in rows(members, "person") if row["id"] == person_id]
    return found


def brought(visitor: Client, owner: dict[str, Any], password: str = PASSWORD) -> Any:
    return visitor.post(BRING, {"owner": owner["id"], "password": password})


def test_from_the_first_page_to_signing_in(archive: bytes, members: Members) -> None:
    visitor, owner = Client(), owner_in(members)
    assert PAGE in visitor.get("/welcome").content.decode()
    assert "Choose its archive" in visitor.get(PAGE).content.decode()
    assert sent(visitor, archive).headers["Location"] == PAGE
    waiting = visitor.get(PAGE)
    assert "being checked" in waiting.content.decode() and waiting.headers["Refresh"]
    work()
    preview = visitor.get(PAGE)
    assert "Refresh" not in preview.headers
    text = preview.content.decode()
    assert "Every part verifies" in text and owner["email"] in text and "Harbour Row Books" in text
    assert not Organisation.objects.exists(), "a preview writes nothing"

    assert brought(visitor, owner).headers["Location"] == PAGE
    assert "being brought" in visitor.get(PAGE).content.decode()
    assert brought(visitor, owner).headers["Location"] == PAGE, "pressed twice"
    work()
    assert f"Sign in as {owner['email']}" in visitor.get(PAGE).content.decode()
    assert OutTask.objects.count() == len(rows(members, "outtask"))
    with pytest.raises(Exception, match="no longer kept"), incoming.kept(NOBODY, "0" * 64):
        pass

    signed_in = visitor.post("/account/login/", {"login": owner["email"], "password": PASSWORD})
    assert signed_in.headers["Location"] == "/"
    assert "Harbour Row Books" in visitor.get("/").content.decode()
    others = Person.objects.exclude(pk=owner["id"])
    assert others and not any(person.has_usable_password() for person in others)


def test_nothing_that_happened_elsewhere_is_told_again(archive: bytes, members: Members) -> None:
    visitor = Client()
    looked(visitor, archive)
    brought(visitor, owner_in(members))
    work()
    mails = Mail.objects.count()
    drain(followers(), timezone.now())
    assert Mail.objects.count() == mails == len(rows(members, "mail"))


def test_only_the_browser_that_sent_it_sees_it(archive: bytes, members: Members) -> None:
    visitor = Client()
    looked(visitor, archive)
    stranger = Client()
    assert "Harbour Row" not in stranger.get(PAGE).content.decode()
    assert brought(stranger, owner_in(members)).headers["Location"] == PAGE
    work()
    assert not Organisation.objects.exists()
    brought(visitor, owner_in(members))
    work()
    for address in (PAGE, "/welcome"):
        assert stranger.get(address).headers["Location"] == "/account/login/"
    assert sent(visitor, archive).headers["Location"] == "/account/login/", "it happens once"


def test_who_is_quicker_begins(archive: bytes, members: Members) -> None:
    """Asked again where it is written: somebody may have founded since the press."""
    visitor = Client()
    looked(visitor, archive)
    brought(visitor, owner_in(members))
    Client().post("/welcome", FOUNDING)
    work()
    assert "has its organisation already" in visitor.get(PAGE).content.decode()
    assert Organisation.objects.count() == 1


def test_only_an_owner_may_bring_it(archive: bytes, members: Members) -> None:
    visitor = Client()
    looked(visitor, archive)
    finance = owner_in(members, "finance")
    assert finance["email"] not in visitor.get(PAGE).content.decode()
    assert brought(visitor, finance).status_code == 422
    assert brought(visitor, owner_in(members), "short").status_code == 422
    work()
    assert not Organisation.objects.exists()


def test_nobody_who_is_here_is_let_in_by_it(members: Members) -> None:
    """An archive made by hand names the address of somebody here; their password stays theirs."""
    sample_owner = fill(timezone.now(), PASSWORD)
    victim = owner_in(members)["id"]

    def take_address(people: list[dict[str, Any]]) -> None:
        for person in people:
            if person["id"] == victim:
                person["email"] = sample_owner.email

    visitor = Client()
    text = looked(visitor, zipped(changed(members, "person", take_address)))
    assert "No owner in it is new here" in text
    assert visitor.post(BRING, {"owner": victim, "password": "another long sentence"}).status_code == 422
    work()
    sample_owner.refresh_from_db()
    assert sample_owner.check_password(PASSWORD)
    assert Organisation.objects.filter(is_sample=False, represented_by=None).count() == 0


def test_an_older_archive_is_brought_up_to_date(members: Members) -> None:
    visitor = Client()
    assert "of an older version" in looked(visitor, zipped(as_of(FIRST, members)))


def newer(members: Members) -> bytes:
    manifest = replace(Manifest.from_bytes(members[NAME]), schema="0999_tomorrow")
    return zipped(members | {NAME: manifest.to_bytes()})


def broken_line(members: Members) -> bytes:
    people = rows(members, "person")
    people[1]["email"] = 7
    return zipped(resealed(with_rows(members, "person", people)))


def broken_digest(members: Members) -> bytes:
    return zipped(
        members | {"tables/member.jsonl": members["tables/member.jsonl"].replace(b"owner", b"admin")}
    )


WRONG = {
    "no archive": (lambda members: b"%PDF-1.7 an invoice", "not a whole ZIP file"),
    "another ZIP": (lambda members: zipped({"README.md": b"hello"}), "no archive of Outtask"),
    "newer": (newer, "Bring Outtask up to date here"),
    "a digest": (broken_digest, "tables/member.jsonl: it was changed: its SHA-256"),
    "a line": (broken_line, "tables/person.jsonl, line 2, email"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_brought(members: Members, name: str) -> None:
    make, said = WRONG[name]
    visitor = Client()
    text = looked(visitor, make(members))
    assert "cannot be brought here" in text and said in text.replace("&#x27;", "'"), text
    assert 'type="file"' in text, "another one can be chosen at once"
    assert brought(visitor, owner_in(members)).headers["Location"] == PAGE
    work()
    assert not Organisation.objects.exists()


def test_no_file_is_asked_for_again() -> None:
    assert Client().post(PAGE).status_code == 422


def test_a_worker_that_gave_up_says_so(archive: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = Client()
    sent(visitor, archive)
    monkeypatch.setattr(background, "TRIES", 1)
    monkeypatch.setattr("outtask.takeback.arriving.looked", json.loads)
    work()
    assert "It could not be done" in visitor.get(PAGE).content.decode()
