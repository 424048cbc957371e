"""Trying the checks of a hand-in, outside any transaction: read the files, ask the links, then write once.

A run that is killed has written nothing and is simply run again. `FOLLOWER`-ready: `run_checks_for_entry`
is given each `milestone.handed_in` entry and enqueues the task.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.tasks import task
from django.utils import timezone

from outtask.deliver.actions.checking import NOTHING_WAITS, record_check_results
from outtask.deliver.models import Check, Submission, SubmittedFile
from outtask.deliver.states import CheckState
from outtask.files.checks.criteria import CheckKind, parse_params
from outtask.files.checks.handed import HandedIn
from outtask.files.checks.result import CheckResult, Outcome, Sentence
from outtask.files.checks.run import run_check
from outtask.files.storage import open_stored
from outtask.kernel.actor import clock
from outtask.kernel.refusal import Refused
from outtask.kernel.words import N_

FOLLOWS = frozenset({"milestone.handed_in"})


class HandedInEntry(Protocol):
    """What this room reads of an entry that a follower hands it."""

    @property
    def organisation_id(self) -> UUID: ...
    @property
    def says(self) -> Mapping[str, Any]: ...


def run_checks_for_entry(entry: HandedInEntry, now: datetime) -> None:
    """Enqueue the checks of what was handed in; called inside the follower's transaction."""
    run_checks.enqueue(
        organisation_id=str(entry.organisation_id), submission_id=str(entry.says["submission"])
    )


@task()
def run_checks(*, organisation_id: str, submission_id: str) -> None:
    """Background task: the checks of one submission."""
    run_checks_of(UUID(organisation_id), UUID(submission_id), timezone.now())


def run_checks_of(organisation_id: UUID, submission_id: UUID, now: datetime) -> bool:
    """Try every check that waits for the system, and write the results; False when none waited."""
    actor = clock(organisation_id)
    submission: Submission = Submission.objects.visible_to(actor).get(pk=submission_id)
    waiting = Check.objects.visible_to(actor).filter(submission=submission, state=CheckState.WAITING)
    checks = list(waiting.exclude(kind=CheckKind.BY_HAND).order_by("order"))
    if not checks:
        return False
    files = handed_in_files(submission)
    results = {check.pk: _tried(check, files, submission.links) for check in checks}
    try:
        record_check_results(actor=actor, now=now, submission_id=submission.pk, results=results)
    except Refused as refused:
        # Another worker was quicker; its results stand.
        if refused.refusal.code != NOTHING_WAITS:
            raise
        return False
    return True


def handed_in_files(submission: Submission) -> list[HandedIn]:
    """The files of a hand-in as checks read them: by name, from the storage, as often as they ask."""
    rows = SubmittedFile.objects.filter(submission=submission).select_related("file__blob").order_by("order")
    return [
        HandedIn(
            row.file.name,
            row.file.blob.size,
            row.file.blob_id,
            functools.partial(open_stored, row.file.blob_id),
        )
        for row in rows
    ]


def _tried(check: Check, files: Sequence[HandedIn], links: Sequence[str]) -> CheckResult:
    kind = CheckKind(check.kind)
    try:
        params = parse_params(kind, check.params)
    except Refused as refused:
        # Agreed under older rules for this kind of check: a person has to look.
        why = Sentence(N_("its settings cannot be read (%(why)s)"), {"why": str(refused.refusal)})
        return CheckResult(Outcome.UNABLE, Sentence(N_("“%(text)s”"), {"text": check.text}), why)
    return run_check(kind, params, files, links)
