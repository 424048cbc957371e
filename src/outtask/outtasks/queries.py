"""Reads of the spine."""

from __future__ import annotations

from django.db.models import F

from outtask.journal.recording import NotFound
from outtask.kernel.actor import Actor
from outtask.outtasks.models import OutTask

BY_DAY = F("due_on").asc(nulls_last=True)
"""Out-tasks by the day something is due; those without a day last, which databases differ about."""


def outtask_of(actor: Actor, reference: str) -> OutTask:
    """The out-task of a reference, as far as the actor may see it; NotFound else."""
    found: OutTask | None = (
        OutTask.objects.visible_to(actor)
        .select_related("owner__person", "provider", "client", "process")
        .filter(reference=reference)
        .first()
    )
    if found is None:
        raise NotFound("out-task")
    return found


def tracked(code: str) -> OutTask | None:
    """The out-task of a tracking code, for whoever has the code: no actor, since strangers have none."""
    found: OutTask | None = OutTask.objects.select_related("organisation").filter(tracking_code=code).first()
    return found
