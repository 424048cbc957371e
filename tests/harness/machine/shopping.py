"""Acts on the catalogue: items and their prices, carts, orders out of them, subscriptions."""

from __future__ import annotations

from decimal import Decimal

from outtask.catalogue.actions import (
    add_item,
    cancel_subscription,
    change_item,
    import_items,
    note_price,
    put_in_cart,
    take_from_cart,
    warn_subscription,
    withdraw_item,
)
from outtask.catalogue.table import read
from outtask.kernel.actor import Actor, clock
from outtask.kernel.canonical import sha256_hex
from outtask.kernel.money import Money
from outtask.lifecycle.storefront import order_cart, turn_subscription
from outtask.models import Budget, CartLine, CatalogueItem, ItemPrice, Member, Provider, Subscription
from tests.harness.invariants.house import Row
from tests.harness.machine.acts import Inputs, act
from tests.harness.machine.stage import Nothing, Stage, actor_of

SELLERS = ("owner", "admin", "manager")
PLANS = (
    {"kind": "good", "unit": "box"},
    {"kind": "service", "unit": "hour"},
    {"kind": "subscription", "plan": "free"},
    {"kind": "subscription", "plan": "per_use"},
    {"kind": "subscription", "plan": "period", "period": "month", "cancel_days": 3},
    {"kind": "subscription", "plan": "period", "period": "month", "trial_days": 2},
)


@act(add_item, often=3)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    provider = stage.some(Provider)
    plan = stage.chance.choice(PLANS)
    minor = 0 if plan.get("plan") == "free" else stage.chance.choice([1, 350, 4_000, 90_000])
    return stage.member(provider.organisation_id, *SELLERS), {
        "provider_id": provider.pk,
        "code": f"C-{stage.chance.randint(1, 60)}",
        "name": stage.words(),
        "price": Money(minor, stage.chance.choice(["GBP", "GBP", "GBP", "EUR"])),
        "tax_percent": Decimal(stage.chance.choice([0, 20])),
        "category": stage.chance.choice(["", "72", "44617100-9"]),
        "notice_days": stage.chance.choice([0, 2]),
        **plan,
    }


def _item(stage: Stage) -> Row:
    return stage.some(CatalogueItem, lambda row: row.withdrawn_at is None)


@act(change_item)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    item = _item(stage)
    return stage.member(item.organisation_id, *SELLERS), {
        "item_id": item.pk,
        "name": stage.words(),
        "description": stage.words(),
        "notice_days": item.notice_days + stage.chance.choice([0, 1, -1]),
        "trial_days": item.trial_days,
        "cancel_days": item.cancel_days,
    }


@act(note_price, often=2)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    item = _item(stage)
    price = Money(stage.chance.choice([1, 300, 4_500]), item.currency)
    from_on = stage.chance.choice([None, stage.day(-1, 4)])
    given: Inputs = {"item_id": item.pk, "price": price, "from_on": from_on}
    return stage.member(item.organisation_id, *SELLERS), given


@act(withdraw_item)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    item = _item(stage)
    return stage.member(item.organisation_id, *SELLERS), {"item_id": item.pk}


@act(import_items)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    provider = stage.some(Provider)
    lines = [
        f'"{provider.name}",C-{stage.chance.randint(1, 60)},Imported,{stage.chance.choice([2, 30])},GBP'
        for _ in range(3)
    ]
    data = "\n".join(["provider,code,name,price,currency", *lines]).encode()
    given = {"rows": read(data).rows, "name": "list.csv", "sha256": sha256_hex(data)}
    return stage.member(provider.organisation_id, *SELLERS), given


@act(put_in_cart, often=6)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    item = _item(stage)
    begun = [row for row in stage.house.of(ItemPrice, item_id=item.pk) if row.from_on <= stage.today]
    if not begun:
        raise Nothing("no price yet")
    price = Money(begun[-1].price_minor, item.currency)
    given = {"item_id": item.pk, "quantity": stage.chance.choice([1, 1, 3, 20]), "price": price}
    return stage.member(item.organisation_id, "owner", "manager", "requester"), given


def _in_cart(stage: Stage) -> tuple[Actor, Row]:
    line = stage.some(CartLine)
    member = stage.house.get(Member, line.member_id)
    item = stage.house.get(CatalogueItem, line.item_id)
    if member is None or item is None or member.left_at is not None:
        raise Nothing("whoever had the cart is gone")
    return actor_of(member), item


@act(take_from_cart)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    actor, item = _in_cart(stage)
    return actor, {"item_id": item.pk}


@act(order_cart, often=6)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    actor, item = _in_cart(stage)
    budget = stage.some(Budget, lambda row: row.organisation_id == item.organisation_id)
    return actor, {
        "provider_id": item.provider_id,
        "currency": item.currency,
        "budget_id": budget.pk,
        "reason": stage.words(),
    }


def _running(stage: Stage) -> Row:
    return stage.some(Subscription, lambda row: row.ended_on is None)


@act(cancel_subscription)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    row = _running(stage)
    holder = stage.house.get(Member, row.member_id)
    own = holder is not None and holder.left_at is None and stage.chance.random() < 0.7
    actor = actor_of(holder) if own and holder is not None else stage.lead(row.organisation_id)
    return actor, {"subscription_id": row.pk}


@act(warn_subscription)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    row = _running(stage)
    return clock(row.organisation_id), {"subscription_id": row.pk}


@act(turn_subscription, often=3)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    row = _running(stage)
    refused = stage.chance.choice(["", "", "", "No budget is open."])
    return clock(row.organisation_id), {"subscription_id": row.pk, "refused": refused}
