"""How long decisions took: the middle and the quarters of many waits. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from uuid import UUID

FEWEST = 3
"""With fewer waits there is no figure: the middle of two says nothing about the next."""


@dataclass(frozen=True, slots=True)
class Waits:
    """`n` waits; a quarter of them took no longer than `low`, half no longer than `middle`, in minutes.

    The three are None with fewer than `FEWEST`.
    """

    n: int
    low: Fraction | None = None
    middle: Fraction | None = None
    high: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Decider:
    """Whoever decided, and how long that took from the first asking."""

    key: UUID
    name: str
    waits: Waits


def waits_of(counts: Mapping[int, int]) -> Waits:
    """counts: how many waits took so many whole minutes."""
    n = sum(counts.values())
    if n < FEWEST:
        return Waits(n)
    return Waits(n, *(quantile(counts, Fraction(quarter, 4)) for quarter in (1, 2, 3)))


def quantile(counts: Mapping[int, int], part: Fraction) -> Fraction:
    """The value below which `part` of the values lie, between two of them in proportion.

    R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", The American Statistician 50, 1996,
    definition 7. counts: how often each value is there. Raises ValueError without a value.
    """
    n = sum(counts.values())
    if not n:
        raise ValueError("nothing has no quantile")
    place = part * (n - 1)
    below = floor(place)
    low, high = _at(counts, below), _at(counts, min(below + 1, n - 1))
    return low + (place - below) * (high - low)


def _at(counts: Mapping[int, int], index: int) -> int:
    """The value at a place, from 0, of all values in order."""
    passed = 0
    for value in sorted(counts):
        passed += counts[value]
        if index < passed:
            return value
    raise IndexError(index)
