"""Reading tar and gzip made by strangers, forwards only and piece by piece.

Own reading of the headers (POSIX.1-1988 ustar, POSIX.1-2001 pax, GNU long names), because `tarfile` loads a
long-name or pax record of any claimed size and needs to seek back, which for a .tar.gz starts from zero.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Protocol, cast

from outtask.files.checks.handed import PIECE, HandedIn
from outtask.files.checks.limits import Meter, Stop, damaged, leads_outside, unsafe_kind, unsafe_name
from outtask.files.checks.result import Finding
from outtask.kernel.words import N_

BLOCK = 512
MOST_RECORD = 256 * 1024
"""Bytes of one long-name or pax record; real ones have some hundreds."""

_SPECIAL = (b"1", b"2", b"3", b"4", b"6")
_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK, _SPARSE = b"x", b"g", b"L", b"K", b"S"


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Header:
    name: str
    size: int
    kind: bytes


class _Damaged(Exception):
    """Not a header, or one that contradicts itself."""


def is_tar(head: bytes) -> bool:
    """True when `head` begins with a tar header whose sum is right."""
    try:
        return len(head) >= BLOCK and _header(head[:BLOCK]) is not None
    except _Damaged:
        return False


def _header(block: bytes) -> _Header | None:
    """The header in `block`, or None for the zero block that ends an archive."""
    if len(block) != BLOCK:
        raise _Damaged
    if not any(block):
        return None
    total = _number(block[148:156])
    if total != sum(block) - sum(block[148:156]) + 8 * 0x20:
        raise _Damaged
    name = _text(block[:100])
    prefix = _text(block[345:500]) if block[257:263] == b"ustar\x00" else ""
    return _Header(f"{prefix}/{name}" if prefix else name, _number(block[124:136]), block[156:157])


def _number(field: bytes) -> int:
    """Octal digits, or GNU base 256 for what is too large for them; never below zero."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:])
    digits = field.strip(b" \x00")
    if any(digit not in b"01234567" for digit in digits):
        raise _Damaged
    return int(digits or b"0", 8)


def _text(field: bytes) -> str:
    return field.split(b"\x00", 1)[0].decode("utf-8", "replace")


class _Tape:
    """What is read counts; what is missing is damage."""

    def __init__(self, stream: _Readable, meter: Meter) -> None:
        self._stream, self._meter = stream, meter

    def block(self) -> bytes:
        return self._take(BLOCK)

    def record(self, size: int) -> bytes:
        if size > MOST_RECORD:
            raise _Damaged
        data = self._take(size)
        self.skip(-size % BLOCK)
        return data

    def skip(self, size: int) -> None:
        while size:
            size -= len(self._take(min(size, PIECE)))

    def rest(self) -> None:
        """To the end, so that the sum at the end of a gzip is checked as well."""
        while piece := self._stream.read(PIECE):
            self._meter.read(len(piece))

    def _take(self, size: int) -> bytes:
        parts: list[bytes] = []
        while size:
            part = self._stream.read(size)
            if not part:
                raise _Damaged
            self._meter.read(len(part))
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def _pax(record: bytes) -> dict[str, str]:
    """The pairs of a pax record, each `length key=value` and a line end, the length counting itself."""
    pairs: dict[str, str] = {}
    while record.strip(b"\x00"):
        length, space, _ = record.partition(b" ")
        if not space or not length.isdigit() or len(length) > 6 or int(length) > len(record):
            raise _Damaged
        line, record = record[len(length) + 1 : int(length)], record[int(length) :]
        key, equals, value = line.partition(b"=")
        if not equals or not value.endswith(b"\n"):
            raise _Damaged
        pairs[key.decode("utf-8", "replace")] = value[:-1].decode("utf-8", "replace")
    return pairs


def check_tar(file: HandedIn, meter: Meter) -> None:
    """Read every member of a plain tar to its end. Raises `Stop` at the first trouble."""
    with file.open() as stream:
        _walk(file, _Tape(stream, meter), meter)


def check_gzip(file: HandedIn, meter: Meter) -> None:
    """Read a .tar.gz member by member, or any other gzip as one, to its check sum. Raises `Stop`."""
    is_tape = is_tar(gzip_head(file, BLOCK))
    with _gunzip(file) as stream:
        tape = _Tape(stream, meter)
        if is_tape:
            _walk(file, tape, meter)
        else:
            meter.member()
            tape.rest()


def gzip_head(file: HandedIn, count: int) -> bytes:
    """The first `count` bytes inside a gzip. Raises `Stop`."""
    with _gunzip(file) as stream:
        return stream.read(count)


@contextmanager
def _gunzip(file: HandedIn) -> Iterator[IO[bytes]]:
    with file.open() as packed, gzip.GzipFile(fileobj=packed) as stream:
        try:
            yield cast(IO[bytes], stream)
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise damaged(file.name) from None


def _walk(file: HandedIn, tape: _Tape, meter: Meter) -> None:
    name = ""
    try:
        for header in _headers(file, tape, meter):
            name = header.name
            meter.member()
            meter.claims(header.size)
            if leads_outside(name):
                raise unsafe_name(file.name, name)
            if header.kind in _SPECIAL:
                raise unsafe_kind(file.name, name)
            tape.skip(header.size + -header.size % BLOCK)
        tape.rest()
    except _Damaged:
        raise damaged(file.name, name) from None


def _headers(file: HandedIn, tape: _Tape, meter: Meter) -> Iterator[_Header]:
    """Each member with the name and size that long-name and pax records in front of it give."""
    given: dict[str, str] = {}
    while (header := _header(tape.block())) is not None:
        if header.kind == _SPARSE or any(key.startswith("GNU.sparse") for key in given):
            reason = N_("“%(name)s” holds a file with gaps; ask for a plain tar or ZIP file")
            raise Stop(Finding.unable(reason, name=file.name))
        if header.kind in (_PAX, _PAX_GLOBAL, _LONG_NAME, _LONG_LINK):
            meter.member()
            record = tape.record(header.size)
            if header.kind == _PAX:
                given |= _pax(record)
            elif header.kind == _LONG_NAME:
                given["path"] = _text(record)
            continue
        yield _overruled(header, given)
        given = {}


def _overruled(header: _Header, given: dict[str, str]) -> _Header:
    size = given.get("size", "")
    if size and not (size.isascii() and size.isdigit() and len(size) <= 18):
        raise _Damaged
    return _Header(given.get("path", header.name), int(size) if size else header.size, header.kind)
