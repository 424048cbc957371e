"""What is ordered: exact amounts, totals that add up, and every refusal."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.agree.documents import Document, body_of, order_terms, read
from outtask.agree.orders import Line, part_of, totals_of, why_not_order
from outtask.kernel.money import LARGEST_MINOR, CurrencyMismatch, Money
from tests.world import NOW

CHAIR = Line("Chair", 4, "pieces", Money(12_345, "GBP"), Decimal(20))


def gbp(minor: int) -> Money:
    return Money(minor, "GBP")


@pytest.mark.parametrize(
    ("quantity", "price", "percent", "net", "tax"),
    [
        (4, 12_345, "20", 49_380, 9_876),
        (1, 1, "50", 1, 0),  # half a penny goes to the even one
        (3, 1, "50", 3, 2),
        (1, 5, "10", 5, 0),
        (1, 15, "10", 15, 2),
        (1, 25, "10", 25, 2),
        (7, 999, "0", 6_993, 0),
        (1, 100, "7.125", 100, 7),
        (10**6, 10**9, "100", 10**15, 10**15),
    ],
)
def test_a_line_is_exact_to_the_minor_unit(
    quantity: int, price: int, percent: str, net: int, tax: int
) -> None:
    line = Line("x", quantity, "", gbp(price), Decimal(percent))
    assert (line.net, line.tax, line.gross) == (gbp(net), gbp(tax), gbp(net + tax))


@given(
    st.lists(
        st.builds(
            Line,
            what=st.just("x"),
            quantity=st.integers(1, 10**6),
            unit=st.just(""),
            price=st.integers(1, 10**9).map(gbp),
            tax_percent=st.decimals(0, 100, places=3),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_totals_are_the_sums_of_rounded_lines(lines: list[Line]) -> None:
    totals = totals_of(lines)
    exact = [Decimal(line.net.minor) * line.tax_percent / 100 for line in lines]
    rounded = [int(tax.quantize(Decimal(1), ROUND_HALF_EVEN)) for tax in exact]
    assert totals.net.minor == sum(line.price.minor * line.quantity for line in lines)
    assert totals.tax.minor == sum(rounded)
    assert totals.gross == Money.total((line.gross for line in lines), "GBP")


@given(st.integers(0, 10**15), st.integers(1, 10**6), st.data())
def test_parts_of_a_line_add_up_however_often_it_comes(amount: int, whole: int, data: st.DataObject) -> None:
    left, pieces, came = gbp(amount), whole, []
    while pieces and len(came) < 6:
        some = data.draw(st.integers(1, pieces))
        part, left = part_of(left, pieces, some)
        came.append(part.minor)
        pieces -= some
    assert sum(came) + left.minor == amount
    assert min([*came, left.minor]) >= 0
    assert pieces or not left.minor


@pytest.mark.parametrize(("whole", "pieces"), [(0, 0), (2, 3), (2, -1)])
def test_no_part_is_more_than_the_whole(whole: int, pieces: int) -> None:
    with pytest.raises(ValueError, match="part"):
        part_of(gbp(10), whole, pieces)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"what": "  "}, "line_empty"),
        ({"what": "x" * 301}, "line_long"),
        ({"unit": "x" * 31}, "line_long"),
        ({"what": "x\u202ey"}, "hidden_character"),
        ({"quantity": 0}, "quantity_out_of_range"),
        ({"quantity": -1}, "quantity_out_of_range"),
        ({"quantity": 10**6 + 1}, "quantity_out_of_range"),
        ({"price": gbp(0)}, "price_not_positive"),
        ({"price": gbp(-1)}, "price_not_positive"),
        ({"price": gbp(LARGEST_MINOR + 1)}, "price_too_large"),
        ({"price": Money(1, "EUR")}, "currencies_mixed"),
        ({"tax_percent": Decimal("-0.001")}, "tax_out_of_range"),
        ({"tax_percent": Decimal("100.001")}, "tax_out_of_range"),
        ({"tax_percent": Decimal("1.0001")}, "tax_out_of_range"),
        ({"tax_percent": Decimal("NaN")}, "tax_out_of_range"),
        ({"tax_percent": Decimal("Infinity")}, "tax_out_of_range"),
    ],
)
def test_each_fault_of_a_line_is_named_with_its_number(change: dict[str, object], code: str) -> None:
    (refusal,) = why_not_order([CHAIR, replace(CHAIR, **change)])  # type: ignore[arg-type]
    assert (refusal.code, refusal.field) == (code, "lines")
    assert code == "hidden_character" or refusal.facts["line"] == 2
    assert "%" not in str(refusal)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "no_lines"),
        ([CHAIR] * 101, "lines_many"),
        ([replace(CHAIR, quantity=10**6, price=gbp(10**9))], "total_too_large"),
    ],
)
def test_an_order_has_lines_within_bounds(lines: list[Line], code: str) -> None:
    (refusal,) = why_not_order(lines)
    assert (refusal.code, refusal.field) == (code, "lines")


def test_what_is_within_bounds_can_be_ordered() -> None:
    assert why_not_order([CHAIR] * 100) == []
    assert why_not_order([replace(CHAIR, quantity=10**6, price=gbp(10**9), tax_percent=Decimal(0))]) == []


def test_totals_need_lines_of_one_currency() -> None:
    with pytest.raises(ValueError, match="one line"):
        totals_of([])
    with pytest.raises(CurrencyMismatch):
        totals_of([CHAIR, replace(CHAIR, price=Money(1, "EUR"))])


def test_an_order_is_read_back_from_its_bytes_and_a_statement_has_none_of_it() -> None:
    lines = (CHAIR, Line("Desk", 1, "", gbp(100), Decimal("7.50"), uuid4()))
    terms = order_terms("Furniture", lines, NOW.date())
    order = Document("OT-26-000001-X", "Furniture", "Harbour Row Books", "", "", terms, lines=lines)
    assert read(body_of(order)) == order
    assert [one.amount for one in terms.milestones] == [line.gross for line in lines]
    assert b'"lines"' not in body_of(replace(order, lines=()))
