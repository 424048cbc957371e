"""An organisation that arrives in an archive while nobody uses the installation yet.

The worker looks at the archive, and after a press takes it in: either may take minutes, and a browser would
give up. What it found is the task's own result, so that nothing is written anywhere before the press. Who
uploaded it has the tasks' ids in their session; nobody else can ask for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from time import monotonic
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.tasks import TaskContext, task
from django.utils import timezone

from outtask.files import incoming
from outtask.kernel.refusal import Refused
from outtask.takeback.archive import taking_in
from outtask.takeback.archive.firsts import First, owners_in, why_not_first
from outtask.takeback.archive.merging import Plan
from outtask.takeback.archive.taking_in import Checked
from outtask.takeback.archive.upgrading import versions

NOBODY = UUID(int=0)
"""For whom an archive waits until it is taken in: there is no organisation yet."""
TOLD_EVERY = 1.0
_REMEMBERED = 3600

type Told = dict[str, Any]


@task(takes_context=True)
def look_at_archive(context: TaskContext[..., Any], *, sha256: str) -> Told:
    """Background task: what a waiting archive is, or what is wrong with it. Writes nothing."""
    return looked(sha256, _telling(context.task_result.id))


@task(takes_context=True)
def bring_archive(
    context: TaskContext[..., Any], *, sha256: str, owner_id: str, password_hash: str, followers: list[str]
) -> Told:
    """Background task: take a waiting archive in and let its owner in. Begun again, it changes nothing."""
    first = First(UUID(owner_id), password_hash)
    return brought(sha256, first, followers, _telling(context.task_result.id))


def looked(sha256: str, progress: Callable[[int], None] = lambda lines: None) -> Told:
    """What the waiting archive holds and whose it is; `refused` says why it cannot be brought here."""
    try:
        with incoming.kept(NOBODY, sha256) as path, taking_in.checked(path, progress) as found:
            plan = found.plan()
            refusal = why_not_first(plan)
            return _told(found, plan) | {"refused": [str(refusal)] if refusal else []}
    except Refused as refused:
        return {"refused": [str(refusal) for refusal in refused.refusals]}


def brought(
    sha256: str, first: First, followers: list[str], progress: Callable[[int], None] = lambda lines: None
) -> Told:
    """Take it in; `refused` says why nothing was written. The upload waits no longer when it is here."""
    try:
        with incoming.kept(NOBODY, sha256) as path, taking_in.checked(path, progress) as found:
            taking_in.take_in(found, followers, timezone.now(), first=first)
    except Refused as refused:
        return {"refused": [str(refusal) for refusal in refused.refusals]}
    incoming.forget(NOBODY, sha256)
    return {"refused": []}


def lines_read(task_id: str) -> int:
    """How far a task has read; 0 while it has not begun, or when nobody remembers."""
    return int(cache.get(_place(task_id), 0))


def _telling(task_id: str) -> Callable[[int], None]:
    """Notes how many lines were read, once a second at most."""
    told = 0.0

    def progress(lines: int) -> None:
        nonlocal told
        if monotonic() - told >= TOLD_EVERY:
            told = monotonic()
            cache.set(_place(task_id), lines, _REMEMBERED)

    return progress


def _place(task_id: str) -> str:
    return f"arriving:{task_id}"


def _told(found: Checked, plan: Plan) -> Told:
    said = found.manifest
    return {
        "name": said.name,
        "as_of": said.as_of,
        "entries": said.entries,
        "files": said.files,
        "file_bytes": said.file_bytes,
        "older": said.schema != versions()[-1],
        "rows": _some(plan.rows),
        "all_rows": sum(plan.rows.values()),
        "mails_waiting": plan.waiting_mails,
        "owners": [
            asdict(owner) | {"id": str(owner.id)}
            for owner in owners_in(said.organisation_id, found.staged, plan)
        ],
    }


def _some(rows: Mapping[str, int]) -> dict[str, int]:
    """The tables that somebody knows their organisation again by."""
    return {name: rows[name] for name in ("member", "provider", "outtask", "agreement", "invoice", "budget")}
