"""Numbers people read out: references such as OT-26-004217-F, and tracking codes for strangers."""

from __future__ import annotations

import re
import secrets
import string
from dataclasses import dataclass

from .refusal import Refusal, Refused
from .words import N_

ALPHANUMERIC = string.digits + string.ascii_uppercase
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O (read as 1, 1, 0) and no U."""

_CENTURY = 2000
_PREFIX = re.compile(r"[A-Z]{2,4}")
_REFERENCE = re.compile(r"([A-Z]{2,4})([0-9]{2})([0-9]{6}|[1-9][0-9]{6,11})([0-9A-Z])")
_GAPS = re.compile(r"[\s\-‐‑‒–—_.]+")
_LOOKALIKES = str.maketrans("OIL", "011")
_LONGEST_TEXT = 60

_CODE_RANDOM = 12  # characters of five bits: 60 bits
_CODE_GROUPS = (4, 4, 5)  # the last one ends in the check character

_CODE_EXAMPLE = "4K7M-9QM2-X3TVF"

_FORM = N_("“%(text)s” is not a reference. One looks like %(example)s: copy it whole, to the last character.")
_MISTYPED = N_("“%(text)s” has a slip: a character is wrong or two are swapped. Compare and type it again.")
_CODE_FORM = N_("“%(text)s” is not a tracking code. One has 13 letters and digits, like %(example)s.")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a reference says: kind of thing (`prefix`), `year` in full, running `number` in that year."""

    prefix: str
    year: int
    number: int

    def __str__(self) -> str:
        return make(self.prefix, self.year, self.number)


def make(prefix: str, year: int, number: int) -> str:
    """The reference of thing `number` (from 1) of `year` (2000 to 2099): `make("OT", 2026, 4217)`.

    Numbers beyond 999999 get longer. Raises ValueError on what no reference can say.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"a prefix has two to four capital letters, {prefix!r} has not")
    if not _CENTURY <= year < _CENTURY + 100:
        raise ValueError(f"references are for the years 2000 to 2099, not {year}")
    if not 1 <= number < 10**12:
        raise ValueError(f"numbers run from 1 to twelve digits, not {number}")
    body = f"{prefix}{year - _CENTURY:02d}{number:06d}"
    return f"{prefix}-{year - _CENTURY:02d}-{number:06d}-{check_character(body, ALPHANUMERIC)}"


def parse(text: str, field: str = "reference") -> Reference:
    """What `text` refers to; small letters, spaces and missing or other dashes do not matter.

    In the place of the check character O reads as 0, and I and L as 1, either way round.

    Raises `Refused` with the remedy when the form or the check character is wrong.
    """
    plain = _GAPS.sub("", text).upper()
    found = _REFERENCE.fullmatch(plain)
    if found is None or not int(found[3]):
        raise _refused("reference_form", _FORM, field, text, make("OT", 2026, 4217))
    check = check_character(plain[:-1], ALPHANUMERIC)
    if check.translate(_LOOKALIKES) != found[4].translate(_LOOKALIKES):
        raise _refused("reference_mistyped", _MISTYPED, field, text, make("OT", 2026, 4217))
    return Reference(found[1], _CENTURY + int(found[2]), int(found[3]))


def tracking_code() -> str:
    """A new code such as 4K7M-9QM2-X3TVF: 60 random bits and a check character, in Crockford's base 32.

    Enough that nobody finds one by trying; not a secret that grants anything but a look at progress.
    """
    body = "".join(secrets.choice(CROCKFORD) for _ in range(_CODE_RANDOM))
    return _grouped(body + check_character(body, CROCKFORD))


def parse_tracking_code(text: str, field: str = "code") -> str:
    """`text` in the form `tracking_code` gives; small letters, gaps and O for 0, I or L for 1 are read.

    Raises `Refused` with the remedy when the form or the check character is wrong.
    """
    plain = _GAPS.sub("", text).upper().translate(_LOOKALIKES)
    if len(plain) != _CODE_RANDOM + 1 or not set(plain) <= set(CROCKFORD):
        raise _refused("tracking_code_form", _CODE_FORM, field, text, _CODE_EXAMPLE)
    if check_character(plain[:-1], CROCKFORD) != plain[-1]:
        raise _refused("tracking_code_mistyped", _MISTYPED, field, text, _CODE_EXAMPLE)
    return _grouped(plain)


def check_character(text: str, alphabet: str) -> str:
    """The check character of `text` by the hybrid system of ISO/IEC 7064 for M = len(alphabet).

    With the 36 alphanumerics this is ISO/IEC 7064 MOD 37,36; the same recursion over 32 characters
    serves tracking codes. Since M + 1 is odd, doubling modulo M + 1 never maps two sums to one, so
    every single wrong character is caught, and of two neighbours swapped all but a few.
    Raises ValueError for a character outside the alphabet.
    """
    size = len(alphabet)
    product = size
    for char in text:
        total = (product + alphabet.index(char)) % size or size
        product = total * 2 % (size + 1)
    return alphabet[(size + 1 - product) % size]


def _grouped(code: str) -> str:
    groups, start = [], 0
    for width in _CODE_GROUPS:
        groups.append(code[start : start + width])
        start += width
    return "-".join(groups)


def _refused(code: str, reason: str, field: str, text: str, example: str) -> Refused:
    return Refused(Refusal(code, reason, field, {"text": text.strip()[:_LONGEST_TEXT], "example": example}))
