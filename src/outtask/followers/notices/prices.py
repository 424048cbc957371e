"""Mail about prices that change: to whoever has the item in a cart, subscribes to it, or orders it again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from outtask.agree.queries import document_of, version_of
from outtask.catalogue.models import CartLine, CatalogueItem, ItemPrice, Subscription
from outtask.catalogue.rules import Price, price_on
from outtask.followers.notices.letters import Letter, Mailing
from outtask.journal.reading import Told
from outtask.kernel.money import Money
from outtask.lifecycle.models import Repeat
from outtask.messages.post import Reader
from outtask.people.models import Member
from outtask.ui.formats import day, money

TOLD = frozenset({"item.price_noted", "items.imported"})
MOST_NAMED = 20
"""So many items one mail names; of more it says how many."""


@dataclass(frozen=True)
class Change:
    """A new price of something that somebody buys, and the one it takes the place of."""

    item: CatalogueItem
    old: Money
    new: Money
    from_on: date

    def __str__(self) -> str:
        said = {"old": money(self.old), "new": money(self.new), "day": day(self.from_on)}
        return _("%(old)s becomes %(new)s on %(day)s") % said


def letters(told: Told) -> Iterator[Mailing]:
    """One mail for each member, however many of their things a price list changes; none for who noted it."""
    held = _held(told)
    changes = _changes(told, {item for items in held.values() for item in items})
    members = Member.objects.filter(pk__in=held, left_at=None).exclude(pk=told.actor_id)
    for member in members.select_related("person").order_by("id"):
        theirs = [changes[item] for item in sorted(held[member.pk]) if item in changes]
        if theirs:
            yield Reader(member.name, member.person.email, member=member), _letter(theirs)


def _noted(told: Told) -> QuerySet[ItemPrice]:
    """The prices that the entry tells of: one, or all that came with a file."""
    rows = ItemPrice.objects.filter(organisation_id=told.organisation_id, noted_at=told.at)
    if told.kind.name == "item.price_noted":
        rows = rows.filter(pk=told.says["noted"])
    return cast("QuerySet[ItemPrice]", rows)


def _held(told: Told) -> dict[UUID, set[UUID]]:
    """The items that get a price, by the members who mean to buy them."""
    items = _noted(told).values("item")
    held: dict[UUID, set[UUID]] = defaultdict(set)
    carts = CartLine.objects.filter(item__in=items).values_list("member_id", "item_id")
    running = Subscription.objects.filter(item__in=items, ended_on__isnull=True)
    for member_id, item_id in [*carts, *running.values_list("member_id", "item_id"), *_reordered(told)]:
        held[member_id].add(item_id)
    return held


def _reordered(told: Told) -> Iterator[tuple[UUID, UUID]]:
    """(member, item) of orders that repeat: by the item a line came from, else by its provider and words."""
    noted = CatalogueItem.objects.filter(pk__in=_noted(told).values("item"))
    rows = Repeat.objects.filter(
        next_on__isnull=False, request__agreement__provider__in=noted.values("provider")
    )
    for repeat in rows.select_related("request__agreement").order_by("id"):
        agreement = repeat.request.agreement
        lines = document_of(version_of(agreement)).lines
        ids = [line.item_id for line in lines if line.item_id is not None]
        named = Q(provider=agreement.provider_id, name__in=[line.what for line in lines])
        for item_id in noted.filter(Q(pk__in=ids) | named).values_list("pk", flat=True):
            yield repeat.asked_by_id, item_id


def _changes(told: Told, item_ids: set[UUID]) -> Mapping[UUID, Change]:
    """By item; a first price changes nothing, and neither does one that was noted to stay as it is."""
    noted = set(_noted(told).values_list("pk", flat=True))
    rows = ItemPrice.objects.filter(item_id__in=item_ids).select_related("item__provider").order_by("id")
    before: dict[UUID, list[Price]] = defaultdict(list)
    found = {}
    for row in rows:
        old = price_on(before[row.item_id], row.from_on)
        if row.pk in noted and old is not None and old.minor != row.price_minor:
            currency = row.item.currency
            found[row.item_id] = Change(
                row.item, Money(old.minor, currency), Money(row.price_minor, currency), row.from_on
            )
        before[row.item_id].append(Price(row.price_minor, row.from_on))
    return found


def _letter(changes: Sequence[Change]) -> Letter:
    first, more = changes[0], len(changes) - MOST_NAMED
    one = len(changes) == 1
    lead = (
        _("The price of %(name)s changes") % {"name": first.item.name}
        if one
        else _("The prices of %(n)s things you buy change") % {"n": len(changes)}
    )
    facts = [(change.item.name, str(change)) for change in changes[:MOST_NAMED]]
    if more > 0:
        facts.append((_("And others"), str(more)))
    return Letter(
        subject=lead,
        lead=lead,
        what=_("From %(provider)s. Prices are without tax.") % {"provider": first.item.provider.name}
        if one
        else _("Prices are without tax."),
        facts=tuple(facts),
        button=_("See the item") if one else _("See the catalogue"),
        promise=_("A cart keeps the price you saw until the day of the change. Subscriptions renew at the "
                  "price of their day; an order that repeats keeps its own until you order afresh."),
        path=reverse("item", args=[first.item.pk]) if one else reverse("catalogue"),
        more={"footer": _("You get this because it is in your cart, or you subscribe to it or reorder it.")},
    )  # fmt: skip
