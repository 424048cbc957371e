"""Money, days and moments as readers see them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from outtask.kernel.money import CURRENCIES, Money
from outtask.kernel.refusal import Refusal
from outtask.ui import formats

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (114_000, "GBP", "£1,140.00"),
        (5, "GBP", "£0.05"),
        (0, "GBP", "£0.00"),
        (-4_200, "GBP", "−£42.00"),
        (65_000, "EUR", "€650.00"),
        (1_140, "JPY", "JP¥1,140"),
        (1_140_500, "KWD", "KWD\xa01,140.500"),
        (114_050, "HUF", "HUF\xa01,140.50"),
        (100_000_000, "USD", "US$1,000,000.00"),
    ],
)
def test_money_keeps_the_decimals_of_iso_4217(minor: int, currency: str, said: str) -> None:
    assert formats.money(Money(minor, currency)) == said


@given(minor=st.integers(0, 10**15), currency=st.sampled_from(sorted(CURRENCIES)))
def test_money_can_be_read_back(minor: int, currency: str) -> None:
    amount = Money(minor, currency)
    said = formats.money(amount).replace(formats.symbol(currency), "")
    assert Money.parse(said, currency) == amount


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (date(2026, 11, 26), "Thu 26 Nov"),
        (date(2026, 6, 1), "Mon 1 Jun"),
        (date(2026, 5, 1), "Fri 1 May 2026"),
        (date(2027, 1, 4), "Mon 4 Jan 2027"),
        (datetime(2026, 11, 26, 23, 30, tzinfo=UTC), "Thu 26 Nov"),
    ],
)
def test_a_day_has_its_year_when_it_is_far(value: date, said: str) -> None:
    assert formats.day(value, TODAY) == said


def test_a_moment_is_told_in_the_readers_zone() -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert formats.moment(late, TODAY) == "Tue 24 Nov, 23:30"
    with timezone.override(ZoneInfo("Europe/Helsinki")):
        assert formats.moment(late, TODAY) == "Wed 25 Nov, 01:30"
        assert formats.day(late, TODAY) == "Wed 25 Nov"


def test_an_unknown_language_reads_as_british_english() -> None:
    with translation.override("xx-yy"):
        assert formats.money(Money(150, "GBP")) == "£1.50"


def test_a_refusal_tells_its_facts_like_every_page() -> None:
    refusal = Refusal("over", "%(asked)s is above %(free)s, by %(day)s for %(who)s.", facts={
        "asked": Money(114_000, "GBP"), "free": Money(100, "GBP"), "day": date(2031, 1, 2), "who": "Imke",
    })  # fmt: skip
    assert formats.say(refusal) == "£1,140.00 is above £1.00, by Thu 2 Jan 2031 for Imke."
