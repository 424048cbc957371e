"""Reading single values: instants, amounts, quantities. Each gives a value, and the problem met if any."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from outtask.kernel.money import Money, exponent, known
from outtask.kernel.refusal import Refused
from outtask.kernel.words import N_

PROBLEMS = {
    "bad_date": N_("“%(value)s” is not a date that is understood here, and was left out. Write 2026-03-31."),
    "date_out_of_range": N_("The date %(value)s is before 1900 or after 9000, and was left out. Correct it."),
    "date_without_time": N_(
        "The date %(value)s has no time. The start of the day was taken, for an end its last second, in UTC."
    ),
    "date_without_zone": N_("The time %(value)s has no zone. UTC was taken."),
    "bad_amount": N_(
        "“%(value)s” is not an amount that can be read in one way only, and was left out. Write 1140.00."
    ),
    "amount_as_text": N_("The amount “%(value)s” stands as text. It was read as a number."),
    "amount_rounded": N_("The amount %(value)s is finer than its currency. It was rounded, halves to even."),
    "amount_out_of_range": N_("The amount %(value)s is too large to be true, and was left out. Correct it."),
    "missing_currency": N_("The amount %(value)s has no currency, and was left out. Add the currency."),
    "unknown_currency": N_(
        "“%(value)s” is not a currency of ISO 4217 in use. Its amount was left out. Correct the currency."
    ),
    "currency_case": N_("The currency “%(value)s” is not in capitals. It was read as if it were."),
    "bad_quantity": N_("“%(value)s” is not a quantity, and was left out. Write a number."),
    "quantity_as_text": N_("The quantity “%(value)s” stands as text. It was read as a number."),
    "broken_text": N_("This text holds characters that cannot be kept. They were replaced: %(value)s"),
    "unexpected_shape": N_(
        "The standard has another kind of value here, so that this was left out: %(value)s"
    ),
    "unknown_status": N_("“%(value)s” is not a status of the standard. It was kept, and not acted on."),
    "local_status": N_("The status “%(value)s” is the publisher's own word. It was understood."),
    "mixed_currencies": N_("This process has amounts in several currencies: %(value)s. They were not added."),
    "party_not_listed": N_(
        "“%(value)s” is referred to and not listed as a party. What the reference says was taken."
    ),
    "release_without_date": N_("The release %(value)s has no date. It was taken for the oldest."),
    "release_without_ocid": N_("The release at %(value)s has no ocid, and was left out. Give it one."),
    "foreign_release": N_(
        "A release of %(value)s stands in the record of another process, and was left out. Send it alone."
    ),
    "linked_release": N_("The release %(value)s is only linked, and was not fetched. Send it too."),
}
"""Each code of a `Problem` with its message id."""

REPAIRS = frozenset(
    {
        "amount_as_text",
        "amount_rounded",
        "broken_text",
        "currency_case",
        "date_without_time",
        "date_without_zone",
        "local_status",
        "party_not_listed",
        "quantity_as_text",
        "release_without_date",
    }
)
"""The codes after which the value is used all the same."""

LARGEST_MINOR = 10**15
"""Above this an amount is an error of its publisher; below it every JSON number keeps it exactly."""


class Read[T](NamedTuple):
    """value: None when nothing was understood. problem: a code of PROBLEMS, "" when there was none."""

    value: T | None
    problem: str = ""


_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?) ?(Z|z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_LAST_SECOND = time(23, 59, 59)


def instant(text: str, end: bool = False) -> Read[datetime]:
    """An ISO 8601 date with or without time and zone, as an aware UTC datetime.

    end: `text` is the end of something, so that a bare date means the last second of that day.
    """
    found = _INSTANT.fullmatch(text.strip())
    if not found:
        return Read(None, "bad_date")
    day, clock, zone = found.groups()
    try:
        if clock is None:
            moment = datetime.combine(datetime.fromisoformat(day), _LAST_SECOND if end else time.min, UTC)
        else:
            moment = datetime.fromisoformat(f"{day}T{clock}{(zone or 'Z').upper()}").astimezone(UTC)
    except (ValueError, OverflowError):
        return Read(None, "bad_date")
    if not 1900 <= moment.year <= 9000:
        return Read(None, "date_out_of_range")
    problem = "date_without_time" if clock is None else "" if zone else "date_without_zone"
    return Read(moment, problem)


# Digits that can be nothing but a decimal number: "1.140" might be 1140, so three digits after a point
# count only when more than three stand before it.
_PLAIN = re.compile(r"[-+]?(?:\d+|\d+\.(?:\d{1,2}|\d{4,})|\d{4,}\.\d{3}|0\.\d+)", re.ASCII)


def money(amount: object, currency: str) -> tuple[Money | None, tuple[str, ...]]:
    """`amount` (a JSON number or text) of `currency`, rounded half-even to its minor unit; and problems."""
    code = currency.strip().upper()
    if not code:
        return None, ("missing_currency",)
    if not known(code):
        return None, ("unknown_currency",)
    noted = ("currency_case",) if code != currency.strip() else ()
    if isinstance(amount, str):
        plain = amount.strip()
        if not _PLAIN.fullmatch(plain):
            return _written_amount(plain, code, noted)
        amount, noted = Decimal(plain), (*noted, "amount_as_text")
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        return None, ("bad_amount",)
    minor, exact = _minor(Decimal(amount), code)
    if minor is None:
        return None, ("amount_out_of_range",)
    return Money(minor, code), noted if exact else (*noted, "amount_rounded")


def _written_amount(text: str, code: str, noted: tuple[str, ...]) -> tuple[Money | None, tuple[str, ...]]:
    try:
        read = Money.parse(text, code)
    except Refused:
        return None, ("bad_amount",)
    return read, (*noted, "amount_as_text")


def _minor(amount: Decimal, code: str) -> tuple[int | None, bool]:
    """The amount in minor units and whether it is exact; None when out of range."""
    if amount.is_zero():
        return 0, True
    if amount.adjusted() > 15:
        return None, True
    if amount.adjusted() < -15:  # a fraction of 10**999999 would take all memory there is
        return 0, False
    exact = Fraction(amount) * 10 ** exponent(code)
    minor = round(exact)
    return (minor, minor == exact) if abs(minor) <= LARGEST_MINOR else (None, True)


def quantity(value: object) -> Read[Decimal]:
    """A number of units; text only when it is plain digits."""
    if isinstance(value, str) and _PLAIN.fullmatch(value.strip()):
        return Read(Decimal(value.strip()), "quantity_as_text")
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return Read(None, "bad_quantity")
    return Read(Decimal(value))


_HASH = re.compile(r"\s*(md5|sha-?1|sha-?256|sha-?512)\s*[:=]\s*([0-9a-f]{32,128})\s*", re.IGNORECASE)
_HEX_DIGITS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}


def checksum(text: str) -> str:
    """`algorithm:hex` when `text` is nothing but a checksum of the right length, else ""."""
    found = _HASH.fullmatch(text)
    if not found:
        return ""
    name = found[1].lower().replace("-", "")
    return f"{name}:{found[2].lower()}" if len(found[2]) == _HEX_DIGITS[name] else ""
