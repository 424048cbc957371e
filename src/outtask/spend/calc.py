"""The forecast of a budget by plain JSON: what its page foretells, anybody can compute again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from outtask.kernel.money import LARGEST_MINOR
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_
from outtask.spend import budget_rules

_DAYS = ("starts_on", "ends_on", "today")


def forecast(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a budget will have used when its period ends, at the pace so far.

    In: `used_minor`, what is paid, owed and committed so far, in minor units; `starts_on` and `ends_on`, the
    first and the last day of the period, and `today`, each as 2026-12-31.
    Out: `minor` at the end, rounded up; `elapsed` of `total` working days, Monday to Friday, today included.
    Linear: used so far, divided by the working days that are over, times those of the period. Refused before
    a tenth of them is over.
    """
    for name in given:
        if name not in {"used_minor", *_DAYS}:
            raise _wrong(name, N_("There is no such input. Leave it out."))
    starts_on, ends_on, today = (_day(given, name) for name in _DAYS)
    if ends_on < starts_on:
        raise _wrong("ends_on", N_("The budget ends before it starts."))
    found = budget_rules.forecast(_used(given), starts_on, ends_on, today)
    if isinstance(found, Refusal):
        raise Refused(found)
    return {"minor": found.minor, "elapsed": found.elapsed, "total": found.total}


def _used(given: Mapping[str, Any]) -> int:
    value = given.get("used_minor")
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_MINOR:
        raise _wrong("used_minor", N_("A whole number, 0 or more, is needed here."))
    return value


def _day(given: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(given[name])
    except (KeyError, TypeError, ValueError):
        raise _wrong(name, N_("A day such as 2026-12-31 is needed here.")) from None


def _wrong(place: str, reason: str) -> Refused:
    return Refused(Refusal("input_unfit", reason, field=place))


CALCS = {"forecast": forecast}
