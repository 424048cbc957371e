"""Amounts that are wrong, as people type them and as programs send them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from outtask.kernel.money import LARGEST_MINOR

UNREADABLE = {
    "NaN": "is not an amount we can read",
    "Infinity": "is not an amount we can read",
    "1e3": "has an exponent",
    "€ 5": "but this amount is in GBP",
    "5 USD": "but this amount is in GBP",
    "5.0001": "is too exact",
    "5.001": "can be read in two ways",
    "10000000000000.01": "is more than GBP 10000000000000.00",
    "1" + "0" * 40: "is more than GBP 10000000000000.00",
}
"""What nobody can mean in pounds, with what every field, cell and command says of it."""

CODES = {
    "NaN": "amount_not_a_number",
    "Infinity": "amount_not_a_number",
    "1e3": "amount_exponent",
    "€ 5": "amount_other_currency",
    "5 USD": "amount_other_currency",
    "5.0001": "amount_too_exact",
    "5.001": "amount_ambiguous",
    "10000000000000.01": "amount_too_large",
    "1" + "0" * 40: "amount_too_large",
}

LARGEST = f"{LARGEST_MINOR // 100}.00"
"""Ten to the fifteenth in pence, as typed."""

MISSHAPEN: dict[str, Any] = {
    "a text": "500",
    "a half": 500.5,
    "yes": True,
    "more than there can be": LARGEST_MINOR + 1,
    "less than there can be": -LARGEST_MINOR - 1,
    "forty digits": 10**40,
    "NaN": float("nan"),
    "Infinity": float("inf"),
}
"""What is no whole number of minor units that there can be."""

UNKNOWN = ("XXX", "gbp", "", "EURO")
"""What is no currency."""


@dataclass(frozen=True)
class Meaning:
    """What one way in does with amounts that can be read.

    Each is the code of the refusal (the API) or the beginning of the words on the page; empty: it is taken.
    other: pounds are asked for and yen come; None where a way in knows one currency only.
    """

    zero: str = ""
    negative: str = ""
    largest: str = ""
    other: str | None = None
