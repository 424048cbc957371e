"""Files of items: reading, comparing, importing twice, and what comes out again."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.catalogue.changes import Changes, House, Known, compare
from outtask.catalogue.importing import import_catalogue, preview
from outtask.catalogue.models import CatalogueItem, ItemPrice
from outtask.catalogue.queries import items
from outtask.catalogue.rules import Price, Terms
from outtask.catalogue.sheet import sheet
from outtask.catalogue.table import read
from outtask.catalogue.tests.shelf import TODAY, on_sale
from outtask.journal.models import Entry
from outtask.kernel.refusal import Refused
from outtask.models import Provider
from tests.world import World

KESTREL, MAREK = UUID(int=1), UUID(int=2)
BOX = Known(UUID(int=9), Terms("BOX", "Box", "good", "GBP", notice_days=30), (Price(1_000, TODAY),))
HOUSE = House(
    {(KESTREL, "BOX"): BOX},
    {"kestrel data": [KESTREL], "marek": [MAREK], "twins": [KESTREL, MAREK]},
    TODAY,
)
HEAD = "provider,code,name,price,currency,from_on,kind,plan,period,tax_percent,notice_days,category\n"


def compared(*rows: str) -> Changes:
    return compare(read((HEAD + "\n".join(rows)).encode()).rows, HOUSE)


def codes(*rows: str) -> list[tuple[int, str]]:
    return [(error.row, error.code) for error in compared(*rows).errors]


def test_a_new_row_is_an_item_with_its_price_from_today() -> None:
    [change] = compared('Marek,X-1,"Oak, planed","1,250.00",gbp,,,,,20%,14,03413000-8').created
    assert (change.provider_id, change.terms.code, change.terms.name) == (MAREK, "X-1", "Oak, planed")
    assert (change.terms.kind, change.terms.tax_percent, change.terms.category) == ("good", 20, "03413")
    assert change.price == Price(125_000, TODAY)


def test_a_subscription_by_its_words() -> None:
    [change] = compared("marek,S,Hosting,9,EUR,,Subscription,period,Month,,,").created
    assert (change.terms.kind, change.terms.plan, change.terms.period) == ("subscription", "period", "month")
    [free] = compared("marek,S,Hosting,,EUR,,subscription,free,,,,").created
    assert free.price == Price(0, TODAY)
    [per_use] = compared("marek,S,Scan,2,EUR,,subscription,per use,,,,").created
    assert per_use.terms.plan == "per_use"


@pytest.mark.parametrize(
    ("row", "price"),
    [
        ("KESTREL  Data,BOX,,,,,,,,,,", None),
        ("Kestrel data,BOX,Box,10.00,GBP,,good,,,,30,", None),
        ("Kestrel data,BOX,,9.00,,,,,,,,", Price(900, TODAY)),
        ("Kestrel data,BOX,,11.00,,,,,,,,", Price(1_100, TODAY + timedelta(days=30))),
        ("Kestrel data,BOX,,11.00,,2027-03-01,,,,,,", Price(1_100, date(2027, 3, 1))),
        ("Kestrel data,BOX,,10.00,,2026-11-24,,,,,,", None),
    ],
)
def test_a_known_row_brings_its_price_up_to_the_file(row: str, price: Price | None) -> None:
    found = compared(row)
    assert not found.errors
    assert [change.price for change in found.changed] == ([price] if price else [])
    assert found.unchanged == (0 if price else 1)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Nobody,X,Name,1,GBP,,,,,,,", "provider_unknown"),
        ("Twins,X,Name,1,GBP,,,,,,,", "provider_several"),
        ("Marek,X,Name,,GBP,,,,,,,", "price_missing"),
        ("Marek,X,Name,0,GBP,,,,,,,", "price_range"),
        ("Marek,X,Name,-4,GBP,,,,,,,", "price_range"),
        ("Marek,X,Name,1e3,GBP,,,,,,,", "amount_exponent"),
        ("Marek,X,Name,NaN,GBP,,,,,,,", "amount_not_a_number"),
        ("Marek,X,Name,1.005,GBP,,,,,,,", "amount_ambiguous"),
        ("Marek,X,Name,€5,GBP,,,,,,,", "amount_other_currency"),
        ("Marek,X,Name,99999999999999999999,GBP,,,,,,,", "amount_too_large"),
        ("Marek,X,Name,1,,,,,,,,", "currency_unknown"),
        ("Marek,X,Name,1,XXQ,,,,,,,", "currency_unknown"),
        ("Marek,X,,1,GBP,,,,,,,", "name_missing"),
        ("Marek,X,Name,1,GBP,,gift,,,,,", "kind_unknown"),
        ("Marek,X,Name,1,GBP,,good,free,,,,", "not_a_subscription"),
        ("Marek,X,Name,1,GBP,,,,,101,,", "tax_out_of_range"),
        ("Marek,X,Name,1,GBP,,,,,,400,", "days_out_of_range"),
        ("Marek,X,Name,1,GBP,,,,,,,boxes", "category_form"),
        ("Kestrel data,BOX,,11.00,EUR,,,,,,,", "item_fixed"),
        ("Kestrel data,BOX,,,,,,,,,7,", "notice_shorter"),
        ("Kestrel data,BOX,,11.00,,2026-12-01,,,,,,", "notice_too_short"),
        ("Kestrel data,BOX,,9.00,,2026-11-01,,,,,,", "price_in_the_past"),
    ],
)
def test_what_is_wrong_with_a_row_names_it(row: str, code: str) -> None:
    assert codes(row) == [(2, code)]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (",X,Name,1,GBP,,,,,,,", "provider", "cell_missing"),
        ("Marek,,Name,1,GBP,,,,,,,", "code", "cell_missing"),
        ("Marek,X,Name,1,GBP,1/2/27,,,,,,", "from_on", "day_form"),
        ("Marek,X,Name,1,GBP,2027-02-30,,,,,,", "from_on", "day_form"),
        ("Marek,X,Name,1,GBP,,,,,,1.5,", "notice_days", "days_not_whole"),
        ("Marek,X,Name,1,GBP,,,,,a lot,,", "tax_percent", "number_unreadable"),
        ("Marek,X,Name,1,GBP,,,,,,,,,more", None, "cells_too_many"),
    ],
)
def test_cells_that_cannot_be_read(row: str, column: str | None, code: str) -> None:
    reading = read((HEAD + row).encode())
    assert not reading.rows
    assert [(error.row, error.column, error.code) for error in reading.errors] == [(2, column, code)]


def test_the_same_code_twice_is_taken_once() -> None:
    reading = read((HEAD + "Marek,X,A,1,GBP,,,,,,,\nMAREK,X,B,1,GBP,,,,,,,").encode())
    assert [row.number for row in reading.rows] == [2]
    assert [(error.row, error.code) for error in reading.errors] == [(3, "row_twice")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"name,price\nBox,1\n", "column_missing"),
        (b"provider,code,sku\nA,1,1\n", "column_twice"),
        (b"PK\x03\x04 sheet", "not_csv"),
        (b'provider,code\n"A,1\n', "quote_broken"),
    ],
)
def test_files_that_cannot_be_read(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as caught:
        read(data)
    assert caught.value.refusal.code == code


def test_semicolons_and_other_headings() -> None:
    reading = read("Supplier;SKU;Item;Net price;VAT;Colour\nMarek;X;Öl;1,50;20;red\n".encode())
    [row] = reading.rows
    assert (row.provider, row.code, row.said) == (
        "Marek", "X", {"name": "Öl", "price": "1,50", "tax_percent": Decimal(20)}
    )  # fmt: skip
    assert [notice.code for notice in reading.notices] == ["columns_left"]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        compare(read(data).rows, HOUSE)
    except Refused:
        return


# ---- in the house ----

FILE = b"""provider,code,name,kind,unit,price,currency,tax_percent,category,notice_days,plan,period,trial_days,cancel_days
Kestrel Data Ltd,A,Archive box,good,box,12.50,GBP,20,44617100-9,30,,,,
kestrel data ltd,B,Scanning,service,page,0.35,EUR,0,79999100-4,0,,,,
Marek Solan,C,Proof copies,subscription,,9,GBP,20,22,0,period,year,14,30
Nobody,D,Nothing,good,,1,GBP,0,,0,,,,
"""  # noqa: E501


def imports(world: World, data: bytes = FILE, **more: Any) -> Any:
    who = more.pop("by", "imke")
    return import_catalogue(world.actor(who), data, "list.csv", world.now, **more)


def test_looking_writes_nothing(world: World) -> None:
    before = Entry.objects.count()
    found = preview(world.actor("imke"), FILE, "list.csv", world.now)
    assert (found.created, found.changed, found.unchanged, found.rows_left_out) == (3, 0, 0, 1)
    assert [(error.row, error.column) for error in found.errors] == [(5, "provider")]
    assert not CatalogueItem.objects.exists()
    assert Entry.objects.count() == before


def test_importing_twice_changes_nothing(world: World) -> None:
    done = imports(world)
    assert (done["created"], done["changed"], done["prices"], done["left_out"]) == (3, 0, 3, 1)
    rows = list(CatalogueItem.objects.order_by("id").values())
    again = imports(world)
    assert (again["created"], again["changed"], again["prices"], again["unchanged"]) == (0, 0, 0, 3)
    assert list(CatalogueItem.objects.order_by("id").values()) == rows
    assert ItemPrice.objects.count() == 3
    assert Entry.objects.filter(kind="items.imported").count() == 2


def test_a_dearer_list_waits_for_its_notice_and_waits_once(world: World) -> None:
    imports(world)
    dearer = FILE.replace(b"12.50", b"13.00").replace(b"Archive box", b"Acid-free box")
    for _ in range(2):
        imports(world, dearer)
    box = CatalogueItem.objects.get(code="A")
    assert box.name == "Acid-free box"
    assert list(box.prices.order_by("id").values_list("price_minor", "from_on")) == [
        (1_250, TODAY),
        (1_300, TODAY + timedelta(days=30)),
    ]


def test_who_may_not_manage_providers_imports_nothing(world: World) -> None:
    with pytest.raises(Refused):
        imports(world, by="ada")
    with pytest.raises(Refused):
        preview(world.actor("dunstan"), FILE, "list.csv", world.now)


def test_a_file_without_a_row_that_can_be_taken_is_refused(world: World) -> None:
    with pytest.raises(Refused) as caught:
        imports(world, b"provider,code\n,\n")
    assert caught.value.refusal.code == "rows_none"


def test_what_comes_out_goes_in_and_changes_nothing(world: World) -> None:
    imports(world)
    Provider.objects.filter(pk=world.kestrel.pk).update(name="=Kestrel")
    on_sale(world, "@1", name="+Glue", description="=1+1")
    text = "".join(sheet(items(world.actor("imke"), TODAY).order_by("name", "id"), TODAY))
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 5
    assert "'=Kestrel" in rows[1]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]
    again = imports(world, text.encode())
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 4)
