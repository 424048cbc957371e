"""Reads of the messages room."""

from __future__ import annotations

from typing import Any

from outtask.kernel.actor import Actor
from outtask.messages.models import Message
from outtask.outtasks.models import OutTask


def thread_of(actor: Actor, outtask: OutTask, size: int = 8) -> Any:
    """The latest lines about an out-task that the actor may read."""
    rows = Message.objects.visible_to(actor).filter(outtask=outtask)
    return rows.select_related("member__person", "link", "provider").order_by("-id")[:size]
