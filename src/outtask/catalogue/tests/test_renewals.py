"""Renewal dates, last days to cancel, ends: tables and properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.catalogue.renewals import (
    Term,
    begin,
    end_after,
    last_day_to_cancel,
    renewal_after,
    why_it_ends,
    why_not_cancel,
    why_not_turn,
    why_not_warn,
)
from outtask.kernel.period import months_after

START = date(2027, 1, 31)
MONTHLY = Term("period", "month", anchor_on=START, renews_on=date(2027, 2, 28), notice_days=14)
FREE = Term("free")

days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
periods = st.sampled_from(["month", "year"])


@pytest.mark.parametrize(
    ("months", "day"),
    [
        (0, START),
        (1, date(2027, 2, 28)),
        (2, date(2027, 3, 31)),
        (3, date(2027, 4, 30)),
        (13, date(2028, 2, 29)),
        (24, date(2029, 1, 31)),
    ],
)
def test_the_31st_comes_back(months: int, day: date) -> None:
    assert months_after(START, months) == day


def test_a_leap_day_comes_back_after_four_years() -> None:
    leap = date(2028, 2, 29)
    year = date(2028, 2, 29)
    seen = []
    for _ in range(4):
        year = renewal_after(leap, "year", year)
        seen.append(year)
    assert seen == [date(2029, 2, 28), date(2030, 2, 28), date(2031, 2, 28), date(2032, 2, 29)]


@given(days, periods, st.integers(0, 6_000))
def test_the_next_renewal_is_after_the_day_and_the_first_such(anchor: date, period: str, later: int) -> None:
    day = anchor + timedelta(days=later)
    found = renewal_after(anchor, period, day)
    step = 1 if period == "month" else 12
    on_grid = [months_after(anchor, number * step) for number in range(200) if number * step < 2_400]
    assert found in on_grid or found > on_grid[-1]
    assert found > day
    assert all(other <= day or other >= found for other in on_grid)


def test_a_renewal_before_the_anchor_is_the_anchor() -> None:
    assert renewal_after(START, "month", date(2026, 12, 1)) == START


@pytest.mark.parametrize(
    ("plan", "trial", "expected"),
    [
        ("free", 0, (None, None, None)),
        ("per_use", 0, (None, None, None)),
        ("period", 0, (None, START, date(2027, 2, 28))),
        ("period", 14, (date(2027, 2, 13), date(2027, 2, 14), date(2027, 2, 14))),
    ],
)
def test_how_it_begins(plan: str, trial: int, expected: tuple[date | None, ...]) -> None:
    assert begin(plan, "month" if plan == "period" else "", trial, START) == expected


def test_the_last_day_to_cancel() -> None:
    assert last_day_to_cancel(MONTHLY) == date(2027, 2, 14)
    assert last_day_to_cancel(replace(MONTHLY, notice_days=0)) == date(2027, 2, 27)
    assert last_day_to_cancel(FREE) is None
    trial = replace(MONTHLY, trial_until=date(2027, 2, 27))
    assert last_day_to_cancel(trial) == date(2027, 2, 27)


@pytest.mark.parametrize(
    ("on", "ends"),
    [
        (date(2027, 2, 1), date(2027, 2, 28)),
        (date(2027, 2, 14), date(2027, 2, 28)),
        (date(2027, 2, 15), date(2027, 3, 31)),
        (date(2027, 3, 18), date(2027, 4, 30)),
    ],
)
def test_cancelled_too_late_it_runs_one_period_more(on: date, ends: date) -> None:
    assert end_after(MONTHLY, on) == ends


def test_what_never_renews_ends_at_once() -> None:
    assert end_after(FREE, START) == START


@given(days, periods, st.integers(0, 28), st.integers(0, 800))
def test_an_end_has_its_notice_and_no_earlier_one_had(
    anchor: date, period: str, notice: int, later: int
) -> None:
    term = Term(
        "period",
        period,
        anchor_on=anchor,
        renews_on=renewal_after(anchor, period, anchor),
        notice_days=notice,
    )
    on = anchor + timedelta(days=later)
    ends = end_after(term, on)
    assert on <= ends - timedelta(days=max(1, notice))
    assert term.renews_on is not None
    before = term.renews_on
    while before < ends:
        assert on > before - timedelta(days=max(1, notice))
        before = renewal_after(anchor, period, before)
    assert before == ends


@pytest.mark.parametrize(
    ("term", "today", "code"),
    [
        (MONTHLY, date(2027, 1, 30), "too_early"),
        (MONTHLY, date(2027, 1, 31), None),
        (MONTHLY, date(2027, 2, 14), None),
        (MONTHLY, date(2027, 2, 20), None),  # late rather than never
        (replace(MONTHLY, warned_for=date(2027, 2, 28)), date(2027, 2, 14), "warned_already"),
        (replace(MONTHLY, warned_for=START), date(2027, 2, 14), None),
        (replace(MONTHLY, cancelled_on=START), date(2027, 2, 14), "nothing_renews"),
        (replace(MONTHLY, ended_on=START), date(2027, 2, 14), "nothing_renews"),
        (FREE, date(2027, 2, 14), "nothing_renews"),
    ],
)
def test_when_the_holder_is_told(term: Term, today: date, code: str | None) -> None:
    found = why_not_warn(term, today)
    assert (found.code if found else None) == code


DAY = date(2027, 2, 28)


@pytest.mark.parametrize(
    ("term", "today", "code"),
    [
        (MONTHLY, DAY, None),
        (MONTHLY, DAY - timedelta(days=1), None),
        (replace(MONTHLY, cancelled_on=date(2027, 2, 14)), DAY, "cancelled"),
        (replace(MONTHLY, cancelled_on=date(2027, 2, 14)), DAY - timedelta(days=1), None),
        (replace(MONTHLY, cancelled_on=date(2027, 2, 15)), DAY, None),
        (replace(MONTHLY, on_sale=False), DAY, "not_on_sale"),
        (replace(MONTHLY, on_sale=False), DAY - timedelta(days=1), None),
        (replace(MONTHLY, holder_stays=False), DAY, "holder_left"),
        (replace(MONTHLY, turned_down=True), START, "order_turned_down"),
        (FREE, DAY, None),
        (replace(FREE, on_sale=False), DAY, "not_on_sale"),
        (replace(MONTHLY, ended_on=START, turned_down=True), DAY, None),
    ],
)
def test_why_it_ends(term: Term, today: date, code: str | None) -> None:
    found = why_it_ends(term, today)
    assert (found.code if found else None) == code


def test_when_it_turns() -> None:
    assert why_not_turn(MONTHLY, DAY) is None
    assert why_not_turn(MONTHLY, DAY - timedelta(days=1)) is not None
    assert why_not_turn(replace(MONTHLY, turned_down=True), START) is None
    assert why_not_turn(replace(MONTHLY, ended_on=START), DAY) is not None
    assert why_not_turn(FREE, DAY) is not None


def test_nothing_is_cancelled_twice() -> None:
    assert why_not_cancel(MONTHLY) is None
    again = why_not_cancel(replace(MONTHLY, cancelled_on=date(2027, 2, 15)))
    assert again is not None
    assert again.facts == {"day": date(2027, 3, 31)}
    over = why_not_cancel(replace(MONTHLY, ended_on=START))
    assert over is not None
    assert over.code == "subscription_ended"
