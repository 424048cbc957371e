"""A member's cart: what they mean to order, at the price they saw."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from outtask.catalogue import queries, rules
from outtask.catalogue.models import CartLine, CatalogueItem
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people.roles import Right, may
from outtask.source.queries import today_of

MOST_LINES = 100
"""As many as one order may have."""


@action
def put_in_cart(
    *, actor: Actor, now: datetime, key: Key = None, item_id: UUID, quantity: int, price: Money
) -> Outcome:
    """Put so many of an item into one's cart, in place of what stood there of it.

    price: the one that was seen, each and without tax. Refused when it is another today; putting it in at
    today's price accepts that.
    """
    with recording("cart.filled", actor=actor, on=(CatalogueItem, item_id), now=now, key=key) as entry:
        item: CatalogueItem = entry.subject
        refuse_if(may(actor, Right.REQUEST))
        wanted = queries.wanted_of(actor, item, quantity, price, today_of(entry.organisation_id, now))
        cart = CartLine.objects.filter(member_id=actor.id)
        refuse_if(
            rules.why_not_want(wanted),
            _why_not_seen(wanted),
            _why_not_more(cart.exclude(item=item).count()),
        )
        CartLine.objects.update_or_create(
            member_id=actor.id,
            item=item,
            defaults={"quantity": quantity, "price_minor": price.minor, "put_at": now},
            create_defaults={
                "organisation_id": entry.organisation_id,
                "quantity": quantity,
                "price_minor": price.minor,
                "put_at": now,
            },
        )
        entry.says(name=entry.keep(item.name), item=item.pk, quantity=quantity, price=price)
    return entry.outcome


@action
def take_from_cart(*, actor: Actor, now: datetime, key: Key = None, item_id: UUID) -> Outcome:
    """Take an item out of one's cart."""
    with recording("cart.emptied", actor=actor, on=(CatalogueItem, item_id), now=now, key=key) as entry:
        item: CatalogueItem = entry.subject
        refuse_if(may(actor, Right.REQUEST))
        line = CartLine.objects.filter(member_id=actor.id, item=item).first()
        refuse_if(None if line else Refusal("not_in_cart", N_("This is not in your cart. Nothing to do.")))
        take_out(entry, [line] if line else [])
        entry.says(name=entry.keep(item.name), item=item.pk)
    return entry.outcome


def take_out(entry: Recording, lines: Iterable[CartLine]) -> None:
    """Part: what was ordered is in the cart no longer."""
    CartLine.objects.filter(
        organisation_id=entry.organisation_id, pk__in=[line.pk for line in lines]
    ).delete()


def _why_not_seen(wanted: rules.Wanted) -> Refusal | None:
    if wanted.price is None or wanted.price == wanted.seen:
        return None
    reason = N_("“%(item)s” costs %(new)s, not %(old)s. Look at it again, then put it into the cart.")
    facts = {"item": wanted.item, "old": wanted.seen, "new": wanted.price}
    return Refusal("price_changed", reason, "price", facts)


def _why_not_more(others: int) -> Refusal | None:
    if others < MOST_LINES:
        return None
    reason = N_("There are %(most)s things in your cart. Order some of them first.")
    return Refusal("cart_full", reason, facts={"most": MOST_LINES})
