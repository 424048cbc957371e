"""Costs, break-even, size of a retainer, filters and ranking of the models of sourcing."""

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.decide.sourcing_models import (
    PROFILE,
    Hire,
    OneOff,
    Retainer,
    Review,
    Situation,
    Volume,
    break_even,
    chance_above,
    choose,
    emergency_override,
    hire_cost,
    keep_cost,
    one_off_cost,
    proposal,
    retainer_cost,
    retainer_hours,
    saving,
    why_not_model,
)
from outtask.decide.states import Proposal, SourcingModel, Verdict
from outtask.decide.tests.published import KEPT, collection

CASES = [KEPT["break_even"]] + [found["break_even"] for found in [collection("sourcing.json")] if found]
ONE_OFF = OneOff(finding=40_000, rate=9_000, rework=Decimal("0.1"), managing_hours=Decimal("1.5"), wage=6_000)
RETAINER = Retainer(
    set_up=150_000, life_years=2, fee=140_000, hours=240, extra_rate=8_500, managing_hours=3, wage=6_000
)
OUT = Situation(verdict=Verdict.OUT_TASK)
COSTS: dict[SourcingModel, int | None] = {
    SourcingModel.KEEP: 3_000_000,
    SourcingModel.ONE_OFF: 1_500_000,
    SourcingModel.RETAINER: 1_971_000,
    SourcingModel.STAFF_AUGMENTATION: 2_500_000,
    SourcingModel.OUTSOURCE: 1_800_000,
    SourcingModel.HIRE: 8_100_000,
}


def terms(p: dict[str, Any]) -> tuple[OneOff, Retainer, Hire]:
    return (
        OneOff(p["T"], p["r"], p["rho"], p["m"], p["w"]),
        Retainer(p["S"], p["L"], p["F"], p["H"], p["rx"], p["mr"], p["w"]),
        Hire(p["Rc"], p["Lh"], p["sal"], p["o"], p["U"]),
    )


@pytest.mark.parametrize("case", CASES)
def test_published_costs(case: dict[str, Any]):
    one_off, retainer, hire = terms(case["parameters"])
    for row in case["rows"]:
        volume = Volume(row["n"], case["parameters"]["h"])
        costs = {
            "one_off": one_off_cost(volume, one_off),
            "retainer": retainer_cost(volume, retainer),
            "hire": hire_cost(volume, hire),
        }
        assert costs == {model: row[model] for model in costs}
        assert min(costs, key=costs.__getitem__) == row["cheapest"]


@pytest.mark.parametrize("case", CASES)
def test_published_break_even(case: dict[str, Any]):
    one_off, retainer, _ = terms(case["parameters"])
    found = break_even(case["parameters"]["h"], one_off, retainer)
    assert found.within and found.tasks is not None
    assert float(found.tasks) == pytest.approx(float(case["n_star_one_off_retainer"]), abs=1e-6)


def test_hire_is_first_cheaper_than_the_retainer_at_121_tasks():
    _, retainer, hire = terms(KEPT["break_even"]["parameters"])
    volumes = (Volume(n, 8) for n in range(1, 300))
    first = next(v.times_per_year for v in volumes if hire_cost(v, hire) < retainer_cost(v, retainer))
    assert first == 121


def test_break_even_beyond_the_hours_of_the_fee():
    small = replace(RETAINER, hours=80)
    found = break_even(8, ONE_OFF, small)
    assert not found.within and found.tasks is not None
    n = found.tasks
    assert n * ONE_OFF.per_task(8) == small.standing + (n * 8 - 80) * 8_500
    assert break_even(8, ONE_OFF, replace(small, extra_rate=20_000)).tasks is None


def test_break_even_when_a_task_costs_nothing():
    free = OneOff(finding=0, rate=0)
    assert break_even(8, free, RETAINER).tasks is None
    assert break_even(8, free, Retainer(0, 1, 0, 0, 0)).tasks == 0


def test_saving_counts_every_cost_of_the_transaction():
    volume = Volume(12, 8)
    assert keep_cost(volume, 6_000) == 576_000
    assert one_off_cost(volume, ONE_OFF) == 1_538_400
    assert saving(volume, 6_000, ONE_OFF) == 576_000 - 1_538_400
    assert saving(Volume(1, 10), 5_000, OneOff(finding=0, rate=5_000)) == 0


@pytest.mark.parametrize(("times", "people"), [(0, 0), (1, 1), (1550, 1), (1551, 2)])
def test_hire_is_in_whole_people(times: int, people: int):
    assert hire_cost(Volume(times, 1), Hire(0, 1, 100, overhead=0)) == people * 100


@pytest.mark.parametrize("wrong", [{"fee": -1}, {"life_years": 0}])
def test_terms_that_cannot_be_are_errors(wrong: dict[str, int]):
    with pytest.raises(ValueError):
        replace(RETAINER, **wrong)


