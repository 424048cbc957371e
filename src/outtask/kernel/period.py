"""Spans of time: half-open, in UTC, and the months, quarters and years of a zone."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """The instants from `start` up to but without `end`; both aware, kept in UTC, start before end.

    Periods sort by start, then end. Raises ValueError for a naive instant or an empty span.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.utcoffset() is None or self.end.utcoffset() is None:
            raise ValueError("a period needs aware instants, with a zone")
        object.__setattr__(self, "start", self.start.astimezone(UTC))
        object.__setattr__(self, "end", self.end.astimezone(UTC))
        if self.start >= self.end:
            raise ValueError(f"a period ends after it starts, not at {self.end} from {self.start}")

    @property
    def length(self) -> timedelta:
        """Time elapsed between the ends, whatever clocks on walls did meanwhile."""
        return self.end - self.start

    def contains(self, instant: datetime) -> bool:
        """Whether `instant` (aware) lies in the period; the start does, the end does not."""
        return self.start <= instant < self.end

    def overlap(self, other: Period) -> Period | None:
        """The span in both periods, or None; periods that only touch share nothing."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None


def union(periods: Iterable[Period]) -> list[Period]:
    """The same instants in the fewest periods, apart from each other and in order of time.

    Periods that overlap or touch become one.
    """
    merged: list[Period] = []
    for period in sorted(periods):
        if merged and period.start <= merged[-1].end:
            merged[-1] = Period(merged[-1].start, max(merged[-1].end, period.end))
        else:
            merged.append(period)
    return merged


def clip(periods: Iterable[Period], window: Period) -> list[Period]:
    """What of each period falls into `window`, in the order given; what falls outside goes."""
    return [part for period in periods if (part := period.overlap(window)) is not None]


def covered(periods: Iterable[Period]) -> timedelta:
    """How long at least one of the periods runs: time in several of them counts once."""
    return sum((period.length for period in union(periods)), timedelta())


def month(year: int, number: int, zone: tzinfo) -> Period:
    """Month `number` (1 to 12) of `year` as the calendar on the wall in `zone` has it."""
    return _months(year, number, 1, zone)


def quarter(year: int, number: int, zone: tzinfo) -> Period:
    """Quarter `number` (1 to 4) of the calendar year in `zone`."""
    if not 1 <= number <= 4:
        raise ValueError(f"a quarter is 1 to 4, not {number}")
    return _months(year, 3 * number - 2, 3, zone)


def year(number: int, zone: tzinfo) -> Period:
    """The calendar year in `zone`."""
    return _months(number, 1, 12, zone)


def month_of(instant: datetime, zone: tzinfo) -> Period:
    """The month in `zone` that contains `instant`."""
    return _containing(instant, 1, zone)


def quarter_of(instant: datetime, zone: tzinfo) -> Period:
    """The calendar quarter in `zone` that contains `instant`."""
    return _containing(instant, 3, zone)


def year_of(instant: datetime, zone: tzinfo) -> Period:
    """The calendar year in `zone` that contains `instant`."""
    return _containing(instant, 12, zone)


def _months(year: int, first: int, count: int, zone: tzinfo) -> Period:
    years, following = divmod(first - 1 + count, 12)
    return Period(_first_instant(year, first, zone), _first_instant(year + years, following + 1, zone))


def _first_instant(year: int, month: int, zone: tzinfo) -> datetime:
    """Midnight that opens the month: the first if it comes twice, the moment of the jump if it is skipped."""
    return datetime(year, month, 1, tzinfo=zone, fold=0).astimezone(UTC)


def _containing(instant: datetime, count: int, zone: tzinfo) -> Period:
    local = instant.astimezone(zone)
    period = _months(local.year, local.month - (local.month - 1) % count, count, zone)
    if instant < period.end:
        return period
    # Clocks set back across midnight show the old month again, minutes into the new one.
    after = period.end.astimezone(zone)
    return _months(after.year, after.month, count, zone)


def months_after(anchor: date, months: int) -> date:
    """The same day of a later month, or its last one where there is no such day: 31 January, 28 February."""
    count = anchor.month - 1 + months
    in_year, number = anchor.year + count // 12, count % 12 + 1
    return date(in_year, number, min(anchor.day, monthrange(in_year, number)[1]))
