"""Amounts of money: whole minor units and a currency of ISO 4217, exact always."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import NoReturn

from .refusal import Refusal, Refused
from .words import N_

# ISO 4217 list one, without funds codes, metals and test codes: what an invoice can be paid in.
# Its minor units differ from those of CLDR, which follow what shops print (HUF, IDR, ISK, IQD ...).
_MINOR_UNITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
        CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG
        HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU
        MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR
        SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED
        VES WST XCD XCG YER ZAR ZMW ZWG""",
    3: "BHD IQD JOD KWD LYD OMR TND",
}

CURRENCIES: Mapping[str, int] = MappingProxyType(
    {code: digits for digits, codes in _MINOR_UNITS.items() for code in codes.split()}
)
"""Each known currency code with its number of decimals (the ISO 4217 "minor unit")."""

LARGEST_MINOR = 10**15
"""The largest amount that can be entered, in minor units: far above any need, far below 2^53."""


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum or comparison. Convert one at a stored, dated rate first."""


def known(currency: str) -> bool:
    """Whether `currency` is an ISO 4217 code (upper case) that amounts may have."""
    return currency in CURRENCIES


def exponent(currency: str) -> int:
    """How many decimals the currency has by ISO 4217; KeyError when it is not known."""
    return CURRENCIES[currency]


@dataclass(frozen=True, order=False, slots=True)
class Money:
    """`minor` units (cents, pence, fils; may be negative) of `currency`.

    Amounts of two currencies are never equal; adding or ordering them raises CurrencyMismatch.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are an int, not {type(self.minor).__name__}")
        if self.currency not in CURRENCIES:
            raise ValueError(f"{self.currency!r} is not a currency of ISO 4217")

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @classmethod
    def total(cls, amounts: Iterable[Money], currency: str) -> Money:
        """The sum of `amounts`, all of them in `currency`; zero when there are none."""
        return sum(amounts, cls(0, currency))

    @classmethod
    def parse(cls, text: str, currency: str, field: str = "amount") -> Money:
        """The amount a person wrote, or `Refused` naming `field` and the remedy; never a guess.

        Reading `text`:
        - Around the number stand spaces, the currency's code or its sign (`£1,140.00`, `1140 EUR`), and a
          leading minus. The code or sign of another currency is refused.
        - The number is digits of any script, with `.` or `,` as decimal mark (digits on both sides) and
          one kind of `,` `.` `'` or space between groups. Groups have three digits, or are Indian
          (`1,14,000.00`). Exponents, NaN, infinity and brackets are refused.
        - With two kinds of `.` `,` the last is the decimal mark; one kind that repeats separates groups.
        - A single mark with no more digits behind it than the currency has decimals is the decimal mark.
        - `1,140`: in a currency of up to two decimals the comma can only separate groups, so it is 1140.
          In one of three decimals it could be either, and is refused.
        - `1.140`: in a currency of three decimals it is 1.140, as this product itself writes it. With fewer
          decimals it may be 1140 or a figure too exact, and is refused.
        - More decimals than the currency has are refused, zeros too; so is more than 10^15 minor units.
        """
        if not known(currency):
            raise Refused(Refusal("currency_unknown", _UNKNOWN, "currency", {"currency": currency[:12]}))
        return cls(_read(text, currency, field), currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact, with the currency's own number of decimals."""
        sign, digits = int(self.minor < 0), tuple(int(digit) for digit in str(abs(self.minor)))
        return Decimal((sign, digits, -CURRENCIES[self.currency]))

    def scaled(self, ratio: int | Decimal | Fraction) -> Money:
        """This amount times `ratio`, rounded to the minor unit, halves away from zero (as on invoices)."""
        if isinstance(ratio, float):
            raise TypeError("a ratio is an int, Decimal or Fraction: a float is not exact")
        exact = abs(self.minor * Fraction(ratio))
        rounded = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
        return Money(rounded if self.minor * Fraction(ratio) >= 0 else -rounded, self.currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        raise TypeError("an amount is neither true nor false: compare .minor with 0")

    def __str__(self) -> str:
        """For logs and data files, in no locale: "GBP 1140.00"."""
        return f"{self.currency} {self.decimal:f}"

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"an amount of money and a {type(other).__name__} do not go together")
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not go together")
        return other.minor


def share(total: Money, weights: Sequence[int]) -> list[Money]:
    """`total` divided in proportion to `weights`, in whole minor units that add up to it exactly.

    Method of largest remainder (Hamilton): each part gets its share rounded towards zero, and the
    units left over go one each to the largest remainders, the earlier part first among equals.
    Raises ValueError when a weight is negative or all are zero.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights are not negative, and at least one is above zero")
    units, sign = abs(total.minor), -1 if total.minor < 0 else 1
    parts = [units * weight // whole for weight in weights]
    by_remainder = sorted(range(len(parts)), key=lambda index: -(units * weights[index] % whole))
    for index in by_remainder[: units - sum(parts)]:
        parts[index] += 1
    return [Money(sign * part, total.currency) for part in parts]


def split(total: Money, parts: int) -> list[Money]:
    """`total` in `parts` parts that differ by one minor unit at most, the larger first."""
    if parts < 1:
        raise ValueError("an amount is split into one part at least")
    return share(total, [1] * parts)


# ---- reading what people write ----

# Signs that say which currency is meant, as far as they do.
_SIGNS: Mapping[str, str] = {
    "€": "EUR",
    "£": "GBP EGP FKP GIP LBP SDG SHP SSP SYP",
    "$": """USD ARS AUD BBD BMD BND BSD BZD CAD CLP COP CUP DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD
        SRD TTD TWD UYU XCD XCG""",
    "¥": "JPY CNY",
    "₹": "INR",
    "₩": "KRW KPW",
    "₽": "RUB",
    "₺": "TRY",
    "₴": "UAH",
    "₪": "ILS",
    "₫": "VND",
    "₦": "NGN",
    "₱": "PHP CUP",
    "฿": "THB",
    "₸": "KZT",
}
_LONGEST_TEXT = 60
# What keyboards, spreadsheets and other scripts put in the place of ASCII's minus, marks and space.
_ALIKE = str.maketrans({"−": "-", "’": "'", "٫": ".", "٬": ",", "\u00a0": " ", "\u202f": " ", "\u2009": " "})
_MARK = r"([A-Za-z]{3}|[^\w\s.,'()-])"
_AMOUNT = re.compile(rf"(-?) ?(?:{_MARK} ?)?(-?) ?(\d(?:[\d.,' ]*\d)?) ?{_MARK}?")
_EXPONENT = re.compile(r"[\d.,]+ ?[eE][-+]?\d+")
_COULD_BE_EITHER = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_GROUPED = re.compile(
    r"""  [1-9]\d{0,2} ([.,' ])\d{3} (?:\1\d{3})*         # 1,140,000
        | [1-9]\d?     ([.,' ])\d{2} (?:\2\d{2})* \2\d{3}   # 11,40,000
        | \d+""",
    re.VERBOSE,
)

_UNKNOWN = N_("“%(currency)s” is not a currency we know. Give a three-letter code such as GBP or EUR.")
_MISSING = N_("Give an amount in %(currency)s, for example %(example)s.")
_NOT_A_NUMBER = N_("“%(text)s” is not an amount we can read. Write it like %(example)s.")
_EXPONENTIAL = N_("“%(text)s” has an exponent. Write the amount out, like %(example)s.")
_OTHER_CURRENCY = N_(
    "“%(text)s” says %(mark)s, but this amount is in %(currency)s. Convert it, or change the currency."
)
_AMBIGUOUS = N_(
    "“%(text)s” can be read in two ways. If the mark separates thousands, write %(grouped)s; "
    "if it separates decimals, write %(decimal)s."
)
_TOO_EXACT = N_("“%(text)s” is too exact: %(currency)s has %(decimals)s decimals. Write it like %(example)s.")
_TOO_LARGE = N_("“%(text)s” is more than %(largest)s, the largest amount there can be. Check the figure.")


class _Unreadable(Exception):
    """Carries code, reason and facts from where the trouble is seen to `_read`, which knows the rest."""

    def __init__(self, code: str, reason: str, **facts: object) -> None:
        super().__init__(code)
        self.code, self.reason, self.facts = code, reason, facts


def _read(text: str, currency: str, field: str) -> int:
    """The minor units that `text` means by the rules stated at `Money.parse`."""
    decimals = exponent(currency)
    try:
        whole, fraction = _parts(_number(text, currency), decimals)
        if len(fraction) > decimals:
            raise _Unreadable("amount_too_exact", _TOO_EXACT)
        minor = int(whole + fraction.ljust(decimals, "0"))
        if abs(minor) > LARGEST_MINOR:
            raise _Unreadable("amount_too_large", _TOO_LARGE, largest=str(Money(LARGEST_MINOR, currency)))
    except _Unreadable as trouble:
        facts = {
            "text": text.strip()[:_LONGEST_TEXT],
            "currency": currency,
            "decimals": decimals,
            "example": f"{Money(1140 * 10**decimals, currency).decimal:f}",
        }
        raise Refused(Refusal(trouble.code, trouble.reason, field, facts | trouble.facts)) from None
    return minor


def _number(text: str, currency: str) -> str:
    """The bare number in `text`, with its minus: spaces, code and sign of the currency taken away."""
    plain = "".join(str(unicodedata.decimal(char, char)) for char in text.translate(_ALIKE)).strip()
    if not plain:
        raise _Unreadable("amount_missing", _MISSING)
    if _EXPONENT.fullmatch(plain):
        raise _Unreadable("amount_exponent", _EXPONENTIAL)
    found = _AMOUNT.fullmatch(plain) if len(plain) <= _LONGEST_TEXT else None
    if found is None:
        raise _Unreadable("amount_not_a_number", _NOT_A_NUMBER)
    minus, before, late_minus, number, after = found.groups()
    for mark in filter(None, (before, after)):
        if mark.upper() != currency and currency not in _SIGNS.get(mark, "").split():
            _refuse_mark(mark)
    if minus and late_minus:
        raise _Unreadable("amount_not_a_number", _NOT_A_NUMBER)
    return minus + late_minus + number


def _refuse_mark(mark: str) -> NoReturn:
    if known(mark.upper()) or unicodedata.category(mark[0]) == "Sc":
        raise _Unreadable("amount_other_currency", _OTHER_CURRENCY, mark=mark.upper())
    raise _Unreadable("amount_not_a_number", _NOT_A_NUMBER)


def _parts(number: str, decimals: int) -> tuple[str, str]:
    """Digits (with minus) before and behind the decimal mark of `number`."""
    sign, unsigned = ("-", number[1:]) if number.startswith("-") else ("", number)
    marks = [char for char in unsigned if char in ".,"]
    whole, fraction = unsigned, ""
    if _COULD_BE_EITHER.fullmatch(unsigned):
        whole, mark, fraction = unsigned.partition(marks[0])
        if mark == "," and decimals < 3:
            return sign + whole + fraction, ""
        if mark == "," or decimals < 3:
            exact = Decimal(f"{sign}{whole}.{fraction}")
            either = {"grouped": sign + whole + fraction, "decimal": f"{exact:.{decimals}f}"}
            raise _Unreadable("amount_ambiguous", _AMBIGUOUS, **either)
    elif len(marks) == 1 or len(set(marks)) == 2:
        whole, mark, fraction = unsigned.rpartition(marks[-1])
        if mark in whole or not fraction.isdecimal():
            raise _Unreadable("amount_not_a_number", _NOT_A_NUMBER)
    if not _GROUPED.fullmatch(whole):
        raise _Unreadable("amount_not_a_number", _NOT_A_NUMBER)
    return sign + re.sub(r"\D", "", whole), fraction
