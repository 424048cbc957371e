"""A catalogue as a CSV file, read cell by cell: what can be taken, and what is wrong with the rest. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from outtask.decide.inventory import CellError, Notice, read_number
from outtask.decide.inventory.decoding import FALLBACK, detect_delimiter, detect_encoding, records_of
from outtask.files.rules import disarmed
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

MAX_BYTES = 16 * 1024 * 1024
MAX_ROWS = 20_000
_SHOWN = 20
_DAY = re.compile(r"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)


class Column(StrEnum):
    """The columns of a catalogue, in the order in which they are exported; the names are those of `Terms`."""

    PROVIDER = "provider"
    CODE = "code"
    NAME = "name"
    DESCRIPTION = "description"
    KIND = "kind"
    UNIT = "unit"
    PRICE = "price"
    CURRENCY = "currency"
    TAX_PERCENT = "tax_percent"
    CATEGORY = "category"
    NOTICE_DAYS = "notice_days"
    PLAN = "plan"
    PERIOD = "period"
    TRIAL_DAYS = "trial_days"
    CANCEL_DAYS = "cancel_days"
    FROM_ON = "from_on"


NEEDED = (Column.PROVIDER, Column.CODE)
_DAYS = (Column.NOTICE_DAYS, Column.TRIAL_DAYS, Column.CANCEL_DAYS)
_WORDS = (Column.KIND, Column.PLAN, Column.PERIOD)
_ALIASES: Mapping[str, Column] = {
    "supplier": Column.PROVIDER, "sku": Column.CODE, "article": Column.CODE, "item": Column.NAME,
    "title": Column.NAME, "type": Column.KIND, "net price": Column.PRICE, "unit price": Column.PRICE,
    "tax": Column.TAX_PERCENT, "vat": Column.TAX_PERCENT, "vat percent": Column.TAX_PERCENT,
    "cpv": Column.CATEGORY, "notice": Column.NOTICE_DAYS, "valid from": Column.FROM_ON,
    "from": Column.FROM_ON, "trial": Column.TRIAL_DAYS, "cancellation days": Column.CANCEL_DAYS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ItemRow:
    """What a row says; a blank cell says nothing. number: as a spreadsheet shows it.

    said: by column, text as it stands, days as int, tax as Decimal, the day as date. The price stays text:
    what it means depends on the currency, which the item may know.
    """

    number: int
    provider: str
    code: str
    said: Mapping[Column, object]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. A row with an error is in `errors` and not in `rows`."""

    rows: tuple[ItemRow, ...]
    errors: tuple[CellError, ...]
    columns: Mapping[Column, str]
    notices: tuple[Notice, ...] = ()


def column_of(heading: str) -> Column | None:
    """The column that a heading names, by its own name or another one in use."""
    plain = re.sub(r"[\W_]+", " ", heading.casefold()).strip()
    return _OWN.get(plain) or _ALIASES.get(plain)


_OWN = {column.replace("_", " "): column for column in Column}


def folded(name: str) -> str:
    """A provider's name as names are compared: case and spaces do not count."""
    return " ".join(name.casefold().split())


def read(data: bytes) -> Reading:
    """Read a catalogue. Raises `Refused` when the file as a whole cannot be read.

    Encodings and delimiters as for an inventory. The first row that is not blank is the header. A code that
    stands twice for one provider is taken the first time; the later row is an error that names it.
    """
    if len(data) > MAX_BYTES:
        reason = N_("The file has more than %(megabytes)s MB. Split it and import the parts.")
        raise Refused(Refusal("file_too_large", reason, facts={"megabytes": MAX_BYTES >> 20}))
    encoding = detect_encoding(data)
    delimiter, told = detect_delimiter(data, encoding, column_of)
    records = records_of(data, encoding, delimiter, skip_first=told)
    headings = next((cells for _, cells in records), None)
    if headings is None:
        raise Refused(Refusal("file_empty", N_("The file is empty. Its first row must name the columns.")))
    places = _places(headings)
    rows, errors = _take(records, headings, places, delimiter)
    columns = {column: headings[place].strip() for column, place in places.items()}
    return Reading(tuple(rows), tuple(errors), columns, tuple(_notices(headings, encoding, rows, errors)))


def _places(headings: Sequence[str]) -> dict[Column, int]:
    places: dict[Column, int] = {}
    for place, heading in enumerate(headings):
        column = column_of(heading)
        if column is None:
            continue
        if column in places:
            reason = N_("The columns “%(one)s” and “%(other)s” both mean “%(column)s”. Rename one of them.")
            facts = {"one": headings[places[column]][:60], "other": heading[:60], "column": str(column)}
            raise Refused(Refusal("column_twice", reason, column, facts))
        places[column] = place
    for needed in NEEDED:
        if needed not in places:
            found = ", ".join(f"“{heading.strip()[:60]}”" for heading in headings[:_SHOWN] if heading.strip())
            reason = N_("The file has no column “%(missing)s”. Its first row has %(found)s.")
            raise Refused(Refusal("column_missing", reason, needed, {"missing": str(needed), "found": found}))
    return places


