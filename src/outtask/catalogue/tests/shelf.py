"""Steps of tests: items on sale, things in carts, subscriptions that run."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from outtask.catalogue.actions import add_item, put_in_cart
from outtask.catalogue.models import CatalogueItem, Subscription
from outtask.journal.recording import Outcome
from outtask.kernel.money import Money
from outtask.lifecycle.storefront import order_cart
from tests.world import World

TODAY = date(2026, 11, 24)


def pounds(minor: int) -> Money:
    return Money(minor, "GBP")


def on_sale(world: World, code: str = "BOX-1", minor: int = 1_250, **terms: Any) -> CatalogueItem:
    """A box of Kestrel's at £12.50 and 20 % tax, with 30 days of notice, or what `terms` say."""
    said: dict[str, Any] = {
        "provider_id": world.kestrel.pk,
        "code": code,
        "name": f"Book box {code}",
        "kind": "good",
        "price": pounds(minor),
        "unit": "box",
        "tax_percent": Decimal(20),
        "category": "44617100-9",
        "notice_days": 30,
    }
    done = add_item(actor=world.actor("imke"), now=world.now, **said | terms)
    return CatalogueItem.objects.get(pk=done["id"])


def subscribed_item(world: World, code: str = "SUB-1", minor: int = 2_000, **terms: Any) -> CatalogueItem:
    """A subscription by the month at £20.00 with 14 days of notice to cancel."""
    said = {
        "kind": "subscription",
        "name": f"Catalogue service {code}",
        "unit": "",
        "category": "72",
        "plan": "period",
        "period": "month",
        "cancel_days": 14,
    }
    return on_sale(world, code, minor, **said | terms)


def into_cart(
    world: World, item: CatalogueItem, quantity: int = 1, by: str = "joseph", **more: Any
) -> Outcome:
    first = item.prices.order_by("id")[0].price_minor
    given = {"item_id": item.pk, "quantity": quantity, "price": Money(first, item.currency)}
    return put_in_cart(actor=world.actor(by), now=world.now, **given | more)


def orders(world: World, by: str = "joseph", **more: Any) -> Outcome:
    given: dict[str, Any] = {
        "provider_id": world.kestrel.pk,
        "currency": "GBP",
        "budget_id": world.budget.pk,
        "now": world.now,
    }
    return order_cart(actor=world.actor(by), **given | more)


def subscribes(
    world: World, by: str = "joseph", quantity: int = 1, budget_id: UUID | None = None, **terms: Any
) -> Subscription:
    into_cart(world, subscribed_item(world, **terms), quantity, by)
    orders(world, by)
    return Subscription.objects.order_by("-id")[0]
