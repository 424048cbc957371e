"""Leaving: the archive of everything, and the drills that rehearse it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from outtask.files.actions import name_bytes
from outtask.files.storage import Stored
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import refuse_if
from outtask.people.roles import Right, may
from outtask.takeback import exit_rules as rules
from outtask.takeback.models import Archive, Drill
from outtask.takeback.states import ARCHIVE, DRILL, ArchiveState, DrillState


@dataclass(frozen=True)
class Rehearsed:
    """What a drill came to. problem: what differed or failed first, "" when everything came back the same.

    took_ms: from the first read to the last comparison. sha256, size: of the archive; rows, entries: in it.
    """

    problem: str
    took_ms: int
    sha256: str = ""
    size: int = 0
    rows: int = 0
    entries: int = 0

    @property
    def act(self) -> str:
        return "fail" if self.problem else "pass"


@action
def ask_for_archive(*, actor: Actor, now: datetime, key: Key = None) -> Outcome:
    """Have the worker put the whole organisation into one file."""
    with recording("archive.asked", actor=actor, now=now, key=key) as entry:
        waiting = _waiting_since(entry, ArchiveState.ASKED)
        refuse_if(may(actor, Right.MANAGE_ORGANISATION), rules.why_not_ask(waiting, now))
        archive = Archive.objects.create(
            organisation_id=entry.organisation_id, asked_by_id=actor.id, asked_at=now
        )
        entry.says(archive=archive.pk)
        entry.gives(archive=archive.pk)
    return entry.outcome


@action
def record_archive(
    *, actor: Actor, now: datetime, key: Key = None, archive_id: UUID, stored: Stored, rows: int, entries: int
) -> Outcome:
    """The worker made the archive: its bytes are stored, and here they get their place."""
    with recording("archive.made", actor=actor, on=(Archive, archive_id), now=now, key=key) as entry:
        archive: Archive = entry.subject
        refuse_if(rules.why_not_settle(actor.is_clock, "archive", archive.state, "make"))
        archive.blob = name_bytes(entry, stored)
        archive.rows, archive.entries = rows, entries
        _settle(archive, ARCHIVE.after(ArchiveState(archive.state), "make"), now)
        entry.says(archive=archive.pk, rows=rows, entries=entries, sha256=stored.sha256)
    return entry.outcome


@action
def record_archive_failed(
    *, actor: Actor, now: datetime, key: Key = None, archive_id: UUID, reason: str
) -> Outcome:
    """The worker could not make the archive; why is shown, and another can be asked for."""
    with recording("archive.failed", actor=actor, on=(Archive, archive_id), now=now, key=key) as entry:
        archive: Archive = entry.subject
        refuse_if(rules.why_not_settle(actor.is_clock, "archive", archive.state, "fail"))
        archive.problem = reason
        _settle(archive, ARCHIVE.after(ArchiveState(archive.state), "fail"), now)
        entry.says(archive=archive.pk, reason=entry.keep(reason))
    return entry.outcome


@action
def record_archive_download(*, actor: Actor, now: datetime, key: Key = None, archive_id: UUID) -> Outcome:
    """Note that somebody took everything with them."""
    with recording("archive.downloaded", actor=actor, on=(Archive, archive_id), now=now, key=key) as entry:
        archive: Archive = entry.subject
        refuse_if(
            may(actor, Right.MANAGE_ORGANISATION),
            rules.why_not_download(archive.state == ArchiveState.MADE),
        )
        entry.says(archive=archive.pk, sha256=archive.blob_id)
    return entry.outcome


@action
def ask_for_drill(*, actor: Actor, now: datetime, key: Key = None) -> Outcome:
    """Have the worker rehearse leaving. The clock asks too, when the last drill was long ago."""
    with recording("drill.asked", actor=actor, now=now, key=key) as entry:
        waiting = _waiting_since(entry, DrillState.ASKED)
        refuse_if(may(actor, Right.MANAGE_ORGANISATION), rules.why_not_ask(waiting, now))
        drill = Drill.objects.create(
            organisation_id=entry.organisation_id,
            asked_by_id=actor.id if actor.is_member else None,
            asked_at=now,
        )
        entry.says(drill=drill.pk)
        entry.gives(drill=drill.pk)
    return entry.outcome


@action
def record_drill(
    *, actor: Actor, now: datetime, key: Key = None, drill_id: UUID | None, rehearsed: Rehearsed
) -> Outcome:
    """What a drill came to. drill_id: None for one that nobody asked for beforehand, by the command line."""
    on = (Drill, drill_id) if drill_id else None
    with recording("drill.passed", actor=actor, on=on, now=now, key=key) as entry:
        drill: Drill = entry.subject or Drill(organisation_id=entry.organisation_id, asked_at=now)
        refuse_if(rules.why_not_settle(actor.is_clock, "drill", drill.state, rehearsed.act))
        drill.problem, drill.took_ms = rehearsed.problem, rehearsed.took_ms
        drill.sha256, drill.size = rehearsed.sha256, rehearsed.size
        drill.rows, drill.entries = rehearsed.rows, rehearsed.entries
        drill.state = DRILL.after(DrillState(drill.state), rehearsed.act)
        drill.settled_at = now
        drill.save()
        _tell_drill(entry, drill)
    return entry.outcome


def _tell_drill(entry: Recording, drill: Drill) -> None:
    if drill.problem:
        entry.becomes("drill.failed")
        entry.says(drill=drill.pk, reason=entry.keep(drill.problem), took_ms=drill.took_ms)
    else:
        counts = {"rows": drill.rows, "entries": drill.entries, "took_ms": drill.took_ms}
        entry.says(drill=drill.pk, **counts, sha256=drill.sha256)
    entry.gives(drill=drill.pk, state=str(drill.state))


def _waiting_since(entry: Recording, state: ArchiveState | DrillState) -> datetime | None:
    """When one was asked for that is not settled, under the lock."""
    model = Archive if isinstance(state, ArchiveState) else Drill
    rows = model.objects.filter(organisation_id=entry.organisation_id, state=state)
    since: datetime | None = rows.order_by("-asked_at").values_list("asked_at", flat=True).first()
    return since


def _settle(archive: Archive, state: ArchiveState, now: datetime) -> None:
    archive.state, archive.settled_at = state, now
    archive.save(update_fields=["state", "settled_at", "blob", "rows", "entries", "problem"])
