"""Numbers as spreadsheets of several countries write them. Never a guess that may be wrong by a thousand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_

LARGEST = Decimal(1_000_000_000)
_STEP = Decimal("0.01")
_PLAIN = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_GROUPS = re.compile(r"[1-9]\d{0,2}(?:([.,' ])\d{3})(?:\1\d{3})*", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
_ALIKE = str.maketrans({"’": "'", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "٫": ".", "٬": ","})
_EVERY: Mapping[str, Decimal] = {
    word: Decimal(times)
    for times, words in {
        52: "weekly", 26: "fortnightly biweekly", 12: "monthly", 4: "quarterly",
        2: "half-yearly semi-annually", 1: "yearly annually",
    }.items()
    for word in words.split()
}  # fmt: skip

_NOT_A_NUMBER = N_("“%(text)s” is not a number. Write digits, like 12 or 0.5.")
_AMBIGUOUS = N_("“%(text)s” can be read in two ways. Write %(grouped)s or %(decimal)s.")
_TOO_LARGE = N_("“%(text)s” is more than %(largest)s. Check the figure.")
_TOO_SMALL = N_("“%(text)s” is less than 0.01. Write at least 0.01, or 0.")
_DAILY = N_("“%(text)s” may mean 365 days or only working days. Write the number of times a year.")


def read_number(text: str, delimiter: str, per_year: bool = False) -> Decimal | Refusal | None:
    """The number in `text`, rounded to hundredths; None for a blank; a `Refusal` when it cannot be read.

    - Two kinds of `.` and `,`: the last is the decimal mark. One kind that repeats separates thousands.
    - One mark before three digits, as in `1,234`, could be either. Files with commas between cells come from
      where `.` is the decimal mark, so there `1.234` is a fraction and `1,234` is 1234. In a file with
      semicolons or tabs both are refused.
    - Spaces and apostrophes separate thousands. Signs, units, exponents and shares are refused.
    - `per_year`: also "weekly", "monthly", "quarterly", "yearly" and the like. "daily" is refused: it may
      mean all days or working days.
    """
    plain = text.translate(_ALIKE).strip()
    if not plain:
        return None
    if per_year and plain.casefold() in _EVERY:
        return _EVERY[plain.casefold()]
    if per_year and plain.casefold() == "daily":
        return _refusal("number_daily", _DAILY, text)
    canonical = _canonical(plain, delimiter)
    if isinstance(canonical, Refusal):
        return canonical
    if not _PLAIN.fullmatch(canonical):
        return _refusal("number_unreadable", _NOT_A_NUMBER, text)
    return _bounded(Decimal(canonical), text)


def _bounded(exact: Decimal, text: str) -> Decimal | Refusal:
    if exact > LARGEST:
        return _refusal("number_too_large", _TOO_LARGE, text, largest=f"{LARGEST:f}")
    rounded = exact.quantize(_STEP, rounding=ROUND_HALF_UP)
    if exact and not rounded:
        return _refusal("number_too_small", _TOO_SMALL, text)
    return rounded


def _canonical(text: str, delimiter: str) -> str | Refusal:
    """`text` with `.` as its decimal mark and nothing between thousands; anything odd is left in place."""
    marks = [char for char in text if char in ".,"]
    if not marks:
        return _ungrouped(text)
    whole, mark, fraction = text.rpartition(marks[-1])
    if len(set(marks)) == 2:
        return text if mark in whole else _joined(whole, fraction)
    if len(marks) > 1:
        return _ungrouped(text)
    if not _GROUPS.fullmatch(text):
        return _joined(whole, fraction)
    if delimiter == "," and mark == ",":
        return whole + fraction
    if delimiter == ",":
        return text
    # The fraction is shown with one more digit: that can no longer be taken for thousands.
    return _refusal("number_ambiguous", _AMBIGUOUS, text, grouped=whole + fraction, decimal=f"{text}0")


def _joined(whole: str, fraction: str) -> str:
    return f"{_ungrouped(whole)}.{fraction}" if _DIGITS.fullmatch(fraction) else f"{whole}?{fraction}"


def _ungrouped(text: str) -> str:
    return re.sub(r"[.,' ]", "", text) if _GROUPS.fullmatch(text) else text


def _refusal(code: str, reason: str, text: str, **facts: object) -> Refusal:
    return Refusal(code, reason, facts={"text": text.strip()[:60], **facts})
