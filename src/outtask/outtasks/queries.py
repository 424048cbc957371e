"""Reads of the spine."""

from __future__ import annotations

from django.db.models import F, QuerySet

from outtask.journal.prepared import prepared
from outtask.journal.recording import NotFound
from outtask.kernel.actor import Actor
from outtask.outtasks.models import OutTask

BY_DAY = F("due_on").asc(nulls_last=True)
"""Out-tasks by the day something is due; those without a day last, which databases differ about."""


def outtask_of(actor: Actor, reference: str) -> OutTask:
    """The out-task of a reference, as far as the actor may see it; NotFound else."""
    found = _with_reference.first(actor, reference)
    if found is None:
        raise NotFound("out-task")
    return found


@prepared("reference")
def _with_reference(actor: Actor, reference: str) -> QuerySet[OutTask]:
    rows = OutTask.objects.visible_to(actor).filter(reference=reference)
    return rows.select_related("owner__person", "provider", "client", "process")


def tracked(code: str) -> OutTask | None:
    """The out-task of a tracking code, for whoever has the code: no actor, since strangers have none."""
    return _with_code.first(code)


@prepared("code")
def _with_code(code: str) -> QuerySet[OutTask]:
    return OutTask.objects.select_related("organisation").filter(tracking_code=code)
