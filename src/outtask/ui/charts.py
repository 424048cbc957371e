"""Charts as our own SVG: few marks, words on the lines, no legend, and the numbers as a table.

Text sits in an outer svg at percent positions and keeps its size at any width; lines sit in an inner svg
that stretches (`preserveAspectRatio="none"`). Lengths are attributes, so that a strict
Content-Security-Policy holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PLOT_WIDTH, PLOT_HEIGHT = 86.0, 88.0
"""Percent of the drawing that lines may use; the rest is for the words at their ends."""


@dataclass(frozen=True, slots=True)
class Point:
    """One value. `said` is how it reads: `93.1%`."""

    label: str
    value: float
    said: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of the outer drawing, in percent, with the words beside it."""

    x: float
    y: float
    said: str
    tone: str = ""
    width: float = 0
    height: float = 0

    @property
    def middle(self) -> float:
        return round(self.y + self.height / 2, 2)


@dataclass(frozen=True, slots=True)
class Chart:
    """What the template draws. `path` and `level` are in the inner drawing's hundred by hundred."""

    kind: str
    title: str
    description: str
    head: tuple[str, str]
    points: tuple[Point, ...]
    path: str = ""
    level: float | None = None
    level_mark: Mark | None = None
    last: Mark | None = None
    first_label: str = ""
    last_label: str = ""
    marks: tuple[Mark, ...] = ()

    @property
    def pairs(self) -> list[tuple[Point, Mark]]:
        return list(zip(self.points, self.marks, strict=True))


def line(
    points: Sequence[Point],
    *,
    title: str,
    description: str,
    head: tuple[str, str],
    level: float | None = None,
    level_said: str = "",
    tone: str = "",
) -> Chart:
    """How one figure moved. Raises ValueError for fewer than two points: a sentence says that better.

    level: a promised or agreed value, drawn across with `level_said` on it. tone: "", "warn" or "bad" of the
    last point. head: the two column titles of the table.
    """
    if len(points) < 2:
        raise ValueError("a line needs two points")
    low, high = _range([point.value for point in points], level)
    places = [(100 * i / (len(points) - 1), _y(point.value, low, high)) for i, point in enumerate(points)]
    end = places[-1]
    return Chart(
        kind="line",
        title=title,
        description=description,
        head=head,
        points=tuple(points),
        path="M" + " L".join(f"{x:.2f} {y:.2f}" for x, y in places),
        level=None if level is None else round(_y(level, low, high), 2),
        level_mark=None if level is None else Mark(0, _outer(_y(level, low, high)), level_said, "bad"),
        last=Mark(PLOT_WIDTH, _outer(end[1]), points[-1].said, tone),
        first_label=points[0].label,
        last_label=points[-1].label,
    )


def bars(
    points: Sequence[Point], *, title: str, description: str, head: tuple[str, str], tones: Sequence[str] = ()
) -> Chart:
    """How several like things compare: one lying bar each, longest possible for the largest value.

    Values must not be negative. tones: "" or "bad" for each bar.
    """
    if not points or min(point.value for point in points) < 0:
        raise ValueError("bars need at least one value, and none below zero")
    largest = max(point.value for point in points) or 1
    step = 100 / len(points)
    marks = tuple(
        Mark(
            x=0,
            y=round(i * step + step * 0.4, 2),
            said=point.said,
            tone=tones[i] if i < len(tones) else "",
            width=round(point.value / largest * PLOT_WIDTH, 2),
            height=round(step * 0.34, 2),
        )
        for i, point in enumerate(points)
    )
    return Chart("bars", title, description, head, tuple(points), marks=marks)


@dataclass(frozen=True, slots=True)
class Spark:
    """A line small enough for a sentence: 88 by 24."""

    label: str
    path: str
    x: float
    y: float
    tone: str = ""


def spark(values: Sequence[float], *, label: str, tone: str = "") -> Spark:
    """`label` tells the movement in words. Raises ValueError for fewer than two values."""
    if len(values) < 2:
        raise ValueError("a line needs two points")
    low, high = min(values), max(values)
    spread = (high - low) or 1
    step = 82 / (len(values) - 1)
    places = [(3 + step * i, 21 - 18 * (value - low) / spread) for i, value in enumerate(values)]
    path = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    return Spark(label, path, round(places[-1][0], 1), round(places[-1][1], 1), tone)


def _range(values: list[float], level: float | None) -> tuple[float, float]:
    """Lowest and highest value drawn, with a little air, so that no line sticks to the frame."""
    everything = [*values, level] if level is not None else values
    low, high = min(everything), max(everything)
    air = (high - low) * 0.15 or abs(high) * 0.1 or 1
    return low - air, high + air


def _y(value: float, low: float, high: float) -> float:
    return 100 - (value - low) / (high - low) * 100


def _outer(y: float) -> float:
    """A height of the inner drawing in percent of the outer one."""
    return round(y * PLOT_HEIGHT / 100, 2)