def poisson_tail(mean: float, k: int) -> float:
    return 1 - math.fsum(math.exp(-mean) * mean**i / math.factorial(i) for i in range(k + 1))


@given(st.integers(1, 60), st.integers(1, 99))
def test_retainer_is_the_smallest_with_a_rare_enough_excess(mean: int, ratio: int):
    hours = retainer_hours(mean, 8, ratio, 100)
    tasks = int(hours / 8)
    assert poisson_tail(mean, tasks) <= ratio / 100 + 1e-9
    assert tasks == 0 or poisson_tail(mean, tasks - 1) > ratio / 100 - 1e-9


def test_retainer_sizes_by_the_table():
    # Poisson(10): P(N > 9) = 0.5421, P(N > 10) = 0.4170, P(N > 12) = 0.2084, P(N > 13) = 0.1355
    assert retainer_hours(10, 8, 50, 100) == 80
    assert retainer_hours(10, 8, 15, 100) == 104
    assert retainer_hours(10, 8, 100, 100) == 0
    assert retainer_hours(0, 8, 50, 100) == 0
    assert retainer_hours(1_000_000, Decimal("0.5"), 50, 100) == pytest.approx(500_000, rel=1e-4)
    for times, rate in ((10, 0), (10, -1), (-1, 50)):
        with pytest.raises(ValueError):
            retainer_hours(times, 8, rate, 100)


@pytest.mark.parametrize(("fee", "override"), [(95_999, True), (96_000, False), (96_001, False)])
def test_emergency_override_only_when_waiting_costs_more(fee: int, override: bool):
    assert emergency_override(4, 6, 4_000, fee) is override


@pytest.mark.parametrize(
    ("count", "x", "chance"),
    # Upper tail of the chi-squared distribution with 2a degrees of freedom at 2x, from its tables.
    [(0, 3.841459 / 2, 0.05), (1, 7.814728 / 2, 0.05), (2, 11.070498 / 2, 0.05), (4, 4.168159 / 2, 0.90)],
)
def test_chance_by_the_table_of_chi_squared(count: int, x: float, chance: float):
    assert chance_above(count, 1, Fraction(x)) == pytest.approx(chance, abs=1e-6)


def test_chance_at_the_edges():
    assert chance_above(0, 1, 0) == 1.0
    assert chance_above(1000, 1, 1000) == pytest.approx(0.5, abs=0.02)
    with pytest.raises(ValueError):
        chance_above(3, 0, 1)


REVIEWS = [
    ((), False, Proposal.STAY),
    ((Review(0.9),), False, Proposal.STAY),
    ((Review(0.9), Review(0.8)), False, Proposal.GO_ONGOING),
    ((Review(0.9), Review(0.79)), False, Proposal.STAY),
    ((Review(0.1), Review(0.9), Review(0.9)), False, Proposal.GO_ONGOING),
    ((Review(0.1, emergencies=2),), False, Proposal.GO_ONGOING),
    ((Review(0.1, emergencies=2), Review(0.1, emergencies=1)), False, Proposal.STAY),
    ((Review(0.2),), True, Proposal.STAY),
    ((Review(0.19),), True, Proposal.GO_BACK_TO_ONE_OFF),
    ((Review(0.19, emergencies=2),), True, Proposal.STAY),
]


@pytest.mark.parametrize(("reviews", "ongoing", "expected"), REVIEWS)
def test_reviews_propose(reviews: tuple[Review, ...], ongoing: bool, expected: Proposal):
    assert proposal(reviews, ongoing) is expected


FILTERS = [
    (SourcingModel.OUTSOURCE, {"variation": Decimal("0.5")}, None),
    (SourcingModel.OUTSOURCE, {"variation": Decimal("0.51")}, "volume_unsteady"),
    (SourcingModel.OUTSOURCE, {"growth_uncertain": True}, "growth_uncertain"),
    (SourcingModel.OUTSOURCE, {"horizon_months": 6}, None),
    (SourcingModel.OUTSOURCE, {"horizon_months": 5}, "horizon_short"),
    (SourcingModel.HIRE, {"horizon_months": 5}, "horizon_short"),
    (SourcingModel.HIRE, {"horizon_months": 6, "variation": 2}, None),
    (SourcingModel.RETAINER, {"horizon_months": 1, "variation": 2, "growth_uncertain": True}, None),
    (SourcingModel.ONE_OFF, {"verdict": Verdict.RETAINER_OR_HIRE}, "not_as_one_off"),
    (SourcingModel.RETAINER, {"verdict": Verdict.RETAINER_OR_HIRE}, None),
    (SourcingModel.STAFF_AUGMENTATION, {"capacity_gap": False}, "no_capacity_gap"),
    (SourcingModel.STAFF_AUGMENTATION, {"capacity_gap": True}, None),
    (SourcingModel.STAFF_AUGMENTATION, {}, None),
    (SourcingModel.ONE_OFF, {"verdict": Verdict.KEEP}, "stays_inside"),
    (SourcingModel.OUTSOURCE, {"verdict": Verdict.CANNOT_GO_OUT}, "stays_inside"),
    (SourcingModel.HIRE, {"verdict": Verdict.KEEP}, None),
    (SourcingModel.KEEP, {"verdict": Verdict.CANNOT_GO_OUT}, None),
]


