"""Figures from facts, by tables. No database."""

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.measure.metrics import (
    Z95,
    HandedIn,
    Hours,
    Share,
    Standing,
    Wait,
    by_month,
    first_time,
    on_time,
    response,
    rework,
    standing,
    waits_for_rework,
    wilson_low,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def came(
    milestone: UUID,
    number: int = 1,
    late: int = 0,
    verdict: str = "",
    at: datetime = NOON,
    decided: datetime | None = None,
) -> HandedIn:
    due = at.date() - timedelta(days=late)
    return HandedIn(milestone, number, at.date(), due, at, verdict, decided or (at if verdict else None))


@pytest.mark.parametrize("n", [1, 3, 8, 100])
def test_wilson_bound_of_all_and_of_none(n: int) -> None:
    # The closed forms: n / (n + z²) when all are hits, 0 when none is.
    assert wilson_low(n, n) == pytest.approx(n / (n + Z95**2))
    assert wilson_low(0, n) == pytest.approx(0, abs=1e-12)
    assert f"{wilson_low(3, 3):.3f}" == "0.439"


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))))
def test_wilson_bound_solves_its_equation(case: tuple[int, int]) -> None:
    # By definition it is the share p below hits/n whose score (hits/n - p) / sqrt(p (1 - p) / n) is z.
    hits, n = case
    low = wilson_low(hits, n)
    assert 0 < low < hits / n
    assert (hits / n - low) / math.sqrt(low * (1 - low) / n) == pytest.approx(Z95)


@pytest.mark.parametrize(("hits", "n"), [(0, 0), (2, 1), (-1, 3)])
def test_what_is_no_share_has_no_bound(hits: int, n: int) -> None:
    with pytest.raises(ValueError):
        wilson_low(hits, n)


def test_the_upper_bound_mirrors_the_lower() -> None:
    assert Share(0, 1).high == pytest.approx(100 * Z95**2 / (1 + Z95**2))
    assert Share(2, 5).high == pytest.approx(100 - 100 * wilson_low(3, 5))
    assert Share(0, 0).high is None


def test_nothing_is_not_a_hundred_percent() -> None:
    assert Share(0, 0).value is None
    assert Share(0, 0).low is None
    assert response([], NOON) == Hours(None, 0)


@pytest.mark.parametrize(
    ("hand_ins", "overdue", "expected"),
    [
        ([], 0, Share(0, 0)),
        ([came(ONE)], 0, Share(1, 1)),
        ([came(ONE, late=1)], 0, Share(0, 1)),
        # the second try may come long after the day: what counts is the first
        ([came(ONE), came(ONE, 2, late=30)], 0, Share(1, 1)),
        ([came(ONE, late=1), came(ONE, 2)], 0, Share(0, 1)),
        ([came(ONE), came(TWO, late=2)], 1, Share(1, 3)),
        ([], 2, Share(0, 2)),
    ],
)
def test_on_time(hand_ins: list[HandedIn], overdue: int, expected: Share) -> None:
    assert on_time(hand_ins, overdue) == expected


BACK, YES = "changes_requested", "accepted"


@pytest.mark.parametrize(
    ("hand_ins", "first", "again"),
    [
        ([], Share(0, 0), Share(0, 0)),
        ([came(ONE)], Share(0, 0), Share(0, 0)),
        ([came(ONE, verdict=YES)], Share(1, 1), Share(0, 1)),
        ([came(ONE, verdict=BACK)], Share(0, 1), Share(1, 1)),
        ([came(ONE, verdict=BACK), came(ONE, 2, verdict=YES)], Share(0, 1), Share(1, 2)),
        ([came(ONE, verdict=YES), came(TWO, verdict=BACK), came(TWO, 2)], Share(1, 2), Share(1, 2)),
    ],
)
def test_first_time_and_rework(hand_ins: list[HandedIn], first: Share, again: Share) -> None:
    assert (first_time(hand_ins), rework(hand_ins)) == (first, again)


def test_waits_between_a_request_and_the_next_try() -> None:
    later = NOON + timedelta(hours=6)
    rows = [
        came(ONE, 2, at=later),
        came(ONE, verdict=BACK),
        came(TWO, verdict=BACK),
        came(THREE, verdict=YES),
    ]
    assert waits_for_rework(rows) == [Wait(NOON, later)]
    assert waits_for_rework(rows, frozenset({TWO})) == [Wait(NOON, later), Wait(NOON, None)]


def test_the_middle_of_the_waits() -> None:
    def wait(hours: float | None) -> Wait:
        return Wait(NOON, None if hours is None else NOON + timedelta(hours=hours))

    later = NOON + timedelta(hours=100)
    assert response([wait(2), wait(8), wait(3)], later) == Hours(Fraction(3), 3)
    assert response([wait(2), wait(3)], later) == Hours(Fraction(5, 2), 2)
    assert response([wait(2), wait(None), wait(None)], later) == Hours(Fraction(100), 3, 2)


@pytest.mark.parametrize(
    ("comparator", "target", "figure", "expected"),
    [
        (">=", "95", Share(95, 100), Standing.KEPT),
        (">=", "95", Share(94, 100), Standing.BROKEN),
        (">=", "66.667", Share(2, 3), Standing.BROKEN),
        (">=", "66.666", Share(2, 3), Standing.KEPT),
        (">=", "95", Share(0, 0), Standing.NO_READINGS),
        ("<=", "24", Hours(Fraction(24), 1), Standing.KEPT),
        ("<=", "24", Hours(Fraction(86401, 3600), 1), Standing.BROKEN),
        ("<=", "24", Hours(None, 0), Standing.NO_READINGS),
    ],
)
def test_a_promise_is_compared_exactly(
    comparator: str, target: str, figure: Share | Hours, expected: Standing
) -> None:
    assert standing(comparator, Decimal(target), figure) is expected


def test_months_are_those_in_which_something_first_came() -> None:
    october = datetime(2026, 10, 31, 12, tzinfo=UTC)
    rows = [came(ONE), came(TWO, late=1, at=october), came(THREE, at=october), came(TWO, 2)]
    assert by_month(rows) == [(date(2026, 10, 1), Share(1, 2)), (date(2026, 11, 1), Share(1, 1))]
