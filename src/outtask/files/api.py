"""Files for programs: what there is, and the bytes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.http.response import HttpResponseBase

from outtask.api.calls import Call
from outtask.api.routing import Room
from outtask.api.schemas import Shown
from outtask.files.actions import record_download
from outtask.files.models import File
from outtask.files.queries import file_for
from outtask.files.views import send
from outtask.outtasks.queries import outtask_of

room = Room("Files")
ROUTERS = (room,)


class FileShown(Shown):
    """A named file. The provider sees it when it is shared."""

    id: UUID
    name: str
    size: int
    sha256: str
    media_type: str
    shared: bool
    added_at: datetime

    @classmethod
    def of(cls, row: File) -> Self:
        return cls(
            id=row.pk,
            name=row.name,
            size=row.blob.size,
            sha256=row.blob_id,
            media_type=row.media_type,
            shared=row.shared,
            added_at=row.added_at,
        )


@room.many("/out-tasks/{slug:reference}/files", FileShown)
def file_list(call: Call, reference: str) -> Any:
    """List the files of an out-task, the latest first."""
    outtask = outtask_of(call.actor, reference)
    return File.objects.visible_to(call.actor).filter(outtask=outtask).select_related("blob")


@room.one("/files/{uuid:file_id}", FileShown)
def file(call: Call, file_id: UUID) -> FileShown:
    """Read what is known of one file."""
    return FileShown.of(file_for(call.actor, file_id))


@room.file("/files/{uuid:file_id}/content", "*/*")
def file_content(call: Call, file_id: UUID) -> HttpResponseBase:
    """Fetch a file, whole or in part by `Range`. That a member reads it is recorded."""
    found = file_for(call.actor, file_id)
    if call.actor.is_member and call.headers.get("Range", "bytes=0-").startswith("bytes=0-"):
        record_download(actor=call.actor, now=call.now, file_id=found.pk)
    return send(call, found)
