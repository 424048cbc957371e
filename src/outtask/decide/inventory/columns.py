"""Which column of a file holds what: names as people head them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum

from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_


class Column(StrEnum):
    """The columns of an inventory; only the name is required."""

    NAME = "name"
    AREA = "area"
    GROUP = "group"
    OUTPUT = "output"
    OWNER = "owner"
    TIMES_PER_YEAR = "times_per_year"
    HOURS_EACH = "hours_each"


ALIASES: Mapping[Column, tuple[str, ...]] = {
    Column.NAME: ("process", "process name", "capability", "capability name", "activity", "task", "title"),
    Column.AREA: ("department", "function", "domain", "division"),
    Column.GROUP: ("team", "subgroup", "sub group", "category", "process group"),
    Column.OUTPUT: ("outputs", "result", "deliverable", "puts out", "description"),
    Column.OWNER: ("process owner", "owner name", "responsible", "accountable"),
    Column.TIMES_PER_YEAR: ("times", "frequency", "per year", "runs per year", "volume", "times a year"),
    Column.HOURS_EACH: (
        "hours",
        "hours per time",
        "hours per run",
        "effort",
        "effort hours",
        "duration hours",
    ),
}
_SHOWN = 20


def known(heading: str) -> Column | None:
    """The column that `heading` names by its own name or by an alias; None for any other."""
    return _OWN.get(_plain(heading)) or _ALIAS.get(_plain(heading))


def map_columns(headings: Sequence[str]) -> dict[Column, int]:
    """The place of each known column among `headings`. A column's own name wins over its aliases.

    Raises `Refused` when the name is missing, or when two headings mean the same column.
    """
    places: dict[Column, int] = {}
    for names in (_OWN, _ALIAS):
        taken = set(places)
        for place, heading in enumerate(headings):
            column = names.get(_plain(heading))
            if column is None or column in taken:
                continue
            if column in places:
                raise Refused(_twice(column, headings[places[column]], heading))
            places[column] = place
    if Column.NAME not in places:
        raise Refused(_missing(headings))
    return places


def _plain(heading: str) -> str:
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", heading).casefold()).strip()


_OWN: Mapping[str, Column] = {_plain(column): column for column in Column}
_ALIAS: Mapping[str, Column] = {_plain(alias): column for column, names in ALIASES.items() for alias in names}


def _twice(column: Column, one: str, other: str) -> Refusal:
    reason = N_("The columns “%(one)s” and “%(other)s” both mean “%(column)s”. Rename one of them.")
    return Refusal(
        "column_twice",
        reason,
        field=column,
        facts={"one": one[:60], "other": other[:60], "column": str(column)},
    )


def _missing(headings: Sequence[str]) -> Refusal:
    found = ", ".join(f"“{heading.strip()[:60]}”" for heading in headings[:_SHOWN] if heading.strip())
    reason = N_(
        "The file has no column “%(missing)s”. Its first row has %(found)s. "
        "Head the column with the names of your processes “%(missing)s”."
    )
    return Refusal("column_missing", reason, field=Column.NAME, facts={"missing": "name", "found": found})
