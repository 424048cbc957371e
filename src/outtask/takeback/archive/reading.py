"""Opening an archive that anybody may have made: nothing in it is trusted before it is looked at.

Members are not compressed, so that nothing in here is larger than the archive itself; their names are those
that an archive has, so that nothing leads anywhere else; their bytes are read from where they stand and must
have the SHA-256 that the manifest says.
"""

from __future__ import annotations

import hashlib
import re
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from outtask.takeback.archive.damage import Damaged
from outtask.takeback.archive.manifest import FORMAT, NAME, README, Manifest

PIECE = 1024 * 1024
LONGEST_LINE = 64 * PIECE
LARGEST_MANIFEST = 16 * PIECE
NAMES = re.compile(
    r"README\.md|manifest\.json|schema/[a-z]+\.schema\.json|tables/[a-z]+\.jsonl|journal/entries\.jsonl"
    r"|files/([0-9a-f]{2})/\1[0-9a-f]{62}"
)
NEWER = "Bring Outtask up to date here, then import it."
_LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, …, length of the name, length of the extra field


class Opened:
    """An archive open for reading: the manifest is verified by its own digest, each part when it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = file.seek(0, 2)
        try:
            with zipfile.ZipFile(file) as archive:
                listed = archive.infolist()
        except (zipfile.BadZipFile, struct.error, OSError, ValueError, NotImplementedError) as broken:
            raise Damaged("the archive", "it is not a whole ZIP file") from broken
        self.members = {info.filename: info for info in listed}
        self._look_at(listed)

    def _look_at(self, listed: list[zipfile.ZipInfo]) -> None:
        for info in listed:
            if not NAMES.fullmatch(info.filename):
                raise Damaged(repr(info.filename), "no archive has a part of this name")
            if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
                raise Damaged(info.filename, "it is compressed or encrypted, which no part of an archive is")
            if info.file_size != info.compress_size:
                raise Damaged(info.filename, "the ZIP gives it two sizes")
        if len(self.members) != len(listed) or sum(info.file_size for info in listed) > self.size:
            raise Damaged("the archive", "parts of it stand in the ZIP more than once")

    @cached_property
    def manifest(self) -> Manifest:
        """What the archive says of itself; raises Damaged."""
        if NAME not in self.members:
            raise Damaged(
                NAME, "it is missing, so this is no archive of Outtask", remedy="Choose another file."
            )
        if self.members[NAME].file_size > LARGEST_MANIFEST:
            raise Damaged(NAME, "it is too large to be a manifest")
        try:
            found = Manifest.from_bytes(b"".join(self._pieces(NAME)))
        except ValueError as wrong:
            raise Damaged(NAME, str(wrong)) from wrong
        if found.format != FORMAT:
            raise Damaged(NAME, f"this Outtask does not know the format {found.format!r}", remedy=NEWER)
        there = {name for name in self.members if not name.startswith("files/")} - {NAME}
        for name in sorted(there ^ set(found.members)):
            missing = "is missing" if name not in there else "is not in the manifest"
            raise Damaged(name, f"it {missing}")
        return found

    def check(self, name: str) -> None:
        """Read a part that has no lines; raises Damaged unless it has its SHA-256."""
        digest = hashlib.sha256()
        for piece in self._pieces(name):
            digest.update(piece)
        self._compare(name, digest.hexdigest())

    def lines(self, name: str) -> Iterator[tuple[int, bytes]]:
        """The lines of a part with their numbers; after the last one, Damaged unless it has its SHA-256."""
        digest, rest, number = hashlib.sha256(), b"", 0
        for piece in self._pieces(name):
            digest.update(piece)
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                number += 1
                yield number, line
            if len(rest) > LONGEST_LINE:
                raise Damaged(name, f"it is longer than {LONGEST_LINE:,} bytes", line=number + 1)
        if rest:
            raise Damaged(name, "the line does not end", line=number + 1)
        self._compare(name, digest.hexdigest(), number)

    @property
    def files(self) -> dict[str, int]:
        """The sizes of the files in it, by their SHA-256."""
        return {
            name.rpartition("/")[2]: info.file_size
            for name, info in self.members.items()
            if name.startswith("files/")
        }

    def pieces_of(self, sha256: str) -> Iterator[bytes]:
        """The bytes of a file; after the last of them, Damaged unless they have this SHA-256."""
        name, digest = f"files/{sha256[:2]}/{sha256}", hashlib.sha256()
        for piece in self._pieces(name):
            digest.update(piece)
            yield piece
        if digest.hexdigest() != sha256:
            raise Damaged(name, "its bytes do not have the SHA-256 that is its name")

    def _compare(self, name: str, sha256: str, lines: int | None = None) -> None:
        part = self.manifest.members[name]
        if (sha256, self.members[name].file_size) != (part.sha256, part.size):
            raise Damaged(name, "it was changed: its SHA-256 is not the one in the manifest")
        if lines != part.lines:
            raise Damaged(name, f"it has {lines} lines, and the manifest says {part.lines}")

    def _pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a member, from where they stand in the file."""
        info = self.members[name]
        self.file.seek(info.header_offset)
        header = self.file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
            raise Damaged(name, "it is not where the ZIP says")
        _, named, extra = _LOCAL_HEADER.unpack(header)
        if self.file.read(named) != info.orig_filename.encode():
            raise Damaged(name, "it has another name where it stands than in the directory of the ZIP")
        at, left = info.header_offset + _LOCAL_HEADER.size + named + extra, info.file_size
        while left:
            self.file.seek(at)
            piece = self.file.read(min(PIECE, left))
            if not piece:
                raise Damaged(name, "the archive ends in the middle of it")
            at, left = at + len(piece), left - len(piece)
            yield piece


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """The archive at `path`; raises Damaged when it is none."""
    with path.open("rb") as file:
        yield Opened(file)


__all__ = ["NAME", "README", "Opened", "opened"]
