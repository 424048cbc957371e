"""The archive of everything, made by the worker after somebody asked for it on a page."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.tasks import task
from django.utils import timezone

from outtask.files.storage import PIECE, store_pieces
from outtask.journal.recording import Outcome
from outtask.kernel.actor import clock
from outtask.kernel.refusal import Refused
from outtask.takeback.actions import record_archive, record_archive_failed
from outtask.takeback.archive.writing import Written, export_to
from outtask.takeback.models import Archive
from outtask.takeback.states import ArchiveState


@task()
def make_archive(*, organisation_id: str, archive_id: str) -> None:
    """Background task: the archive that somebody asked for."""
    make(UUID(organisation_id), UUID(archive_id), timezone.now())


def make(organisation_id: UUID, archive_id: UUID, now: datetime) -> Outcome | None:
    """Make it; None when it is there already. Killed half-way it has left nothing, and is made again."""
    actor = clock(organisation_id)
    archive = Archive.objects.visible_to(actor).get(pk=archive_id)
    if archive.state != ArchiveState.ASKED:
        return None
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path = Path(folder, archive.name)
        try:
            written = export_to(path, organisation_id)
        except Refused as refused:
            return record_archive_failed(actor=actor, now=now, archive_id=archive_id, reason=str(refused))
        return _record(archive, path, written, now)


def _record(archive: Archive, path: Path, written: Written, now: datetime) -> Outcome | None:
    with path.open("rb") as file:
        stored = store_pieces(iter(lambda: file.read(PIECE), b""), archive.name)
    try:
        return record_archive(
            actor=clock(archive.organisation_id),
            now=now,
            archive_id=archive.pk,
            stored=stored,
            rows=written.manifest.rows,
            entries=written.manifest.entries,
        )
    except Refused:
        # Another worker was quicker; its archive stands.
        archive.refresh_from_db()
        if archive.state == ArchiveState.ASKED:
            raise
        return None
