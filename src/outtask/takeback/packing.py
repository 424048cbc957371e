"""The handover packs: ZIPs that open anywhere and need no Outtask.

Made by the worker after the out-task was taken back: one with everything for the client, one with the work
alone for whoever goes on. Killed half-way it has written nothing; they are simply made again. The same facts
give the same bytes: members carry the day of the taking back, in a fixed order.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from datetime import datetime
from typing import IO
from uuid import UUID

from django.conf import settings
from django.tasks import task
from django.utils import timezone

from outtask.files.models import File
from outtask.files.storage import Stored, open_stored, store_pieces
from outtask.journal.recording import Outcome
from outtask.kernel.actor import clock
from outtask.kernel.refusal import Refused
from outtask.takeback.actions import record_pack, record_pack_failed
from outtask.takeback.contents import Contents, for_the_client, for_the_next
from outtask.takeback.models import Handover
from outtask.takeback.states import HandoverState

PIECE = 1024 * 1024


@task()
def make_pack(*, organisation_id: str, handover_id: str) -> None:
    """Background task: the packs of one handover."""
    pack(UUID(organisation_id), UUID(handover_id), timezone.now())


def pack(organisation_id: UUID, handover_id: UUID, now: datetime) -> Outcome | None:
    """Make both packs; None when they are there already. A file that is gone is told and can be retried."""
    actor = clock(organisation_id)
    handover: Handover = (
        Handover.objects.visible_to(actor)
        .select_related("outtask__owner__person", "provider", "organisation")
        .get(pk=handover_id)
    )
    if handover.state != HandoverState.STARTED:
        return None
    whole, onward = for_the_client(handover), for_the_next(handover)
    try:
        zipped = _zipped(whole, handover), _zipped(onward, handover)
    except OSError as problem:
        reason = f"{type(problem).__name__}: {problem.strerror or problem}"
        return record_pack_failed(actor=actor, now=now, handover_id=handover_id, reason=reason)
    try:
        return record_pack(
            actor=actor,
            now=now,
            handover_id=handover_id,
            pack=(whole.name, zipped[0]),
            onward=(onward.name, zipped[1]),
            files=len(whole.files),
        )
    except Refused:
        # Another worker was quicker; its packs stand.
        handover.refresh_from_db()
        if handover.state == HandoverState.STARTED:
            raise
        return None


def _zipped(contents: Contents, handover: Handover) -> Stored:
    with tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as waiting:
        write_zip(waiting, contents, handover.taken_back_at)
        waiting.seek(0)
        return store_pieces(iter(lambda: waiting.read(PIECE), b""), contents.name)


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
