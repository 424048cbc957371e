"""A published process as a page shows it: its facts, and lists of everything it has several of.

Built from what an import understood (`understanding.understood`). Values stay typed (`Money`, days, text);
the page words them. A list is cut where it is read, so that no process makes an endless page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from outtask.kernel.money import Money, known
from outtask.kernel.words import N_
from outtask.lifecycle.published_values import Shown, is_web_address

FEW = 5
"""How many rows of each list stand on the page of an out-task."""


type Said = Mapping[str, Any]
type Read = Callable[[Said, Names], object]


@dataclass(frozen=True, slots=True)
class Line:
    """One fact. label: message id. value: Money, a day, or text."""

    label: str
    value: object


@dataclass(frozen=True, slots=True)
class Column:
    """label: message id. main: names the row. number: stands to the right."""

    label: str
    read: Read
    main: bool = False
    number: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One list of a process: its contracts, its documents. name: for addresses. title: message id."""

    name: str
    title: str
    columns: tuple[Column, ...]
    said: Sequence[Said]
    names: Names

    @classmethod
    def of(cls, name: str, title: str, columns: Sequence[Column], said: Sequence[Said], names: Names) -> Part:
        """Without the columns in which no row says anything."""
        filled = tuple(
            column
            for column in columns
            if column.main or any(column.read(row, names) not in (None, "") for row in said)
        )
        return cls(name, title, filled, said, names)

    def __len__(self) -> int:
        return len(self.said)

    def rows(self, start: int = 0, stop: int | None = None) -> list[list[tuple[Column, object]]]:
        """Each column with its value, of the rows from `start` to before `stop`."""
        return [
            [(column, _cell(column, row, self.names)) for column in self.columns]
            for row in self.said[start:stop]
        ]

    @property
    def few(self) -> list[list[tuple[Column, object]]]:
        """The first rows."""
        return self.rows(0, FEW)


def _cell(column: Column, row: Said, names: Names) -> object:
    value = column.read(row, names)
    return Shown(str(value)) if column.main and not isinstance(value, Shown) else value


class Names:
    """The organisations of a process by their keys."""

    def __init__(self, parties: Sequence[Said]) -> None:
        self._names = {party["key"]: party.get("name", party["key"]) for party in parties}

    def of(self, key: object) -> str:
        return str(self._names.get(key, key or ""))


@dataclass(frozen=True, slots=True)
class Published:
    """Everything said of one process: what was understood, what was not, what has no place of its own.

    problems, unmapped: as `understanding.kept_problems` and `kept_values` made them.
    """

    said: Said
    problems: Sequence[Sequence[Any]] = ()
    unmapped: Sequence[Sequence[Any]] = ()

    @property
    def names(self) -> Names:
        return Names(self.said.get("parties", ()))

    def facts(self) -> list[Line]:
        """What there is one of, in reading order; what was not said is left out."""
        names = self.names
        lines = (Line(label, read(self.said, names)) for label, read in _FACTS)
        return [line for line in lines if line.value not in (None, "")]

    def parts(self) -> list[Part]:
        """The lists that are not empty, in reading order."""
        names = self.names
        found = (Part.of(name, title, columns, self._rows(name), names) for name, title, columns in _PARTS)
        return [part for part in found if part.said]

    def part(self, name: str) -> Part | None:
        return next((part for part in self.parts() if part.name == name), None)

    def _rows(self, name: str) -> Sequence[Said]:
        rows: Sequence[Said] = self.said.get("agreements" if name == "contracts" else name, ())
        return rows


# ---- reading single values ----


def _text(name: str) -> Read:
    return lambda row, names: str(row.get(name, ""))


def _first(*wanted: str) -> Read:
    return lambda row, names: next((str(row[name]) for name in wanted if row.get(name)), "")


def _joined(name: str) -> Read:
    return lambda row, names: ", ".join(str(one) for one in row.get(name, ()))


def _day(name: str) -> Read:
    # Publishers often give a day as its last second in UTC: another zone would make it the next day.
    def read(row: Said, names: Names) -> date | None:
        return datetime.fromisoformat(row[name]).date() if row.get(name) else None

    return read


def _amount(name: str) -> Read:
    def read(row: Said, names: Names) -> Money | None:
        amount = row.get(name)
        return Money(amount["minor"], amount["currency"]) if amount and known(amount["currency"]) else None

    return read


def _party(name: str) -> Read:
    return lambda row, names: names.of(row.get(name))


def _parties(row: Said, names: Names) -> str:
    return ", ".join(names.of(key) for key in row.get("provider_keys", ()))


def _award(row: Said, names: Names) -> str:
    # Ids of awards are often digests, which tell a reader nothing; an award to nobody has no other name.
    return _parties(row, names) or str(row.get("title") or row.get("id", ""))


def _identifiers(row: Said, names: Names) -> str:
    said = ((one.get("scheme"), one.get("id")) for one in row.get("identifiers", ()))
    return ", ".join(" ".join(filter(None, pair)) for pair in said)


