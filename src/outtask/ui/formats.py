"""How money, days and moments read: in the reader's locale and zone, the same on every page and in mails.

The locale is Django's active language, the zone Django's active time zone; both are set for each request
(see `middleware.py` and `pages.py`) and for each mail by whoever sends it.
"""

from __future__ import annotations

import functools
from datetime import date, datetime, timedelta
from decimal import Decimal

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, get_currency_symbol
from django.utils import timezone, translation
from django.utils.translation import gettext

from outtask.kernel.money import Money, exponent
from outtask.kernel.refusal import Refusal

FAR = timedelta(days=183)
"""A day further away than this is told with its year."""

MINUS = "−"


def locale() -> Locale:
    """The reader's locale; British English when Babel has none for the active language."""
    return _locale_of(translation.get_language() or "en-gb")


@functools.cache
def _locale_of(language: str) -> Locale:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def money(amount: Money) -> str:
    """`£1,140.00`: with all decimals of ISO 4217 (CLDR drops those that shops do not print)."""
    return _money(amount, locale())


# Pages tell the same few amounts and days again and again, and Babel reads its patterns anew for each.
@functools.lru_cache(maxsize=10_000)
def _money(amount: Money, where: Locale) -> str:
    pattern = str(where.currency_formats["standard"].pattern)
    if get_currency_symbol(amount.currency, locale=where)[-1].isalpha():
        pattern = pattern.replace("¤#", "¤\xa0#")  # CLDR: a code does not touch the figure
    decimals = exponent(amount.currency)
    pattern = pattern.replace(".00", "." + "0" * decimals if decimals else "")
    text = format_currency(
        amount.decimal, amount.currency, format=pattern, locale=where, currency_digits=False
    )
    return text.replace("-", MINUS)


def symbol(currency: str) -> str:
    """`£`: what stands before an input; the code itself when the locale has no sign for it."""
    return get_currency_symbol(currency, locale=locale())


def number(value: int | Decimal) -> str:
    """`18,412`, `2.5`."""
    return format_decimal(value, locale=locale())


def day(value: date | datetime, today: date | None = None) -> str:
    """`Thu 26 Nov`; with the year when it is another year than the reader's or half a year away.

    An instant is told as the day it has in the reader's zone.
    """
    if isinstance(value, datetime):
        value = timezone.localdate(value)
    today = today or timezone.localdate()
    near = value.year == today.year and abs(value - today) <= FAR
    return _day(value, "EEE d MMM" if near else "EEE d MMM y", locale())


@functools.lru_cache(maxsize=10_000)
def _day(value: date, pattern: str, where: Locale) -> str:
    return format_date(value, pattern, locale=where)


def moment(value: datetime, today: date | None = None) -> str:
    """`Tue 24 Nov, 09:12` in the reader's zone."""
    local = timezone.localtime(value)
    return f"{day(local.date(), today)}, {format_time(local, 'HH:mm', locale=locale())}"


def say(refusal: Refusal) -> str:
    """The reason in the reader's language, with money and dates among its facts told as on every page."""
    facts = {name: _fact(value) for name, value in refusal.facts.items()}
    return Refusal(refusal.code, refusal.reason, refusal.field, facts).said_with(gettext)


def told(value: object) -> str:
    """Any value in the reader's words: an amount, a day, an instant, or text as it is; empty for None."""
    if isinstance(value, Money):
        return money(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    return "" if value is None else str(value)


def _fact(value: object) -> object:
    if isinstance(value, Money | date):
        return told(value)
    # A fact may itself be a message id (the name of a right); other text has no translation and stays.
    return gettext(value) if isinstance(value, str) and value else value
