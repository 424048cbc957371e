"""The drill: leaving, rehearsed. Export, import into a scratch installation, export there, compare.

The scratch installation is a process of its own with a home and an SQLite file of its own in a folder that is
gone afterwards, whatever database this one runs on. When this process is killed, the other one notices that
nobody listens any more and ends; the folder is taken away by whoever looks next.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.tasks import task
from django.utils import timezone

import outtask
from outtask.journal.recording import Outcome
from outtask.kernel.actor import clock
from outtask.kernel.refusal import Refused
from outtask.takeback.actions import Rehearsed, record_drill
from outtask.takeback.archive import writing
from outtask.takeback.archive.reading import opened
from outtask.takeback.archive.writing import Progress
from outtask.takeback.models import Drill
from outtask.takeback.states import DrillState

PREFIX = "drill-"
PROGRAM = "outtask.takeback.archive.scratch"
LOCK = "lock"

log = structlog.get_logger(__name__)


@task()
def rehearse_asked(*, organisation_id: str, drill_id: str) -> None:
    """Background task: the drill that somebody asked for."""
    organisation = UUID(organisation_id)
    drill = Drill.objects.visible_to(clock(organisation)).filter(pk=drill_id).first()
    if drill is not None and drill.state == DrillState.ASKED:
        run(organisation, drill.pk)


def run(organisation_id: UUID, drill_id: UUID | None = None) -> Outcome:
    """Rehearse and record what came of it."""
    done = rehearse(organisation_id)
    return record_drill(actor=clock(organisation_id), now=timezone.now(), drill_id=drill_id, rehearsed=done)


def rehearse(organisation_id: UUID, progress: Progress = lambda lines: None) -> Rehearsed:
    """Leave and come back, elsewhere; nothing here is changed."""
    sweep()
    began, written = perf_counter(), None
    with folder() as place:
        first, second = place / "first.zip", place / "second.zip"
        try:
            written = writing.export_to(first, organisation_id, progress)
            problem = written.fault or _came_back(place, first, second)
        except Refused as refused:
            problem = str(refused)
    took = round((perf_counter() - began) * 1000)
    if written is None:
        return Rehearsed(problem, took)
    told = written.manifest
    return Rehearsed(problem, took, written.sha256, written.size, told.rows, told.entries)


def _came_back(place: Path, first: Path, second: Path) -> str:
    """What is not the same after an import and another export elsewhere; "" when nothing is."""
    told = _in_scratch(place / "home", first, second)
    if told.get("problem"):
        return str(told["problem"])
    return first_difference(first, second)


def _in_scratch(home: Path, first: Path, second: Path) -> dict[str, Any]:
    """Let another process import the archive and export it again; what it says."""
    ours = ("OUTTASK_", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment = kept | {
        "OUTTASK_HOME": str(home),
        "OUTTASK_LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "outtask.config.settings",
        "PYTHONPATH": str(Path(outtask.__file__).parents[1]),
    }
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", PROGRAM, str(first), str(second)],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            # Its standard input stays open as long as we live: that is how it knows.
            output = process.stdout.read()
            process.wait()
        finally:
            process.kill()
            process.wait()
        errors.seek(0)
        complaint = errors.read().decode(errors="replace").strip()
    if process.returncode != 0:
        log.error("the scratch installation failed", error=complaint[-2000:])
        last = complaint.splitlines()[-1] if complaint else f"exit code {process.returncode}"
        return {"problem": f"The scratch installation failed: {last}"}
    told: dict[str, Any] = json.loads(output)
    return told


def first_difference(first: Path, second: Path) -> str:
    """The first thing in which two archives differ, in words; "" when they have the same bytes."""
    if _same(first, second):
        return ""
    with opened(first) as one, opened(second) as two:
        parts, others = one.manifest.members, two.manifest.members
        for name in sorted(parts.keys() | others.keys()):
            if parts.get(name) != others.get(name):
                return f"What came back differs: {name}{_line(one, two, name)}."
    return "What came back differs, though every part of it is the same."


def _line(one: Any, two: Any, name: str) -> str:
    if not name.endswith(".jsonl") or name not in one.members or name not in two.members:
        return ""
    pairs = zip(one.lines(name), two.lines(name), strict=False)
    number = next((number for (number, ours), (_, theirs) in pairs if ours != theirs), None)
    return f", line {number}" if number is not None else ", where lines are missing"


def _same(first: Path, second: Path) -> bool:
    if first.stat().st_size != second.stat().st_size:
        return False
    with first.open("rb") as one, second.open("rb") as two:
        return all(piece == two.read(len(piece)) for piece in iter(lambda: one.read(2**20), b""))


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards; locked, so that others see that it is in use."""
    place = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_drills()))
    try:
        with (place / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def sweep() -> int:
    """Take away the folders of drills that were killed; returns how many."""
    gone = 0
    for place in _drills().glob(f"{PREFIX}*"):
        try:
            with (place / LOCK).open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(place, ignore_errors=True)
                gone += 1
        except OSError:  # somebody is at it, or has just taken it away
            continue
    return gone


def _drills() -> Path:
    place = Path(settings.HOME, "drills")
    place.mkdir(exist_ok=True)
    return place
