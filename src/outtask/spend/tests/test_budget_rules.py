"""Moving money between pots, marks, forecasts, periods and closed books: tables and properties."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.spend import budget_rules as rules
from outtask.spend.budget_rules import Following, Forecast, Pot, TransferFacts
from outtask.spend.states import Account, TransferState

ONE, OTHER = uuid4(), uuid4()
JAN, DEC = date(2026, 1, 1), date(2026, 12, 31)


def pot(pk: UUID = ONE, free: int = 10_000, **more: Any) -> Pot:
    return Pot(pk, "Shop", **({"currency": "GBP", "free_minor": free} | more))


def codes(found: list[Refusal] | Refusal | None) -> list[str]:
    if isinstance(found, Refusal):
        return [found.code]
    return [refusal.code for refusal in found or []]


# ---- moving ----


@pytest.mark.parametrize(
    ("source", "target", "amount", "expected"),
    [
        (pot(), pot(OTHER), Money(10_000, "GBP"), []),
        (pot(), pot(OTHER), Money(10_001, "GBP"), ["not_free"]),
        (pot(), pot(OTHER), Money(0, "GBP"), ["nothing_to_do"]),
        (pot(), pot(OTHER), Money(-1, "GBP"), ["nothing_to_do"]),
        (pot(), pot(OTHER), Money(1, "EUR"), ["wrong_currency"]),
        (pot(), pot(OTHER, currency="EUR"), Money(1, "GBP"), ["wrong_currency"]),
        (pot(), pot(), Money(1, "GBP"), ["same_budget"]),
        (pot(), pot(OTHER, closed=True), Money(1, "GBP"), ["budget_closed"]),
        (pot(closed=True), pot(OTHER), Money(1, "GBP"), []),
    ],
)
def test_what_may_be_moved(source: Pot, target: Pot, amount: Money, expected: list[str]) -> None:
    assert codes(rules.why_not_move(source, target, amount)) == expected


def test_parts_stand_in_three_levels() -> None:
    assert rules.why_not_part_of(pot(depth=2)) is None
    assert codes(rules.why_not_part_of(pot(depth=3))) == ["too_deep"]
    assert codes(rules.why_not_part_of(pot(closed=True))) == ["budget_closed"]


def test_a_part_may_begin_with_nothing() -> None:
    assert rules.why_not_take(pot(), Money(0, "GBP")) is None
    assert codes(rules.why_not_take(pot(), Money(10_001, "GBP"))) == ["not_free"]
    assert codes(rules.why_not_take(pot(), Money(0, "EUR"))) == ["wrong_currency"]


# ---- transfers ----


@pytest.mark.parametrize(
    ("state", "own", "exception", "expected"),
    [
        (TransferState.ASKED, False, False, []),
        (TransferState.ASKED, True, False, ["your_own"]),
        (TransferState.ASKED, True, True, []),
        (TransferState.DONE, False, False, ["wrong_state"]),
        (TransferState.WITHDRAWN, True, False, ["your_own", "wrong_state"]),
    ],
)
@pytest.mark.parametrize("act", ["approve", "refuse"])
def test_who_decides_on_a_transfer(
    state: str, own: bool, exception: bool, expected: list[str], act: str
) -> None:
    facts = TransferFacts(state, ONE, ONE if own else OTHER, exception)
    found = codes(rules.why_not_decide_transfer(facts, act))
    assert len(found) == len(expected)
    assert ("your_own" in found) == ("your_own" in expected)


def test_only_who_asked_withdraws() -> None:
    assert rules.why_not_withdraw_transfer(TransferState.ASKED, ONE, ONE) == []
    assert codes(rules.why_not_withdraw_transfer(TransferState.ASKED, ONE, OTHER)) == ["not_yours"]
    assert rules.why_not_withdraw_transfer(TransferState.DONE, ONE, ONE)


# ---- running low ----


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((7_999, 10_000), (8_000, 10_000), 80),
        ((7_999, 10_000), (9_500, 10_000), 95),
        ((8_000, 10_000), (8_001, 10_000), None),
        ((8_000, 10_000), (9_500, 10_000), 95),
        ((9_500, 10_000), (7_000, 10_000), None),
        ((7_000, 10_000), (7_000, 8_000), 80),  # money was taken out
        ((0, 0), (0, 10_000), None),
        ((0, 10_000), (0, 0), None),
        ((1, 10_000), (1, 1), 95),
    ],
)
def test_marks_are_passed_upward(
    before: tuple[int, int], after: tuple[int, int], expected: int | None
) -> None:
    assert rules.crossed(before, after) == expected


@given(some.lists(some.integers(0, 100), min_size=2, max_size=20))
def test_a_mark_is_told_once_each_time_it_is_passed(course: list[int]) -> None:
    """Whatever the course, between two passings of a mark the pot was below it."""
    below = True
    for earlier, later in pairwise(course):
        below = below or earlier < 80
        if rules.crossed((earlier, 100), (later, 100)) == 80:
            assert below and later >= 80
            below = False


# ---- the forecast ----


def test_working_days_are_mondays_to_fridays() -> None:
    assert rules.working_days(JAN, DEC) == 261
    assert rules.working_days(date(2026, 11, 21), date(2026, 11, 22)) == 0
    assert rules.working_days(date(2026, 11, 20), date(2026, 11, 23)) == 2
    assert rules.working_days(DEC, JAN) == 0


@given(some.dates(JAN, DEC), some.integers(-3, 60))
def test_working_days_are_counted_as_by_hand(first: date, length: int) -> None:
    days = [first + timedelta(days=place) for place in range(length + 1)]
    assert rules.working_days(first, first + timedelta(days=length)) == sum(day.weekday() < 5 for day in days)


@pytest.mark.parametrize(
    ("used", "first", "last", "today", "expected"),
    [
        (0, None, DEC, DEC, "no_period"),
        (100, JAN, DEC, date(2025, 12, 31), "too_early"),
        (100, JAN, DEC, date(2026, 2, 5), "too_early"),
        # 27 of 261 working days are more than a tenth
        (2_700, JAN, DEC, date(2026, 2, 6), Forecast(26_100, 27, 261)),
        (1, JAN, DEC, date(2026, 2, 6), Forecast(10, 27, 261)),
        (5_000, JAN, DEC, DEC, Forecast(5_000, 261, 261)),
        (5_000, JAN, DEC, date(2027, 6, 1), Forecast(5_000, 261, 261)),
        (0, JAN, DEC, date(2026, 7, 1), Forecast(0, 130, 261)),
        # a weekend alone has no pace
        (9, date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 22), "too_early"),
    ],
)
def test_the_forecast(
    used: int, first: date | None, last: date, today: date, expected: Forecast | str
) -> None:
    found = rules.forecast(used, first, last, today)
    assert (found.code if isinstance(found, Refusal) else found) == expected


@given(some.integers(0, 10**12), some.dates(date(2026, 2, 6), DEC))
def test_nothing_less_is_foretold_than_was_used(used: int, today: date) -> None:
    found = rules.forecast(used, JAN, DEC, today)
    assert isinstance(found, Forecast)
    assert found.minor >= used
    assert (found.minor - 1) * found.elapsed < used * found.total or used == 0


# ---- the next period ----


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (JAN, DEC, (date(2027, 1, 1), date(2027, 12, 31))),
        (date(2026, 1, 1), date(2026, 3, 31), (date(2026, 4, 1), date(2026, 6, 30))),
        (date(2026, 12, 1), date(2026, 12, 31), (date(2027, 1, 1), date(2027, 1, 31))),
        (date(2027, 1, 1), date(2027, 1, 31), (date(2027, 2, 1), date(2027, 2, 28))),
        (date(2026, 4, 1), date(2027, 3, 31), (date(2027, 4, 1), date(2028, 3, 31))),
        (date(2026, 11, 2), date(2026, 11, 15), (date(2026, 11, 16), date(2026, 11, 29))),
    ],
)
def test_the_next_period(first: date, last: date, expected: tuple[date, date]) -> None:
    assert rules.next_period(first, last) == expected


def test_the_next_name() -> None:
    following = date(2027, 1, 1)
    assert rules.next_name("Online shop 2026", JAN, following) == "Online shop 2027"
    assert rules.next_name("Shop", JAN, following) == "Shop from 2027-01-01"
    assert rules.next_name("Shop 2026", JAN, date(2026, 4, 1)) == "Shop 2026 from 2026-04-01"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Following(DEC, False, False, date(2027, 1, 1), DEC), []),
        (Following(DEC, False, False, date(2027, 1, 1), date(2026, 12, 30)), ["still_running"]),
        (Following(DEC, False, False, DEC, DEC), ["overlaps"]),
        (Following(None, False, False, DEC, DEC), ["no_period"]),
        (Following(DEC, True, True, date(2027, 1, 1), DEC), ["followed"]),
    ],
)
def test_what_follows(facts: Following, expected: list[str]) -> None:
    assert codes(rules.why_not_follow(facts)) == expected


def test_what_is_carried() -> None:
    assert [rules.carried("free", 5), rules.carried("nothing", 5), rules.carried("free", 0)] == [5, 0, 0]


# ---- closing ----


def test_nothing_is_posted_on_a_closed_day() -> None:
    assert rules.why_not_post(JAN, None) is None
    assert rules.why_not_post(date(2026, 2, 1), date(2026, 1, 31)) is None
    assert codes(rules.why_not_post(date(2026, 1, 31), date(2026, 1, 31))) == ["books_closed"]


@pytest.mark.parametrize(
    ("through", "closed", "expected"),
    [
        (date(2026, 10, 31), None, []),
        (date(2026, 10, 31), date(2026, 9, 30), []),
        (date(2026, 9, 30), date(2026, 9, 30), ["closed_already"]),
        (date(2026, 11, 24), None, ["day_not_over"]),
    ],
)
def test_through_which_day_books_close(through: date, closed: date | None, expected: list[str]) -> None:
    assert codes(rules.why_not_close(through, closed, date(2026, 11, 24))) == expected


@pytest.mark.parametrize(
    ("reopened", "closed", "reason", "expected"),
    [
        (False, JAN, "An invoice was forgotten.", []),
        (False, JAN, "  ", ["words_missing"]),
        (False, DEC, "Why not", ["closed_later"]),
        (True, None, "Again", ["reopened_already"]),
    ],
)
def test_what_can_be_reopened(reopened: bool, closed: date | None, reason: str, expected: list[str]) -> None:
    assert codes(rules.why_not_reopen(JAN, reopened, closed, reason)) == expected


def test_the_digest_is_of_the_sums_alone() -> None:
    """In whatever order they come; empty pots say nothing; amounts beyond the integers of JSON do."""
    one = (ONE, "GBP", {Account.AUTHORISED: -(10**17), Account.FREE: 10**17})
    two = (OTHER, "EUR", {Account.AUTHORISED: -5, Account.PAID: 5})
    empty = (uuid4(), "GBP", dict.fromkeys(Account, 0))
    digest = rules.digest_of_balance(DEC, [one, two])
    assert digest == rules.digest_of_balance(DEC, [two, empty, one])
    assert digest != rules.digest_of_balance(JAN, [one, two])
    assert digest != rules.digest_of_balance(DEC, [one])
