"""What Harbour Row Books buys off the shelf: a catalogue, a cart, an order half received, and a rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from outtask.catalogue.actions import add_item, note_price, put_in_cart
from outtask.catalogue.models import CatalogueItem
from outtask.deliver.actions import receive_line
from outtask.deliver.models import Milestone
from outtask.kernel.money import Money
from outtask.lifecycle.sample_shop import CURRENCY, Shop, Story, pounds
from outtask.lifecycle.storefront import order_cart
from outtask.outtasks.models import OutTask
from outtask.spend.actions import make_rule
from outtask.spend.states import Demand

VAT, NO_VAT = Decimal(20), Decimal(0)

# code: (provider, kind, name, price in minor units, tax, what else it says)
ITEMS: Mapping[str, tuple[str, str, str, int, Decimal, Mapping[str, Any]]] = {
    "FB-BOX-A4": (
        "fold", "good", "Archive box, acid-free, A4", 420, VAT,
        {"unit": "box", "category": "44617100", "notice_days": 30,
         "description": "For first editions that are kept flat. Holds about twelve."},
    ),
    "FB-SPINE": (
        "fold", "service", "Rebind a cloth spine", 3_800, VAT,
        {"unit": "book", "category": "79971200", "notice_days": 14,
         "description": "The old boards stay. Back within three weeks."},
    ),
    "QC-ENV-50": (
        "quay", "good", "Padded envelopes, fifty", 1_150, VAT,
        {"unit": "pack", "category": "30199230", "notice_days": 14,
         "description": "Size C4. They fit two paperbacks or one hardback."},
    ),
    "QC-LABEL": (
        "quay", "good", "Parcel labels, a roll of 500", 990, VAT,
        {"unit": "roll", "category": "30199760", "notice_days": 14},
    ),
    "KD-FEED": (
        "kestrel", "subscription", "New titles, a list every Monday", 2_900, VAT,
        {"category": "72320000", "notice_days": 30, "plan": "period", "period": "month", "cancel_days": 5,
         "description": "Every book that was announced in the week, with its number, price and cover."},
    ),
    "KD-LOOKUP": (
        "kestrel", "subscription", "Look up a book number", 5, NO_VAT,
        {"category": "72320000", "notice_days": 30, "plan": "per_use"},
    ),
}  # fmt: skip


def the_catalogue(shop: Shop) -> Story:
    """Six things at stated prices; one of them gets dearer next month, and was said to."""
    at = yield shop.at(34, 10)
    for code, (provider, kind, name, price, tax, more) in ITEMS.items():
        add_item(
            actor=shop.actor("nadia"), now=at, provider_id=shop.providers[provider], code=code, name=name,
            kind=kind, price=pounds(price), tax_percent=tax, **more,
        )  # fmt: skip
    at = yield shop.at(10, 11)
    note_price(actor=shop.actor("nadia"), now=at, item_id=_item(shop, "FB-BOX-A4").pk, price=pounds(460))


def the_rule(shop: Shop) -> Story:
    """What is dear is looked at by two."""
    at = yield shop.at(43, 9)
    make_rule(
        actor=shop.actor("imke"), now=at, name="Two of us from £2,500 on", demand=Demand.TWO,
        amount_from=pounds(250_000),
    )  # fmt: skip


def envelopes(shop: Shop) -> Story:
    """Ordered within Joseph's limit; twelve of twenty packs have come."""
    at = yield shop.at(9, 9, 15)
    _puts(shop, at, "joseph", "QC-ENV-50", 20)
    at = yield shop.at(9, 9, 20)
    reference = _orders(shop, at, "joseph", "quay", "Christmas parcels begin in the last week of November.")
    at = yield shop.at(4, 15)
    line = Milestone.objects.get(outtask=OutTask.objects.get(reference=reference), order=1)
    note = "Eight packs follow with the next van."
    receive_line(actor=shop.actor("nadia"), now=at, milestone_id=line.pk, quantity=12, note=note)


def new_titles(shop: Shop) -> Story:
    """Imke's subscription, which renews in a week or so."""
    at = yield shop.at(15, 11)
    _puts(shop, at, "imke", "KD-FEED", 1)
    at = yield shop.at(15, 11, 5)
    _orders(shop, at, "imke", "kestrel", "")


def what_lies_in_the_cart(shop: Shop) -> Story:
    """Imke means to order boxes before they get dearer, and two spines."""
    at = yield shop.at(1, 11, 30)
    _puts(shop, at, "imke", "FB-BOX-A4", 40)
    _puts(shop, at, "imke", "FB-SPINE", 2)


SHOPPING = (the_catalogue, the_rule, envelopes, new_titles, what_lies_in_the_cart)


def _item(shop: Shop, code: str) -> CatalogueItem:
    found: CatalogueItem = CatalogueItem.objects.get(organisation_id=shop.organisation_id, code=code)
    return found


def _puts(shop: Shop, at: datetime, by: str, code: str, quantity: int) -> None:
    item, price = _item(shop, code), Money(ITEMS[code][3], CURRENCY)
    put_in_cart(actor=shop.actor(by), now=at, item_id=item.pk, quantity=quantity, price=price)


def _orders(shop: Shop, at: datetime, by: str, provider: str, reason: str) -> str:
    """Order what is in a cart from one provider; gives the reference of its out-task."""
    done = order_cart(
        actor=shop.actor(by), now=at, provider_id=shop.providers[provider], currency=CURRENCY,
        budget_id=shop.budgets["shop"], reason=reason,
    )  # fmt: skip
    return str(done["outtask"])
