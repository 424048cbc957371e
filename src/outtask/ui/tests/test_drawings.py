"""Bars and charts: lengths that add up, and words for who does not see them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.kernel.money import Money
from outtask.ui import charts
from outtask.ui.bars import MoneyBar

sums = st.integers(0, 10**12)


@given(limit=sums, paid=sums, owed=sums, committed=sums, asked=st.none() | sums)
def test_the_parts_of_a_bar_never_leave_it(
    limit: int, paid: int, owed: int, committed: int, asked: int | None
) -> None:
    def pounds(minor: int) -> Money:
        return Money(minor, "GBP")

    bar = MoneyBar(
        "x",
        pounds(limit),
        pounds(paid),
        pounds(owed),
        pounds(committed),
        None if asked is None else pounds(asked),
    )
    ends = [part.end for part in bar.parts]
    assert ends == sorted(ends)
    assert all(0 <= part.start <= 100 and part.width >= 0 for part in bar.parts)
    assert ends[-1] <= 100
    assert bar.free + bar.taken == bar.limit
    assert (bar.over is None) == (bar.taken <= bar.limit)
    assert 0 <= bar.limit_at <= 100


points = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40)


@given(values=points, level=st.none() | st.floats(-1e6, 1e6))
def test_a_line_stays_inside_its_frame(values: list[float], level: float | None) -> None:
    chart = charts.line(
        [charts.Point(str(i), value, f"{value:.1f}") for i, value in enumerate(values)],
        title="t", description="d", head=("a", "b"), level=level, level_said="agreed",
    )  # fmt: skip
    numbers = [float(number) for number in chart.path.replace("M", "").replace("L", "").split()]
    assert len(numbers) == 2 * len(values)
    assert all(0 <= number <= 100 for number in numbers)
    assert numbers[0] == 0
    assert numbers[-2] == 100
    assert chart.last is not None
    assert 0 <= chart.last.y <= charts.PLOT_HEIGHT
    assert (chart.level is None) == (level is None)


def test_the_longest_bar_is_the_largest_value() -> None:
    chart = charts.bars(
        [charts.Point("a", 5, "5"), charts.Point("b", 2, "2"), charts.Point("c", 0, "none")],
        title="t", description="d", head=("a", "b"), tones=("bad",),
    )  # fmt: skip
    assert [mark.width for mark in chart.marks] == [86.0, 34.4, 0.0]
    assert [mark.tone for mark in chart.marks] == ["bad", "", ""]
    assert all(mark.y + mark.height <= 100 for mark in chart.marks)


def test_what_cannot_be_drawn_is_said() -> None:
    with pytest.raises(ValueError, match="two points"):
        charts.line([charts.Point("a", 1, "1")], title="t", description="d", head=("a", "b"))
    with pytest.raises(ValueError, match="two points"):
        charts.spark([1], label="x")
    with pytest.raises(ValueError, match="below zero"):
        charts.bars([charts.Point("a", -1, "-1")], title="t", description="d", head=("a", "b"))


@given(values=points)
def test_a_spark_stays_in_its_box(values: list[float]) -> None:
    drawn = charts.spark(values, label="x")
    numbers = [float(number) for number in drawn.path.replace("M", "").replace("L", "").split()]
    assert all(3 <= x <= 85 for x in numbers[::2])
    assert all(3 <= y <= 21 for y in numbers[1::2])
