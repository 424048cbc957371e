"""Leaving with everything, for programs: archives, and the drills that rehearse it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.http.response import HttpResponseBase

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Done, Shown
from outtask.files.models import File
from outtask.files.views import send
from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.refusal import refuse_if
from outtask.people.roles import Right, may
from outtask.takeback import actions
from outtask.takeback.models import Archive, Drill
from outtask.takeback.states import ArchiveState, DrillState

archives, drills = Room("Archives"), Room("Drills")


class ArchiveShown(Shown):
    """The whole organisation in one file."""

    id: UUID
    state: ArchiveState
    asked_by_id: UUID
    asked_at: datetime
    settled_at: datetime | None
    sha256: str | None
    size: int | None
    rows: int
    entries: int
    problem: str

    @classmethod
    def of(cls, row: Archive) -> Self:
        return cls(
            id=row.pk,
            state=ArchiveState(row.state),
            asked_by_id=row.asked_by_id,
            asked_at=row.asked_at,
            settled_at=row.settled_at,
            sha256=row.blob_id,
            size=row.blob.size if row.blob else None,
            rows=row.rows,
            entries=row.entries,
            problem=row.problem,
        )


class ArchiveAsked(Done):
    """The archive; the worker makes it."""

    archive: UUID


class DrillShown(Shown):
    """One rehearsal of leaving. `problem` is what differed or failed first."""

    id: UUID
    state: DrillState
    asked_by_id: UUID | None
    asked_at: datetime
    settled_at: datetime | None
    took_ms: int
    sha256: str
    size: int
    rows: int
    entries: int
    problem: str

    @classmethod
    def of(cls, row: Drill) -> Self:
        return cls(
            id=row.pk,
            state=DrillState(row.state),
            asked_by_id=row.asked_by_id,
            asked_at=row.asked_at,
            settled_at=row.settled_at,
            took_ms=row.took_ms,
            sha256=row.sha256,
            size=row.size,
            rows=row.rows,
            entries=row.entries,
            problem=row.problem,
        )


class DrillAsked(Done):
    """The drill; the worker rehearses."""

    drill: UUID


@archives.many("/archives", ArchiveShown)
def archive_list(call: Call) -> Any:
    """List archives, the latest first."""
    return _archives(call)


@archives.one("/archives/{uuid:archive_id}", ArchiveShown)
def archive(call: Call, archive_id: UUID) -> ArchiveShown:
    """Read one archive."""
    return ArchiveShown.of(_archive(call, archive_id))


@archives.act(
    "/archives", ArchiveAsked, status=202, scope=Right.MANAGE_ORGANISATION, at="/archives/{archive}"
)
def ask_for_archive(call: Call) -> Outcome:
    """Have the whole organisation put into one file."""
    return act(call, actions.ask_for_archive)


@archives.file("/archives/{uuid:archive_id}/content", "application/zip")
def archive_content(call: Call, archive_id: UUID) -> HttpResponseBase:
    """Fetch an archive, whole or in part by `Range`. That everything was taken along is recorded."""
    row = _archive(call, archive_id)
    if row.blob is None:
        raise NotFound("archive")
    if call.headers.get("Range", "bytes=0-").startswith("bytes=0-"):
        actions.record_archive_download(actor=call.actor, now=call.now, archive_id=row.pk)
    return send(call, File(blob=row.blob, name=row.name, media_type="application/zip"))


def _archives(call: Call) -> Any:
    refuse_if(may(call.actor, Right.MANAGE_ORGANISATION))
    return Archive.objects.visible_to(call.actor).select_related("blob")


def _archive(call: Call, archive_id: UUID) -> Archive:
    row: Archive | None = _archives(call).filter(pk=archive_id).first()
    if row is None:
        raise NotFound("archive")
    return row


@drills.many("/drills", DrillShown)
def drill_list(call: Call) -> Any:
    """List drills, the latest first."""
    return Drill.objects.visible_to(call.actor)


@drills.one("/drills/{uuid:drill_id}", DrillShown)
def drill(call: Call, drill_id: UUID) -> DrillShown:
    """Read one drill."""
    row = Drill.objects.visible_to(call.actor).filter(pk=drill_id).first()
    if row is None:
        raise NotFound("drill")
    return DrillShown.of(row)


@drills.act("/drills", DrillAsked, status=202, scope=Right.MANAGE_ORGANISATION, at="/drills/{drill}")
def ask_for_drill(call: Call) -> Outcome:
    """Have leaving rehearsed."""
    return act(call, actions.ask_for_drill)
