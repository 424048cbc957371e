"""The sums of a report, row by row. Pure: what the database grouped goes in, rows and their total come out.

Money in a pot of the organisation's own currency counts as it was posted. Money in a foreign pot counts at
the rate its request was asked at: each part of a converted sum is the difference of two shares of it, as in
the ledger, so that the parts add up to the whole whatever they are grouped by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import attrgetter
from uuid import UUID

from outtask.spend.rules import share
from outtask.spend.states import Account

type Key = UUID | str | date


class By(StrEnum):
    """What the rows of a report stand for."""

    PROVIDER = "provider"
    BUDGET = "budget"
    CATEGORY = "category"
    PERSON = "person"
    MONTH = "month"


class Measure(StrEnum):
    """What happened to money; each is one movement between two accounts of a budget."""

    COMMITTED = "committed"
    ACCEPTED = "accepted"
    PAID = "paid"
    RELEASED = "released"


MOVES: Mapping[Measure, tuple[Account, Account]] = {
    Measure.COMMITTED: (Account.FREE, Account.COMMITTED),
    Measure.ACCEPTED: (Account.COMMITTED, Account.OWED),
    Measure.PAID: (Account.OWED, Account.PAID),
    Measure.RELEASED: (Account.COMMITTED, Account.FREE),
}


@dataclass(frozen=True, slots=True)
class Sums:
    """What was promised, accepted, paid and given back, in minor units of one currency."""

    committed: int = 0
    accepted: int = 0
    paid: int = 0
    released: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.committed + other.committed,
            self.accepted + other.accepted,
            self.paid + other.paid,
            self.released + other.released,
        )

    def __sub__(self, other: Sums) -> Sums:
        return Sums(
            self.committed - other.committed,
            self.accepted - other.accepted,
            self.paid - other.paid,
            self.released - other.released,
        )

    def of(self, measure: Measure) -> int:
        found: int = attrgetter(measure.value)(self)
        return found


NOTHING = Sums()


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved for one row of the report: in the pot's currency, and in the organisation's (`base`)."""

    key: Key
    currency: str
    own: Sums
    base: Sums


@dataclass(frozen=True, slots=True)
class Chapter:
    """What moved under one commitment of a foreign pot in one stretch of time.

    amount_minor: the whole commitment, in its own currency. base_minor: the same in the organisation's.
    counts: whether the stretch belongs to the report; earlier ones are needed to know where shares begin.
    """

    commitment: UUID
    key: Key
    currency: str
    amount_minor: int
    base_minor: int
    moved: Sums
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what it stands for, the sums in the organisation's currency, and in the row's own.

    currency: the one currency the row's pots are kept in; empty when there are several. converted: whether
    any of the base sums came from another currency.
    """

    key: Key
    name: str
    base: Sums
    own: Sums
    currency: str
    converted: bool


@dataclass(frozen=True, slots=True)
class Report:
    """All rows over one span. total: their sum, in the organisation's `currency`."""

    by: By
    currency: str
    lines: Sequence[Line]

    @property
    def total(self) -> Sums:
        return sum((line.base for line in self.lines), NOTHING)

    @property
    def converted(self) -> bool:
        return any(line.converted for line in self.lines)


def worth(chapters: Iterable[Chapter]) -> Iterator[Moved]:
    """What foreign movements count in the organisation's currency.

    The chapters of one commitment follow one another, in order of time.
    """
    commitment, so_far = None, NOTHING
    for chapter in chapters:
        if chapter.commitment != commitment:
            commitment, so_far = chapter.commitment, NOTHING
        after = so_far + chapter.moved
        if chapter.counts:
            base = _base(after, chapter) - _base(so_far, chapter)
            yield Moved(chapter.key, chapter.currency, chapter.moved, base)
        so_far = after


def _base(moved: Sums, of: Chapter) -> Sums:
    """What all movements of a commitment so far are in base: what is released is what acceptance left."""

    def part(minor: int) -> int:
        return share(of.base_minor, of.amount_minor, minor)

    accepted = part(moved.accepted)
    released = part(moved.accepted + moved.released) - accepted if moved.released else 0
    return Sums(part(moved.committed), accepted, part(moved.paid), released)


def lines(moved: Iterable[Moved], base: str, names: Mapping[Key, str]) -> list[Line]:
    """One row for each key, in no order. names: how each key reads; a key without one reads as itself."""
    in_base: dict[Key, Sums] = defaultdict(Sums)
    in_own: dict[Key, dict[str, Sums]] = defaultdict(lambda: defaultdict(Sums))
    for one in moved:
        in_base[one.key] += one.base
        in_own[one.key][one.currency] += one.own
    found = []
    for key, sums in in_base.items():
        own = in_own[key]
        currency = next(iter(own)) if len(own) == 1 else ""
        name = names.get(key, str(key))
        found.append(Line(key, name, sums, own.get(currency, NOTHING), currency, own.keys() != {base}))
    return found


def month_name(month: date) -> str:
    """`2026-11`: sorts as time does."""
    return month.isoformat()[:7]


def with_gaps_filled(found: Sequence[Line], months: Iterable[date]) -> list[Line]:
    """Months in which nothing moved, between others in which something did, are rows of nothing."""
    there = {line.key: line for line in found}
    if not there:
        return []
    first, last = min(there), max(there)
    return [
        there.get(month) or Line(month, month_name(month), NOTHING, NOTHING, "", converted=False)
        for month in months
        if first <= month <= last  # type: ignore[operator]
    ]


def in_order(found: Iterable[Line], measure: Measure | None, *, falling: bool) -> list[Line]:
    """Rows by one of the sums, or by name when `measure` is None; equal ones by name, then by key."""
    by_name = sorted(found, key=lambda line: (line.name.casefold(), str(line.key)))
    if measure is None:
        return by_name[::-1] if falling else by_name
    return sorted(by_name, key=lambda line: line.base.of(measure), reverse=falling)
