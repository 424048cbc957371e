"""The chart of what to hand out: value upwards against risk to the right, as our own SVG."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

LEAST, MOST = 5.0, 95.0
"""Percent of the drawing between which dots lie, so that none is cut at the edge."""


@dataclass(frozen=True, slots=True)
class Plotted:
    """One process. value, risk: 0 to 1. number: as in the table beside the chart. look: class of the dot."""

    number: int
    name: str
    value: float
    risk: float
    look: str


@dataclass(slots=True)
class Dot:
    """One or several processes at one place; x and y in percent of the drawing, y downwards."""

    x: float
    y: float
    look: str
    plotted: list[Plotted] = field(default_factory=list)

    @property
    def said(self) -> str:
        """The number of the first, and how many more are hidden behind it."""
        more = len(self.plotted) - 1
        return f"{self.plotted[0].number}+{more}" if more else str(self.plotted[0].number)

    @property
    def radius(self) -> int:
        return 16 if len(self.plotted) > 1 else 12

    @property
    def written(self) -> str:
        """The class of the number on the dot."""
        return "on" if self.look == "dot" else "off"


@dataclass(frozen=True, slots=True)
class Scatter:
    """What the template draws. worth: how many have more value than risk."""

    dots: tuple[Dot, ...]
    total: int
    worth: int


def scatter(processes: Iterable[Plotted]) -> Scatter:
    """Lay out the dots; processes at the very same place share one, which looks like the first of them."""
    places: dict[tuple[float, float], Dot] = {}
    total = worth = 0
    for one in processes:
        total += 1
        worth += one.value > one.risk
        x, y = _percent(one.risk), _percent(1 - one.value)
        places.setdefault((x, y), Dot(x, y, one.look)).plotted.append(one)
    return Scatter(tuple(places.values()), total, worth)


def _percent(share: float) -> float:
    return round(LEAST + (MOST - LEAST) * share, 2)
