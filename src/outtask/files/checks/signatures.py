"""What a file is by its first bytes. A name proves nothing: a .pdf may hold a program."""

from __future__ import annotations

from enum import StrEnum

from outtask.files.checks.tar_members import is_tar


class ContentType(StrEnum):
    """The types Outtask can tell by content."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    GIF = "gif"
    WEBP = "webp"
    SVG = "svg"
    MP3 = "mp3"
    MP4 = "mp4"
    ZIP = "zip"
    GZIP = "gzip"
    TAR = "tar"
    SEVEN_ZIP = "7z"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    TXT = "txt"
    CSV = "csv"
    JSON = "json"
    XML = "xml"


HEAD = 1024
"""Bytes of a file that `signature` wants."""

_TABLE: tuple[tuple[int, bytes, ContentType], ...] = (
    (0, b"%PDF-", ContentType.PDF),
    (0, b"\x89PNG\r\n\x1a\n", ContentType.PNG),
    (0, b"\xff\xd8\xff", ContentType.JPEG),
    (0, b"GIF87a", ContentType.GIF),
    (0, b"GIF89a", ContentType.GIF),
    (0, b"PK\x03\x04", ContentType.ZIP),
    (0, b"PK\x05\x06", ContentType.ZIP),
    (0, b"\x1f\x8b\x08", ContentType.GZIP),
    (0, b"7z\xbc\xaf\x27\x1c", ContentType.SEVEN_ZIP),
)
_MP4_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9"}
    | {b"mp41", b"mp42", b"avc1", b"dash", b"MSNV", b"M4V ", b"M4A "}
)


def signature(head: bytes) -> ContentType | None:
    """The type told by the first `HEAD` bytes; None when they tell none, as for every kind of text.

    Word, Excel and PowerPoint files are ZIP here; `file_type` looks inside.
    """
    for offset, sign, kind in _TABLE:
        if head.startswith(sign, offset):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ContentType.WEBP
    if _is_mp4(head):
        return ContentType.MP4
    if is_tar(head):
        return ContentType.TAR
    if _is_mp3(head):
        return ContentType.MP3
    return None


def _is_mp4(head: bytes) -> bool:
    """ISO base media (ISO/IEC 14496-12): a first box `ftyp` naming at least one MP4 brand."""
    length = int.from_bytes(head[:4])
    if head[4:8] != b"ftyp" or length < 16 or length % 4:
        return False
    brands = head[8:12], *(head[at : at + 4] for at in range(16, min(length, len(head)), 4))
    return any(brand in _MP4_BRANDS for brand in brands)


_KBITS = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HERTZ = (44_100, 48_000, 32_000)


def _is_mp3(head: bytes) -> bool:
    """An ID3v2 tag, or an MPEG layer III frame (ISO/IEC 11172-3) with a second one where it says it ends."""
    if head[:3] == b"ID3":
        return (
            len(head) >= 10 and head[3] < 0xFF and head[4] < 0xFF and all(byte < 0x80 for byte in head[6:10])
        )
    length = _frame_length(head[:4])
    return length > 0 and _frame_length(head[length : length + 4]) > 0


def _frame_length(header: bytes) -> int:
    """Bytes from this frame to the next, or 0 when it is no layer III frame of a fixed rate."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0 or (header[1] >> 1) & 3 != 1:
        return 0
    version = (header[1] >> 3) & 3  # 3 is MPEG 1, 2 is MPEG 2, 0 is MPEG 2.5, 1 is reserved
    rate, hertz = header[2] >> 4, (header[2] >> 2) & 3
    if version == 1 or rate in (0, 15) or hertz == 3:
        return 0
    first = version == 3
    samples = 144 if first else 72
    slowed = _HERTZ[hertz] // {3: 1, 2: 2, 0: 4}[version]
    return samples * _KBITS[1 if first else 2][rate] * 1000 // slowed + ((header[2] >> 1) & 1)
