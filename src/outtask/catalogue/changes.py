"""What a file would change in the catalogue: new, changed, unchanged, and rows that cannot be taken. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any
from uuid import UUID

from outtask.catalogue.rules import (
    Price,
    Terms,
    earliest,
    price_on,
    why_not_change_item,
    why_not_change_price,
    why_not_item,
)
from outtask.catalogue.states import ItemKind, Plan
from outtask.catalogue.table import Column, ItemRow, folded
from outtask.decide.inventory import CellError
from outtask.kernel.categories import category_of
from outtask.kernel.money import Money, known
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

TERMS = tuple(each.name for each in fields(Terms))

type Key = tuple[UUID, str]
"""What makes an item the same one: its provider and the provider's code."""


@dataclass(frozen=True, slots=True)
class Known:
    """An item in the catalogue, with its prices in the order in which they were noted."""

    id: UUID
    terms: Terms
    prices: tuple[Price, ...]
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One item that will differ. price: the one to note, None when that stays. before: None for a new one."""

    number: int
    provider_id: UUID
    provider: str
    terms: Terms
    price: Price | None
    known: Known | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in which a known item will differ."""
        if self.known is None:
            return ()
        before = self.known.terms
        differ = tuple(name for name in TERMS if getattr(self.terms, name) != getattr(before, name))
        return (*differ, "price") if self.price is not None else differ


@dataclass(slots=True)
class Changes:
    """What came of comparing."""

    created: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    errors: list[CellError] = field(default_factory=list)

    @property
    def written(self) -> int:
        return len(self.created) + len(self.changed)


@dataclass(frozen=True)
class House:
    """What the rows are held against. providers: ids by folded name."""

    items: Mapping[Key, Known]
    providers: Mapping[str, Sequence[UUID]]
    today: date
    headings: Mapping[Column, str] = field(default_factory=dict)


def compare(rows: Iterable[ItemRow], house: House) -> Changes:
    """Compare rows with the catalogue. A blank cell leaves what stands there; nothing is ever taken away."""
    found = Changes()
    for row in rows:
        change = _change(row, house)
        if not isinstance(change, Change):
            found.errors += [_error(row, refusal, house) for refusal in change]
        elif change.known is None:
            found.created.append(change)
        elif change.columns:
            found.changed.append(change)
        else:
            found.unchanged += 1
    return found


def _error(row: ItemRow, refusal: Refusal, house: House) -> CellError:
    heading = house.headings.get(Column(refusal.field)) if refusal.field in set(Column) else None
    return CellError(row.number, heading, refusal.code, refusal.reason, refusal.facts)


def _change(row: ItemRow, house: House) -> Change | Sequence[Refusal]:
    ids = house.providers.get(folded(row.provider), ())
    if len(ids) != 1:
        return [_why_not_provider(row.provider, len(ids))]
    stands = house.items.get((ids[0], row.code))
    terms = _terms(row, stands)
    if wrong := why_not_change_item(stands.terms, terms, stands.withdrawn) if stands else why_not_item(terms):
        return wrong
    price = _price(row, terms, stands, house.today)
    if isinstance(price, Refusal):
        return [price]
    return Change(row.number, ids[0], row.provider, terms, price, stands)


def _why_not_provider(name: str, found: int) -> Refusal:
    facts = {"name": name[:60]}
    if found:
        reason = N_("Several providers are called “%(name)s”. Rename one of them first.")
        return Refusal("provider_several", reason, "provider", facts)
    reason = N_("No provider is called “%(name)s”. Add them first, or write the name as it stands there.")
    return Refusal("provider_unknown", reason, "provider", facts)


def _terms(row: ItemRow, stands: Known | None) -> Terms:
    said: dict[str, Any] = {column.value: value for column, value in row.said.items() if column in TERMS}
    if "category" in said and not isinstance(digits := category_of(said["category"]), Refusal):
        said["category"] = digits
    if stands is not None:
        return replace(stands.terms, **said)
    return Terms(**{"code": row.code, "name": "", "kind": ItemKind.GOOD.value, "currency": ""} | said)


def _price(row: ItemRow, terms: Terms, stands: Known | None, today: date) -> Price | Refusal | None:
    """The price to note; None when what the row says of it is known."""
    prices = stands.prices if stands is not None else ()
    minor = _minor(row, terms, is_new=stands is None)
    if minor is None or isinstance(minor, Refusal):
        return minor
    from_on = row.said.get(Column.FROM_ON)
    if not isinstance(from_on, date):
        if prices and prices[-1].minor == minor:
            return None  # what was said last
        from_on = earliest(prices, minor, today, terms.notice_days)
    elif prices and (then := price_on(prices, from_on)) is not None and then.minor == minor:
        return None
    elif not prices:
        from_on = max(from_on, today)
    new = Price(minor, from_on)
    rest = {"currency": terms.currency, "plan": terms.plan, "today": today, "notice_days": terms.notice_days}
    return why_not_change_price(prices, new, **rest) or new  # type: ignore[arg-type]


def _minor(row: ItemRow, terms: Terms, *, is_new: bool) -> int | Refusal | None:
    text = row.said.get(Column.PRICE)
    if text is None:
        if not is_new:
            return None
        if terms.plan == Plan.FREE:
            return 0
        return Refusal("price_missing", N_("A new item needs a price. Write it here."), "price")
    assert known(terms.currency), "a currency that is none is refused before"
    try:
        return Money.parse(str(text), terms.currency, "price").minor
    except Refused as refused:
        return refused.refusal
