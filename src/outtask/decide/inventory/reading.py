"""A CSV file of processes, read cell by cell: what can be taken, and what is wrong with the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from outtask.decide.inventory.columns import Column, known, map_columns
from outtask.decide.inventory.decoding import FALLBACK, detect_delimiter, detect_encoding, records_of
from outtask.decide.inventory.numbers import read_number
from outtask.decide.inventory.row import LIMITS, Row, key
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 200_000
_SHOWN = 20
# Controls that no keyboard puts into a cell; tab, line feed and carriage return may stand there.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINE_ENDS = re.compile(r"\r\n?")
_NUMBERS = (Column.TIMES_PER_YEAR, Column.HOURS_EACH)

type Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class CellError:
    """Why a row was not taken. row: as a spreadsheet shows it, the header being row 1 in most files.

    column: the heading in the file, None when it is about the whole row. reason: message id with `facts`.
    """

    row: int
    column: str | None
    code: str
    reason: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """What the reader should know about the file, though nothing is wrong with a row."""

    code: str
    reason: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. A row with an error is in `errors` (each of its errors) and not in `rows`.

    columns: each column found with its heading in the file.
    """

    rows: tuple[Row, ...]
    errors: tuple[CellError, ...]
    columns: Mapping[Column, str]
    encoding: str
    delimiter: str
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class _Layout:
    headings: Cells
    places: Mapping[Column, int]
    delimiter: str

    def heading(self, column: Column) -> str:
        return self.headings[self.places[column]].strip()


def read(data: bytes) -> Reading:
    """Read an inventory. Raises `Refused` when the file as a whole cannot be read.

    The first row that is not blank is the header. UTF-8 and UTF-16 are read, Windows-1252 with a notice;
    comma, semicolon and tab are told apart. Blank rows are passed over but counted. Two rows with the same
    name, area and group are one process: the first is taken, the later ones are errors that name it.
    """
    if len(data) > MAX_BYTES:
        reason = N_("The file has more than %(megabytes)s MB. Split it and import the parts.")
        raise Refused(Refusal("file_too_large", reason, facts={"megabytes": MAX_BYTES >> 20}))
    encoding = detect_encoding(data)
    delimiter, told = detect_delimiter(data, encoding)
    records = records_of(data, encoding, delimiter, skip_first=told)
    headings = next((cells for _, cells in records), None)
    if headings is None:
        raise Refused(Refusal("file_empty", N_("The file is empty. Its first row must name the columns.")))
    layout = _Layout(headings, map_columns(headings), delimiter)
    rows, errors = _take(records, layout)
    columns = {column: layout.heading(column) for column in layout.places}
    return Reading(
        tuple(rows), tuple(errors), columns, encoding, delimiter, _notices(layout, encoding, rows, errors)
    )


def _take(records: Iterator[tuple[int, list[str]]], layout: _Layout) -> tuple[list[Row], list[CellError]]:
    rows: list[Row] = []
    errors: list[CellError] = []
    first: dict[str, int] = {}
    for count, (number, cells) in enumerate(records, start=1):
        if count > MAX_ROWS:
            reason = N_("The file has more than %(rows)s rows. Split it and import the parts.")
            raise Refused(Refusal("too_many_rows", reason, facts={"rows": MAX_ROWS}))
        row, wrong = _row(number, cells, layout)
        if row is not None:
            earlier = first.setdefault(key(row), number)
            if earlier == number:
                rows.append(row)
            else:
                wrong = [_duplicate(number, earlier, row.name)]
        errors.extend(wrong)
    return rows, errors


def _duplicate(number: int, earlier: int, name: str) -> CellError:
    reason = N_("“%(name)s” stands in row %(earlier)s too, with the same area and group. Remove one of them.")
    return CellError(number, None, "row_twice", reason, {"name": name[:60], "earlier": earlier})


def _row(number: int, cells: Cells, layout: _Layout) -> tuple[Row | None, list[CellError]]:
    errors: list[CellError] = []
    if any(cell.strip() for cell in cells[len(layout.headings) :]):
        reason = N_(
            "The row has more cells than the header. Put quotation marks around a text with “%(mark)s”."
        )
        errors.append(CellError(number, None, "cells_too_many", reason, {"mark": layout.delimiter}))
    texts: dict[str, str] = {}
    numbers: dict[str, Decimal | None] = {}
    for column, place in layout.places.items():
        cell = cells[place] if place < len(cells) else ""
        found = _number(cell, column, layout) if column in _NUMBERS else _text(cell, column)
        if isinstance(found, Refusal):
            errors.append(CellError(number, layout.heading(column), found.code, found.reason, found.facts))
        elif isinstance(found, str):
            texts[column.value] = found
        else:
            numbers[column.value] = found
    if errors:
        return None, errors
    return Row(number=number, **texts, **numbers), []  # type: ignore[arg-type]


def _text(cell: str, column: Column) -> str | Refusal:
    if not cell.isprintable() and _CONTROLS.search(cell):
        return Refusal(
            "character_hidden", N_("The cell holds a hidden character. Delete its text and type it again.")
        )
    text = _LINE_ENDS.sub("\n", cell).strip() if column is Column.OUTPUT else " ".join(cell.split())
    limit = LIMITS[column]
    if len(text) > limit:
        reason = N_("The cell has %(length)s characters. Shorten it to %(limit)s.")
        return Refusal("cell_too_long", reason, facts={"length": len(text), "limit": limit})
    if column is Column.NAME and not text:
        return Refusal("name_missing", N_("The row has no name. Write what the process is called."))
    return text


def _number(cell: str, column: Column, layout: _Layout) -> Decimal | Refusal | None:
    return read_number(cell, layout.delimiter, per_year=column is Column.TIMES_PER_YEAR)


def _notices(
    layout: _Layout, encoding: str, rows: Sequence[Row], errors: Sequence[CellError]
) -> tuple[Notice, ...]:
    notices: list[Notice] = []
    if encoding == FALLBACK:
        reason = N_(
            "The file is not in UTF-8. It was read as Windows Western (1252). "
            "If letters look wrong, save it as “CSV UTF-8” and import it again."
        )
        notices.append(Notice("encoding_guessed", reason))
    left = [heading.strip() for heading in layout.headings if heading.strip() and known(heading) is None]
    if left:
        reason = N_("These columns were not read: %(columns)s.")
        notices.append(
            Notice("columns_left", reason, {"columns": ", ".join(name[:60] for name in left[:_SHOWN])})
        )
    if not rows and not errors:
        notices.append(Notice("rows_none", N_("The file has a header and no rows.")))
    return tuple(notices)
