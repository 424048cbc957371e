"""The days a report tells of. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from outtask.kernel.period import Period
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_

MOST_YEARS = 10


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days of the calendar on the wall in `zone`, from `first` to `last`, both within."""

    first: date
    last: date
    zone: tzinfo

    @property
    def period(self) -> Period:
        """The instants from the beginning of the first day to the end of the last."""
        return Period(_midnight(self.first, self.zone), _midnight(self.last + timedelta(days=1), self.zone))

    @property
    def months(self) -> list[tuple[date, datetime]]:
        """Each calendar month the span touches: its first day, and the instant at which it is over."""
        found, month = [], self.first.replace(day=1)
        while month <= self.last:
            following = (month + timedelta(days=31)).replace(day=1)
            found.append((month, _midnight(following, self.zone)))
            month = following
        return found


def this_year(today: date, zone: tzinfo) -> Span:
    return Span(date(today.year, 1, 1), date(today.year, 12, 31), zone)


def why_not_span(first: date, last: date) -> Refusal | None:
    """A report ends no earlier than it begins, and covers ten years at most."""
    if last < first:
        reason = N_("The last day is before the first. Choose a later one.")
        return Refusal("ends_first", reason, "until")
    if last.year - first.year >= MOST_YEARS:
        reason = N_("Choose %(years)s calendar years at most.")
        return Refusal("span_long", reason, "until", {"years": MOST_YEARS})
    return None


def _midnight(day: date, zone: tzinfo) -> datetime:
    """The first instant of a day; where clocks jump over midnight, the moment of the jump."""
    return datetime(day.year, day.month, day.day, tzinfo=zone, fold=0).astimezone(UTC)
