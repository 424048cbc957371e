"""What the ways in are tried on: pots, an item, an order that waits, and somebody signed in for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client

from outtask.api.tests.callers import Caller, token_for
from outtask.catalogue.tests.shelf import on_sale
from outtask.lifecycle.tests.orders import CHAIRS, buys
from outtask.models import Budget, CatalogueItem, PurchaseRequest
from outtask.spend.tests.test_tree import part
from tests.world import World


@dataclass
class Ground:
    """Everything that an address or a body may name."""

    world: World
    part: Budget
    item: CatalogueItem
    waiting: PurchaseRequest
    browsers: dict[str, Client]
    callers: dict[str, Caller]

    @classmethod
    def laid(cls, world: World) -> Ground:
        pot, item = part(world), on_sale(world)
        # 240.00, above the limit of whoever asks.
        made = buys(world, "roisin", lines=(CHAIRS, CHAIRS))
        assert not made["committed"]
        here = ("imke", "joseph", "roisin", "dunstan")
        return cls(
            world,
            pot,
            item,
            PurchaseRequest.objects.get(),
            # Signed in before: what is tried on this ground is undone each time.
            {name: world.client(name) for name in here},
            {name: Caller(token_for(world.member(name), world.now)) for name in here},
        )

    @property
    def ids(self) -> dict[str, Any]:
        """By the names of addresses and bodies."""
        return {
            "budget_id": self.world.budget.pk,
            "part_id": self.part.pk,
            "item_id": self.item.pk,
            "member_id": self.world.member("joseph").pk,
            "taker_id": self.world.member("dunstan").pk,
            "provider_id": self.world.kestrel.pk,
            "reference": self.waiting.reference,
        }
