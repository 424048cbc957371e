"""A CSV file of people, read cell by cell: what each row says, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from outtask.decide.inventory import CellError
from outtask.decide.inventory.decoding import detect_delimiter, detect_encoding, records_of
from outtask.files.rules import disarmed
from outtask.kernel.money import CURRENCIES, Money
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_
from outtask.people.rules import plain_address, why_not_address, why_not_name
from outtask.people.states import Role
from outtask.spend.people_table.row import NOTHING, Cell, Column, LimitKey, Row, meaning_of

MAX_BYTES = 4 * 1024 * 1024
MAX_ROWS = 5_000
_SHOWN = 20
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_CODE = re.compile(r"(?<![A-Za-z])[A-Za-z]{3}(?![A-Za-z])")
_NOTHING = {NOTHING, "nobody", "nothing", "-"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. A row with an error is in `errors` (each of its errors) and not in `rows`.

    columns: each heading that is understood. ignored: those that are not.
    """

    rows: tuple[Row, ...]
    errors: tuple[CellError, ...]
    columns: tuple[str, ...]
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Layout:
    headings: Sequence[str]
    places: Mapping[Column | LimitKey, int]
    base: str

    def heading(self, column: Column | LimitKey) -> str:
        return self.headings[self.places[column]].strip()

    def cell(self, cells: Sequence[str], column: Column) -> str:
        place = self.places.get(column)
        return _plain(cells[place]) if place is not None and place < len(cells) else ""


def read(data: bytes, base: str) -> Reading:
    """Read people and limits; base: the organisation's currency. Raises `Refused` for a file of no use.

    The first row that is not blank names the columns; `email` must be among them. Encodings and delimiters
    are told apart as for an inventory of processes.
    """
    if len(data) > MAX_BYTES:
        reason = N_("The file has more than %(megabytes)s MB. Split it and import the parts.")
        raise Refused(Refusal("file_too_large", reason, "file", {"megabytes": MAX_BYTES >> 20}))
    encoding = detect_encoding(data)
    delimiter, told = detect_delimiter(data, encoding)
    records = records_of(data, encoding, delimiter, skip_first=told)
    headings = next((cells for _, cells in records), None)
    if headings is None:
        raise Refused(Refusal("file_empty", N_("The file is empty. Its first row must name the columns.")))
    layout = _Layout(headings, _places(headings), base)
    rows, errors = _take(records, layout)
    used = set(layout.places.values())
    return Reading(
        tuple(rows),
        tuple(errors),
        tuple(heading.strip() for place, heading in enumerate(headings) if place in used),
        tuple(each.strip()[:60] for place, each in enumerate(headings) if place not in used and each.strip()),
    )


def _places(headings: Sequence[str]) -> dict[Column | LimitKey, int]:
    places: dict[Column | LimitKey, int] = {}
    for place, heading in enumerate(headings):
        column = meaning_of(heading)
        if column is None:
            continue
        if column in places:
            reason = N_("The columns “%(one)s” and “%(other)s” mean the same. Remove one of them.")
            facts = {"one": headings[places[column]].strip()[:60], "other": heading.strip()[:60]}
            raise Refused(Refusal("column_twice", reason, "file", facts))
        places[column] = place
    if Column.EMAIL not in places:
        found = ", ".join(f"“{heading.strip()[:60]}”" for heading in headings[:_SHOWN] if heading.strip())
        reason = N_("The file has no column “email”. Its first row has %(found)s.")
        raise Refused(Refusal("column_missing", reason, "file", {"found": found}))
    return places


def _take(records: Iterator[tuple[int, list[str]]], layout: _Layout) -> tuple[list[Row], list[CellError]]:
    rows: list[Row] = []
    errors: list[CellError] = []
    first: dict[str, int] = {}
    for count, (number, cells) in enumerate(records, start=1):
        if count > MAX_ROWS:
            reason = N_("The file has more than %(rows)s rows. Split it and import the parts.")
            raise Refused(Refusal("too_many_rows", reason, "file", {"rows": MAX_ROWS}))
        row, wrong = _row(number, cells, layout)
        earlier = first.setdefault(row.email, number)
        if earlier != number and row.email:
            reason = N_("%(email)s stands in row %(earlier)s too. Remove one of them.")
            facts = {"email": row.email, "earlier": earlier}
            wrong.append(CellError(number, layout.heading(Column.EMAIL), "row_twice", reason, facts))
        errors += wrong
        if not wrong:
            rows.append(row)
    return rows, errors


def _row(number: int, cells: Sequence[str], layout: _Layout) -> tuple[Row, list[CellError]]:
    wrong: list[CellError] = []

    def note(refusal: Refusal | None, column: Column | LimitKey) -> None:
        if refusal is not None:
            heading = layout.heading(column)
            wrong.append(CellError(number, heading, refusal.code, refusal.reason, refusal.facts))

    email, name = plain_address(layout.cell(cells, Column.EMAIL)), layout.cell(cells, Column.NAME)
    role, boss = layout.cell(cells, Column.ROLE).lower(), layout.cell(cells, Column.REPORTS_TO).lower()
    note(why_not_address(email), Column.EMAIL)
    if name:
        note(why_not_name(name), Column.NAME)
    role = role.replace(" ", "_")
    if role and role not in set(Role):
        note(Refusal("role_unknown", _ROLES, facts={"roles": ", ".join(Role)}), Column.ROLE)
    if boss in _NOTHING:
        boss = NOTHING
    elif boss:
        note(why_not_address(boss), Column.REPORTS_TO)
    currency = layout.cell(cells, Column.CURRENCY).upper() or layout.base
    if currency not in CURRENCIES:
        note(Refusal("currency_unknown", N_("Write a currency of ISO 4217, such as EUR.")), Column.CURRENCY)
        currency = layout.base
    amounts: dict[Column | LimitKey, Money | Literal["none"]] = {}
    for column, place in layout.places.items():
        if (column is Column.LIMIT or isinstance(column, tuple)) and place < len(cells):
            cell = _amount(_plain(cells[place]), currency, layout, only_base=column is Column.LIMIT)
            if isinstance(cell, Refusal):
                note(cell, column)
            elif cell is not None:
                amounts[column] = cell
    limit: Cell = amounts.pop(Column.LIMIT, None)
    limits = tuple((key, cell) for key, cell in amounts.items() if isinstance(key, tuple))
    return Row(number, email, name, role, limit, boss, limits), wrong


_ROLES = N_("This is no role. Write one of: %(roles)s.")


def _plain(cell: str) -> str:
    """A cell without blanks around it, and without the apostrophe that disarms a formula."""
    text = _CONTROLS.sub(" ", cell).strip()
    return text[1:].strip() if text.startswith("'") and disarmed(text[1:]) == text else text


def _amount(text: str, currency: str, layout: _Layout, *, only_base: bool) -> Cell | Refusal:
    """An amount in the row's currency, or in the one that the cell names itself."""
    if not text:
        return None
    if text.lower() in _NOTHING:
        return NOTHING
    code = _CODE.search(text)
    if code is not None and code[0].upper() in CURRENCIES:
        currency, text = code[0].upper(), text.replace(code[0], "").strip()
    if only_base and currency != layout.base:
        reason = N_(
            "The limit for one request is kept in %(base)s. Write it in that, or use limit_need for a limit"
            " in %(currency)s."
        )
        return Refusal("limit_currency", reason, facts={"base": layout.base, "currency": currency})
    try:
        amount = Money.parse(text, currency)
    except Refused as refused:
        return refused.refusal
    if amount.minor < 0:
        return Refusal("limit_range", N_("A limit is zero or more. Write none to take it away."))
    return amount
