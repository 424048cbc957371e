"""Reads of the messages room."""

from __future__ import annotations

from typing import cast

from django.db.models import Exists, OuterRef, QuerySet

from outtask.kernel.actor import Actor
from outtask.messages.models import Message
from outtask.outtasks.models import OutTask
from outtask.people.models import Link, Provider


def thread_of(actor: Actor, outtask: OutTask, size: int = 8) -> QuerySet[Message]:
    """The latest lines about an out-task that the actor may read."""
    rows = Message.objects.visible_to(actor).filter(outtask=outtask)
    shown = rows.select_related("member__person", "link", "provider").order_by("-id")[:size]
    return cast("QuerySet[Message]", shown)


def partners(outtask: OutTask) -> QuerySet[Provider]:
    """Whom one can write to about an out-task: every provider who holds a link to it."""
    links = Link.objects.filter(outtask=outtask, provider=OuterRef("pk"), revoked_at__isnull=True)
    return cast("QuerySet[Provider]", Provider.objects.filter(Exists(links)).order_by("name", "id"))
