"""What is sold, and what it costs from when."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from ninja import Query
from pydantic import Field

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Amount, AmountGiven, Day, Given, Id, Made, Number, Shown, Whole, upto
from outtask.catalogue import actions, queries
from outtask.catalogue.models import CatalogueItem, ItemPrice
from outtask.catalogue.rules import LONGEST, MOST_DAYS
from outtask.catalogue.states import ItemKind, Period, Plan
from outtask.journal.recording import Outcome
from outtask.people.roles import Right
from outtask.source.queries import today_of

room = Room("Catalogue")

_ITEM = "/items/{uuid:item_id}"
_Days = Annotated[Whole, Field(ge=0, le=MOST_DAYS)]


class ItemShown(Shown):
    """A good, service or subscription of a provider.

    `price`: of one, without tax, today; null when none holds yet. `tax_percent`: exact, as text.
    `notice_days`: before a rise in price. The last four are about subscriptions alone; `cancel_days`: so long
    before a renewal one has to cancel.
    """

    id: UUID
    provider_id: UUID
    code: str
    name: str
    description: str
    kind: ItemKind
    unit: str
    price: Amount | None
    tax_percent: Decimal
    category: str
    notice_days: int
    plan: Plan | None
    period: Period | None
    trial_days: int
    cancel_days: int
    added_at: datetime
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            id=row.pk,
            provider_id=row.provider_id,
            code=row.code,
            name=row.name,
            description=row.description,
            kind=ItemKind(row.kind),
            unit=row.unit,
            price=Amount.maybe(row.price_now, row.currency),
            tax_percent=row.tax_percent,
            category=row.category,
            notice_days=row.notice_days,
            plan=Plan(row.plan) if row.plan else None,
            period=Period(row.period) if row.period else None,
            trial_days=row.trial_days,
            cancel_days=row.cancel_days,
            added_at=row.added_at,
            withdrawn_at=row.withdrawn_at,
        )


class ItemPriceShown(Shown):
    """What an item costs, each and without tax, from a day on. Never edited: a change is another one."""

    id: UUID
    price: Amount
    from_on: date
    noted_at: datetime

    @classmethod
    def of(cls, row: ItemPrice) -> Self:
        price = Amount.of(row.price_minor, row.item.currency)
        return cls(id=row.pk, price=price, from_on=row.from_on, noted_at=row.noted_at)


class ItemSaying(Given):
    """What an item says and may say otherwise later. `tax_percent` is an exact decimal, as text."""

    name: Annotated[str, upto(LONGEST["name"], 1)]
    description: Annotated[str, upto(LONGEST["description"])] = ""
    unit: Annotated[str, upto(LONGEST["unit"])] = ""
    tax_percent: Number = Decimal(0)
    category: Annotated[str, upto(10)] = ""
    notice_days: _Days = 0
    trial_days: _Days = 0
    cancel_days: _Days = 0


class ItemGiven(ItemSaying):
    """A new item. `price`: of one, without tax; its currency stays. `from_on`: today unless said."""

    provider_id: Id
    code: Annotated[str, upto(LONGEST["code"], 1)]
    kind: ItemKind
    price: AmountGiven
    plan: Plan | None = None
    period: Period | None = None
    from_on: Day | None = None


class ItemPricing(Given):
    """What an item costs from a day on: a fall at once, a rise after its notice.

    `from_on` left out: the first day that is possible.
    """

    price: AmountGiven
    from_on: Day | None = None


class ItemPriceNoted(Made):
    """The price, and the day from which it holds."""

    from_on: date


@room.many("/items", ItemShown, by=queries.BY_NAME)
def item_list(
    call: Call,
    kind: ItemKind | None = None,
    provider_id: UUID | None = None,
    category: Annotated[str, Query("", max_length=10, pattern=r"^[0-9]*$", description="CPV digits.")] = "",
    q: Annotated[
        str, Query("", max_length=200, pattern=r"^[^\u0000]*$", description="In name, code or description.")
    ] = "",
) -> Any:
    """List what is sold, by name."""
    search = queries.Search(words=q, kind=kind or "", category=category, provider_id=provider_id)
    return queries.items(call.actor, _today(call), search)


@room.one(_ITEM, ItemShown)
def item(call: Call, item_id: UUID) -> ItemShown:
    """Read one item."""
    queries.item_of(call.actor, item_id)
    return ItemShown.of(queries.priced(CatalogueItem.objects.filter(pk=item_id), _today(call)).get())


@room.act("/items", Made, status=201, scope=Right.MANAGE_PROVIDERS, at="/items/{id}")
def add_item(call: Call, body: ItemGiven) -> Outcome:
    """Put an item into the catalogue."""
    given = body.model_dump(exclude={"price", "kind", "plan", "period"}) | {
        "kind": body.kind.value,
        "plan": body.plan.value if body.plan else "",
        "period": body.period.value if body.period else "",
    }
    return act(call, actions.add_item, price=body.price.money, **given)


@room.act(_ITEM, method="PUT", scope=Right.MANAGE_PROVIDERS, about=item)
def change_item(call: Call, item_id: UUID, body: ItemSaying) -> Outcome:
    """Change what an item says; subscriptions in force keep their terms."""
    return act(call, actions.change_item, item_id=item_id, **body.model_dump())


@room.many(f"{_ITEM}/prices", ItemPriceShown)
def price_list(call: Call, item_id: UUID) -> Any:
    """List the prices of an item, those noted last first."""
    return ItemPrice.objects.filter(item=queries.item_of(call.actor, item_id)).select_related("item")


@room.act(f"{_ITEM}/prices", ItemPriceNoted, status=201, scope=Right.MANAGE_PROVIDERS, about=item)
def note_price(call: Call, item_id: UUID, body: ItemPricing) -> Outcome:
    """Note what an item costs from a day on."""
    given = {"price": body.price.money, "from_on": body.from_on}
    return act(call, actions.note_price, item_id=item_id, **given)


@room.act(f"{_ITEM}/withdrawal", status=201, scope=Right.MANAGE_PROVIDERS, about=item)
def withdraw_item(call: Call, item_id: UUID) -> Outcome:
    """Sell an item no longer, for good."""
    return act(call, actions.withdraw_item, item_id=item_id)


def _today(call: Call) -> date:
    return today_of(call.actor.organisation_id, call.now)
