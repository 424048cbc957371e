"""Reading what `outtask calc spend` is given: each piece of JSON, or a refusal that names its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from fractions import Fraction
from typing import Any

from outtask.kernel.categories import category_of
from outtask.kernel.money import known
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

type Input = Mapping[str, Any]
_LONGEST = 10**15


def each(given: Input, name: str, within: str = "") -> Iterator[tuple[Input, str]]:
    """The objects of a list with their places, such as `requests[2]`."""
    found = [] if given.get(name) is None else given[name]
    if not isinstance(found, list):
        raise wrong(f"{within}{name}", N_("A list of objects is needed here."))
    for number, one in enumerate(found):
        place = f"{within}{name}[{number}]"
        yield mapping(one, place), place


def mapping(found: Any, place: str) -> Input:
    if not isinstance(found, Mapping):
        raise wrong(place, N_("An object is needed here."))
    return found


def text(given: Input, name: str, place: str, default: str | None = None) -> str:
    found = given.get(name, default)
    if not isinstance(found, str):
        raise wrong(f"{place}.{name}", N_("A text is needed here."))
    return found


def minor(given: Input, name: str, place: str, default: int | None = None) -> int:
    found = given.get(name, default)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= _LONGEST:
        raise wrong(f"{place}.{name}", N_("A whole number, 0 or more, is needed here."))
    return found


def truth(given: Input, name: str, place: str) -> bool:
    """Yes or no; no when nothing is said."""
    found = given.get(name, False)
    if not isinstance(found, bool):
        raise wrong(f"{place}.{name}", N_("true or false is needed here."))
    return found


def one_of[Word: StrEnum](words: type[Word], given: Input, name: str, place: str) -> Word:
    found = given.get(name)
    if found not in set(words):
        told = ", ".join(words)
        raise wrong(f"{place}.{name}", N_("One of these is needed here: %(words)s."), words=told)
    return words(found)


def category(given: Input, place: str) -> str:
    """The digits of a category as limits and rules compare them; empty when it is not said."""
    digits = category_of(text(given, "category", place, ""))
    if isinstance(digits, Refusal):
        raise wrong(f"{place}.category", digits.reason)
    return digits


def currency_of(given: Input) -> str:
    """In which reasons tell amounts."""
    found = given.get("currency", "EUR")
    if not isinstance(found, str) or not known(found):
        raise wrong("currency", N_("Choose a currency of ISO 4217, such as EUR."))
    return found


def share(found: Any, place: str) -> Fraction:
    try:
        read = Fraction(str(found))
    except (ValueError, ZeroDivisionError) as unreadable:
        raise wrong(place, N_("A number is needed here.")) from unreadable
    if not 0 <= read <= 1:
        raise wrong(place, N_("A share from 0 to 1 is needed here."))
    return read


def instant(given: Input, name: str, place: str) -> datetime:
    """A day counts from its beginning; an instant without a zone is one of UTC."""
    written = text(given, name, place)
    try:
        if len(written) <= 10:
            return datetime.combine(date.fromisoformat(written), time(), UTC)
        read = datetime.fromisoformat(written)
    except ValueError as unreadable:
        raise wrong(f"{place}.{name}", N_("A day such as 2026-11-24 is needed here.")) from unreadable
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def wrong(place: str, reason: str, **facts: object) -> Refused:
    return Refused(Refusal("input_unfit", reason, field=place, facts=facts))
