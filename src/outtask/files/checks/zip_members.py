"""Reading ZIP files made by strangers: the directory, the claims and every byte bounded.

`zipfile` reads the whole central directory at once and believes its size, so it is given a file that refuses
large gulps; only stored and deflated members are read, because the other methods unpack without a bound.
"""

from __future__ import annotations

import errno
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from outtask.files.checks.handed import PIECE, HandedIn
from outtask.files.checks.limits import Meter, Stop, damaged, leads_outside, unsafe_kind, unsafe_name
from outtask.files.checks.result import Finding
from outtask.kernel.words import N_

DIRECTORY_BYTES_A_MEMBER = 256
DIRECTORY_BYTES_AT_LEAST = 4 * PIECE
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


class _OutOfRange(OSError):
    """A place before the start of the file: `zipfile` probes for it and expects an `OSError`."""


class _GulpTooLarge(Exception):
    """More of the file at once than a directory of the allowed number of members takes."""


# What `zipfile` raises on hostile input besides BadZipFile; a plain OSError is our store's and passes.
_TROUBLE = (
    zipfile.BadZipFile,
    _OutOfRange,
    EOFError,
    IndexError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)


class _Careful:
    """The part of a file `zipfile` uses; no read is larger than `most` bytes or than what is left."""

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream, self._most = stream, most
        self._size = stream.seek(0, 2)
        stream.seek(0)

    def read(self, count: int | None = -1) -> bytes:
        left = max(0, self._size - self._stream.tell())
        count = left if count is None or count < 0 else min(count, left)
        if count > self._most:
            raise _GulpTooLarge
        return self._stream.read(count)

    def seek(self, offset: int, whence: int = 0) -> int:
        start = (0, self._stream.tell(), self._size)[whence]
        if not 0 <= start + offset < 2**62:
            raise _OutOfRange(errno.EINVAL, "outside the file")
        return self._stream.seek(start + offset)

    def tell(self) -> int:
        return self._stream.tell()

    def seekable(self) -> bool:
        return True


@contextmanager
def opened(file: HandedIn, meter: Meter) -> Iterator[zipfile.ZipFile]:
    """The ZIP with its directory read and its claims held against the limits. Raises `Stop`."""
    most = max(DIRECTORY_BYTES_AT_LEAST, DIRECTORY_BYTES_A_MEMBER * meter.most_members)
    with file.open() as stream:
        try:
            archive = zipfile.ZipFile(cast(BinaryIO, _Careful(stream, most)))
        except _GulpTooLarge:
            raise meter.too_many() from None
        except _TROUBLE:
            raise damaged(file.name) from None
        with archive:
            members = archive.infolist()
            meter.member(len(members))
            meter.claims(sum(member.file_size for member in members))
            yield archive


def check_zip(file: HandedIn, meter: Meter) -> None:
    """Read every member to its end, checking its CRC. Raises `Stop` at the first trouble."""
    with opened(file, meter) as archive:
        members = archive.infolist()
        for member in members:
            if leads_outside(member.orig_filename):
                raise unsafe_name(file.name, member.orig_filename)
            if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise unsafe_kind(file.name, member.filename)
        for member in members:
            for _ in pieces(file, archive, member, meter):
                pass


def pieces(
    file: HandedIn, archive: zipfile.ZipFile, member: zipfile.ZipInfo, meter: Meter
) -> Iterator[bytes]:
    """The content of one member, counted by `meter`. Raises `Stop`."""
    _refuse_unreadable(file, member)
    size = 0
    try:
        with archive.open(member) as content:
            while piece := content.read(PIECE):
                meter.read(len(piece))
                size += len(piece)
                yield piece
    except (*_TROUBLE, _GulpTooLarge):
        raise damaged(file.name, member.filename) from None
    if size != member.file_size:  # `zipfile` takes a member that ends early when its CRC fits
        raise damaged(file.name, member.filename)


def _refuse_unreadable(file: HandedIn, member: zipfile.ZipInfo) -> None:
    if member.flag_bits & _ENCRYPTED:
        reason = N_("“%(name)s” is locked with a password; ask for it without one")
        raise Stop(Finding.unable(reason, name=file.name))
    if member.compress_type not in _METHODS:
        reason = N_("“%(name)s” is packed in an unusual way; ask for a plain ZIP file")
        raise Stop(Finding.unable(reason, name=file.name))
