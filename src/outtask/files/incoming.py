"""Files kept between a preview and its confirmation: by content, for one organisation, for a day.

An import is shown before it is done; the second page names the file by its SHA-256, so that what is written
is exactly what was shown.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings

from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

KEPT_FOR = timedelta(days=1)
_SUM = re.compile(r"[0-9a-f]{64}")


def _folder(organisation_id: UUID) -> Path:
    folder = Path(settings.HOME) / "incoming" / organisation_id.hex
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def keep(organisation_id: UUID, pieces: Iterable[bytes]) -> str:
    """Keep a file until it is confirmed; returns its SHA-256, which is its name. Memory stays bounded."""
    folder = _folder(organisation_id)
    digest = hashlib.sha256()
    waiting = folder / f"writing-{id(pieces):x}"
    with waiting.open("wb") as target:
        for piece in pieces:
            digest.update(piece)
            target.write(piece)
    waiting.replace(folder / digest.hexdigest())
    return digest.hexdigest()


def kept(organisation_id: UUID, sha256: str) -> Path:
    """Where a kept file is. Refused when it was not kept here, or no longer is."""
    path = _folder(organisation_id) / sha256
    if not _SUM.fullmatch(sha256) or not path.is_file():
        raise Refused(
            Refusal("file_gone", N_("The file is no longer kept here. Choose it again and look at it once more."), "file")
        )
    return path


def forget(organisation_id: UUID, sha256: str) -> None:
    """Remove a kept file once it was taken in."""
    kept(organisation_id, sha256).unlink(missing_ok=True)


def sweep(now: datetime) -> int:
    """Remove what nobody confirmed within a day; returns how many files."""
    gone = 0
    for path in (Path(settings.HOME) / "incoming").glob("*/*"):
        if path.is_file() and path.stat().st_mtime < (now - KEPT_FOR).timestamp():
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def forget_all(organisation_id: UUID) -> None:
    """Remove everything that is kept for an organisation."""
    shutil.rmtree(_folder(organisation_id), ignore_errors=True)
