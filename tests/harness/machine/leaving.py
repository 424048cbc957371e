"""Acts of leaving: archives of everything, drills, and what the worker says of them."""

from __future__ import annotations

from outtask.kernel.actor import Actor, clock
from outtask.models import Archive, Drill
from outtask.takeback.actions import (
    ask_for_archive,
    ask_for_drill,
    record_archive,
    record_archive_download,
    record_archive_failed,
    record_drill,
)
from outtask.takeback.actions.leaving import Rehearsed
from outtask.takeback.states import ArchiveState, DrillState
from tests.harness.machine.acts import Inputs, act
from tests.harness.machine.stage import Stage


@act(ask_for_archive)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    return stage.head(stage.tenant()), {}


@act(record_archive, often=2)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    archive = stage.some(Archive, lambda row: row.state == ArchiveState.ASKED)
    given = {"archive_id": archive.pk, "stored": stage.files[2][1], "rows": 100, "entries": 20}
    return clock(archive.organisation_id), given


@act(record_archive_failed)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    archive = stage.some(Archive, lambda row: row.state == ArchiveState.ASKED)
    return clock(archive.organisation_id), {"archive_id": archive.pk, "reason": stage.words()}


@act(record_archive_download)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    archive = stage.some(Archive, lambda row: row.state == ArchiveState.MADE)
    return stage.head(archive.organisation_id), {"archive_id": archive.pk}


@act(ask_for_drill)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    organisation = stage.tenant()
    return stage.chance.choice([stage.head(organisation), clock(organisation)]), {}


@act(record_drill, often=2)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    drill = stage.some(Drill, lambda row: row.state == DrillState.ASKED)
    problem = stage.chance.choice(["", "", stage.words()])
    rehearsed = Rehearsed(problem, 900, stage.files[2][1].sha256, 22, 100, 20)
    drill_id = stage.chance.choice([drill.pk, drill.pk, None])
    return clock(drill.organisation_id), {"drill_id": drill_id, "rehearsed": rehearsed}
