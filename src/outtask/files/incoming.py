"""Files kept between a preview and its confirmation: by content, for one organisation, for a day.

An import is shown before it is done; the second page names the file by its SHA-256, so that what is written
is exactly what was shown. They lie in a storage of their own (`STORAGES["incoming"]`), because with several
web servers the second page may be answered by another one than the first.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, cast
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.core.files.uploadedfile import TemporaryUploadedFile

from outtask.files.away import cannot_keep, cannot_read
from outtask.files.storage import PIECE
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

KEPT_FOR = timedelta(days=1)
_SUM = re.compile(r"[0-9a-f]{64}")
_NAME = ".name"


def keep(organisation_id: UUID, pieces: Iterable[bytes], name: str = "") -> str:
    """Keep a file until it is confirmed; returns its SHA-256. Memory stays bounded.

    name: as its owner calls it. The same content kept again begins its day anew, under the latest name.
    Refused when there is no place for it now.
    """
    digest = hashlib.sha256()
    with _waiting() as content, _waiting() as called:
        for piece in pieces:
            digest.update(piece)
            content.write(piece)
        called.write(name.encode())
        place = _place(organisation_id, digest.hexdigest())
        try:
            # The name goes first, so that whoever sees the content finds its name beside it.
            _put(called, place + _NAME)
            _put(content, place)
        except OSError as trouble:
            raise cannot_keep(trouble) from trouble
    return digest.hexdigest()


@contextmanager
def kept(organisation_id: UUID, sha256: str) -> Iterator[Path]:
    """A kept file, at a path that is good inside the block. Refused when it is not kept here (any more)."""
    if not _SUM.fullmatch(sha256):
        raise _gone()
    storage, place = _storage(), _place(organisation_id, sha256)
    if isinstance(storage, FileSystemStorage):
        path = Path(storage.path(place))
        if not path.is_file():
            raise _gone()
        yield path
        return
    with NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR, prefix="reading-") as copy:
        with _read(storage, place) as source:
            shutil.copyfileobj(source, copy, PIECE)
        copy.flush()
        yield Path(copy.name)


def name_of(organisation_id: UUID, sha256: str) -> str:
    """What its owner calls a kept file. Refused as `kept` is."""
    if not _SUM.fullmatch(sha256):
        raise _gone()
    with _read(_storage(), _place(organisation_id, sha256) + _NAME) as said:
        return bytes(said.read()).decode()


def forget(organisation_id: UUID, sha256: str) -> None:
    """Remove a kept file once it was taken in; one that is gone already is no fault."""
    if _SUM.fullmatch(sha256):
        _remove(_place(organisation_id, sha256))


def sweep(now: datetime) -> int:
    """Remove what nobody confirmed within a day; returns how many files."""
    storage, oldest, gone = _storage(), now - KEPT_FOR, 0
    for folder in storage.listdir("")[0]:
        for name in storage.listdir(folder)[1]:
            if not name.endswith(_NAME) and _last_kept(f"{folder}/{name}") < oldest:
                _remove(f"{folder}/{name}")
                gone += 1
    return gone


def forget_all(organisation_id: UUID) -> None:
    """Remove everything that is kept for an organisation."""
    storage, folder = _storage(), organisation_id.hex
    if folder in storage.listdir("")[0]:
        for name in storage.listdir(folder)[1]:
            storage.delete(f"{folder}/{name}")


def _storage() -> Storage:
    return storages["incoming"]


def _last_kept(place: str) -> datetime:
    try:
        return _storage().get_modified_time(place)
    except FileNotFoundError:  # taken in since it was listed; removing it again does no harm
        return datetime.min.replace(tzinfo=UTC)


def _place(organisation_id: UUID, sha256: str) -> str:
    return f"{organisation_id.hex}/{sha256}"


def _waiting() -> TemporaryUploadedFile:
    """A file under a name of its own until it is whole: two may keep the same, and either may be killed."""
    return TemporaryUploadedFile("incoming", "application/octet-stream", 0, None)


def _put(waiting: TemporaryUploadedFile, place: str) -> None:
    waiting.flush()
    _storage().save(place, cast("File[bytes]", waiting))


@contextmanager
def _read(storage: Storage, place: str) -> Iterator[IO[bytes]]:
    try:
        with storage.open(place, "rb") as stream:
            yield cast(IO[bytes], stream)
    except FileNotFoundError as absent:
        raise _gone() from absent
    except OSError as trouble:
        raise cannot_read(trouble) from trouble


def _remove(place: str) -> None:
    _storage().delete(place)
    _storage().delete(place + _NAME)


def _gone() -> Refused:
    reason = N_("The file is no longer kept here. Choose it again and look at it once more.")
    return Refused(Refusal("file_gone", reason, "file"))
