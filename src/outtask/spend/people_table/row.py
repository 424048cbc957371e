"""One person in a table: what a row may say of them, and under which headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_
from outtask.spend.limit_rules import category_of
from outtask.spend.states import LimitPeriod

NOTHING: Literal["none"] = "none"
"""What a cell says to take something away; an empty one leaves it as it is."""

type LimitKey = tuple[LimitPeriod, str]
"""A limit beside the one for a need: over what it counts, and the digits of its category."""

type Cell = Money | Literal["none"] | None
"""An amount, `NOTHING`, or None when the cell is empty."""


class Column(StrEnum):
    """The columns with a name of their own; those of further limits are `limit_month` or `limit_month:72`."""

    NAME = "name"
    EMAIL = "email"
    ROLE = "role"
    LIMIT = "limit"
    CURRENCY = "currency"
    REPORTS_TO = "reports_to"


_NAMES = {column.value: column for column in Column} | {
    "e_mail": Column.EMAIL,
    "mail": Column.EMAIL,
    "email_address": Column.EMAIL,
    "refers_to": Column.REPORTS_TO,
    "manager": Column.REPORTS_TO,
}
_LIMIT = "limit"
_PERIODS = {f"{_LIMIT}_{period}": period for period in LimitPeriod}
_UNKNOWN = N_(
    "“%(column)s” is no limit that is known here. Write limit_day, limit_month or limit_year, and for one"
    " category limit_month:72 with the digits of its CPV code."
)


def meaning_of(heading: str) -> Column | LimitKey | None:
    """What a heading stands for; None when nothing here has that name.

    Raises `Refused` for a limit of no known sort: one that was passed over would let more pass.
    """
    name, colon, code = heading.strip().lower().partition(":")
    plain = re.sub(r"[\s_-]+", "_", name.strip())
    if not colon and (named := _NAMES.get(plain)):
        return named
    if not plain.startswith(_LIMIT):
        return None
    if plain not in _PERIODS or bool(colon) != bool(code.strip()):
        raise Refused(Refusal("limit_column", _UNKNOWN, "file", {"column": heading.strip()[:60]}))
    digits = category_of(code)
    if isinstance(digits, Refusal):
        raise Refused(Refusal("limit_column", _UNKNOWN, "file", {"column": heading.strip()[:60]}))
    return _PERIODS[plain], digits


def heading_of(key: LimitKey) -> str:
    """The heading of a further limit."""
    period, category = key
    return f"limit_{period}:{category}" if category else f"limit_{period}"


@dataclass(frozen=True, slots=True)
class Row:
    """What one row says of a person. number: of the row in the file, as a spreadsheet counts.

    email: in small letters. role: empty when it is not said. reports_to: an address, `NOTHING` for nobody, or
    empty. limits: those that are said, each once.
    """

    number: int
    email: str
    name: str = ""
    role: str = ""
    limit: Cell = None
    reports_to: str = ""
    limits: tuple[tuple[LimitKey, Money | Literal["none"]], ...] = ()
