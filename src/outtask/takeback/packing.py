"""The handover pack: one ZIP that opens anywhere and needs no Outtask.

Made by the worker after the out-task was taken back. Killed half-way it has written nothing; it is simply
made again. The same facts give the same bytes: entries carry the day of the taking back, in a fixed order.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.tasks import task
from django.utils import timezone

from outtask.files.models import File
from outtask.files.storage import Stored, open_stored, store_pieces
from outtask.journal.recording import Outcome
from outtask.kernel.actor import clock
from outtask.takeback.actions import record_pack, record_pack_failed
from outtask.takeback.contents import Contents, contents_of
from outtask.takeback.models import Handover
from outtask.takeback.states import HandoverState

PIECE = 1024 * 1024


@task()
def make_pack(*, organisation_id: str, handover_id: str) -> None:
    """Background task: the pack of one handover."""
    pack(UUID(organisation_id), UUID(handover_id), timezone.now())


def pack(organisation_id: UUID, handover_id: UUID, now: datetime) -> Outcome | None:
    """Make and record the pack; None when it is there already. A file that is gone is told and can be retried."""
    actor = clock(organisation_id)
    handover: Handover = Handover.objects.select_related("outtask", "provider").get(
        pk=handover_id, organisation_id=organisation_id
    )
    if handover.state != HandoverState.STARTED:
        return None
    contents = contents_of(handover)
    try:
        stored = _zipped(contents, handover)
    except OSError as problem:
        reason = f"{type(problem).__name__}: {problem.strerror or problem}"
        return record_pack_failed(actor=actor, now=now, handover_id=handover_id, reason=reason)
    return record_pack(
        actor=actor,
        now=now,
        handover_id=handover_id,
        stored=stored,
        name=contents.name,
        files=len(contents.files),
    )


def _zipped(contents: Contents, handover: Handover) -> Stored:
    with tempfile.NamedTemporaryFile(dir=settings.HOME / "incoming", suffix=".zip") as waiting:
        write_zip(waiting, contents, handover.taken_back_at)
        waiting.seek(0)
        return store_pieces(_pieces(waiting), contents.name)


def write_zip(target: IO[bytes], contents: Contents, at: datetime) -> None:
    """Write the pack: texts and tables first, then the files by their bytes; memory stays bounded."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in contents.texts:
            archive.writestr(_member(name, at), text)
        for name, rows in contents.tables:
            archive.writestr(
                _member(name, at), json.dumps(rows, indent=2, ensure_ascii=False, sort_keys=True)
            )
        for name, data in contents.blobs:
            archive.writestr(_member(name, at), data)
        for name, file in contents.files:
            _copy(archive, _member(name, at), file)


def _member(name: str, at: datetime) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=(at.year, at.month, at.day, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def _copy(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: File) -> None:
    with open_stored(file.blob_id) as source, archive.open(info, "w", force_zip64=True) as place:
        shutil.copyfileobj(source, place, PIECE)


def _pieces(source: Any) -> Iterator[bytes]:
    while piece := source.read(PIECE):
        yield piece
