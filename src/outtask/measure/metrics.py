"""How a provider did: figures from facts that the journal tells too. Pure: facts in, a figure out.

Every figure carries n, the number of cases behind it. With no case there is no figure: nothing is not 100 %.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from statistics import median
from uuid import UUID

from outtask.deliver.states import VerdictKind

Z95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One hand-in: of which milestone, which try, when it came and was due, and the verdict on it."""

    milestone: UUID
    number: int
    came_on: date
    due_on: date
    came_at: datetime
    verdict: str = ""
    decided_at: datetime | None = None

    @property
    def on_time(self) -> bool:
        return self.came_on <= self.due_on


@dataclass(frozen=True, slots=True)
class Wait:
    """Something was asked of the provider; `answered_at` None while they have not answered."""

    asked_at: datetime
    answered_at: datetime | None

    def hours(self, now: datetime) -> float:
        """How long it took, or has taken so far."""
        return ((self.answered_at or now) - self.asked_at) / timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `n` cases."""

    hits: int
    n: int

    @property
    def value(self) -> Fraction | None:
        """In percent, exact; None without a case."""
        return Fraction(100 * self.hits, self.n) if self.n else None

    @property
    def low(self) -> float | None:
        """The Wilson lower bound in percent; None without a case."""
        return 100 * wilson_low(self.hits, self.n) if self.n else None

    @property
    def high(self) -> float | None:
        """The Wilson upper bound in percent, for shares of which less is better; None without a case."""
        return 100 - 100 * wilson_low(self.n - self.hits, self.n) if self.n else None


@dataclass(frozen=True, slots=True)
class Hours:
    """The middle of `n` waiting times, in hours; `open` of them still last and count as long as they do."""

    value: Fraction | None
    n: int
    open: int = 0


type Figure = Share | Hours


def wilson_low(hits: int, n: int, z: float = Z95) -> float:
    """The lower end of Wilson's score interval for a share, from 0 to 1.

    What the share is at least, with 97.5 % confidence: three of three is 0.44, not 1. (E. B. Wilson,
    "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.) Raises ValueError
    unless 0 ≤ hits ≤ n and n > 0.
    """
    if not 0 <= hits <= n or n == 0:
        raise ValueError(f"{hits} of {n} is not a share")
    share, square = hits / n, z * z
    centre = share + square / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + square / (4 * n * n))
    return max(0.0, (centre - spread) / (1 + square / n))


def on_time(hand_ins: Iterable[HandedIn], overdue: int = 0) -> Share:
    """Milestones first handed in on or before their day; one overdue with nothing in is late already."""
    first = [one for one in hand_ins if one.number == 1]
    return Share(sum(one.on_time for one in first), len(first) + overdue)


def first_time(hand_ins: Iterable[HandedIn]) -> Share:
    """Milestones whose first hand-in was accepted, of those whose first hand-in was decided."""
    decided = [one for one in hand_ins if one.number == 1 and one.verdict]
    return Share(sum(one.verdict == VerdictKind.ACCEPTED for one in decided), len(decided))


def rework(hand_ins: Iterable[HandedIn]) -> Share:
    """Hand-ins that were sent back, of those that were decided."""
    decided = [one for one in hand_ins if one.verdict]
    return Share(sum(one.verdict == VerdictKind.CHANGES_REQUESTED for one in decided), len(decided))


def waits_for_rework(hand_ins: Iterable[HandedIn], still_open: frozenset[UUID] = frozenset()) -> list[Wait]:
    """From each request for changes to the next hand-in of that milestone.

    still_open: milestones that wait to be handed in again; of others the wait ended without an answer.
    """
    tries: dict[UUID, list[HandedIn]] = defaultdict(list)
    for one in hand_ins:
        tries[one.milestone].append(one)
    waits: list[Wait] = []
    for milestone, rows in tries.items():
        rows.sort(key=lambda one: one.number)
        for one, after in zip(rows, [*rows[1:], None], strict=True):
            if one.verdict != VerdictKind.CHANGES_REQUESTED or one.decided_at is None:
                continue
            if after is not None:
                waits.append(Wait(one.decided_at, after.came_at))
            elif milestone in still_open:
                waits.append(Wait(one.decided_at, None))
    return waits


def response(waits: Sequence[Wait], now: datetime) -> Hours:
    """The median of the waits: half of the answers took no longer."""
    if not waits:
        return Hours(None, 0)
    seconds = [round(wait.hours(now) * 3600) for wait in waits]
    return Hours(
        Fraction(median(seconds)) / 3600, len(waits), sum(wait.answered_at is None for wait in waits)
    )


class Standing(StrEnum):
    KEPT = "kept"
    BROKEN = "broken"
    NO_READINGS = "no_readings"


def standing(comparator: str, target: Decimal, figure: Figure) -> Standing:
    """Whether a promise is kept: ">=" at least, "<=" at most; the target itself is inside."""
    if figure.value is None:
        return Standing.NO_READINGS
    kept = figure.value >= Fraction(target) if comparator == ">=" else figure.value <= Fraction(target)
    return Standing.KEPT if kept else Standing.BROKEN


def by_month(hand_ins: Iterable[HandedIn]) -> list[tuple[date, Share]]:
    """Milestones on time for each month in which one was first handed in, the earliest first."""
    months: dict[date, list[HandedIn]] = defaultdict(list)
    for one in hand_ins:
        if one.number == 1:
            months[one.came_on.replace(day=1)].append(one)
    return [(month, on_time(months[month])) for month in sorted(months)]


@dataclass(frozen=True)
class Scorecard:
    """What is known of one provider in a span of time."""

    on_time: Share
    first_time: Share
    rework: Share
    response: Hours
    months: Sequence[tuple[date, Share]] = ()

    @property
    def empty(self) -> bool:
        return not (self.on_time.n or self.response.n)
