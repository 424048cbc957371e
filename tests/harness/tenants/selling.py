"""What an organisation buys from a catalogue: an item on sale, what is in carts, a subscription that runs."""

from __future__ import annotations

from uuid import UUID

from outtask.catalogue.actions import add_item, put_in_cart
from outtask.kernel.money import Money
from outtask.lifecycle.storefront import order_cart
from outtask.models import Provider, Subscription
from tests.harness.tenants.planting import word
from tests.world import World


def beside(world: World, tag: str, number: int, owner: str) -> dict[str, str]:
    """An item, in the cart of whoever may buy; and a free subscription of whoever owns the rest."""
    box = _item(world, tag, world.kestrel, f"BOX-{number}", 1_250, kind="good")
    # Of somebody else, so that nothing which costs money is ordered with it.
    free = _item(world, tag, world.marek, f"FREE-{number}", 0, kind="subscription", plan="free")
    _into_cart(world, free, 0, owner)
    order_cart(actor=world.actor(owner), now=world.now, provider_id=world.marek.pk, currency="GBP")
    for name in ("imke", "joseph", "roisin", "nadia"):
        _into_cart(world, box, 1_250, name)
    return {"item": str(box), "subscription": str(Subscription.objects.get(item_id=free).pk)}


def _item(world: World, tag: str, seller: Provider, code: str, minor: int, **terms: str) -> UUID:
    done = add_item(
        actor=world.actor("imke"),
        now=world.now,
        provider_id=seller.pk,
        code=f"{word(tag, 'CatalogueItem', 'code')} {code}",
        name=f"{word(tag, 'CatalogueItem', 'name')} {code}",
        price=Money(minor, "GBP"),
        **terms,
    )
    return UUID(str(done["id"]))


def _into_cart(world: World, item_id: UUID, minor: int, name: str) -> None:
    given = {"item_id": item_id, "quantity": 1, "price": Money(minor, "GBP")}
    put_in_cart(actor=world.actor(name), now=world.now, **given)
