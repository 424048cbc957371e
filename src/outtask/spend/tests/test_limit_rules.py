"""Limits by need, day, month and year, by category, in any currency; and who decides above them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from outtask.kernel.money import CURRENCIES, LARGEST_MINOR, Money, exponent
from outtask.kernel.refusal import Refusal
from outtask.spend import limit_rules
from outtask.spend.limit_rules import Approver, Call, Ceiling, NewLimit, Spending
from outtask.spend.states import LimitPeriod

ROISIN, JOSEPH, IMKE, DUNSTAN = (UUID(int=number) for number in range(1, 5))
NEED, DAY, MONTH, YEAR = LimitPeriod.NEED, LimitPeriod.DAY, LimitPeriod.MONTH, LimitPeriod.YEAR


def code(answer: Refusal | None) -> str:
    return answer.code if answer else ""


def spending(need: int, amount: int | None = None, category: str = "") -> Spending:
    return Spending(Money(need, "GBP"), Money(need if amount is None else amount, "GBP"), category)


def ceiling(period: LimitPeriod, minor: int | None, used: int = 0, category: str = "") -> Ceiling:
    until = limit_rules.last_day(period, date(2026, 11, 24))
    return Ceiling(period, category, Money(minor or 0, "GBP"), minor, used, until)


# ---- categories ----


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("", ""),
        ("  ", ""),
        ("72", "72"),
        (" 72000000-5 ", "72"),
        ("72413000-8", "72413"),
        ("72413000", "72413"),
        ("30000000", "30"),
        ("7", "category_form"),
        ("724130008", "category_form"),
        ("72-", "category_form"),
        ("IT", "category_form"),
        ("7２", "category_form"),
        ("72 41", "category_form"),
        ("-72", "category_form"),
    ],
)
def test_a_category_is_digits_of_a_code(text: str, digits: str) -> None:
    answer = limit_rules.category_of(text)
    assert (answer.code if isinstance(answer, Refusal) else answer) == digits


@pytest.mark.parametrize(
    ("limit", "category", "falls"),
    [
        ("", "", True),
        ("", "72", True),
        ("72", "", True),  # not said: it could be
        ("72", "72", True),
        ("72", "72413", True),
        ("72413", "72", True),  # said less exactly: it could be
        ("72", "30", False),
        ("724", "725", False),
    ],
)
def test_what_could_be_in_a_category_counts(limit: str, category: str, falls: bool) -> None:
    assert limit_rules.falls_under(limit, category) is falls


# ---- periods ----


@pytest.mark.parametrize(
    ("period", "day", "first", "last"),
    [
        (NEED, date(2026, 11, 24), None, None),
        (DAY, date(2026, 11, 24), date(2026, 11, 24), date(2026, 11, 24)),
        (MONTH, date(2026, 11, 24), date(2026, 11, 1), date(2026, 11, 30)),
        (MONTH, date(2028, 2, 1), date(2028, 2, 1), date(2028, 2, 29)),
        (MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (YEAR, date(2026, 1, 1), date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_calendar_periods(period: LimitPeriod, day: date, first: date | None, last: date | None) -> None:
    assert limit_rules.first_day(period, day) == first
    assert limit_rules.last_day(period, day) == last


@given(day=some.dates(date(2000, 1, 1), date(9998, 12, 31)), period=some.sampled_from([DAY, MONTH, YEAR]))
def test_a_period_holds_its_day_and_its_ends_are_in_the_same_period(day: date, period: LimitPeriod) -> None:
    first, last = limit_rules.first_day(period, day), limit_rules.last_day(period, day)
    assert first is not None and last is not None and first <= day <= last
    assert {limit_rules.first_day(period, end) for end in (first, last)} == {first}
    assert {limit_rules.last_day(period, end) for end in (first, last)} == {last}


def test_a_day_begins_at_midnight_where_the_organisation_is() -> None:
    start = limit_rules.since(DAY, date(2026, 7, 1), "Europe/Paris")
    assert start == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert limit_rules.since(NEED, date(2026, 7, 1), "Europe/Paris") is None


# ---- currencies ----


@pytest.mark.parametrize(
    ("limit", "base", "per_unit", "minor"),
    [
        (Money(10_000, "GBP"), "GBP", None, 10_000),
        (Money(10_000, "EUR"), "GBP", "0.858", 8_580),
        (Money(10_001, "EUR"), "GBP", "0.858", 8_580),  # 8580.858: down
        (Money(10_001, "JPY"), "GBP", "0.0052", 5_200),
        (Money(1, "EUR"), "GBP", "0.5", 0),
        (Money(10_000, "EUR"), "GBP", None, None),
    ],
)
def test_a_limit_in_another_currency_is_rounded_down(
    limit: Money, base: str, per_unit: str | None, minor: int | None
) -> None:
    assert limit_rules.limit_in_base(limit, base, Decimal(per_unit) if per_unit else None) == minor


@given(
    minor=some.integers(0, LARGEST_MINOR),
    currency=some.sampled_from(sorted(CURRENCIES)),
    base=some.sampled_from(sorted(CURRENCIES)),
    per_unit=some.decimals("0.0000000001", "999999999", places=10),
)
def test_a_limit_is_never_more_than_it_says(minor: int, currency: str, base: str, per_unit: Decimal) -> None:
    answer = limit_rules.limit_in_base(Money(minor, currency), base, per_unit)
    rate = 1 if currency == base else Fraction(per_unit)
    exact = minor * rate * Fraction(10) ** (exponent(base) - exponent(currency))
    assert answer is not None and answer <= exact < answer + 1


# ---- what is covered ----

JOSEPHS = Approver(JOSEPH, 150_000)
DUNSTANS = Approver(DUNSTAN, 500_000)
IMKES = Approver(IMKE, None, is_owner=True)


@pytest.mark.parametrize(
    ("limit", "owner", "needed", "expected"),
    [
        (20_000, False, 19_999, ""),
        (20_000, False, 20_000, ""),
        (20_000, False, 20_001, "above_limit"),
        (0, False, 0, ""),
        (0, False, 1, "above_limit"),
        (None, False, 0, "no_limit"),
        (None, True, 10**12, ""),
        (100, True, 10**12, ""),
    ],
)
def test_a_limit_for_a_need_covers_up_to_itself(
    limit: int | None, owner: bool, needed: int, expected: str
) -> None:
    assert code(limit_rules.why_not_within(Approver(JOSEPH, limit, owner), spending(needed))) == expected


@pytest.mark.parametrize(
    ("ceilings", "wanted", "expected"),
    [
        ([ceiling(DAY, 1_000, 600)], spending(400), ""),
        ([ceiling(DAY, 1_000, 600)], spending(401), "above_limit"),
        # what the need holds already was counted when it was promised
        ([ceiling(DAY, 1_000, 600)], spending(5_000, 400), ""),
        ([ceiling(NEED, 1_000)], spending(1_001, 1), "above_limit"),
        ([ceiling(MONTH, 1_000, 600), ceiling(YEAR, 1_000, 601)], spending(400), "above_limit"),
        ([ceiling(MONTH, 0, 0)], spending(1), "above_limit"),
        # used more than there is since it was lowered
        ([ceiling(YEAR, 100, 600)], spending(1), "above_limit"),
        ([ceiling(DAY, 100, 0, "30")], spending(101, category="72"), ""),
        ([ceiling(DAY, 100, 0, "72")], spending(101, category="72413"), "above_limit"),
        ([ceiling(DAY, 100, 0, "72")], spending(101), "above_limit"),
        ([ceiling(DAY, None)], spending(1), "no_rate"),
        ([ceiling(DAY, None, category="30")], spending(1, category="72"), ""),
    ],
)
def test_the_strictest_limit_that_applies_holds(
    ceilings: list[Ceiling], wanted: Spending, expected: str
) -> None:
    for person in (JOSEPHS, IMKES):
        narrowed = replace(person, ceilings=tuple(ceilings))
        assert code(limit_rules.why_not_within(narrowed, wanted)) == expected


def test_no_further_limit_gives_power_to_who_has_none() -> None:
    wide = Approver(DUNSTAN, None, ceilings=(ceiling(YEAR, 10**9),))
    assert code(limit_rules.why_not_within(wide, spending(1))) == "no_limit"


@pytest.mark.parametrize(
    ("period", "category", "said", "words"),
    [
        (DAY, "", "", "GBP 6.00 of the limit of GBP 10.00 for a day is used until the end of 2026-11-24"),
        (MONTH, "", "", "for a month is used until the end of 2026-11-30; this needs GBP 5.00"),
        (YEAR, "", "", "for a year is used until the end of 2026-12-31"),
        (MONTH, "72", "724", "for category 72 is used until the end of 2026-11-30"),
        (MONTH, "72", "", "No category was given, so the limit of GBP 10.00 for category 72 counts"),
        (NEED, "", "", "The limit for one need is GBP 10.00; with this it would be GBP 50.00."),
        (NEED, "72", "72", "one need of category 72 is GBP 10.00"),
        (NEED, "72", "", "No category was given"),
    ],
)
def test_a_refusal_names_the_limit_its_use_and_its_end(
    period: LimitPeriod, category: str, said: str, words: str
) -> None:
    person = replace(IMKES, ceilings=(ceiling(period, 1_000, 600, category),))
    answer = limit_rules.why_not_within(person, spending(5_000, 500, said))
    assert answer is not None and words in str(answer)


ceilings = some.builds(
    ceiling,
    some.sampled_from(LimitPeriod),
    some.integers(0, 2_000),
    some.integers(0, 2_000),
    some.sampled_from(["", "72", "724", "30"]),
)


@given(
    more=some.lists(ceilings, max_size=4),
    further=ceilings,
    need=some.integers(1, 2_000),
    amount=some.integers(1, 2_000),
    category=some.sampled_from(["", "72", "7241", "30"]),
)
def test_a_further_limit_only_narrows(
    more: list[Ceiling], further: Ceiling, need: int, amount: int, category: str
) -> None:
    wanted = spending(max(need, amount), amount, category)
    before = replace(JOSEPHS, ceilings=tuple(more))
    after = replace(JOSEPHS, ceilings=(*more, further))
    if limit_rules.why_not_within(before, wanted) is not None:
        assert limit_rules.why_not_within(after, wanted) is not None
    if limit_rules.why_not_within(after, wanted) is None and further.base_minor is not None:
        used = further.used_minor + amount if further.period is not NEED else wanted.need.minor
        assert used <= further.base_minor or not limit_rules.falls_under(further.category, category)


# ---- the line ----

away = limit_rules.in_place_of


@pytest.mark.parametrize(
    ("above", "needed", "decides"),
    [
        ((JOSEPHS, IMKES), 150_000, JOSEPH),
        ((JOSEPHS, IMKES), 150_001, IMKE),
        ((JOSEPHS, DUNSTANS, IMKES), 150_001, DUNSTAN),
        ((JOSEPHS, DUNSTANS, IMKES), 500_001, IMKE),
        ((replace(JOSEPHS, may_approve=False), IMKES), 1, IMKE),
        ((replace(JOSEPHS, may_approve=False), DUNSTANS, IMKES), 1, DUNSTAN),
        ((replace(JOSEPHS, ceilings=(ceiling(DAY, 10, 10),)), IMKES), 1, IMKE),
        ((JOSEPHS,), 150_001, "nobody_decides"),
        ((JOSEPHS, replace(IMKES, may_approve=False)), 150_001, "nobody_decides"),
        ((), 1, "nobody_decides"),
        ((away(JOSEPHS, DUNSTAN, None, True), IMKES), 150_000, JOSEPH),
        ((away(JOSEPHS, DUNSTAN, 100, True), IMKES), 101, IMKE),
        ((away(JOSEPHS, DUNSTAN, None, False), IMKES), 1, IMKE),
        ((away(JOSEPHS, DUNSTAN, None, False),), 1, "nobody_decides"),
    ],
)
def test_the_first_up_the_line_whose_limits_cover_it(
    above: tuple[Approver, ...], needed: int, decides: UUID | str
) -> None:
    answer = limit_rules.who_decides(above, spending(needed))
    assert (answer.code if isinstance(answer, Refusal) else answer.id) == decides


def test_it_is_said_when_whoever_could_decide_is_away() -> None:
    answer = limit_rules.who_decides([away(IMKES, DUNSTAN, None, False)], spending(1))
    assert isinstance(answer, Refusal) and "is away" in answer.reason
    answer = limit_rules.who_decides([away(JOSEPHS, DUNSTAN, 0, True)], spending(1))
    assert isinstance(answer, Refusal) and "is away" not in answer.reason


@pytest.mark.parametrize(
    ("giver", "up_to", "limit", "unlimited"),
    [
        (JOSEPHS, None, 150_000, False),
        (JOSEPHS, 100, 100, False),
        (JOSEPHS, 200_000, 150_000, False),
        (IMKES, None, None, True),
        (IMKES, 100, 100, False),
        (Approver(DUNSTAN, None), 100, None, False),
        (Approver(DUNSTAN, None), None, None, False),
    ],
)
def test_nobody_hands_over_more_than_they_have(
    giver: Approver, up_to: int | None, limit: int | None, unlimited: bool
) -> None:
    placed = away(giver, ROISIN, up_to, True)
    assert (placed.limit_minor, placed.is_owner, placed.taker) == (limit, unlimited, ROISIN)
    for needed in (0, 99, 100, 101, 150_000, 150_001, 10**9):
        if limit_rules.why_not_within(placed, spending(needed)) is None:
            assert limit_rules.why_not_within(giver, spending(needed)) is None
            assert up_to is None or needed <= up_to


@pytest.mark.parametrize(
    ("person", "owner", "call", "expected"),
    [
        (JOSEPH, False, Call(JOSEPH), ""),
        (DUNSTAN, False, Call(JOSEPH), "not_the_decider"),
        (IMKE, True, Call(JOSEPH), ""),
        (DUNSTAN, False, Call(JOSEPH, DUNSTAN), ""),
        (JOSEPH, False, Call(JOSEPH, DUNSTAN), "away"),
        (IMKE, True, Call(IMKE, DUNSTAN), ""),
        (DUNSTAN, False, Call(JOSEPH, stood_in=True), "stands_in_no_more"),
        (DUNSTAN, False, Call(JOSEPH, ROISIN, stood_in=True), "stands_in_no_more"),
        (JOSEPH, False, Call(None), "not_the_decider"),
    ],
)
def test_whose_decision_it_is(person: UUID, owner: bool, call: Call, expected: str) -> None:
    assert code(limit_rules.why_not_called(person, owner, call)) == expected


# ---- setting ----


@pytest.mark.parametrize(
    ("limit", "codes"),
    [
        (NewLimit("day", Money(0, "GBP")), []),
        (NewLimit("need", Money(LARGEST_MINOR, "EUR")), []),
        (NewLimit("week", Money(1, "GBP")), ["period_unknown"]),
        (NewLimit("day", Money(-1, "GBP")), ["limit_range"]),
        (NewLimit("day", Money(LARGEST_MINOR + 1, "GBP")), ["limit_range"]),
        (NewLimit("day", Money(1, "EUR"), has_rate=False), ["no_rate"]),
        (NewLimit("day", Money(1, "GBP"), before=Money(1, "GBP")), ["nothing_to_do"]),
        (NewLimit("day", Money(1, "GBP"), before=Money(2, "GBP")), []),
        (NewLimit("day", Money(1, "GBP"), before=Money(1, "EUR")), []),
    ],
)
def test_what_is_wrong_with_a_limit(limit: NewLimit, codes: list[str]) -> None:
    assert [refusal.code for refusal in limit_rules.why_not_set(limit)] == codes
