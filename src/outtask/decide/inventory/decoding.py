"""From the bytes of a file to its records: which encoding, which delimiter."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator

from outtask.decide.inventory.columns import known
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

DELIMITERS = (",", ";", "\t")
FALLBACK = "cp1252"
_CHUNK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NOT_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")


def detect_encoding(data: bytes) -> str:
    """`utf-8`, `utf-8-sig`, `utf-16`, `utf-16-le`, `utf-16-be` or `cp1252`.

    UTF-16 without a mark shows by its zero bytes. What is not UTF-8 is taken for Windows' Western code page,
    which old spreadsheets write, if each byte has a meaning there; the reader is told (`Reading.notices`).
    Raises `Refused` for spreadsheets and other files that are no text, and for bytes of neither encoding.
    """
    if data.startswith(_NOT_TEXT):
        raise Refused(Refusal("not_csv", N_("This is not a CSV file. Open it and save it as “CSV UTF-8”.")))
    marked = next((encoding for bom, encoding in _BOMS if data.startswith(bom)), None)
    likely = marked or _unmarked_utf16(data[:4096]) or "utf-8"
    if _decodes(data, likely):
        return likely
    if likely == "utf-8" and _decodes(data, FALLBACK):
        return FALLBACK
    reason = N_("The characters of the file cannot be read. Open it and save it as “CSV UTF-8”.")
    raise Refused(Refusal("encoding_unknown", reason))


def _unmarked_utf16(start: bytes) -> str | None:
    even, odd = start[::2].count(0), start[1::2].count(0)
    most = max(len(start) // 4, 1)
    if odd > most and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even > most and odd == 0 else None


def _decodes(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(data)
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(view[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def open_text(data: bytes, encoding: str) -> io.TextIOWrapper:
    """The text as a stream, so that a large file is never held twice; line ends as they stand."""
    return io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")


def detect_delimiter(
    data: bytes, encoding: str, is_known: Callable[[str], object] = known
) -> tuple[str, bool]:
    """The delimiter, and whether the file's first line names it (`sep=;`, as Excel writes).

    Otherwise the one that makes the most known column names of the first row, then the most cells; comma
    before semicolon before tab among equals. is_known: gives None for what is no column's name.
    """
    with open_text(data, encoding) as text:
        first = next(_lines(text), "")
    told = first.strip().lower()
    if told.startswith("sep=") and first.strip("\r\n")[4:5] in DELIMITERS:
        return first.strip("\r\n")[4], True
    return max(DELIMITERS, key=lambda delimiter: _fit(first, delimiter, is_known)), False


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """The lines that are not blank, each cut at 64 KiB: nothing here needs more."""
    while line := text.readline(1 << 16):
        if line.strip(" \t\r\n,;"):
            yield line


def _fit(line: str, delimiter: str, is_known: Callable[[str], object]) -> tuple[int, int]:
    cells = next(csv.reader([line], delimiter=delimiter), [])
    return sum(is_known(cell) is not None for cell in cells), len(cells)


def records_of(
    data: bytes, encoding: str, delimiter: str, skip_first: bool
) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with its number; a cell of several lines is part of one record.

    Raises `Refused` where quotation marks do not fit together.
    """
    number = 0
    with open_text(data, encoding) as text:
        if skip_first:
            text.readline()
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            for number, cells in enumerate(reader, start=1):
                if any(cell.strip() for cell in cells):
                    yield number, cells
        except csv.Error as trouble:
            raise Refused(_broken(number + 1)) from trouble


def _broken(row: int) -> Refusal:
    reason = N_(
        "The file breaks at row %(row)s: a quotation mark opens a cell there and does not close it rightly, "
        "or the cell is endless. Correct that row and import the file again."
    )
    return Refusal("quote_broken", reason, facts={"row": row})
