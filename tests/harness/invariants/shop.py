"""The catalogue: what its entries stand for, and what the journal says of subscriptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from outtask.models import CatalogueItem, ItemPrice, Subscription
from tests.harness.invariants.house import House, Row
from tests.harness.invariants.recognising import Fact, known, pk, says, subject


def _imported_then(house: House, organisation_id: Any, at: Any) -> bool:
    """Whether a whole catalogue came in at that instant, which one entry tells of."""
    imports = house.entries("items.imported")
    return any((told.organisation_id, told.at) == (organisation_id, at) for told in imports)


def _added_singly(house: House, row: Row) -> bool:
    return not _imported_then(house, row.organisation_id, row.added_at)


def _noted_singly(house: House, row: Row) -> bool:
    """Prices beside the first one of an item, which comes with it."""
    item = house.get(CatalogueItem, row.item_id)
    first = item is not None and item.added_at == row.noted_at
    return not first and not _imported_then(house, row.organisation_id, row.noted_at)


def _ended_by_the_clock(house: House, row: Row) -> bool:
    """What never renews ends with the word that cancels it."""
    return row.ended_on is not None and (row.renews_on is not None or row.cancelled_on is None)


SHOP: tuple[Fact, ...] = (
    Fact(("item.added",), CatalogueItem, says("item"), pk, _added_singly),
    Fact(("item.price_noted",), ItemPrice, says("noted"), pk, _noted_singly),
    Fact(("item.withdrawn",), CatalogueItem, subject, pk, known("withdrawn_at")),
    Fact(("subscription.begun",), Subscription, says("subscription"), pk),
    Fact(("subscription.cancelled",), Subscription, subject, pk, known("cancelled_on")),
    Fact(("subscription.ended",), Subscription, subject, pk, _ended_by_the_clock),
)


def subscriptions_are_where_the_journal_left_them(house: House) -> Iterator[str]:
    """The next renewal is the one told last, and what its holder was warned of is too."""
    renews: dict[Any, Any] = {}
    warned: dict[Any, Any] = {}
    for told in house.entries("subscription.begun", "subscription.renewed", "subscription.warned"):
        (warned if told.kind == "subscription.warned" else renews)[told.subject_id] = told.says["renews_on"]
    for row in house.all(Subscription):
        found = [day.isoformat() if day else None for day in (row.renews_on, row.warned_for)]
        if found != [renews.get(row.pk), warned.get(row.pk)]:
            yield f"{row} renews, warned for: {found}; the journal says otherwise"


INVARIANTS = (subscriptions_are_where_the_journal_left_them,)