def _take(
    records: Iterator[tuple[int, list[str]]],
    headings: Sequence[str],
    places: Mapping[Column, int],
    delimiter: str,
) -> tuple[list[ItemRow], list[CellError]]:
    rows: list[ItemRow] = []
    errors: list[CellError] = []
    first: dict[tuple[str, str], int] = {}
    for count, (number, cells) in enumerate(records, start=1):
        if count > MAX_ROWS:
            reason = N_("The file has more than %(rows)s rows. Split it and import the parts.")
            raise Refused(Refusal("too_many_rows", reason, facts={"rows": MAX_ROWS}))
        row, wrong = _row(number, cells, headings, places, delimiter)
        if row is not None:
            earlier = first.setdefault((folded(row.provider), row.code), number)
            if earlier == number:
                rows.append(row)
            else:
                reason = N_("“%(code)s” of this provider stands in row %(earlier)s too. Remove one of them.")
                facts = {"code": row.code[:60], "earlier": earlier}
                wrong = [CellError(number, headings[places[Column.CODE]], "row_twice", reason, facts)]
        errors += wrong
    return rows, errors


def _row(
    number: int, cells: Sequence[str], headings: Sequence[str], places: Mapping[Column, int], delimiter: str
) -> tuple[ItemRow | None, list[CellError]]:
    errors: list[CellError] = []
    if any(cell.strip() for cell in cells[len(headings) :]):
        reason = N_(
            "The row has more cells than the header. Put quotation marks around a text with “%(mark)s”."
        )
        errors.append(CellError(number, None, "cells_too_many", reason, {"mark": delimiter}))
    said: dict[Column, object] = {}
    for column, place in places.items():
        cell = cells[place].strip() if place < len(cells) else ""
        found = _value(column, cell, delimiter) if cell else _blank(column)
        if isinstance(found, Refusal):
            errors.append(CellError(number, headings[place].strip(), found.code, found.reason, found.facts))
        elif found is not None:
            said[column] = found
    if errors:
        return None, errors
    provider, code = str(said.pop(Column.PROVIDER)), str(said.pop(Column.CODE))
    return ItemRow(number, provider, code, said), []


def _blank(column: Column) -> Refusal | None:
    if column not in NEEDED:
        return None
    return Refusal("cell_missing", N_("Write something here: an item is known by its provider and code."))


def _value(column: Column, cell: str, delimiter: str) -> object:
    """What a cell says, or the Refusal to take it."""
    if column is Column.FROM_ON:
        return _day(cell)
    if column in _DAYS or column is Column.TAX_PERCENT:
        number = read_number(cell.removesuffix("%"), delimiter)
        if column is Column.TAX_PERCENT or not isinstance(number, Decimal):
            return number
        if number != number.to_integral_value():
            return Refusal("days_not_whole", N_("Write whole days, such as 30."))
        return int(number)
    if column in _WORDS:
        return re.sub(r"[\s-]+", "_", cell.casefold())
    if column is Column.CURRENCY:
        return cell.upper()
    return _armed(cell)


def _armed(cell: str) -> str:
    """The text itself of what our own tables write with an apostrophe, so that it is no formula."""
    return cell[1:] if cell.startswith("'") and disarmed(cell[1:]) == cell else cell


def _day(cell: str) -> date | Refusal:
    reason = N_("Write the day as 2026-12-31, between 2000 and 2099.")
    try:
        return date.fromisoformat(cell) if _DAY.fullmatch(cell) else Refusal("day_form", reason)
    except ValueError:  # the 31st of a month that has none
        return Refusal("day_form", reason)


def _notices(
    headings: Sequence[str], encoding: str, rows: Sequence[ItemRow], errors: Iterable[CellError]
) -> Iterator[Notice]:
    if encoding == FALLBACK:
        reason = N_(
            "The file is not in UTF-8. It was read as Windows Western (1252). "
            "If letters look wrong, save it as “CSV UTF-8” and import it again."
        )
        yield Notice("encoding_guessed", reason)
    left = [heading.strip()[:60] for heading in headings if heading.strip() and column_of(heading) is None]
    if left:
        reason = N_("These columns were not read: %(columns)s.")
        yield Notice("columns_left", reason, {"columns": ", ".join(left[:_SHOWN])})
    if not rows and not errors:
        yield Notice("rows_none", N_("The file has a header and no rows."))
