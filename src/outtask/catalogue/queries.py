"""Reads of the catalogue room, and the facts its rules ask for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from outtask.catalogue.changes import TERMS, House, Key, Known
from outtask.catalogue.models import CartLine, CatalogueItem, ItemPrice, Subscription
from outtask.catalogue.renewals import WARNED_AHEAD, Term, why_not_turn, why_not_warn
from outtask.catalogue.rules import Price, Terms, Wanted, next_price, price_on
from outtask.catalogue.states import Plan
from outtask.catalogue.table import Column, folded
from outtask.journal.recording import NotFound
from outtask.kernel.actor import Actor
from outtask.kernel.categories import category_of
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.people.models import Provider
from outtask.people.roles import Right, may
from outtask.people.states import Relation, Role
from outtask.source.queries import today_of

BY_NAME = ("name", "id")
SUBSCRIBED_ORDER = ("renews_on", "id")

# ---- items and prices ----


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody looks for. most: a price in its currency; what is sold in others is left out then."""

    words: str = ""
    kind: str = ""
    category: str = ""
    provider_id: UUID | None = None
    most: Money | None = None


def items(actor: Actor, today: date, search: Search | None = None) -> QuerySet[CatalogueItem]:
    """What is sold, as far as the search says; to be paged by `BY_NAME`."""
    search = search or Search()
    found: Any = CatalogueItem.objects.visible_to(actor).filter(withdrawn_at__isnull=True)
    for word in search.words.split():
        found = found.filter(
            Q(name__icontains=word) | Q(description__icontains=word) | Q(code__icontains=word)
        )
    if search.kind:
        found = found.filter(kind=search.kind)
    if search.provider_id is not None:
        found = found.filter(provider_id=search.provider_id)
    if search.category and not isinstance(digits := category_of(search.category), Refusal):
        found = found.filter(category__startswith=digits)
    found = priced(found, today)
    if search.most is not None:
        found = found.filter(currency=search.most.currency, price_now__lte=search.most.minor)
    return cast("QuerySet[CatalogueItem]", found.select_related("provider"))


def priced(rows: Any, today: date) -> Any:
    """Items with `price_now`: what each costs today in minor units, None while it has no price."""
    begun = ItemPrice.objects.filter(item_id=OuterRef("pk"), from_on__lte=today)
    price_now = begun.order_by("-from_on", "-id").values("price_minor")[:1]
    return rows.annotate(price_now=Subquery(price_now))


def item_of(actor: Actor, item_id: UUID) -> CatalogueItem:
    """The item, sold or withdrawn; NotFound when the actor may not see it."""
    found = CatalogueItem.objects.visible_to(actor).select_related("provider").filter(pk=item_id).first()
    if found is None:
        raise NotFound("item")
    return cast("CatalogueItem", found)


def terms_of(item: CatalogueItem) -> Terms:
    """What an item says of itself, for rules."""
    return Terms(**{name: getattr(item, name) for name in TERMS})


def price_rows(item: CatalogueItem) -> Sequence[ItemPrice]:
    """Every price it had, has, or was said to get, the latest to hold first."""
    return list(ItemPrice.objects.filter(item=item).order_by("-from_on", "-id"))


def latest_price_id(**which: Any) -> UUID | None:
    """The price that was noted last of these."""
    found: UUID | None = (
        ItemPrice.objects.filter(**which).order_by("-id").values_list("pk", flat=True).first()
    )
    return found


def prices_of(item_ids: Iterable[UUID]) -> dict[UUID, tuple[Price, ...]]:
    """Prices by item in the order in which they were noted; one query."""
    rows = ItemPrice.objects.filter(item_id__in=list(item_ids)).order_by("id")
    found: dict[UUID, list[Price]] = defaultdict(list)
    for item_id, minor, from_on in rows.values_list("item_id", "price_minor", "from_on"):
        found[item_id].append(Price(minor, from_on))
    return {item_id: tuple(prices) for item_id, prices in found.items()}


def costs_of(items: Iterable[CatalogueItem], day: date) -> dict[UUID, Money]:
    """What each costs on a day; items without a price then are missing."""
    rows = list(items)
    prices = prices_of(item.pk for item in rows)
    now = {item.pk: price_on(prices.get(item.pk, ()), day) for item in rows}
    return {item.pk: Money(price.minor, item.currency) for item in rows if (price := now[item.pk])}


def coming_of(item_ids: Iterable[UUID], day: date) -> dict[UUID, Price]:
    """The next price of each that was said to hold after a day; items for which none was are missing."""
    rows = ItemPrice.objects.filter(item_id__in=list(item_ids), from_on__gt=day).order_by("id")
    found: dict[UUID, list[Price]] = defaultdict(list)
    for item_id, minor, from_on in rows.values_list("item_id", "price_minor", "from_on"):
        found[item_id].append(Price(minor, from_on))
    return {pk: price for pk, prices in found.items() if (price := next_price(prices, day))}


