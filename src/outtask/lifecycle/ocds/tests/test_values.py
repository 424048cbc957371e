"""Single values: what is understood, what is repaired, what is left out."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.kernel.money import Money
from outtask.lifecycle.ocds import values

DAY = datetime(2026, 3, 31, tzinfo=UTC)
HALF = DAY.replace(hour=8, minute=20, second=30, microsecond=500_000)


@pytest.mark.parametrize(
    ("text", "end", "expected", "problem"),
    [
        ("2026-03-31T10:20:30Z", False, DAY.replace(hour=10, minute=20, second=30), ""),
        ("2026-03-31T10:20:30.5+02:00", False, HALF, ""),
        ("2026-03-31 10:20 +0200", False, DAY.replace(hour=8, minute=20), ""),
        ("2026-03-31T00:00:00.00Z", True, DAY, ""),
        (" 2026-03-31t10:20:30z ", False, DAY.replace(hour=10, minute=20, second=30), ""),
        ("2026-03-31T10:20:30", False, DAY.replace(hour=10, minute=20, second=30), "date_without_zone"),
        ("2026-03-31", False, DAY, "date_without_time"),
        ("2026-03-31", True, DAY.replace(hour=23, minute=59, second=59), "date_without_time"),
        ("2026-02-30", False, None, "bad_date"),
        ("2026-03-31T25:00:00Z", False, None, "bad_date"),
        ("31/03/2026", False, None, "bad_date"),
        ("20260331", False, None, "bad_date"),
        ("soon", False, None, "bad_date"),
        ("٢٠٢٦-03-31", False, None, "bad_date"),
        ("0001-01-01T00:00:00+05:00", False, None, "bad_date"),
        ("0001-01-01T00:00:00Z", False, None, "date_out_of_range"),
        ("9999-12-31", False, None, "date_out_of_range"),
    ],
)
def test_instants(text: str, end: bool, expected: datetime | None, problem: str) -> None:
    assert values.instant(text, end) == (expected, problem)


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "problems"),
    [
        (1200, "GBP", 120000, ()),
        (Decimal("203179.71"), "MDL", 20317971, ()),
        (Decimal("0.1"), "EUR", 10, ()),
        (-3, "CAD", -300, ()),
        (500, "JPY", 500, ()),
        (Decimal("1.2345"), "KWD", 1234, ("amount_rounded",)),
        (Decimal("0.005"), "GBP", 0, ("amount_rounded",)),
        (Decimal("0.015"), "GBP", 2, ("amount_rounded",)),
        (Decimal("0.025"), "GBP", 2, ("amount_rounded",)),
        (Decimal("203179.71000000002"), "GBP", 20317971, ("amount_rounded",)),
        (Decimal("1E-400000000"), "GBP", 0, ("amount_rounded",)),
        (Decimal("0E+400000000"), "GBP", 0, ()),
        (Decimal("1E+400000000"), "GBP", None, ("amount_out_of_range",)),
        (10**14, "GBP", None, ("amount_out_of_range",)),
        (10**13, "GBP", 10**15, ()),
        ("1200", "GBP", 120000, ("amount_as_text",)),
        ("1200.5", "GBP", 120050, ("amount_as_text",)),
        ("1,200.00", "GBP", 120000, ("amount_as_text",)),
        ("1.200,00", "EUR", 120000, ("amount_as_text",)),
        ("1 200,50", "EUR", 120050, ("amount_as_text",)),
        ("1234.567", "GBP", 123457, ("amount_as_text", "amount_rounded")),
        ("1.200", "EUR", None, ("bad_amount",)),
        ("1,2,3", "EUR", None, ("bad_amount",)),
        ("a lot", "EUR", None, ("bad_amount",)),
        (True, "EUR", None, ("bad_amount",)),
        (5, "mdl", 500, ("currency_case",)),
        ("5", " mdl", 500, ("currency_case", "amount_as_text")),
        (5, "", None, ("missing_currency",)),
        (5, "XYZ", None, ("unknown_currency",)),
    ],
)
def test_money(amount: object, currency: str, minor: int | None, problems: tuple[str, ...]) -> None:
    read, met = values.money(amount, currency)
    assert met == problems
    if minor is None:
        assert read is None
    else:
        assert read == Money(minor, currency.strip().upper())


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_an_amount_as_exact_as_its_currency_is_kept_exactly(amount: Decimal) -> None:
    read, problems = values.money(amount, "EUR")
    assert read is not None
    assert read.decimal == amount
    assert problems == ()


@pytest.mark.parametrize(
    ("value", "expected", "problem"),
    [
        (3, Decimal(3), ""),
        (Decimal("2.50"), Decimal("2.5"), ""),
        ("12", Decimal(12), "quantity_as_text"),
        ("1.234", None, "bad_quantity"),
        ("a few", None, "bad_quantity"),
        (True, None, "bad_quantity"),
    ],
)
def test_quantities(value: object, expected: Decimal | None, problem: str) -> None:
    assert values.quantity(value) == (expected, problem)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SHA1: 079b7a046898676c4d549b02319de9a86c01fde5", "sha1:079b7a046898676c4d549b02319de9a86c01fde5"),
        ("md5:D41D8CD98F00B204E9800998ECF8427E", "md5:d41d8cd98f00b204e9800998ecf8427e"),
        ("SHA-256=" + "a" * 64, "sha256:" + "a" * 64),
        ("sha1: " + "a" * 39, ""),
        ("see SHA1: 079b7a046898676c4d549b02319de9a86c01fde5", ""),
        ("", ""),
    ],
)
def test_checksums(text: str, expected: str) -> None:
    assert values.checksum(text) == expected


def test_every_repair_is_a_known_problem_and_every_text_takes_its_value() -> None:
    assert set(values.PROBLEMS) >= values.REPAIRS
    for text in values.PROBLEMS.values():
        assert "%(value)s" in text
        assert text % {"value": "x"}
