"""Reads of the files room; each starts from what the actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from django.db.models import QuerySet

from outtask.files.models import File
from outtask.journal.prepared import prepared
from outtask.journal.recording import NotFound
from outtask.kernel.actor import Actor

LATEST = 8


def file_for(actor: Actor, file_id: UUID) -> File:
    """The file with its blob; NotFound when the actor may not see it."""
    file: File | None = File.objects.visible_to(actor).select_related("blob").filter(pk=file_id).first()
    if file is None:
        raise NotFound("file")
    return file


def files_of(actor: Actor, outtask_id: UUID) -> Sequence[File]:
    """The files of an out-task, the latest first."""
    rows = File.objects.visible_to(actor).select_related("blob").filter(outtask_id=outtask_id)
    return cast(Sequence[File], rows.order_by("-id"))


@prepared()
def latest_files(actor: Actor, outtask_id: UUID) -> QuerySet[File]:
    """As many of them as the page of an out-task shows."""
    rows = File.objects.visible_to(actor).select_related("blob").filter(outtask_id=outtask_id)
    return rows.order_by("-id")[:LATEST]
