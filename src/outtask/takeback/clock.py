"""What the takeback room does by the clock: drills that are due, and folders that killed ones left."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max

from outtask.journal.recording import NotFound
from outtask.kernel.actor import clock
from outtask.kernel.refusal import Refused
from outtask.people.models import Organisation
from outtask.takeback.actions import ask_for_drill
from outtask.takeback.drill import sweep
from outtask.takeback.exit_rules import drill_due
from outtask.takeback.models import Drill


def tick(now: datetime) -> None:
    """Ask for a drill in each organisation whose last one was longer ago than OUTTASK_DRILL_DAYS."""
    sweep()
    every = timedelta(days=settings.DRILL_DAYS)
    asked = dict(Drill.objects.values_list("organisation_id").annotate(latest=Max("asked_at")))
    rows = Organisation.objects.filter(journal_head__isnull=False, is_sample=False)
    for pk, founded_at in rows.values_list("pk", "founded_at"):
        if drill_due(founded_at, asked.get(pk), every, now):
            try:
                ask_for_drill(actor=clock(pk), now=now)
            except (NotFound, Refused):  # removed, or asked for, a moment ago
                continue
