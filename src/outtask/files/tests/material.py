"""Files as providers hand them in, honest and hostile, built in memory."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping

from outtask.files.checks.handed import HandedIn

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def handed(name: str, content: bytes) -> HandedIn:
    return HandedIn(name, len(content), hashlib.sha256(content).hexdigest(), lambda: io.BytesIO(content))


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(members: Mapping[str, bytes], kind: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=kind) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def tar_of(*infos: tarfile.TarInfo) -> bytes:
    """A tar of members that carry no content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for info in infos:
            archive.addfile(info)
    return buffer.getvalue()


def tar_info(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, target
    return info


def docx(body: str, **parts: str) -> bytes:
    """A Word file whose document body is the given XML; `parts` are further ones such as footer1."""

    def part(root: str, inner: str) -> bytes:
        return f'<?xml version="1.0"?><w:{root} xmlns:w="{WORD}">{inner}</w:{root}>'.encode()

    members = {"[Content_Types].xml": b"<Types/>", "word/document.xml": part("document", body)}
    return zipped(members | {f"word/{name}.xml": part("hdr", inner) for name, inner in parts.items()})


def office(part: str) -> bytes:
    return zipped({"[Content_Types].xml": b"<Types/>", part: b"<x/>"})


def entry(name: bytes, packed: bytes, size: int, crc: int, *, method: int = 8, flags: int = 0) -> bytes:
    """A ZIP of one member, every claim of it ours."""
    return directory([(name, packed, size, crc, method, flags, 0)])


def directory(members: list[tuple[bytes, bytes, int, int, int, int, int]]) -> bytes:
    """A ZIP from (name, packed, claimed size, claimed CRC, method, flags, external attributes)."""
    content, index = bytearray(), bytearray()
    for name, packed, size, crc, method, flags, attributes in members:
        shared = struct.pack("<HHHHIIIHH", flags, method, 0, 0x21, crc, len(packed), size, len(name), 0)
        index += struct.pack("<IHH", 0x02014B50, 0x0314, 20) + shared
        index += struct.pack("<HHHII", 0, 0, 0, attributes, len(content)) + name
        content += struct.pack("<IH", 0x04034B50, 20) + shared + name + packed
    count = len(members) & 0xFFFF
    ending = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(index), len(content), 0)
    return bytes(content + index + ending)


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
