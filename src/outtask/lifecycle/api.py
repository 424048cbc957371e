"""What crosses the stages, for programs: the timeline, what needs somebody, search, published contracts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Self
from uuid import UUID

from ninja import File, Query, UploadedFile

from outtask.api.calls import Call, act
from outtask.api.problems import NOT_FITTING, Problem
from outtask.api.routing import Room
from outtask.api.schemas import Done, Shown
from outtask.followers.timeline import happenings
from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.refusal import refuse_if
from outtask.lifecycle import queries
from outtask.lifecycle.import_files import Reading, read_files
from outtask.lifecycle.importing import compare, import_outtasks
from outtask.lifecycle.models import Import
from outtask.lifecycle.needs import needs_of
from outtask.lifecycle.ocds.decode import MAX_BYTES
from outtask.outtasks.queries import outtask_of
from outtask.people.roles import Right, may
from outtask.ui.formats import say
from outtask.ui.timeline import Happening

timelines, overview, imports = Room("Timelines"), Room("Overview"), Room("Imports")
ROUTERS = (timelines, overview, imports)

_MOST_FILES = 500


class HappeningShown(Shown):
    """One line of the timeline. `seq` is its place in the journal of the organisation, `entry` its id."""

    seq: int
    entry: UUID | None
    at: datetime
    sentence: str
    by: str

    @classmethod
    def of(cls, row: Happening) -> Self:
        return cls(seq=row.seq or 0, entry=row.entry, at=row.at, sentence=row.text, by=row.by)


@timelines.feed("/out-tasks/{slug:reference}/timeline", HappeningShown)
def timeline(call: Call, reference: str, limit: int, after: str | None) -> Any:
    """Read what happened to an out-task, the latest first."""
    outtask = outtask_of(call.actor, reference)
    rows = happenings(call.actor, outtask.pk, before=_place(after), size=limit + 1)
    cursor = str(rows[limit - 1].seq) if len(rows) > limit else ""
    return [HappeningShown.of(row) for row in rows[:limit]], cursor


def _place(after: str | None) -> int | None:
    if after is None:
        return None
    if not (after.isascii() and after.isdecimal() and len(after) < 19):
        raise Problem(NOT_FITTING, "", "cursor_unknown", parameter="after")
    return int(after)


class NeedShown(Shown):
    """One thing that waits for the member. `page` is where it is done by hand."""

    title: str
    text: str
    by: date | None
    page: str


class NeedsShown(Shown):
    """What waits, the most urgent first."""

    items: list[NeedShown]


@overview.one("/needs", NeedsShown)
def needs(call: Call) -> NeedsShown:
    """List what waits for the member whose token it is."""
    if not call.actor.is_member:
        raise NotFound("needs")
    found = needs_of(call.actor, call.now.date())
    rows = [NeedShown(title=one.title, text=one.text, by=one.by, page=one.href) for one in found]
    return NeedsShown(items=rows)


class HitShown(Shown):
    """One thing found. `page` is where people see it."""

    title: str
    sub: str
    page: str


class FoundShown(Shown):
    """At most a handful of each sort."""

    items: list[HitShown]


@overview.one("/search", FoundShown)
def search(
    call: Call, q: Annotated[str, Query(min_length=2, max_length=200, pattern=r"^[^\u0000]*$")]
) -> FoundShown:
    """Search out-tasks, requests, providers and processes."""
    hits = queries.search(call.actor, q.strip())
    return FoundShown(items=[HitShown(title=hit.title, sub=hit.sub, page=hit.href) for hit in hits])


class ImportShown(Shown):
    """One lot of published contracts that was taken in."""

    id: UUID
    name: str
    sha256: str
    created: int
    changed: int
    unchanged: int
    problems: int
    unmapped: int
    imported_by_id: UUID
    imported_at: datetime

    @classmethod
    def of(cls, row: Import) -> Self:
        counts = {name: row.counts.get(name, 0) for name in _COUNTS}
        return cls(
            id=row.pk,
            name=row.name,
            sha256=row.sha256,
            imported_by_id=row.imported_by_id,
            imported_at=row.imported_at,
            **counts,
        )


_COUNTS = ("created", "changed", "unchanged", "problems", "unmapped")


class UnreadShown(Shown):
    """A file that cannot be read, and why."""

    name: str
    code: str
    detail: str


class ImportPreview(Shown):
    """What these files would change; nothing is written."""

    created: int
    changed: int
    unchanged: int
    problems: int
    unmapped: int
    unread: list[UnreadShown]


class Imported(Done):
    """What became of it. `id` and `entry` are null when everything was here already."""

    id: UUID | None
    created: int
    changed: int
    unchanged: int

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        outcome.values["id"] = outcome.values["id"] or None
        return super().of(outcome)


_OCDS = Annotated[
    list[UploadedFile],
    File(min_length=1, max_length=_MOST_FILES, description="Files of the Open Contracting Data Standard."),
]


@imports.many("/imports", ImportShown)
def import_list(call: Call) -> Any:
    """List what was imported, the latest first."""
    return Import.objects.visible_to(call.actor)


@imports.one("/imports/{uuid:import_id}", ImportShown)
def import_(call: Call, import_id: UUID) -> ImportShown:
    """Read what came of one import."""
    row = Import.objects.visible_to(call.actor).filter(pk=import_id).first()
    if row is None:
        raise NotFound("import")
    return ImportShown.of(row)


@imports.look("/imports/preview", ImportPreview)
def preview_import(call: Call, files: _OCDS) -> ImportPreview:
    """Look at what published contracts would become."""
    refuse_if(may(call.actor, Right.IMPORT))
    reading = _read(files)
    refuse_if(reading.why_too_many)
    counts = compare(call.organisation.pk, reading.sources).counts(reading.sources)
    return ImportPreview(**counts, unread=_unread(reading))


@imports.act("/imports", Imported, status=201, scope=Right.IMPORT)
def import_contracts(call: Call, files: _OCDS) -> Outcome:
    """Take published contracts in; each process becomes an out-task. The same again changes nothing.

    Files that cannot be read are left out; the preview names them.
    """
    refuse_if(may(call.actor, Right.IMPORT))
    reading = _read(files)
    refuse_if(reading.why_too_many)
    if not reading.sources:
        refuse_if(*(one.refusal for one in reading.unread))
    return act(call, import_outtasks, sources=reading.sources)


def _read(files: Sequence[UploadedFile]) -> Reading:
    # Uploads are on disk already: see FILE_UPLOAD_HANDLERS.
    paths = [(one.name or "", Path(one.temporary_file_path())) for one in files]  # type: ignore[attr-defined]
    return read_files(paths, most_bytes=MAX_BYTES)


def _unread(reading: Reading) -> list[UnreadShown]:
    return [
        UnreadShown(name=one.name, code=one.refusal.code, detail=say(one.refusal)) for one in reading.unread
    ]