def house_of(
    actor: Actor, today: date, names: Iterable[str], headings: Mapping[Column, str] | None = None
) -> House:
    """What a file is held against: providers of these names, and all their items."""
    wanted = {folded(name) for name in names}
    providers: dict[str, list[UUID]] = defaultdict(list)
    for pk, name in Provider.objects.visible_to(actor).values_list("pk", "name"):
        if folded(name) in wanted:
            providers[folded(name)].append(pk)
    ids = [pk for found in providers.values() for pk in found]
    rows = list(CatalogueItem.objects.visible_to(actor).filter(provider_id__in=ids))
    prices = prices_of(row.pk for row in rows)
    known: dict[Key, Known] = {
        (row.provider_id, row.code): Known(
            row.pk, terms_of(row), prices.get(row.pk, ()), row.withdrawn_at is not None
        )
        for row in rows
    }
    return House(known, providers, today, headings or {})


# ---- the cart ----


def cart_lines(actor: Actor) -> QuerySet[CartLine]:
    """What the actor means to order; nobody sees the cart of somebody else."""
    rows = CartLine.objects.visible_to(actor).filter(member_id=actor.id)
    return cast("QuerySet[CartLine]", rows.select_related("item__provider"))


def cart_of(actor: Actor) -> list[CartLine]:
    """The same by provider and currency."""
    return list(
        cart_lines(actor).order_by("item__provider__name", "item__provider_id", "item__currency", "id")
    )


def wanted_of(actor: Actor, item: CatalogueItem, quantity: int, seen: Money, today: date) -> Wanted:
    """What the rules ask about one thing in a cart."""
    return wanted_in(actor, [(item, quantity, seen)], today)[item.pk]


def wanted_in(
    actor: Actor, lines: Iterable[tuple[CatalogueItem, int, Money]], today: date
) -> dict[UUID, Wanted]:
    """What the rules ask about everything in a cart, by item; two queries for all."""
    rows = list(lines)
    costs = costs_of([item for item, _, _ in rows], today)
    live = Subscription.objects.filter(member_id=actor.id, ended_on__isnull=True, plan=Plan.FREE)
    free = set(live.filter(item_id__in=list(costs)).values_list("item_id", flat=True))
    return {
        item.pk: Wanted(
            item=item.name,
            provider=item.provider.name,
            quantity=quantity,
            seen=seen,
            price=costs.get(item.pk),
            withdrawn=item.withdrawn_at is not None,
            blocked=item.provider.relation == Relation.BLOCKED,
            subscribed=item.pk in free,
        )
        for item, quantity, seen in rows
    }


# ---- subscriptions ----


def subscriptions_for(actor: Actor) -> QuerySet[Subscription]:
    """Those the actor sees: a requester their own, others all; to be paged by `SUBSCRIBED_ORDER`."""
    rows: Any = Subscription.objects.visible_to(actor)
    if actor.role == Role.REQUESTER:
        rows = rows.filter(member_id=actor.id)
    return cast("QuerySet[Subscription]", rows.select_related("item__provider", "member__person"))


def subscription_of(actor: Actor, subscription_id: UUID) -> Subscription:
    """The subscription; NotFound when the actor may not see it."""
    found = subscriptions_for(actor).filter(pk=subscription_id).first()
    if found is None:
        raise NotFound("subscription")
    return found


def term_of(row: Subscription, *, turned_down: bool = False) -> Term:
    """A subscription for rules about its dates."""
    item, member = row.item, row.member
    return Term(
        plan=row.plan,
        period=row.period,
        trial_until=row.trial_until,
        anchor_on=row.anchor_on,
        renews_on=row.renews_on,
        notice_days=row.notice_days,
        warned_for=row.warned_for,
        cancelled_on=row.cancelled_on,
        ended_on=row.ended_on,
        holder_stays=member.left_at is None and may(member.actor, Right.REQUEST) is None,
        on_sale=item.withdrawn_at is None and item.provider.relation != Relation.BLOCKED,
        turned_down=turned_down,
    )


def to_warn(now: datetime) -> list[tuple[UUID, UUID]]:
    """(organisation, subscription) of those whose holder is to be told by now of the next renewal."""
    live = Subscription.objects.filter(
        ended_on__isnull=True, cancelled_on__isnull=True, renews_on__isnull=False
    ).exclude(warned_for=F("renews_on"))
    near = Q(pk__in=[])
    # Few different notices are in use; so only what is near is read, however much runs.
    for days in set(live.order_by().values_list("notice_days", flat=True).distinct()):
        ahead = WARNED_AHEAD + timedelta(days=max(1, days) + 1)
        near |= Q(notice_days=days, renews_on__lte=(now + ahead).date())
    return _due(live.filter(near), now, why_not_warn)


def to_turn(now: datetime) -> list[tuple[UUID, UUID]]:
    """(organisation, subscription) of those that renew by now, or end as they are no longer sold."""
    over = Q(renews_on__lte=(now + timedelta(days=1)).date())
    unsold = Q(renews_on__isnull=True) & (
        Q(item__withdrawn_at__isnull=False) | Q(item__provider__relation=Relation.BLOCKED)
    )
    return _due(Subscription.objects.filter(over | unsold, ended_on__isnull=True), now, why_not_turn)


def _due(
    rows: QuerySet[Subscription], now: datetime, why_not: Callable[[Term, date], Refusal | None]
) -> list[tuple[UUID, UUID]]:
    """The rows of which the rule has nothing against it, on the day it is in each organisation."""
    days: dict[UUID, date] = {}
    found = []
    for row in rows.select_related("item__provider", "member").order_by("id").iterator(chunk_size=500):
        today = days.setdefault(row.organisation_id, today_of(row.organisation_id, now))
        if why_not(term_of(row), today) is None:
            found.append((row.organisation_id, row.pk))
    return found
