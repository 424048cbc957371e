"""Acceptabilities over drawn weights."""

import csv
import gzip
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outtask.decide.smaa import Acceptability, acceptability, confidence, draw_weights, simulate
from outtask.decide.states import Clarity
from outtask.decide.tests.published import SHARED, collection
from outtask.decide.weighting import ANYTHING, Interval

CRITERIA = ("a", "b", "c")


def at(*values: float) -> dict[str, Interval]:
    return {k: Interval(Fraction(v), Fraction(v)) for k, v in zip(CRITERIA, values, strict=True)}


def test_published_draws():
    """The draws are too many to keep here: each case is met where the collection is there to read."""
    for case in collection("smaa.json").get("examples", []):
        matches_the_publication(case)


def matches_the_publication(case) -> None:
    weights, values = drawn(SHARED / "vectors" / case["draws_file"], case["alternatives"], case["criteria"])
    found = acceptability(zip(weights, values, strict=True))
    for place, option in enumerate(case["alternatives"]):
        assert found.ranks[option] == pytest.approx(
            [float(x) for x in case["rank_acceptability"][place]], abs=1e-3
        )
        central = [float(x) for x in case["central_weights"][place]]
        assert found.central[option] == pytest.approx(central, abs=1e-3)
        assert confidence(central, values, option) == pytest.approx(
            float(case["confidence_factors"][place]), abs=1e-3
        )
    exact = [float(x) for x in case["exact_weights_case"]["weights"]]
    fixed = acceptability((exact, drawn_values) for drawn_values in values)
    for place, option in enumerate(case["alternatives"]):
        expected = [float(x) for x in case["exact_weights_case"]["rank_acceptability"][place]]
        assert fixed.ranks[option] == pytest.approx(expected, abs=1e-3)


def drawn(path, options, criteria):
    with gzip.open(path, "rt", encoding="utf-8") as text:
        rows = [{name: float(cell) for name, cell in row.items()} for row in csv.DictReader(text)]
    weights = [[row[f"w|{k}"] for k in criteria] for row in rows]
    return weights, [{o: [row[f"{o}|{k}"] for k in criteria] for o in options} for row in rows]


def test_two_criteria_split_where_the_line_crosses():
    # x wins when w_a·1 > w_b·½, that is w_a > 1/3; uniform on the simplex of two, that is 2/3 of the draws.
    options = {"x": {"a": ANYTHING, "b": ANYTHING}, "y": {"a": ANYTHING, "b": ANYTHING}}
    options["x"] = {"a": Interval(Fraction(1), Fraction(1)), "b": Interval(Fraction(0), Fraction(0))}
    options["y"] = {"a": Interval(Fraction(0), Fraction(0)), "b": Interval(Fraction(1, 2), Fraction(1, 2))}
    found = simulate(options, ("a", "b"), seed=7)
    assert found.ranks["x"][0] == pytest.approx(2 / 3, abs=0.02)
    assert (found.best, found.clarity) == ("x", Clarity.LEAN)
    # Among weights above 1/3 the mean is 2/3.
    assert found.central["x"] == pytest.approx((2 / 3, 1 / 3), abs=0.02)
    ordered = simulate(options, ("a", "b"), seed=7, order=("a", "b"))
    assert ordered.ranks["x"] == (1.0, 0.0) and ordered.clarity is Clarity.CLEAR
    assert ordered.central["y"] is None


def test_dominated_is_never_first_and_equals_share():
    found = simulate({"x": at(1, 1, 1), "y": at(0, 0, 0)}, CRITERIA, seed=1, draws=200)
    assert found.ranks == {"x": (1.0, 0.0), "y": (0.0, 1.0)}
    twins = simulate({"x": at(1, 0, 1), "y": at(1, 0, 1)}, CRITERIA, seed=1, draws=200)
    assert twins.ranks["x"] == pytest.approx((0.5, 0.5))
    assert (twins.best, twins.clarity) == ("x", Clarity.LEAN)
    three = simulate({"x": at(1, 0, 0), "y": at(0, 1, 0), "z": at(0, 0, 1)}, CRITERIA, seed=1)
    assert three.clarity is Clarity.NONE


def test_missing_values_are_drawn():
    unknown = dict.fromkeys(CRITERIA, ANYTHING)
    found = simulate({"x": unknown, "y": unknown}, CRITERIA, seed=3)
    assert found.ranks["x"][0] == pytest.approx(0.5, abs=0.02)


def test_one_criterion_is_a_plain_sort():
    half = {"a": Interval(Fraction(1, 2), Fraction(1, 2))}
    found = simulate({"x": half, "y": {"a": Interval(Fraction(0), Fraction(0))}}, ("a",), seed=1, draws=10)
    assert found.ranks["x"] == (1.0, 0.0)


def test_drawn_weights_are_uniform_and_respect_the_order():
    weights = list(draw_weights(3, 5000, seed=11))
    assert [sum(w[k] for w in weights) / 5000 for k in range(3)] == pytest.approx([1 / 3] * 3, abs=0.02)
    ordered = list(draw_weights(3, 5000, seed=11, order=(2, 0, 1)))
    assert all(w[2] >= w[0] >= w[1] for w in ordered)
    # The mean of ordered weights is the rank order centroid.
    assert [sum(w[k] for w in ordered) / 5000 for k in (2, 0, 1)] == pytest.approx(
        [11 / 18, 5 / 18, 1 / 9], abs=0.02
    )


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=4))
def test_same_seed_same_result_and_shares_sum_to_one(seed: int, rows):
    options = {str(place): at(*(Fraction(v, 4) for v in row)) for place, row in enumerate(rows)}
    found = simulate(options, CRITERIA, seed, draws=50)
    assert found == simulate(options, CRITERIA, seed, draws=50)
    assert isinstance(found, Acceptability)
    for shares in found.ranks.values():
        assert sum(shares) == pytest.approx(1)
    for place in range(len(rows)):
        assert sum(shares[place] for shares in found.ranks.values()) == pytest.approx(1)


def test_nothing_to_draw_is_an_error():
    with pytest.raises(ValueError):
        acceptability([])
    with pytest.raises(ValueError):
        simulate({"x": at(1, 1, 1)}, CRITERIA, seed=1, order=("a", "b"))
