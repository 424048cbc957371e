"""One's cart, ordering what is in it, and subscriptions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Amount, AmountGiven, Currency, Day, Done, Given, Id, Shown, Whole, upto
from outtask.catalogue import actions, queries
from outtask.catalogue.models import CartLine, Subscription
from outtask.catalogue.renewals import last_day_to_cancel
from outtask.catalogue.rules import MOST_PIECES
from outtask.catalogue.states import Period, Plan
from outtask.journal.recording import Outcome
from outtask.lifecycle import storefront
from outtask.people.roles import Right

carts, running = Room("Cart"), Room("Subscriptions")


class CartLineShown(Shown):
    """Something you mean to order. `price`: the one you saw, of one and without tax."""

    item_id: UUID
    name: str
    provider_id: UUID
    quantity: int
    price: Amount
    put_at: datetime

    @classmethod
    def of(cls, row: CartLine) -> Self:
        return cls(
            item_id=row.item_id,
            name=row.item.name,
            provider_id=row.item.provider_id,
            quantity=row.quantity,
            price=Amount.of(row.price_minor, row.item.currency),
            put_at=row.put_at,
        )


class CartFilling(Given):
    """How many, at the price that was seen; refused when it is another today."""

    quantity: Annotated[Whole, Field(ge=1, le=MOST_PIECES)]
    price: AmountGiven


class CartOrdering(Given):
    """Everything of one provider in one currency. A budget is needed when something costs money."""

    provider_id: Id
    currency: Currency
    budget_id: Id | None = None
    needed_by: Day | None = None
    reason: Annotated[str, upto(2_000)] = ""


class CartOrdered(Done):
    """How many lines were ordered; the rest is about the request to spend, null when nothing is paid now.

    `why`: why it was referred; empty when the money is committed.
    """

    ordered: int
    id: UUID | None
    request: str | None
    outtask: str | None
    committed: bool | None
    why: str | None


@carts.many("/cart", CartLineShown, by=("id",))
def cart(call: Call) -> Any:
    """List what is in your own cart."""
    return queries.cart_lines(call.actor)


@carts.act("/cart/{uuid:item_id}", method="PUT", scope=Right.REQUEST)
def put_in_cart(call: Call, item_id: UUID, body: CartFilling) -> Outcome:
    """Put so many of an item into your cart, in place of what stands there of it."""
    given = {"quantity": body.quantity, "price": body.price.money}
    return act(call, actions.put_in_cart, item_id=item_id, **given)


@carts.act("/cart/{uuid:item_id}", method="DELETE", scope=Right.REQUEST)
def take_from_cart(call: Call, item_id: UUID) -> Outcome:
    """Take an item out of your cart."""
    return act(call, actions.take_from_cart, item_id=item_id)


@carts.act("/cart/orders", CartOrdered, status=201, scope=Right.REQUEST)
def order_cart(call: Call, body: CartOrdering) -> Outcome:
    """Order what is in your cart from one provider, at the prices you saw."""
    given = body.model_dump() | {"currency": body.currency.value}
    return act(call, storefront.order_cart, **given)


# ---- subscriptions ----


class SubscriptionShown(Shown):
    """A subscription. `last_day`: the last one on which the next renewal can be kept from happening.

    `renews_on` is null where nothing renews. `cancelled_on`: said; `ended_on`: over.
    """

    id: UUID
    item_id: UUID
    member_id: UUID
    quantity: int
    plan: Plan
    period: Period | None
    starts_on: date
    trial_until: date | None
    renews_on: date | None
    last_day: date | None
    cancelled_on: date | None
    ended_on: date | None

    @classmethod
    def of(cls, row: Subscription) -> Self:
        return cls(
            id=row.pk,
            item_id=row.item_id,
            member_id=row.member_id,
            quantity=row.quantity,
            plan=Plan(row.plan),
            period=Period(row.period) if row.period else None,
            starts_on=row.starts_on,
            trial_until=row.trial_until,
            renews_on=row.renews_on,
            last_day=last_day_to_cancel(queries.term_of(row)),
            cancelled_on=row.cancelled_on,
            ended_on=row.ended_on,
        )


class SubscriptionCancelled(Done):
    """The day on which it ends."""

    ends_on: date


_SUBSCRIPTION = "/subscriptions/{uuid:subscription_id}"


@running.many("/subscriptions", SubscriptionShown, by=queries.SUBSCRIBED_ORDER)
def subscription_list(call: Call, ended: bool = False) -> Any:
    """List subscriptions, what renews soonest first."""
    return queries.subscriptions_for(call.actor).filter(ended_on__isnull=not ended)


@running.one(_SUBSCRIPTION, SubscriptionShown)
def subscription(call: Call, subscription_id: UUID) -> SubscriptionShown:
    """Read one subscription."""
    return SubscriptionShown.of(queries.subscription_of(call.actor, subscription_id))


@running.act(
    f"{_SUBSCRIPTION}/cancellation",
    SubscriptionCancelled,
    status=201,
    scope=Right.REQUEST,
    about=subscription,
)
def cancel_subscription(call: Call, subscription_id: UUID) -> Outcome:
    """Cancel a subscription: it ends at the first renewal for which there is notice enough."""
    return act(call, actions.cancel_subscription, subscription_id=subscription_id)
