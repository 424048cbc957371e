"""Values, weights, ranks, stability and comparisons in pairs."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.decide.tests.published import KEPT, collection
from outtask.decide.weighting import (
    AHP_LIMIT,
    ANYTHING,
    Criterion,
    Interval,
    additive,
    ahp,
    contributions,
    equal,
    group,
    ranks,
    roc,
    stability,
    swing,
    why_not_ahp,
    why_not_swing,
)
from outtask.kernel.refusal import Refused

F = Fraction
AHP_CASES = KEPT["ahp"] + collection("ahp_weights.json").get("examples", [])
ROC_CASES = [KEPT["roc"]["exact"]] + [
    found["surrogate_weights"]["ROC_exact"] for found in [collection("ahp_weights.json")] if found
]
ADDITIVE_CASES = [KEPT["additive"]] + [
    case
    for case in collection("mcdm_examples.json").get("examples", [])
    if case["method"] == KEPT["additive"]["method"]
]


def at(value: str | int | Fraction) -> Interval:
    return Interval(F(value), F(value))


def matrix(case: dict[str, Any]) -> list[list[Fraction]]:
    if "matrix" in case:
        return [[F(cell).limit_denominator(100) for cell in row] for row in case["matrix"]]
    items = case["items"]
    found = [[F(1)] * len(items) for _ in items]
    for one, other, times in case["upper_pairs"]:
        i, j = items.index(one), items.index(other)
        found[i][j], found[j][i] = F(times), 1 / F(times)
    return found


@pytest.mark.parametrize("case", AHP_CASES, ids=lambda case: case["id"])
def test_published_comparisons_in_pairs(case: dict[str, Any]):
    found = ahp(matrix(case["input"]))
    tolerance = float(case["tolerance"])
    assert found.weights == pytest.approx([float(w) for w in case["expected"]["weights"]], abs=tolerance)
    assert found.ratio == pytest.approx(
        float(case["expected"]["consistency_ratio"]), abs=max(tolerance, 1e-9)
    )
    assert not found.warns


@pytest.mark.parametrize("exact", ROC_CASES)
def test_published_rank_order_centroids(exact: dict[str, list[str]]):
    for n, weights in exact.items():
        assert list(roc(int(n))) == [F(weight) for weight in weights]
        assert sum(roc(int(n))) == 1


@pytest.mark.parametrize("case", ADDITIVE_CASES, ids=lambda case: case["id"])
def test_published_weighted_sum(case: dict[str, Any]):
    """Division by the largest value of a column is the additive value with anchors 0 and that value."""
    rows = case["input"]["matrix"]
    criteria = [
        Criterion(str(k), worst=0, best=max(column)) for k, column in enumerate(zip(*rows, strict=True))
    ]
    weights = {str(k): F(weight) for k, weight in enumerate(case["input"]["weights"])}
    for row, expected in zip(rows, case["expected"], strict=True):
        values = {c.id: c.value(x) for c, x in zip(criteria, row, strict=True)}
        assert float(additive(values, weights).mid) == pytest.approx(
            float(expected), abs=float(case["tolerance"])
        )


@pytest.mark.parametrize(
    ("worst", "best", "x", "value"),
    [(1, 5, 1, 0), (1, 5, 5, 1), (1, 5, 2, F(1, 4)), (5, 1, 2, F(3, 4)), (0, 10, -3, 0), (0, 10, 11, 1)],
)
def test_value_on_fixed_anchors(worst: int, best: int, x: int, value: Fraction):
    assert Criterion("k", worst, best).value(x) == at(value)


def test_missing_value_is_the_whole_interval():
    assert Criterion("k", 0, 1).value(None) == ANYTHING
    weights = {"a": F(3, 4), "b": F(1, 4)}
    assert additive({"a": ANYTHING, "b": at(1)}, weights) == Interval(F(1, 4), F(1))


def test_anchors_that_are_one_are_an_error():
    with pytest.raises(ValueError):
        Criterion("k", 3, 3)


def test_exact_ties_share_a_rank():
    assert ranks({"a": F(1, 3), "b": F(2, 3), "c": F(1, 3), "d": F(0)}) == {"b": 1, "a": 2, "c": 2, "d": 4}


def test_swing_points_become_weights():
    assert swing({"a": 100, "b": 50, "c": 0}) == {"a": F(2, 3), "b": F(1, 3), "c": F(0)}


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ({"a": 99}, "no_first_criterion"),
        ({"a": 101}, "points_out_of_range"),
        ({"a": 100, "b": -1}, "points_out_of_range"),
    ],
)
def test_swing_points_that_cannot_stand(points: dict[str, int], code: str):
    refusal = why_not_swing(points)
    assert refusal is not None and refusal.code == code
    with pytest.raises(Refused):
        swing(points)


def test_group_takes_the_median_and_shows_the_spread():
    found = group([{"a": F(1, 2), "b": F(1, 2)}, {"a": F(3, 4), "b": F(1, 4)}, {"a": F(1), "b": F(0)}])
    assert found.weights == {"a": F(3, 4), "b": F(1, 4)}
    assert found.spread == {"a": (F(1, 2), F(1)), "b": (F(0), F(1, 2))}
    apart = group(
        [{"a": F(1), "b": F(0), "c": F(0)}, {"a": F(0), "b": F(1), "c": F(0)}, {"a": 0, "b": 0, "c": F(1)}]
    )
    assert set(apart.weights.values()) == {F(1, 3)}


def test_stability_solves_the_crossing():
    options = {"x": {"a": at(1), "b": at(0)}, "y": {"a": at(0), "b": at(1)}, "z": {"a": at(0), "b": at(0)}}
    found = stability(options, {"a": F(3, 5), "b": F(2, 5)})
    assert found.winner == "x"
    assert found.intervals == {"a": (F(1, 2), F(1)), "b": (F(0), F(1, 2))}
    assert found.decided_by == "a"


def test_nothing_unseats_what_is_best_at_everything():
    options = {"x": {"a": at(1), "b": at(1)}, "y": {"a": at(0), "b": at(1)}}
    found = stability(options, {"a": F(1, 2), "b": F(1, 2)})
    assert found.intervals == {"a": (F(0), F(1)), "b": (F(0), F(1))} and found.decided_by is None


def test_stability_when_one_criterion_holds_all_the_weight():
    options = {"x": {"a": at(1), "b": at(0), "c": at(0)}, "y": {"a": at(0), "b": at(1), "c": at(0)}}
    found = stability(options, {"a": F(1), "b": F(0), "c": F(0)})
    assert found.intervals["a"] == (F(1, 3), F(1))
    assert stability({"x": {"a": at(1)}}, {"a": F(1)}).intervals == {"a": (F(0), F(1))}


def test_contradicting_comparisons_warn_and_name_the_pair():
    compared = [[F(one, other) for other in (8, 4, 2, 1)] for one in (8, 4, 2, 1)]
    compared[0][3], compared[3][0] = F(1, 8), F(8)
    found = ahp(compared)
    assert found.warns and found.worst_pair == (0, 3)
    circle = ahp([[1, 2, F(1, 9)], [F(1, 2), 1, 3], [9, F(1, 3), 1]])
    assert circle.warns and circle.worst_pair == (0, 1)
    assert ahp([[1, 4], [F(1, 4), 1]]).worst_pair is None
    assert ahp([[1]]).weights == (1.0,)


@pytest.mark.parametrize(
    ("compared", "code"),
    [
        ([], "criteria_count"),
        ([[1] * 8] * (AHP_LIMIT + 1), "criteria_count"),
        ([[1, 2]], "not_square"),
        ([[1, 0], [1, 1]], "not_positive"),
        ([[1, 2], [2, 1]], "not_reciprocal"),
        ([[2]], "not_reciprocal"),
    ],
)
def test_comparisons_that_cannot_stand(compared: list[list[int]], code: str):
    refusal = why_not_ahp(compared)
    assert refusal is not None and refusal.code == code and str(refusal)
    with pytest.raises(Refused):
        ahp(compared)


VALUES = st.fractions(0, 1, max_denominator=8).map(at)
OPTIONS = st.dictionaries(
    st.sampled_from("pqrs"), st.fixed_dictionaries(dict.fromkeys("abc", VALUES)), min_size=1, max_size=4
)
WEIGHTS = (
    st.lists(st.integers(0, 9), min_size=3, max_size=3)
    .filter(any)
    .map(lambda raw: {k: F(share, sum(raw)) for k, share in zip("abc", raw, strict=True)})
)


@given(OPTIONS, WEIGHTS)
def test_winner_stays_within_its_interval_and_falls_just_outside(options, weights):
    found = stability(options, weights)
    for k, (low, high) in found.intervals.items():
        assert low <= weights[k] <= high
        for x in (low, (low + high) / 2, high):
            scores = scored_with(options, weights, k, x)
            assert scores[found.winner] == max(scores.values())
        for x in (low - F(1, 10**6), high + F(1, 10**6)):
            if 0 <= x <= 1:
                scores = scored_with(options, weights, k, x)
                assert scores[found.winner] < max(scores.values())


def scored_with(options, weights, k, x):
    rest = sum(weight for j, weight in weights.items() if j != k)
    others = {j: (weight / rest if rest else F(1, 2)) for j, weight in weights.items() if j != k}
    changed = {k: x, **{j: (1 - x) * share for j, share in others.items()}}
    return {option: additive(values, changed).mid for option, values in options.items()}


@given(OPTIONS, WEIGHTS)
def test_contributions_sum_to_the_difference(options, weights):
    scores = {option: additive(values, weights).mid for option, values in options.items()}
    for one in options:
        for other in options:
            lead = contributions(options[one], options[other], weights)
            assert sum(lead.values()) == scores[one] - scores[other]


@given(OPTIONS, WEIGHTS)
def test_adding_an_option_never_swaps_two_others(options, weights):
    before = ranks({option: additive(values, weights).mid for option, values in options.items()})
    more = {**options, "new": {k: at(F(1, 2)) for k in "abc"}}
    after = ranks({option: additive(values, weights).mid for option, values in more.items()})
    for one in options:
        for other in options:
            assert (before[one] < before[other]) == (after[one] < after[other])


def test_equal_weights_sum_to_one():
    assert sum(equal(("a", "b", "c")).values()) == 1
    with pytest.raises(ValueError):
        roc(0)


def test_nothing_to_weigh_is_an_error():
    with pytest.raises(ValueError):
        group([])
    with pytest.raises(ValueError):
        stability({}, {"a": F(1)})
