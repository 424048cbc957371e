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
from tempfile import NamedTemporaryFile
from uuid import UUID

from django.conf import settings

from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

KEPT_FOR = timedelta(days=1)
_SUM = re.compile(r"[0-9a-f]{64}")
_NAME = ".name"


def keep(organisation_id: UUID, pieces: Iterable[bytes], name: str = "") -> str:
    """Keep a file until it is confirmed; returns its SHA-256. Memory stays bounded.

    name: as its owner calls it. The same content kept again begins its day anew, under the latest name.
    """
    folder = _folder(organisation_id)
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    # Under a name of its own until it is whole: two may keep the same file at once, and either may be killed.
    with NamedTemporaryFile(dir=folder, prefix="writing-", delete_on_close=False) as waiting:
        for piece in pieces:
            digest.update(piece)
            waiting.write(piece)
        waiting.close()
        sha256 = digest.hexdigest()
        _called(folder, sha256, name)
        Path(waiting.name).replace(folder / sha256)
    return sha256


def kept(organisation_id: UUID, sha256: str) -> Path:
    """Where a kept file is. Refused when it was not kept here, or no longer is."""
    path = _folder(organisation_id) / sha256
    if not _SUM.fullmatch(sha256) or not path.is_file():
        raise _gone()
    return path


def name_of(organisation_id: UUID, sha256: str) -> str:
    """What its owner calls a kept file. Refused as `kept` is."""
    path = kept(organisation_id, sha256)
    try:
        return path.with_suffix(_NAME).read_text(encoding="utf-8")
    except FileNotFoundError as swept:  # since the line above
        raise _gone() from swept


def forget(organisation_id: UUID, sha256: str) -> None:
    """Remove a kept file once it was taken in; one that is gone already is no fault."""
    if _SUM.fullmatch(sha256):
        _remove(_folder(organisation_id) / sha256)


def sweep(now: datetime) -> int:
    """Remove what nobody confirmed within a day; returns how many files."""
    oldest = (now - KEPT_FOR).timestamp()
    gone = 0
    for path in Path(settings.HOME, "incoming").glob("*/*"):
        if path.suffix != _NAME and path.is_file() and path.stat().st_mtime < oldest:
            _remove(path)
            gone += 1
    return gone


def forget_all(organisation_id: UUID) -> None:
    """Remove everything that is kept for an organisation."""
    shutil.rmtree(_folder(organisation_id), ignore_errors=True)


def _folder(organisation_id: UUID) -> Path:
    return Path(settings.HOME, "incoming", organisation_id.hex)


def _called(folder: Path, sha256: str, name: str) -> None:
    """The name goes first, so that whoever sees the content finds its name beside it."""
    with NamedTemporaryFile(dir=folder, prefix="writing-", delete_on_close=False) as waiting:
        waiting.write(name.encode())
        waiting.close()
        Path(waiting.name).replace(folder / f"{sha256}{_NAME}")


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_suffix(_NAME).unlink(missing_ok=True)


def _gone() -> Refused:
    reason = N_("The file is no longer kept here. Choose it again and look at it once more.")
    return Refused(Refusal("file_gone", reason, "file"))
