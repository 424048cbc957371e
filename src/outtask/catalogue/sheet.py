"""The catalogue as CSV, in the columns that an import reads; no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import batched

from outtask.catalogue.models import CatalogueItem
from outtask.catalogue.queries import prices_of
from outtask.catalogue.rules import Price, price_on
from outtask.catalogue.table import Column
from outtask.files.rules import disarmed
from outtask.kernel.money import Money

BATCH = 500


def sheet(items: Iterable[CatalogueItem], today: date) -> Iterator[str]:
    """The lines, a heading first: what each item says, and its price today with the day it holds from."""
    yield _line([column.value for column in Column])
    for part in batched(items, BATCH):
        prices = prices_of(item.pk for item in part)
        for item in part:
            yield _line(list(_cells(item, price_on(prices.get(item.pk, ()), today))))


def _cells(item: CatalogueItem, price: Price | None) -> Iterator[str]:
    for column in Column:
        match column:
            case Column.PROVIDER:
                yield disarmed(item.provider.name)
            case Column.PRICE:
                yield f"{Money(price.minor, item.currency).decimal:f}" if price else ""
            case Column.FROM_ON:
                yield price.from_on.isoformat() if price else ""
            case Column.TAX_PERCENT:
                yield f"{item.tax_percent.normalize():f}"
            case _:
                yield disarmed(str(getattr(item, column.value)))


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()
