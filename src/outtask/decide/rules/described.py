"""What may stand on the list about one process, and which two entries may become one."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from outtask.decide.inventory.numbers import LARGEST
from outtask.decide.inventory.row import LIMITS, Row
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_

_NUMBERS = ("times_per_year", "hours_each")
_CENT = Decimal("0.01")


def tidy(row: Row) -> Row:
    """The row as it is stored: single blanks in names, numbers in hundredths."""
    texts = {name: " ".join(getattr(row, name).split()) for name in LIMITS if name != "output"}
    numbers = {name: _hundredths(getattr(row, name)) for name in _NUMBERS}
    return replace(row, output=row.output.strip(), **texts, **numbers)  # type: ignore[arg-type]


def _hundredths(number: Decimal | None) -> Decimal | None:
    if number is None or not number.is_finite() or abs(number) > LARGEST:
        return number
    return number.quantize(_CENT, rounding=ROUND_HALF_UP)


def why_not_described(row: Row) -> tuple[Refusal, ...]:
    """Everything in `row` (tidied) that cannot stand on the list; each names its field."""
    refusals = [_why_not_text(name, getattr(row, name)) for name in LIMITS]
    refusals += [_why_not_number(name, getattr(row, name)) for name in _NUMBERS]
    return tuple(refusal for refusal in refusals if refusal is not None)


def _why_not_text(name: str, text: str) -> Refusal | None:
    if name == "name" and not text:
        return Refusal("name_missing", N_("Write what the process is called."), field=name)
    if len(text) > LIMITS[name]:
        reason = N_("This has %(length)s characters. Shorten it to %(limit)s.")
        return Refusal("too_long", reason, field=name, facts={"length": len(text), "limit": LIMITS[name]})
    return None


def _why_not_number(name: str, number: Decimal | None) -> Refusal | None:
    if number is None or (number.is_finite() and 0 <= number <= LARGEST):
        return None
    reason = N_("Write a number from 0 to %(largest)s.")
    return Refusal("number_out_of_range", reason, field=name, facts={"largest": f"{LARGEST:,f}"})


def why_not_merge(process: UUID, into: UUID, merged: bool, into_merged: bool) -> Refusal | None:
    """merged, into_merged: whether the two were merged into another one before."""
    if process == into:
        reason = N_("A process cannot be merged into itself. Choose another one.")
        return Refusal("merge_itself", reason, "into")
    if merged:
        return Refusal("merged_already", N_("This process was merged into another one already."))
    if into_merged:
        reason = N_("That process was merged into another one. Choose the one it stands under now.")
        return Refusal("into_merged", reason, "into")
    return None
