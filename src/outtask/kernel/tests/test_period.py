"""Periods: half-open algebra, and calendar months of zones whose clocks jump."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.kernel.period import (
    Period,
    clip,
    covered,
    month,
    month_of,
    quarter,
    quarter_of,
    union,
    year,
    year_of,
)

LONDON, KOLKATA = ZoneInfo("Europe/London"), ZoneInfo("Asia/Kolkata")
ST_JOHNS, HAVANA = ZoneInfo("America/St_Johns"), ZoneInfo("America/Havana")
BASE = datetime(2026, 3, 1, tzinfo=UTC)


def at(hours: int) -> datetime:
    return BASE + timedelta(hours=hours)


def span(start: int, end: int) -> Period:
    return Period(at(start), at(end))


SPANS = st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda pair: span(pair[0], pair[0] + pair[1]))


def hours_of(*periods: Period | None) -> set[int]:
    """The whole hours in the periods, as a plain set to compare with."""
    return {hour for hour in range(100) for one in periods if one is not None and one.contains(at(hour))}


# ---- one period ----


def test_instants_are_kept_in_utc() -> None:
    period = Period(datetime(2026, 7, 1, 9, tzinfo=LONDON), datetime(2026, 7, 1, 18, tzinfo=KOLKATA))
    assert period.start == datetime(2026, 7, 1, 8, tzinfo=UTC)
    assert period.start.tzinfo is period.end.tzinfo is UTC
    assert period.length == timedelta(hours=4, minutes=30)


def test_what_is_no_period_is_an_error() -> None:
    for start, end in [(0, 0), (1, 0)]:
        with pytest.raises(ValueError, match="ends after it starts"):
            span(start, end)
    with pytest.raises(ValueError, match="aware"):
        Period(datetime(2026, 3, 1), at(1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        Period(at(0), datetime(2026, 3, 2))  # noqa: DTZ001


def test_the_start_is_in_and_the_end_is_out() -> None:
    period = span(1, 3)
    assert [period.contains(at(hour)) for hour in range(5)] == [False, True, True, False, False]
    assert period.contains(at(3) - timedelta(microseconds=1))
    assert period.contains(at(2).astimezone(KOLKATA))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (span(0, 10), span(2, 6)),
        (span(3, 4), span(3, 4)),
        (span(0, 3), span(2, 3)),
        (span(5, 9), span(5, 6)),
        (span(0, 2), None),
        (span(6, 8), None),
        (span(8, 9), None),
    ],
)
def test_overlap(other: Period, expected: Period | None) -> None:
    assert span(2, 6).overlap(other) == other.overlap(span(2, 6)) == expected


@given(SPANS, SPANS)
def test_overlap_holds_exactly_what_both_hold(one: Period, other: Period) -> None:
    assert hours_of(one.overlap(other)) == hours_of(one) & hours_of(other)


# ---- several ----


def test_union_joins_what_overlaps_or_touches() -> None:
    assert union([span(8, 9), span(0, 2), span(2, 3), span(1, 2), span(5, 7), span(5, 6)]) == [
        span(0, 3), span(5, 7), span(8, 9),
    ]  # fmt: skip
    assert union([]) == []


@given(st.lists(SPANS, max_size=8))
def test_union_keeps_the_instants_in_order_and_apart(periods: list[Period]) -> None:
    merged = union(periods)
    assert hours_of(*merged) == hours_of(*periods)
    assert all(one.end < next_one.start for one, next_one in pairwise(merged))
    assert union(merged) == merged
    assert covered(periods) == timedelta(hours=len(hours_of(*periods)))


@given(st.lists(SPANS, max_size=8), SPANS)
def test_clip_keeps_what_falls_into_the_window(periods: list[Period], window: Period) -> None:
    parts = clip(periods, window)
    assert hours_of(*parts) == hours_of(*periods) & hours_of(window)
    assert len(parts) <= len(periods)


# ---- the calendar ----


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        (month(2026, 3, LONDON), "2026-03-01T00:00Z", "2026-03-31T23:00Z"),
        (month(2026, 12, LONDON), "2026-12-01T00:00Z", "2027-01-01T00:00Z"),
        (month(2028, 2, KOLKATA), "2028-01-31T18:30Z", "2028-02-29T18:30Z"),
        (quarter(2026, 2, LONDON), "2026-03-31T23:00Z", "2026-06-30T23:00Z"),
        (quarter(2026, 4, LONDON), "2026-09-30T23:00Z", "2027-01-01T00:00Z"),
        (year(2026, KOLKATA), "2025-12-31T18:30Z", "2026-12-31T18:30Z"),
        # midnight skipped: clocks in Amman went from 00:00 to 01:00 on 1 April 2011
        (month(2011, 4, ZoneInfo("Asia/Amman")), "2011-03-31T22:00Z", "2011-04-30T21:00Z"),
        # midnight twice: clocks in Havana went from 01:00 back to 00:00 on 1 November 2015
        (month(2015, 11, HAVANA), "2015-11-01T04:00Z", "2015-12-01T05:00Z"),
    ],
)
def test_calendar_periods_follow_the_clock_on_the_wall(period: Period, start: str, end: str) -> None:
    assert period == Period(datetime.fromisoformat(start), datetime.fromisoformat(end))


def test_a_month_with_a_change_of_clocks_is_an_hour_shorter_or_longer() -> None:
    assert month(2026, 3, LONDON).length == timedelta(days=31, hours=-1)
    assert month(2026, 10, LONDON).length == timedelta(days=31, hours=1)


@pytest.mark.parametrize("number", [0, 5])
def test_there_are_four_quarters_and_twelve_months(number: int) -> None:
    with pytest.raises(ValueError, match="quarter"):
        quarter(2026, number, LONDON)
    with pytest.raises(ValueError, match="month"):
        month(2026, 13 if number else 0, LONDON)


ZONES = st.timezones()


@given(st.integers(1970, 2090), ZONES)
def test_months_and_quarters_tile_the_year(number: int, zone: ZoneInfo) -> None:
    months = [month(number, which, zone) for which in range(1, 13)]
    quarters = [quarter(number, which, zone) for which in range(1, 5)]
    for tiles in (months, quarters):
        assert all(one.end == next_one.start for one, next_one in pairwise(tiles))
        assert union(tiles) == [year(number, zone)]


@given(st.datetimes(datetime(1970, 1, 3), datetime(2090, 1, 1), timezones=st.just(UTC)), ZONES)  # noqa: DTZ001
def test_the_period_of_an_instant_contains_it(instant: datetime, zone: ZoneInfo) -> None:
    assert month_of(instant, zone).contains(instant)
    assert quarter_of(instant, zone).contains(instant)
    assert year_of(instant, zone).contains(instant)


def test_clocks_set_back_across_midnight() -> None:
    """St John's went from 00:01 on 1 November 2009 back to 23:01 on 31 October."""
    again = datetime(2009, 11, 1, 2, 45, tzinfo=UTC)
    assert again.astimezone(ST_JOHNS).strftime("%d %H:%M") == "31 23:15"
    assert month_of(again, ST_JOHNS) == month(2009, 11, ST_JOHNS)
    assert month_of(again, ST_JOHNS).contains(again)
