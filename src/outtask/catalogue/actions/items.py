"""What is sold: adding items, changing what they say, noting prices, withdrawing them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from outtask.catalogue import queries, rules
from outtask.catalogue.changes import TERMS
from outtask.catalogue.models import CatalogueItem, ItemPrice
from outtask.journal.recording import Key, NotFound, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.categories import category_of
from outtask.kernel.identifiers import new_id
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people.models import Provider
from outtask.people.roles import Right, may
from outtask.source.queries import today_of


@action
def add_item(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    provider_id: UUID,
    code: str,
    name: str,
    kind: str,
    price: Money,
    description: str = "",
    unit: str = "",
    tax_percent: Decimal = Decimal(0),
    category: str = "",
    notice_days: int = 0,
    plan: str = "",
    period: str = "",
    trial_days: int = 0,
    cancel_days: int = 0,
    from_on: date | None = None,
) -> Outcome:
    """Put a good, service or subscription of a provider into the catalogue. Gives `id`.

    price: of one, without tax; its currency is the item's for good. from_on: from when, today unless said.
    """
    with recording("item.added", actor=actor, now=now, key=key) as entry:
        refuse_if(may(actor, Right.MANAGE_PROVIDERS))
        provider: Provider | None = Provider.objects.visible_to(actor).filter(pk=provider_id).first()
        if provider is None:
            raise NotFound("provider")
        terms = rules.Terms(
            code=code.strip(), name=name.strip(), kind=kind, currency=price.currency,
            description=description.strip(), unit=unit.strip(), tax_percent=tax_percent, category=category,
            notice_days=notice_days, plan=plan, period=period, trial_days=trial_days, cancel_days=cancel_days,
        )  # fmt: skip
        today = today_of(entry.organisation_id, now)
        new = rules.Price(price.minor, from_on or today)
        refuse_if(*rules.why_not_item(terms))
        refuse_if(
            _why_not_code(provider, terms.code),
            rules.why_not_change_price((), new, today=today, **_about(terms)),  # type: ignore[arg-type]
        )
        item: CatalogueItem = CatalogueItem.objects.create(
            organisation_id=entry.organisation_id, provider=provider, added_at=now, **columns_of(terms)
        )
        note(entry, item, new)
        entry.says(item=item.pk, name=entry.keep(item.name), price=price)
        entry.gives(id=item.pk)
    return entry.outcome


@action
def change_item(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    item_id: UUID,
    name: str,
    description: str = "",
    unit: str = "",
    tax_percent: Decimal = Decimal(0),
    category: str = "",
    notice_days: int = 0,
    trial_days: int = 0,
    cancel_days: int = 0,
) -> Outcome:
    """Change what an item says. Subscriptions in force keep the terms they were ordered on."""
    with recording("item.changed", actor=actor, on=(CatalogueItem, item_id), now=now, key=key) as entry:
        item: CatalogueItem = entry.subject
        before = queries.terms_of(item)
        after = replace(
            before, name=name.strip(), description=description.strip(), unit=unit.strip(),
            tax_percent=tax_percent, category=category, notice_days=notice_days, trial_days=trial_days,
            cancel_days=cancel_days,
        )  # fmt: skip
        refuse_if(may(actor, Right.MANAGE_PROVIDERS))
        refuse_if(*rules.why_not_change_item(before, after, item.withdrawn_at is not None))
        columns = columns_of(after)
        differ = [each for each in TERMS if columns[each] != getattr(before, each)]
        for each in differ:
            setattr(item, each, columns[each])
        item.save(update_fields=differ)
        entry.says(name=entry.keep(item.name), columns=" ".join(differ))
    return entry.outcome


@action
def note_price(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    item_id: UUID,
    price: Money,
    from_on: date | None = None,
) -> Outcome:
    """Note what an item costs from a day on: a fall at once, a rise after its notice. Gives `id`, `from_on`.

    from_on: the first day that is possible, unless said.
    """
    with recording("item.price_noted", actor=actor, on=(CatalogueItem, item_id), now=now, key=key) as entry:
        item: CatalogueItem = entry.subject
        today = today_of(entry.organisation_id, now)
        prices = queries.prices_of([item.pk]).get(item.pk, ())
        first = rules.earliest(prices, price.minor, today, item.notice_days)
        new = rules.Price(price.minor, from_on or first)
        terms = queries.terms_of(item)
        refuse_if(may(actor, Right.MANAGE_PROVIDERS), _why_not_price(item, price))
        refuse_if(rules.why_not_change_price(prices, new, today=today, **_about(terms)))  # type: ignore[arg-type]
        row = note(entry, item, new)
        entry.says(name=entry.keep(item.name), price=price, from_on=new.from_on, noted=row.pk)
        entry.gives(id=row.pk, from_on=new.from_on.isoformat())
    return entry.outcome


@action
def withdraw_item(*, actor: Actor, now: datetime, key: Key = None, item_id: UUID) -> Outcome:
    """Sell an item no longer, for good. Subscriptions to it run until their next renewal."""
    with recording("item.withdrawn", actor=actor, on=(CatalogueItem, item_id), now=now, key=key) as entry:
        item: CatalogueItem = entry.subject
        refuse_if(may(actor, Right.MANAGE_PROVIDERS), _why_not_withdraw(item))
        item.withdrawn_at = now
        item.save(update_fields=["withdrawn_at"])
        entry.says(name=entry.keep(item.name))
    return entry.outcome


def note(entry: Recording, item: CatalogueItem, price: rules.Price) -> ItemPrice:
    """Part: the row of a price."""
    row: ItemPrice = ItemPrice.objects.create(
        id=new_id(queries.latest_price_id(item=item)),
        organisation_id=entry.organisation_id,
        item=item,
        price_minor=price.minor,
        from_on=price.from_on,
        noted_at=entry.now,
    )
    return row


def columns_of(terms: rules.Terms) -> dict[str, object]:
    """The columns of an item that says this; the category as its digits."""
    digits = category_of(terms.category)
    assert not isinstance(digits, Refusal), "refused before"
    return {name: getattr(terms, name) for name in TERMS} | {"category": digits}


def _about(terms: rules.Terms) -> dict[str, object]:
    return {"currency": terms.currency, "plan": terms.plan, "notice_days": terms.notice_days}


def _why_not_code(provider: Provider, code: str) -> Refusal | None:
    there = CatalogueItem.objects.filter(provider=provider, code=code).first()
    if there is None:
        return None
    facts = {"name": there.name, "code": code}
    if there.withdrawn_at is not None:
        reason = N_("“%(name)s” had the code %(code)s and is withdrawn. Give this one another code.")
        return Refusal("code_taken", reason, "code", facts)
    reason = N_("“%(name)s” has the code %(code)s already. Change that one, or give this another code.")
    return Refusal("code_taken", reason, "code", facts)


def _why_not_price(item: CatalogueItem, price: Money) -> Refusal | None:
    if item.withdrawn_at is not None:
        return Refusal("item_withdrawn", N_("This item is withdrawn. Nobody buys it at any price."))
    if price.currency == item.currency:
        return None
    reason = N_("This item is sold in %(currency)s. Withdraw it and add it anew to sell it in another one.")
    return Refusal("currency_other", reason, "price", {"currency": item.currency})


def _why_not_withdraw(item: CatalogueItem) -> Refusal | None:
    if item.withdrawn_at is None:
        return None
    return Refusal("item_withdrawn", N_("This item is withdrawn already."))
