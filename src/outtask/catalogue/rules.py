"""What an item must say, what it costs on a day, and what can be ordered. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from outtask.catalogue.renewals import LONGEST_NOTICE
from outtask.catalogue.states import ItemKind, Period, Plan
from outtask.kernel.categories import category_of
from outtask.kernel.money import LARGEST_MINOR, Money, known
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.source.rules import why_not_plain

LONGEST = {"code": 60, "name": 300, "description": 5_000, "unit": 30}
MOST_DAYS = 365
MOST_PIECES = 10**6
MOST_TAX_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything an item says of itself but its price; the names are those of the row."""

    code: str
    name: str
    kind: str
    currency: str
    description: str = ""
    unit: str = ""
    tax_percent: Decimal = Decimal(0)
    category: str = ""
    notice_days: int = 0
    plan: str = ""
    period: str = ""
    trial_days: int = 0
    cancel_days: int = 0


FIXED = ("code", "kind", "currency", "plan", "period")
"""What buyers count on; something else in it is another item."""


def why_not_item(terms: Terms) -> tuple[Refusal, ...]:
    """Everything that is wrong with an item at once, each on its field."""
    category = category_of(terms.category)
    found = [
        *(_why_not_text(getattr(terms, name), name) for name in LONGEST),
        None
        if terms.kind in set(ItemKind)
        else Refusal("kind_unknown", N_("Choose a good, a service or a subscription."), "kind"),
        None
        if known(terms.currency)
        else Refusal("currency_unknown", N_("Choose a currency of ISO 4217, such as EUR."), "currency"),
        _why_not_tax(terms.tax_percent),
        category if isinstance(category, Refusal) else None,
        _why_not_days(terms.notice_days, "notice_days", MOST_DAYS),
        *_why_not_plan(terms),
    ]
    return tuple(refusal for refusal in found if refusal is not None)


def _why_not_text(text: str, name: str) -> Refusal | None:
    if name in {"code", "name"} and not text.strip():
        return Refusal(f"{name}_missing", N_("Write something here; buyers look for it."), name)
    if len(text.strip()) > LONGEST[name]:
        reason = N_("Use at most %(most)s characters.")
        return Refusal("text_long", reason, name, {"most": LONGEST[name]})
    return why_not_plain(text, name)


def _why_not_tax(percent: Decimal) -> Refusal | None:
    exponent = percent.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= MOST_TAX_DECIMALS and 0 <= percent <= 100:
        return None
    reason = N_("Give the tax in percent, from 0 to 100, with up to three decimals.")
    return Refusal("tax_out_of_range", reason, "tax_percent")


def _why_not_days(days: int, field: str, most: int) -> Refusal | None:
    if 0 <= days <= most:
        return None
    return Refusal(
        "days_out_of_range", N_("Give a number of days from 0 to %(most)s."), field, {"most": most}
    )


def _why_not_plan(terms: Terms) -> list[Refusal | None]:
    if terms.kind != ItemKind.SUBSCRIPTION:
        stray = [name for name in ("plan", "period", "trial_days", "cancel_days") if getattr(terms, name)]
        reason = N_("Only a subscription has this. Leave it empty.")
        return [Refusal("not_a_subscription", reason, name) for name in stray]
    if terms.plan not in set(Plan):
        return [Refusal("plan_unknown", N_("Choose the plan: free, per use, or by period."), "plan")]
    if terms.plan != Plan.PERIOD:
        stray = [name for name in ("period", "trial_days", "cancel_days") if getattr(terms, name)]
        reason = N_("Only a plan by period has this: nothing else renews. Leave it empty.")
        return [Refusal("not_by_period", reason, name) for name in stray]
    if terms.period not in set(Period):
        return [Refusal("period_unknown", N_("Choose a month or a year."), "period")]
    longest = LONGEST_NOTICE[Period(terms.period)]
    return [
        _why_not_days(terms.trial_days, "trial_days", MOST_DAYS),
        _why_not_days(terms.cancel_days, "cancel_days", longest),
    ]


def why_not_change_item(before: Terms, after: Terms, withdrawn: bool = False) -> tuple[Refusal, ...]:
    """What buyers count on stays: another kind or currency is another item, and notice never gets shorter."""
    if withdrawn:
        return (Refusal("item_withdrawn", N_("This item is withdrawn. Add it anew under another code.")),)
    fixed = N_("This stays as it is. Withdraw the item and add it anew under another code.")
    found = [
        Refusal("item_fixed", fixed, name) for name in FIXED if getattr(before, name) != getattr(after, name)
    ]
    if after.notice_days < before.notice_days:
        reason = N_("Buyers were promised %(days)s days of notice. It can be longer, not shorter.")
        found.append(Refusal("notice_shorter", reason, "notice_days", {"days": before.notice_days}))
    return (*found, *why_not_item(after))


# ---- prices ----


@dataclass(frozen=True, slots=True)
class Price:
    """What one piece costs without tax, from a day on."""

    minor: int
    from_on: date


