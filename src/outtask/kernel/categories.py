"""What is bought, as a code of the common procurement vocabulary (CPV, Regulation (EC) No 213/2008).

A code has eight digits and a check digit; its division is the first two, and zeros at the end say that it
goes no deeper. Those zeros and the check digit are left away here, so that one code covers another when it is
the beginning of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import takewhile

from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_

_CPV = re.compile(r"(\d{2,8})(?:-\d)?")
DIVISION = 2
"""So many digits every category has at least."""


def category_of(text: str, field: str = "category") -> str | Refusal:
    """The digits that say what is bought, as limits compare them; empty when nothing was said."""
    written = text.strip()
    if not written:
        return ""
    found = _CPV.fullmatch(written) if written.isascii() else None
    if found is None:
        reason = N_("Write two to eight digits of a CPV code, such as 72 or 72413000-8, or leave it empty.")
        return Refusal("category_form", reason, field)
    digits = found[1]
    return digits[:DIVISION] + digits[DIVISION:].rstrip("0")


def falls_under(limit: str, category: str) -> bool:
    """Whether a limit for `limit` counts for what is bought under `category`.

    Also when the category is said less exactly than the limit, or not at all: it could be within it.
    """
    return category.startswith(limit) or limit.startswith(category)


def common_category(categories: Iterable[str]) -> str:
    """The category that covers all of these; empty when none does, so that every limit counts."""
    each = list(categories)
    same = takewhile(lambda digits: len(set(digits)) == 1, zip(*each, strict=False))
    common = "".join(digits[0] for digits in same)
    return common if len(common) >= DIVISION else ""
