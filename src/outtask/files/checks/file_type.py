"""Is a file of the promised type? By content alone: first bytes, then a look inside ZIP, then as text."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from outtask.files.checks.criteria import CheckKind, FileType, expected
from outtask.files.checks.decoding import LATIN, encoding_of, text_pieces
from outtask.files.checks.handed import HandedIn, nothing_found, select
from outtask.files.checks.json_grammar import is_json
from outtask.files.checks.limits import Meter, Stop
from outtask.files.checks.result import CheckResult, Finding, every
from outtask.files.checks.signatures import HEAD, ContentType, signature
from outtask.files.checks.xml_reading import root_of
from outtask.files.checks.zip_members import opened
from outtask.kernel.words import N_

_OFFICE = {
    "word/document.xml": ContentType.DOCX,
    "xl/workbook.xml": ContentType.XLSX,
    "ppt/presentation.xml": ContentType.PPTX,
}
_TEXTS = frozenset({ContentType.TXT, ContentType.CSV, ContentType.JSON, ContentType.XML, ContentType.SVG})
_SVG_ROOTS = frozenset({"svg", "http://www.w3.org/2000/svg svg"})
_DELIMITERS = ",;\t|"
MOST_LINE = 1024 * 1024


def file_type(params: FileType, files: Sequence[HandedIn]) -> CheckResult:
    """Passed when each file that fits is of one of the types. A table is text too, a Word file is ZIP too."""
    wanted = expected(CheckKind.FILE_TYPE, params)
    chosen = select(files, params.pattern)
    if not chosen:
        return nothing_found(wanted)
    return every(wanted, [_judge(file, frozenset(params.types)) for file in chosen])


def _judge(file: HandedIn, wanted: frozenset[ContentType]) -> Finding:
    if file.size == 0:
        return Finding.failed(N_("“%(name)s”, which is empty"), name=file.name)
    types = types_of(file, wanted)
    facts = {"name": file.name, "type": ", ".join(types)}
    if wanted.intersection(types):
        return Finding.passed(N_("“%(name)s” (%(type)s)"), **facts)
    if not types:
        return Finding.failed(N_("“%(name)s”, which is of no type Outtask knows"), **facts)
    return Finding.failed(N_("“%(name)s”, which is %(type)s"), **facts)


def types_of(file: HandedIn, wanted: frozenset[ContentType]) -> list[ContentType]:
    """All types `file` is of, the most telling first. Text is read through only for the types in `wanted`."""
    kind = signature(file.head(HEAD))
    if kind is ContentType.ZIP:
        office = office_type(file)
        return [office, kind] if office else [kind]
    if kind is not None:
        return [kind]
    encoding = encoding_of(file)
    if encoding is None:
        return []
    special = [one for one in sorted(wanted & _TEXTS - {ContentType.TXT}) if _TEXT_TESTS[one](file, encoding)]
    return [*special, ContentType.TXT]


def office_type(file: HandedIn) -> ContentType | None:
    """Word, Excel or PowerPoint by the parts inside (ECMA-376), or None for any other ZIP."""
    meter = Meter(file.name, file.size, most_bytes=2**62, most_members=20_000, most_ratio=2**62)
    try:
        with opened(file, meter) as archive:
            names = set(archive.namelist())
    except Stop:
        return None
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for part, kind in _OFFICE.items() if part in names), None)


def _is_csv(file: HandedIn, encoding: str) -> bool:
    """RFC 4180 with any usual delimiter: every row has as many fields as the first, two or more.

    One column cannot be told from prose, so there the name must say .csv as well.
    """
    try:
        first = next(_lines(text_pieces(file, encoding)), "")
    except _LineTooLong:
        return False
    if any(_is_table(file, encoding, sign) for sign in _DELIMITERS if sign in first):
        return True
    one_column = not any(sign in first for sign in _DELIMITERS)
    return one_column and file.name.lower().endswith(".csv") and _is_table(file, encoding, ",", least=1)


def _is_table(file: HandedIn, encoding: str, delimiter: str, least: int = 2) -> bool:
    rows = csv.reader(_lines(text_pieces(file, encoding)), delimiter=delimiter, strict=True)
    try:
        widths = (len(row) for row in rows if row)
        width = next(widths, 0)
        return width >= least and all(one == width for one in widths)
    except (csv.Error, _LineTooLong):
        return False


class _LineTooLong(Exception):
    """No line end within `MOST_LINE` characters: not a table, and not to be held in memory."""


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    """Lines with their ends (LF, CR LF or CR), put together across pieces."""
    kept = ""
    for piece in pieces:
        lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", kept + piece)
        # The last one may go on, and a CR at the very end may be half of CR LF.
        kept = lines.pop()
        if not kept and lines and lines[-1].endswith("\r"):
            kept = lines.pop()
        yield from lines
        if len(kept) > MOST_LINE:
            raise _LineTooLong
    if kept:
        yield kept


_TEXT_TESTS: Mapping[ContentType, Callable[[HandedIn, str], bool]] = {
    ContentType.CSV: _is_csv,
    ContentType.JSON: lambda file, encoding: encoding != LATIN and is_json(text_pieces(file, encoding)),
    ContentType.XML: lambda file, encoding: root_of(file.pieces()) is not None,
    ContentType.SVG: lambda file, encoding: root_of(file.pieces()) in _SVG_ROOTS,
}
