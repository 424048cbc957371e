"""Bytes by content: an upload is hashed, put in its place whole, and never written twice.

The place is a folder, where that is a rename, or a store that speaks S3 (`files.s3`), where it is one upload.
Trouble with either is an OSError whose text says what to do.

Storing happens before the action that speaks of the bytes. When the action is refused they stay behind under
their sum, named by no row: harmless, and there at once when the same file is handed in again.
"""

from __future__ import annotations

import hashlib
import mimetypes
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile

from outtask.files.away import cannot_keep
from outtask.files.models import Blob

PIECE = 1024 * 1024
UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes that are in their place. `size` in bytes; `media_type` is what the name promises, not proven."""

    sha256: str
    size: int
    media_type: str = UNKNOWN_TYPE


def store(upload: UploadedFile[Any]) -> Stored:
    """Take an upload in, whatever its size; memory stays bounded. Refused when there is no place for it now.

    An upload that Django has put on disk already is hashed there and renamed; anything else is copied there
    first, so that a killed process never leaves half a file in the place of a whole one.
    """
    try:
        if isinstance(upload, TemporaryUploadedFile):
            return _place(upload, *_hashed(upload.chunks(PIECE)))
        return store_pieces(upload.chunks(PIECE), upload.name or "")
    except OSError as trouble:
        raise cannot_keep(trouble) from trouble


def store_pieces(pieces: Iterable[bytes], name: str) -> Stored:
    """Take in bytes that are made here, such as a handover pack; `name` tells their type."""
    with TemporaryUploadedFile(name, UNKNOWN_TYPE, 0, None) as waiting:
        return _place(waiting, *_hashed(_copied(pieces, waiting)))


def open_stored(sha256: str) -> BinaryIO:
    """The bytes for reading, seekable. Raises OSError when the storage does not have them."""
    return cast(BinaryIO, default_storage.open(Blob(sha256=sha256).path, "rb"))


def place() -> str:
    """Where files are kept, in a few words."""
    if isinstance(default_storage, FileSystemStorage):
        return "the home folder"
    return str(default_storage.place)  # type: ignore[attr-defined]  # our own, see `files.s3`


def listed() -> Iterator[tuple[str, int]]:
    """Sum and size of everything that is kept, in the order of the sums; memory stays bounded."""
    if isinstance(default_storage, FileSystemStorage):
        for folder in sorted(Path(default_storage.location).glob("??/??")):
            for path in sorted(folder.iterdir()):
                with suppress(FileNotFoundError):  # the sweep has taken it away since
                    yield path.name, path.stat().st_size
        return
    for name, size in default_storage.everything():  # type: ignore[attr-defined]  # our own, see `files.s3`
        yield name.rpartition("/")[2], size


def look() -> None:
    """Raises OSError, soon, when files cannot be kept or read."""
    if isinstance(default_storage, FileSystemStorage):
        with tempfile.TemporaryFile(dir=default_storage.location):
            return
    default_storage.look()  # type: ignore[attr-defined]  # our own, see `files.s3`


def _copied(pieces: Iterable[bytes], target: TemporaryUploadedFile) -> Iterator[bytes]:
    for piece in pieces:
        target.write(piece)
        yield piece


def _hashed(pieces: Iterable[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def _place(waiting: TemporaryUploadedFile, sha256: str, size: int) -> Stored:
    stored = Stored(sha256, size, mimetypes.guess_type(waiting.name or "")[0] or UNKNOWN_TYPE)
    path = Blob(sha256=sha256).path
    if default_storage.exists(path):
        if default_storage.size(path) == size:
            return stored
        default_storage.delete(path)
    # Once renamed, the name promises the content; so the content must be on the disk before the name is.
    waiting.flush()
    os.fsync(waiting.fileno())
    waiting.seek(0)
    placed = default_storage.save(path, cast("File[bytes]", waiting))
    if placed != path:  # somebody stored the same bytes at the same moment; theirs are as good
        default_storage.delete(placed)
    return stored
