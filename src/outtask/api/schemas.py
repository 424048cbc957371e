"""The shapes all rooms share: amounts, days, ids, texts, and what every act answers.

What comes in is read strictly: a number is not a text, a name that is not documented is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    WithJsonSchema,
)

from outtask.journal.recording import Outcome
from outtask.kernel import money
from outtask.kernel.money import CURRENCIES, LARGEST_MINOR

Currency = StrEnum("Currency", {code: code for code in sorted(CURRENCIES)})  # type: ignore[misc]  # made at run time
"""A code of ISO 4217."""

_NO_NUL = r"^[^\u0000]*$"
_DAY = r"^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
_DECIMAL = r"^-?\d{1,10}(\.\d{1,10})?$"
_UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"


def _of_form(pattern: str, said: str) -> Callable[[Any], Any]:
    form = re.compile(pattern, re.ASCII)

    def check(value: Any) -> Any:
        if isinstance(value, str) and not form.fullmatch(value):
            raise ValueError(said)
        if isinstance(value, bool | int | float):
            raise ValueError(said)
        return value

    return check


Day = Annotated[
    date,
    BeforeValidator(_of_form(_DAY, "a day is written 2026-12-04, between 2000 and 2099")),
    WithJsonSchema({"type": "string", "format": "date", "pattern": _DAY}),
]
"""A calendar day between 2000 and 2099."""

Id = Annotated[
    UUID,
    BeforeValidator(_of_form(_UUID, "an id is a UUID with its four hyphens")),
    WithJsonSchema({"type": "string", "format": "uuid", "pattern": _UUID}),
]

Number = Annotated[
    Decimal,
    BeforeValidator(_of_form(_DECIMAL, 'a decimal number is a text such as "1.25"')),
    WithJsonSchema({"type": "string", "pattern": _DECIMAL}),
]
"""An exact decimal number, as text."""

Whole = Annotated[int, Field(strict=True)]
Version = Annotated[Whole, Field(ge=0, le=2**31 - 1)]
YesNo = StrictBool


def upto(most: int, least: int = 0) -> StringConstraints:
    """A text of `least` to `most` characters: `Annotated[str, upto(300)]`."""
    return StringConstraints(min_length=least, max_length=most, pattern=_NO_NUL)


Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Shown(BaseModel):
    """The base of what goes out."""


class Given(BaseModel):
    """The base of what comes in: nothing but what is documented."""

    model_config = ConfigDict(extra="forbid")


class Amount(Shown):
    """Money: whole minor units (pence, cents) and the code of its currency."""

    minor: int
    currency: str

    @classmethod
    def of(cls, minor: int, currency: str) -> Self:
        return cls(minor=minor, currency=currency)

    @classmethod
    def maybe(cls, minor: int | None, currency: str) -> Self | None:
        return None if minor is None else cls(minor=minor, currency=currency)


class AmountGiven(Given):
    """Money: whole minor units (pence, cents) and the code of its currency."""

    minor: Annotated[Whole, Field(ge=-LARGEST_MINOR, le=LARGEST_MINOR)]
    currency: Currency

    @property
    def money(self) -> money.Money:
        return money.Money(self.minor, str(self.currency))


class Done(Shown):
    """What an act did: its entry in the journal of the organisation. Null when there was nothing to do.

    The same Idempotency-Key gives the same answer again.
    """

    kind: str
    entry: UUID | None
    seq: int

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        own = {name: outcome.values.get(name) for name in cls.model_fields if name not in Done.model_fields}
        entry = UUID(outcome.entry_id) if outcome.entry_id else None
        return cls(kind=outcome.kind, entry=entry, seq=outcome.seq, **own)


class Made(Done):
    """An act that made something, and the id of it."""

    id: UUID