@pytest.mark.parametrize(("model", "change", "code"), FILTERS)
def test_filters(model: SourcingModel, change: dict[str, Any], code: str | None):
    refusal = why_not_model(model, replace(OUT, **change))
    assert (refusal.code if refusal else None) == code
    assert refusal is None or str(refusal)


def test_ranking_with_reasons():
    choice = choose(OUT, COSTS, dearest=6_000_000)
    assert choice.rule == "score" and not choice.excluded
    assert [one.rank for one in choice.ranked] == sorted(one.rank for one in choice.ranked)
    best, second = choice.ranked[:2]
    assert sum(best.leads_by.values()) == best.score - second.score
    assert all(sum(one.leads_by.values()) == one.score - best.score for one in choice.ranked[1:])
    assert choice.robustness is not None and choice.robustness.winner == best.model


def test_unknown_cost_is_an_interval_and_not_the_worst():
    choice = choose(OUT, {SourcingModel.KEEP: 3_000_000, SourcingModel.OUTSOURCE: None}, dearest=6_000_000)
    outsource = next(one for one in choice.ranked if one.model is SourcingModel.OUTSOURCE)
    assert outsource.high - outsource.low == Fraction(1, 7)
    assert outsource.score == (outsource.low + outsource.high) / 2


def test_ties_share_a_rank_and_the_cheaper_stands_first():
    profile = dict.fromkeys(SourcingModel, PROFILE[SourcingModel.KEEP])
    costs = {SourcingModel.KEEP: 9, SourcingModel.ONE_OFF: 8, SourcingModel.HIRE: 8}
    choice = choose(OUT, costs, dearest=5, profile=profile)
    assert [one.rank for one in choice.ranked] == [1, 1, 1]
    assert [one.model for one in choice.ranked] == ["one_off", "hire", "keep"]


def test_rules_that_put_a_model_first():
    gap = choose(replace(OUT, capacity_gap=True), COSTS, dearest=6_000_000)
    assert (gap.rule, gap.ranked[0].model, gap.ranked[0].rank) == ("capacity_gap", "staff_augmentation", 1)
    both = choose(replace(OUT, capacity_gap=True, emergency=True), COSTS, dearest=6_000_000)
    assert (both.rule, both.ranked[0].model) == ("emergency", "retainer")
    assert [one.rank for one in both.ranked] == list(range(1, 7))
    kept = choose(replace(OUT, verdict=Verdict.KEEP, emergency=True), COSTS, dearest=6_000_000)
    assert kept.rule == "score" and {one.model for one in kept.ranked} == {"keep", "hire"}


def test_one_or_no_feasible_model():
    only = choose(OUT, {SourcingModel.KEEP: 5}, dearest=10)
    assert only.robustness is None and only.ranked[0].leads_by["cost"] == 0
    none = choose(replace(OUT, horizon_months=1), {SourcingModel.HIRE: 5}, dearest=10)
    assert none.ranked == () and none.excluded[SourcingModel.HIRE].code == "horizon_short"


@pytest.mark.parametrize("verdict", [Verdict.INCOMPLETE, Verdict.STOP, Verdict.SIMPLIFY_FIRST])
def test_nothing_to_choose_before_a_verdict(verdict: Verdict):
    with pytest.raises(ValueError):
        choose(replace(OUT, verdict=verdict), COSTS, dearest=6_000_000)


@given(st.permutations(list(COSTS)))
def test_order_of_the_models_does_not_matter(order: list[SourcingModel]):
    costs = {model: COSTS[model] for model in order}
    assert choose(OUT, costs, dearest=6_000_000) == choose(OUT, COSTS, dearest=6_000_000)


@given(st.sampled_from(list(COSTS)), st.integers(1, 6_000_000))
def test_a_dearer_model_never_rises(model: SourcingModel, more: int):
    before = choose(OUT, COSTS, dearest=6_000_000)
    after = choose(OUT, {**COSTS, model: (COSTS[model] or 0) + more}, dearest=6_000_000)
    rank = {one.model: one.rank for one in before.ranked}
    assert next(one.rank for one in after.ranked if one.model is model) >= rank[model]
