"""Prices with notice, items, the cart: tables and properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.catalogue.rules import (
    Price,
    Terms,
    Wanted,
    earliest,
    next_price,
    price_on,
    why_not_change_item,
    why_not_change_price,
    why_not_item,
    why_not_order,
    why_not_want,
)
from outtask.catalogue.tests.shelf import TODAY, pounds
from outtask.kernel.categories import common_category

BOX = Terms(
    "BOX-1", "Book box", "good", "GBP", tax_percent=Decimal(20), category="44617100-9", notice_days=30
)
HOSTING = Terms(
    "WEB", "Hosting", "subscription", "GBP", plan="period", period="month", trial_days=14, cancel_days=14
)
PRICES = (Price(1_000, TODAY - timedelta(days=90)), Price(1_200, TODAY + timedelta(days=40)))


def day(count: int) -> date:
    return TODAY + timedelta(days=count)


def changes(minor: int, on: int, prices: tuple[Price, ...] = PRICES, plan: str = "") -> str | None:
    refusal = why_not_change_price(
        prices, Price(minor, day(on)), currency="GBP", plan=plan, today=TODAY, notice_days=30
    )
    return refusal.code if refusal else None


@pytest.mark.parametrize(
    ("on", "minor"), [(-91, None), (-90, 1_000), (0, 1_000), (39, 1_000), (40, 1_200), (400, 1_200)]
)
def test_the_price_of_a_day(on: int, minor: int | None) -> None:
    found = price_on(PRICES, day(on))
    assert (found.minor if found else None) == minor


def test_of_one_day_what_was_noted_last_holds() -> None:
    assert price_on((Price(5, TODAY), Price(4, TODAY)), TODAY) == Price(4, TODAY)
    assert price_on((), TODAY) is None
    assert next_price(PRICES, TODAY) == PRICES[1]
    assert next_price(PRICES, day(40)) is None


@pytest.mark.parametrize(
    ("minor", "on", "code"),
    [
        (900, 0, None),  # a fall holds at once
        (1_100, 30, None),
        (1_100, 29, "notice_too_short"),
        (1_100, 0, "notice_too_short"),
        (1_000, 0, "price_same"),
        (1_200, 40, "price_same"),
        (1_150, 40, None),  # less than was said for that day
        (1_250, 40, None),
        (900, -1, "price_in_the_past"),
        (0, 30, "price_range"),
        (-5, 30, "price_range"),
        (10**15 + 1, 30, "price_range"),
    ],
)
def test_a_rise_needs_notice_and_a_fall_none(minor: int, on: int, code: str | None) -> None:
    assert changes(minor, on) == code


def test_the_first_price_and_what_is_free() -> None:
    assert changes(100, 0, ()) is None
    assert changes(0, 0, (), "free") is None
    assert changes(1, 0, (), "free") == "price_not_free"


def test_a_refused_rise_names_both_prices_and_the_day() -> None:
    refusal = why_not_change_price(
        PRICES, Price(1_100, TODAY), currency="GBP", plan="", today=TODAY, notice_days=30
    )
    assert refusal is not None
    assert (refusal.field, refusal.facts["old"], refusal.facts["new"]) == (
        "from_on",
        pounds(1_000),
        pounds(1_100),
    )
    assert refusal.facts["first"] == day(30)


prices = st.lists(st.builds(Price, st.integers(1, 500), st.integers(-60, 60).map(day)), max_size=6).map(tuple)


@given(prices, st.integers(1, 500), st.integers(0, 60))
def test_the_earliest_day_is_never_refused(known: tuple[Price, ...], minor: int, notice: int) -> None:
    first = earliest(known, minor, TODAY, notice)
    refusal = why_not_change_price(
        known, Price(minor, first), currency="GBP", plan="", today=TODAY, notice_days=notice
    )
    assert refusal is None or refusal.code in {"price_same", "notice_too_short"}
    if not any(price.from_on > TODAY for price in known):
        assert refusal is None or refusal.code == "price_same"


@given(prices, st.integers(1, 500), st.integers(0, 90), st.integers(0, 60))
def test_within_the_notice_no_day_gets_dearer(
    known: tuple[Price, ...], minor: int, on: int, notice: int
) -> None:
    """Whatever is noted, until the notice is over nothing costs more than what was known."""
    new = Price(minor, day(on))
    if why_not_change_price(known, new, currency="GBP", plan="", today=TODAY, notice_days=notice):
        return
    for count in range(notice):
        before, after = price_on(known, day(count)), price_on((*known, new), day(count))
        if before is not None and after is not None:
            assert after.minor <= before.minor


@pytest.mark.parametrize(
    ("terms", "fields"),
    [
        (BOX, []),
        (HOSTING, []),
        (replace(BOX, code=" "), ["code"]),
        (replace(BOX, name="x" * 301), ["name"]),
        (replace(BOX, name="gnp.\u202eexe"), ["name"]),
        (replace(BOX, kind="gift"), ["kind"]),
        (replace(BOX, currency="XXQ"), ["currency"]),
        (replace(BOX, tax_percent=Decimal("100.001")), ["tax_percent"]),
        (replace(BOX, tax_percent=Decimal("0.0001")), ["tax_percent"]),
        (replace(BOX, tax_percent=Decimal("NaN")), ["tax_percent"]),
        (replace(BOX, category="boxes"), ["category"]),
        (replace(BOX, notice_days=-1), ["notice_days"]),
        (replace(BOX, notice_days=366), ["notice_days"]),
        (replace(BOX, plan="free"), ["plan"]),
        (replace(BOX, trial_days=3, cancel_days=3), ["trial_days", "cancel_days"]),
        (replace(HOSTING, plan=""), ["plan"]),
        (replace(HOSTING, plan="free"), ["period", "trial_days", "cancel_days"]),
        (replace(HOSTING, plan="per_use", period="", trial_days=0, cancel_days=0), []),
        (replace(HOSTING, period=""), ["period"]),
        (replace(HOSTING, cancel_days=29), ["cancel_days"]),
        (replace(HOSTING, period="year", cancel_days=90), []),
    ],
)
def test_what_an_item_must_say(terms: Terms, fields: list[str]) -> None:
    assert [refusal.field for refusal in why_not_item(terms)] == fields


@pytest.mark.parametrize(
    ("after", "code"),
    [
        (replace(BOX, name="Other"), None),
        (replace(BOX, notice_days=60), None),
        (replace(BOX, notice_days=29), "notice_shorter"),
        (replace(BOX, currency="EUR"), "item_fixed"),
        (replace(BOX, kind="service"), "item_fixed"),
        (replace(BOX, code="BOX-2"), "item_fixed"),
        (replace(BOX, name=""), "name_missing"),
    ],
)
def test_what_buyers_count_on_stays(after: Terms, code: str | None) -> None:
    found = why_not_change_item(BOX, after)
    assert (found[0].code if found else None) == code
    assert why_not_change_item(BOX, after, withdrawn=True)[0].code == "item_withdrawn"


WANTED = Wanted("Book box", "Kestrel", 2, pounds(1_000), pounds(1_000))


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (WANTED, None),
        (replace(WANTED, withdrawn=True), "item_withdrawn"),
        (replace(WANTED, blocked=True), "provider_blocked"),
        (replace(WANTED, price=None), "price_missing"),
        (replace(WANTED, quantity=0), "quantity_out_of_range"),
        (replace(WANTED, quantity=10**6 + 1), "quantity_out_of_range"),
        (replace(WANTED, subscribed=True), "subscribed_already"),
        (replace(WANTED, price=pounds(1_100)), "price_changed"),
        (replace(WANTED, price=pounds(900)), "price_changed"),
    ],
)
def test_what_can_be_ordered(wanted: Wanted, code: str | None) -> None:
    found = why_not_order(wanted)
    assert (found.code if found else None) == code
    if code == "price_changed":
        assert found is not None
        assert (found.facts["old"], found.facts["new"]) == (wanted.seen, wanted.price)
        assert why_not_want(wanted) is None


@pytest.mark.parametrize(
    ("each", "common"),
    [
        (["446171", "4461"], "4461"),
        (["446171", "72"], ""),
        (["44", ""], ""),
        (["72"], "72"),
        ([], ""),
        (["721", "722"], "72"),
        (["71", "72"], ""),
    ],
)
def test_the_category_of_several_things_is_no_narrower_than_any(each: list[str], common: str) -> None:
    assert common_category(each) == common
