"""Reads of the messages room."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from outtask.journal.prepared import prepared
from outtask.kernel.actor import Actor
from outtask.messages.models import Message
from outtask.outtasks.models import OutTask
from outtask.people.models import Link, Provider

LATEST = 8


def thread_of(actor: Actor, outtask_id: UUID) -> QuerySet[Message]:
    """The lines about an out-task that the actor may read, the latest first."""
    rows = Message.objects.visible_to(actor).filter(outtask_id=outtask_id)
    lines = rows.select_related("member__person", "link", "provider").order_by("-id")
    return cast("QuerySet[Message]", lines)


@prepared()
def latest_lines(actor: Actor, outtask_id: UUID) -> QuerySet[Message]:
    """As many of them as the page of an out-task shows."""
    return thread_of(actor, outtask_id)[:LATEST]


def partners(outtask: OutTask) -> QuerySet[Provider]:
    """Whom one can write to about an out-task: every provider who holds a link to it."""
    links = Link.objects.filter(outtask=outtask, provider=OuterRef("pk"), revoked_at__isnull=True)
    return cast("QuerySet[Provider]", Provider.objects.filter(Exists(links)).order_by("name", "id"))
