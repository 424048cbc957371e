"""Numbers of invoices: when two spellings are one, and when two digits changed places."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

_PIECE = re.compile(r"[0-9]+|[^\W\d_]+")


def number_key(number: str) -> str:
    """The form in which two spellings of one invoice number are one.

    Case, blanks, punctuation and leading zeros do not count: "INV-0042" and "inv 42" are the same. Between
    two runs of digits one separator stays, so that 1-23 and 12-3 remain two numbers. Empty when there is
    neither letter nor digit.
    """
    plain = number.casefold() if number.isascii() else unicodedata.normalize("NFKC", number).casefold()
    digits = plain
    if not plain.isascii():
        digits = "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in plain)
    key = ""
    for piece in _PIECE.findall(digits):
        if piece[0].isdigit():
            key += "-" if key and key[-1].isdigit() else ""
            key += piece.lstrip("0") or "0"
        else:
            key += piece
    return key


def transposed(key: str) -> Iterator[str]:
    """Each key that two neighbouring digits of this one would make, had they changed places: 142 of 412."""
    for at, (one, other) in enumerate(pairwise(key)):
        if one != other and one.isdigit() and other.isdigit():
            yield f"{key[:at]}{other}{one}{key[at + 2 :]}"