def price_on(prices: Sequence[Price], day: date) -> Price | None:
    """The price that holds on a day: of those that began, the one that began last; of the same day, the one
    noted last. `prices` stand in the order in which they were noted."""
    begun = [(price.from_on, number, price) for number, price in enumerate(prices) if price.from_on <= day]
    return max(begun)[2] if begun else None


def next_price(prices: Sequence[Price], day: date) -> Price | None:
    """What was made known to hold after a day, the soonest; None when nothing was."""
    coming = [price.from_on for price in prices if price.from_on > day]
    return price_on(prices, min(coming)) if coming else None


def earliest(prices: Sequence[Price], minor: int, today: date, notice_days: int) -> date:
    """The first day on which a new price can hold: at once for a fall, after the notice for a rise.

    Today's price again takes the place of what was made known to come.
    """
    now = price_on(prices, today)
    if now is not None and minor > now.minor:
        return today + timedelta(days=notice_days)
    if now is not None and minor == now.minor:
        return max((price.from_on for price in prices if price.from_on > today), default=today)
    return today


def why_not_change_price(
    prices: Sequence[Price], new: Price, *, currency: str, plan: str, today: date, notice_days: int
) -> Refusal | None:
    """Whether this price may be noted today. The first one of an item needs no notice."""
    if wrong := why_not_amount(new.minor, plan):
        return wrong
    if new.from_on < today:
        return Refusal("price_in_the_past", N_("Choose today or a later day."), "from_on")
    before = price_on(prices, new.from_on)
    if before is not None and before.minor == new.minor:
        same = {"price": Money(new.minor, currency)}
        return Refusal("price_same", N_("It costs %(price)s on that day already."), "price", same)
    first = today + timedelta(days=notice_days)
    if before is not None and new.minor > before.minor and new.from_on < first:
        reason = N_(
            "A rise from %(old)s to %(new)s needs %(days)s days of notice. Choose %(first)s or later."
        )
        old, asked = Money(before.minor, currency), Money(new.minor, currency)
        facts: dict[str, object] = {"old": old, "new": asked, "days": notice_days, "first": first}
        return Refusal("notice_too_short", reason, "from_on", facts)
    return None


def why_not_amount(minor: int, plan: str) -> Refusal | None:
    """Only what is free costs nothing, and what is free costs nothing."""
    if plan == Plan.FREE:
        reason = N_("A free plan costs nothing. Write 0, or choose another plan.")
        return None if minor == 0 else Refusal("price_not_free", reason, "price")
    if not 0 < minor <= LARGEST_MINOR:
        reason = N_("Give a price above zero. What costs nothing is a subscription on a free plan.")
        return Refusal("price_range", reason, "price")
    return None


# ---- the cart ----


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something somebody means to order.

    seen: the price they saw; price: today's, None when none holds yet. blocked: whether its provider is.
    subscribed: whether they have this free plan already.
    """

    item: str
    provider: str
    quantity: int
    seen: Money
    price: Money | None
    withdrawn: bool = False
    blocked: bool = False
    subscribed: bool = False


def why_not_want(wanted: Wanted) -> Refusal | None:
    """Whether it can stand in a cart."""
    facts = {"item": wanted.item, "provider": wanted.provider}
    if wanted.withdrawn:
        reason = N_("“%(item)s” is no longer sold. Take it out of the cart and choose another.")
        return Refusal("item_withdrawn", reason, facts=facts)
    if wanted.blocked:
        reason = N_("%(provider)s is blocked, so nothing is ordered from them. Take “%(item)s” out.")
        return Refusal("provider_blocked", reason, facts=facts)
    if wanted.price is None:
        reason = N_("“%(item)s” has no price yet that holds today. Take it out and order it from then on.")
        return Refusal("price_missing", reason, facts=facts)
    if not 1 <= wanted.quantity <= MOST_PIECES:
        reason = N_("Give a quantity from 1 to %(most)s.")
        return Refusal("quantity_out_of_range", reason, "quantity", {"most": MOST_PIECES})
    if wanted.price.minor * wanted.quantity > LARGEST_MINOR:
        largest = Money(LARGEST_MINOR, wanted.price.currency)
        reason = N_("So many of “%(item)s” cost more than %(largest)s, the largest amount there can be.")
        return Refusal("total_too_large", reason, "quantity", facts | {"largest": largest})
    if wanted.subscribed:
        reason = N_("You have “%(item)s” already, and it is free. Take it out of the cart.")
        return Refusal("subscribed_already", reason, facts=facts)
    return None


def why_not_order(wanted: Wanted) -> Refusal | None:
    """Whether it can be ordered now: as for a cart, and at the price that was seen."""
    if (wrong := why_not_want(wanted)) or wanted.price is None or wanted.price == wanted.seen:
        return wrong
    reason = N_("“%(item)s” cost %(old)s when you saw it and costs %(new)s now. Accept the new price first.")
    facts = {"item": wanted.item, "old": wanted.seen, "new": wanted.price}
    return Refusal("price_changed", reason, "price", facts)