def _contact(row: Said, names: Names) -> str:
    return ", ".join(filter(None, (row.get("contact_name"), row.get("email"), row.get("phone"))))


def _quantity(row: Said, names: Names) -> str:
    return " ".join(filter(None, (row.get("quantity"), row.get("unit") or row.get("unit_code"))))


def _document(row: Said, names: Names) -> Shown:
    address = row.get("url", "")
    text = row.get("title") or row.get("description") or address or row.get("id", "")
    return Shown(text, address if is_web_address(address) else "")


def _categories(row: Said, names: Names) -> str:
    said = ([one.get(name, "") for name in ("scheme", "code", "text")] for one in row.get("categories", ()))
    return "; ".join(" ".join(filter(None, one)) for one in said)


def _method(row: Said, names: Names) -> str:
    return ", ".join(filter(None, (row.get("method"), row.get("method_details"))))


_FACTS: tuple[tuple[str, Read], ...] = (
    (N_("Process number"), _text("ocid")),
    (N_("Buyer"), _party("buyer_key")),
    (N_("Providers"), _parties),
    (N_("Value"), _amount("value")),
    (N_("Estimate"), _amount("estimate")),
    (N_("Estimate, at least"), _amount("estimate_least")),
    (N_("Budget"), _amount("budget")),
    (N_("Needed by"), _day("by_when")),
    (N_("Proposals from"), _day("proposals_from")),
    (N_("Proposals by"), _day("proposals_by")),
    (N_("Planned from"), _day("planned_from")),
    (N_("Planned until"), _day("planned_by")),
    (N_("How it ended"), _text("outcome")),
    (N_("Status of the tender"), _text("tender_status")),
    (N_("Method"), _method),
    (N_("Why this method"), _text("method_rationale")),
    (N_("Why it is needed"), _text("rationale")),
    (N_("Sort of work"), _text("main_category")),
    (N_("Classes"), _categories),
    (N_("First published"), _day("published_at")),
    (N_("Last published"), _day("updated_at")),
    (N_("Changes on record"), _text("amendments")),
    (N_("Language"), _text("language")),
    (N_("Licence"), _text("license")),
    (N_("Version of the standard"), _text("version")),
)

_PARTS: tuple[tuple[str, str, tuple[Column, ...]], ...] = (
    (
        "contracts",
        N_("Contracts"),
        (
            Column(N_("Contract"), _first("title", "number", "id"), main=True),
            Column(N_("Provider"), _parties),
            Column(N_("Signed"), _day("signed_at")),
            Column(N_("Until"), _day("ends_at")),
            Column(N_("Status"), _text("status")),
            Column(N_("Amount"), _amount("value"), number=True),
        ),
    ),
    (
        "awards",
        N_("Awards"),
        (
            Column(N_("Provider"), _award, main=True),
            Column(N_("Award"), _text("title")),
            Column(N_("Decided"), _day("at")),
            Column(N_("Status"), _text("status")),
            Column(N_("Amount"), _amount("value"), number=True),
        ),
    ),
    (
        "proposals",
        N_("Proposals"),
        (
            Column(N_("Provider"), _parties, main=True),
            Column(N_("Offered"), _day("at")),
            Column(N_("Status"), _text("status")),
            Column(N_("Amount"), _amount("value"), number=True),
        ),
    ),
    (
        "milestones",
        N_("Milestones"),
        (
            Column(N_("Milestone"), _first("title", "description", "id"), main=True),
            Column(N_("Due"), _day("due_at")),
            Column(N_("Met"), _day("met_at")),
            Column(N_("Status"), _text("status")),
        ),
    ),
    (
        "documents",
        N_("Documents"),
        (
            Column(N_("Document"), _document, main=True),
            Column(N_("Sort"), _text("type")),
            Column(N_("Published"), _day("published_at")),
            Column(N_("Language"), _text("language")),
        ),
    ),
    (
        "transactions",
        N_("Payments"),
        (
            Column(N_("Payment"), _text("id"), main=True),
            Column(N_("Day"), _day("at")),
            Column(N_("From"), _party("payer_key")),
            Column(N_("To"), _party("payee_key")),
            Column(N_("Amount"), _amount("amount"), number=True),
        ),
    ),
    (
        "items",
        N_("Items"),
        (
            Column(N_("Item"), _first("description", "id"), main=True),
            Column(N_("Quantity"), _quantity),
            Column(N_("Classes"), _categories),
            Column(N_("Price of one"), _amount("unit_value"), number=True),
        ),
    ),
    (
        "parties",
        N_("Organisations"),
        (
            Column(N_("Organisation"), _first("name", "key"), main=True),
            Column(N_("Roles"), _joined("roles")),
            Column(N_("Registered as"), _identifiers),
            Column(N_("Contact"), _contact),
            Column(N_("Address"), _text("address_text")),
        ),
    ),
    (
        "releases",
        N_("Publications read"),
        (
            Column(N_("Publication"), _text("id"), main=True),
            Column(N_("Published"), _day("at")),
            Column(N_("About"), _joined("tags")),
        ),
    ),
)
