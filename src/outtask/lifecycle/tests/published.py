"""Published processes for the tests: files as publishers issue them, and the steps of taking them in."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from outtask.journal.recording import Outcome
from outtask.kernel.canonical import sha256_hex
from outtask.lifecycle.importing import Source, import_outtasks
from outtask.lifecycle.ocds.reader import read_package
from outtask.lifecycle.ocds.tests.reading import DATA
from outtask.models import Entry, Import, ImportedRecord, OutTask
from outtask.people.models import Organisation
from tests.world import World

EXCERPTS = tuple(sorted(DATA.glob("*.json")))


def _folder() -> Path | None:
    """`shared/data/ocds` beside the repository root, which is the folder with pyproject.toml."""
    root = next((one for one in Path(__file__).parents if (one / "pyproject.toml").exists()), None)
    found = root.parent / "shared" / "data" / "ocds" if root else None
    return found if found and found.is_dir() else None


FOLDER = _folder()
PUBLISHERS = sorted(path.name for path in FOLDER.iterdir() if path.is_dir()) if FOLDER else ["excerpts"]


def files_of(publisher: str) -> list[Path]:
    if FOLDER is None or publisher == "excerpts":
        return list(EXCERPTS)
    return sorted((FOLDER / publisher).glob("*.json"))


def sources(paths: Iterable[Path]) -> list[Source]:
    return [Source.of(read_package(path, path.name)) for path in paths]


def source(value: object, name: str = "package.json") -> Source:
    """A file with `value` written as JSON."""
    return Source.of(read_package(io.BytesIO(json.dumps(value).encode()), name))


def release(**content: Any) -> dict[str, Any]:
    """A release of one process: a clinic asks for its windows to be cleaned."""
    first = {
        "ocid": "ocds-x-1",
        "id": "1",
        "date": "2026-01-10T00:00:00Z",
        "tag": ["tender"],
        "initiationType": "tender",
        "buyer": {"name": "Harbour Clinic"},
        "tender": {
            "id": "t1",
            "title": "Clean the windows",
            "description": "All 40 of them, twice a year.",
            "status": "active",
            "value": {"amount": 900, "currency": "GBP"},
            "tenderPeriod": {"endDate": "2026-02-01T12:00:00Z"},
        },
    }
    return first | content


AWARDED = release(
    id="2",
    date="2026-02-20T00:00:00Z",
    tag=["award", "contract"],
    tender={"id": "t1", "status": "complete"},
    awards=[
        {
            "id": "a1",
            "status": "active",
            "suppliers": [{"name": "Bright Panes", "contactPoint": {"email": "office@panes.example"}}],
            "value": {"amount": 840.5, "currency": "GBP"},
        }
    ],
    contracts=[
        {
            "id": "c1",
            "awardID": "a1",
            "status": "active",
            "value": {"amount": 840.5, "currency": "GBP"},
            "period": {"startDate": "2026-03-01T00:00:00Z", "endDate": "2026-12-15T00:00:00Z"},
        }
    ],
)


def package(*releases: dict[str, Any], **around: Any) -> dict[str, Any]:
    return {
        "uri": "https://clinic.example/1",
        "publisher": {"name": "Clinic"},
        "releases": [*releases],
        **around,
    }


def takes_in(world: World, *given: Source, by: str = "imke", **more: Any) -> Outcome:
    return import_outtasks(actor=world.actor(by), now=world.now, sources=list(given), **more)


def the_outtask(ocid: str = "ocds-x-1") -> OutTask:
    found: OutTask = OutTask.objects.get(source_key=ocid)
    return found


def digests(organisation: Organisation) -> dict[str, str]:
    rows = ImportedRecord.objects.filter(organisation=organisation)
    return dict(rows.values_list("outtask__source_key", "digest"))


def says(kind: str) -> list[dict[str, Any]]:
    """What the entries of a kind say, oldest first."""
    rows = Entry.objects.filter(kind=kind).order_by("seq")
    return [json.loads(bytes(row.body).split(b"\n", 1)[1])["says"] for row in rows]


def everything(organisation: Organisation) -> str:
    """A digest of every row that stands in an organisation or was made for one it represents."""
    from django.apps import apps

    found = []
    for model in apps.get_app_config("outtask").get_models():
        names = {field.name for field in model._meta.fields}
        if "organisation" in names:
            rows: Any = model._default_manager.filter(organisation=organisation)
        elif model is Organisation:
            rows = model._default_manager.filter(represented_by=organisation)
        else:
            rows = model._default_manager.all()
        found.append([model.__name__, sorted(map(repr, rows.values_list()))])
    return sha256_hex(json.dumps(found).encode())


def imports() -> list[Import]:
    return list(Import.objects.order_by("id"))
