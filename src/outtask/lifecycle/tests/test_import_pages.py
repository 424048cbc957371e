"""Pages of imports: look first, take in what was shown, see what came of it; no page grows without end."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from outtask.files import incoming
from outtask.kernel.refusal import Refused
from outtask.lifecycle import import_files, import_views
from outtask.lifecycle.published_values import bits
from outtask.lifecycle.tests.published import (
    AWARDED,
    EXCERPTS,
    everything,
    imports,
    package,
    release,
    source,
    sources,
    takes_in,
    the_outtask,
)
from outtask.models import Import, ImportedRecord, OutTask
from tests.world import World

PAGE = "/imports/ocds"


def upload(*files: object) -> list[SimpleUploadedFile]:
    """Each is the content of a file, as a value for JSON or as bytes."""
    return [
        SimpleUploadedFile(f"file-{number}.json", one if isinstance(one, bytes) else json.dumps(one).encode())
        for number, one in enumerate(files, start=1)
    ]


def looks(client: Client, *files: object) -> HttpResponse:
    response: HttpResponse = client.post(PAGE, {"file": upload(*files), "key": "k"})
    return response


def confirms(client: Client, page: HttpResponse, key: str = "confirm") -> HttpResponse:
    """Press the one button of a preview."""
    form = page.context["confirm"]
    response: HttpResponse = client.post("/imports", {"file": form["file"].value(), "key": key}, follow=True)
    return response


def text(page: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode().replace("<wbr>", "")).split())


def test_a_preview_writes_nothing(world: World) -> None:
    client = world.client("imke")
    before = everything(world.organisation)
    page = looks(client, package(release(), AWARDED), package(release(ocid="ocds-x-2", id="7")))
    assert page.status_code == 200
    said = text(page)
    assert "2 new, 0 changed, 0 as before" in said
    assert "Read from 2 files together. Nothing is written yet." in said
    assert "Import 2 out-tasks" in said
    assert "Bright Panes" in said
    assert "£840.50" in said
    assert everything(world.organisation) == before


def test_what_was_shown_is_taken_in(world: World) -> None:
    client = world.client("imke")
    done = confirms(client, looks(client, package(release(), AWARDED)))
    (row,) = imports()
    assert done.redirect_chain == [(f"/imports/{row.pk}", 303)]
    assert "One out-task was taken in." in text(done)
    assert the_outtask().title in text(done)
    assert (row.name, row.counts["created"]) == ("file-1.json", 1)


@pytest.mark.parametrize(
    "text", ["/releases/0/tender", "x" * 100, "", "https://a.example/b?c=d&e=f", "--", "a b\nc", "Ґ" * 60]
)
def test_bits_are_short_and_lose_nothing(text: str) -> None:
    assert "".join(bits(text)) == text
    assert all(len(bit.rstrip("/&?=_.,: -\n")) <= 24 for bit in bits(text))


def test_pressing_twice_takes_in_once(world: World) -> None:
    client = world.client("imke")
    page = looks(client, package(release()))
    first, second = confirms(client, page), confirms(client, page)
    assert first.redirect_chain == second.redirect_chain
    # What was taken in is not kept a second time beside it.
    (kept,) = json.loads(page.context["confirm"]["file"].value())
    with pytest.raises(Refused), incoming.kept(world.organisation.pk, kept[1]):
        pass
    assert Import.objects.count() == 1


def test_nothing_new_is_told_and_offers_no_button(world: World) -> None:
    takes_in(world, source(package(release())))
    page = looks(world.client("imke"), package(release()))
    assert "Everything in these files is here already." in text(page)
    assert page.context["confirm"] is None


def test_a_change_is_told_as_one(world: World) -> None:
    takes_in(world, source(package(release())))
    said = text(looks(world.client("imke"), package(AWARDED)))
    assert "0 new, 1 changed, 0 as before" in said


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"releases": [\n {"ocid": 1,}\n]}', "line 2"),
        (b"", "empty"),
        (b"PK\x03\x04", "compressed"),
        (b'{"some": "json"}', "not Open Contracting data"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_leaves_the_others(
    world: World, content: bytes, told: str
) -> None:
    client = world.client("imke")
    alone = looks(client, content)
    assert alone.status_code == 422
    assert told in text(alone)
    both = looks(client, content, package(release()))
    assert both.status_code == 200
    assert told in text(both)
    confirms(client, both)
    assert OutTask.objects.count() == 1


def test_too_many_processes_for_a_page_are_left_to_the_command(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_files, "MOST_AT_ONCE", 1)
    client = world.client("imke")
    page = looks(client, package(release(), release(ocid="ocds-x-2")))
    assert page.status_code == 422
    assert "There are 2 processes in these files; this page takes 1 at a time." in text(page)


def test_too_many_bytes_together_leave_the_rest_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = package(release()), package(release(ocid="ocds-x-2"))
    monkeypatch.setattr(import_views, "MOST_BYTES", len(json.dumps(first)) + 10)
    page = looks(world.client("imke"), first, second)
    assert "1 new, 0 changed" in text(page)
    assert "These files together are larger than" in text(page)


def test_without_a_file_the_form_says_so(world: World) -> None:
    page = world.client("imke").post(PAGE, {"key": "k"})
    assert page.status_code == 422
    assert "One thing needs another look" in text(page)


def test_files_that_are_gone_are_refused(world: World) -> None:
    client = world.client("imke")
    page = client.post("/imports", {"file": json.dumps([["a.json", "0" * 64]]), "key": "x"})
    assert page.status_code == 422
    assert "no longer kept here" in text(page)
    for damaged in ("not json", "[1]", '[["../../x", "../../etc/passwd"]]'):
        assert client.post("/imports", {"file": damaged, "key": "x"}).status_code == 422


def test_what_another_organisation_looked_at_is_not_here(world: World) -> None:
    sha256 = incoming.keep(world.foreign.pk, [json.dumps(package(release())).encode()])
    page = world.client("imke").post("/imports", {"file": json.dumps([["theirs.json", sha256]]), "key": "x"})
    assert page.status_code == 422
    assert not OutTask.objects.exists()


def test_who_may_not_import_sees_why(world: World) -> None:
    client = world.client("joseph")
    assert "Your role does not allow this" in text(client.get(PAGE))
    assert looks(client, package(release())).status_code == 403
    sha256 = incoming.keep(world.organisation.pk, [json.dumps(package(release())).encode()])
    page = client.post("/imports", {"file": json.dumps([["a.json", sha256]]), "key": "x"})
    assert page.status_code == 422
    assert not OutTask.objects.exists()


def test_the_list_of_imports_has_pages(world: World) -> None:
    client = world.client("imke")
    assert "Nothing was brought in yet" in text(client.get("/imports"))
    for number in range(52):
        Import.objects.create(
            organisation=world.organisation,
            source="ocds",
            name=f"file {number}",
            sha256="0" * 64,
            counts={"created": 1, "changed": 0, "unchanged": 0, "problems": 0, "unmapped": 0},
            imported_by=world.member("imke"),
            imported_at=world.now,
        )
    first = client.get("/imports")
    assert "file 51" in text(first)
    assert "file 1 " not in text(first)
    second = client.get("/imports" + first.context["page"].next)
    assert "file 1 " in text(second)


def test_an_import_of_others_is_absent(world: World) -> None:
    done = takes_in(world, source(package(release())), by="oskar")
    client = world.client("imke")
    assert client.get(f"/imports/{done['id']}").status_code == 404
    reference = the_outtask().reference
    assert client.get(f"/out-tasks/{reference}/published").status_code == 404
    assert world.client("oskar").get(f"/out-tasks/{reference}/published").status_code == 200


def test_an_outtask_of_our_own_was_not_published(world: World) -> None:
    takes_in(world, source(package(release())))
    ImportedRecord.objects.all().delete()
    page = world.client("imke").get(f"/out-tasks/{the_outtask().reference}/published")
    assert page.status_code == 404


def test_what_came_of_an_import_with_its_problems(world: World) -> None:
    odd = release(
        tender=release()["tender"] | {"x_lift": "yes", "value": {"amount": "lots", "currency": "GBP"}}
    )
    done = takes_in(world, source(package(odd), "odd.json"))
    said = text(world.client("imke").get(f"/imports/{done['id']}"))
    assert "1 new, 0 changed" in said
    assert "/releases/0/tender/value/amount odd.json" in said
    assert "“lots” is not an amount" in said
    assert "https://clinic.example/1" in said  # what the package says besides


def test_every_list_of_a_published_process_opens(world: World) -> None:
    takes_in(world, *sources(EXCERPTS))
    client = world.client("imke")
    for record in ImportedRecord.objects.select_related("outtask"):
        address = f"/out-tasks/{record.outtask.reference}/published"
        parts = ["", "values", "problems", *(part.name for part in record.published.parts())]
        pages = {part: client.get(f"{address}?part={part}" if part else address) for part in parts}
        assert {part: page.status_code for part, page in pages.items()} == dict.fromkeys(parts, 200)
        assert client.get(f"/out-tasks/{record.outtask.reference}").status_code == 200
    assert client.get(f"{address}?part=nonsense").status_code == 404


def test_addresses_of_documents_lead_out_safely(world: World) -> None:
    documents = [
        {"id": "1", "title": "Terms", "url": "https://clinic.example/terms.pdf"},
        {"id": "2", "title": "Trap", "url": "javascript:alert(1)"},
        {"id": "3", "title": "<script>", "url": 'https://x.example/"><script>'},
    ]
    tender = release()["tender"] | {"documents": documents}
    takes_in(world, source(package(release(tender=tender))))
    page = world.client("imke").get(f"/out-tasks/{the_outtask().reference}")
    html = page.content.decode().replace("<wbr>", "")
    assert (
        '<a class="title" href="https://clinic.example/terms.pdf" rel="noreferrer noopener">Terms</a>' in html
    )
    assert 'href="javascript:' not in html
    assert "<script>" not in html.partition("As published")[2]


def test_no_page_grows_without_end(world: World) -> None:
    many = release(tender=release()["tender"] | {f"x_{number}": "a" * 300 for number in range(2_000)})
    documents = [
        {"id": str(n), "title": f"Document {n}", "url": f"https://x.example/{n}"} for n in range(2_000)
    ]
    many["tender"]["documents"] = documents
    done = takes_in(world, source(package(many)))
    client, reference = world.client("imke"), the_outtask().reference
    address = f"/out-tasks/{reference}/published"
    sizes: dict[str, int] = {
        page: len(client.get(page).content)
        for page in (
            f"/out-tasks/{reference}",
            f"/imports/{done['id']}",
            address,
            f"{address}?part=values",
            f"{address}?part=values&from=1900",
            f"{address}?part=documents",
            f"{address}?part=values&from=999999999999",
        )
    }
    assert {page: size for page, size in sizes.items() if size > 150_000} == {}
    assert len(looks(client, package(many)).content) < 150_000
    kept = len(ImportedRecord.objects.get().unmapped)
    last = client.get(f"{address}?part=values&from={kept - 7}")
    assert (last.context["later"], len(last.context["rows"])) == (0, 7)


def test_kept_files_go_after_a_day(world: World, now: Any) -> None:
    from datetime import timedelta

    from django.utils import timezone

    sha256 = incoming.keep(world.organisation.pk, [b"{}"])
    with incoming.kept(world.organisation.pk, sha256) as path:
        assert path.read_bytes() == b"{}"
    assert incoming.sweep(timezone.now()) == 0
    assert incoming.sweep(timezone.now() + timedelta(days=2)) >= 1
