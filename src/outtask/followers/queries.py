"""What the page about background work shows: dead letters of one organisation, workers, timed duties."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from outtask.followers.background import DEAD_AFTER
from outtask.followers.models import Timer, Worker
from outtask.journal.models import FollowerCursor, SkippedEntry
from outtask.kernel.actor import Actor


def skipped_entries(actor: Actor) -> QuerySet[SkippedEntry]:
    """Entries a follower gave up on, not yet settled."""
    return (
        SkippedEntry.objects.filter(organisation_id=actor.organisation_id, settled_at__isnull=True)
        .select_related("entry")
        .order_by("-id")
    )


def dead_tasks(actor: Actor) -> QuerySet[Any]:
    """Background tasks of the actor's organisation that failed for good."""
    return DBTaskResult.objects.filter(
        status=TaskResultStatus.FAILED, args_kwargs__kwargs__organisation_id=str(actor.organisation_id)
    ).order_by("-finished_at")


def held_up(actor: Actor) -> QuerySet[FollowerCursor]:
    """Followers that are between two tries in the actor's organisation."""
    return FollowerCursor.objects.filter(organisation_id=actor.organisation_id, failures__gt=0).order_by(
        "follower"
    )


def living_workers(now: datetime) -> QuerySet[Worker]:
    return Worker.objects.filter(beat_at__gt=now - DEAD_AFTER).order_by("started_at")


def failing_duties() -> QuerySet[Timer]:
    return Timer.objects.exclude(failures=0).order_by("name")
