"""Which model of sourcing suits: filters with their reasons, then a ranking of what is feasible.

Background: transaction cost economics (Williamson 1985), McIvor 2008, Barthélemy 2003.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from outtask.decide.sourcing_models.costs import Exact
from outtask.decide.states import INSIDE, ChoiceCriterion, SourcingModel, Verdict
from outtask.decide.weighting import (
    Criterion,
    Interval,
    Stability,
    Weights,
    additive,
    contributions,
    equal,
    ranks,
    stability,
)
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_

UNSTEADY_ABOVE = Fraction(1, 2)
"""Coefficient of variation of the yearly volume above which nothing is outsourced whole."""
SHORT_BELOW_MONTHS = 6

_SCALE_ORDER = (
    SourcingModel.KEEP, SourcingModel.ONE_OFF, SourcingModel.RETAINER,
    SourcingModel.STAFF_AUGMENTATION, SourcingModel.OUTSOURCE, SourcingModel.HIRE,
)  # fmt: skip
_PROFILE_ROWS: Mapping[ChoiceCriterion, tuple[int, ...]] = {
    #                                keep, one-off, retainer, staff, outsource, hire
    ChoiceCriterion.CONTROL: (5, 3, 3, 4, 1, 5),
    ChoiceCriterion.FLEXIBILITY: (2, 5, 3, 4, 2, 1),
    ChoiceCriterion.CONTINUITY: (4, 1, 4, 2, 4, 5),
    ChoiceCriterion.KNOWLEDGE: (5, 2, 3, 3, 1, 5),
    ChoiceCriterion.MANAGEMENT_LOAD: (3, 2, 4, 2, 4, 2),
    ChoiceCriterion.EASE_OF_EXIT: (3, 5, 4, 4, 1, 1),
}
type Profile = Mapping[SourcingModel, Mapping[ChoiceCriterion, int | None]]
PROFILE: Profile = {
    model: {criterion: row[place] for criterion, row in _PROFILE_ROWS.items()}
    for place, model in enumerate(_SCALE_ORDER)
}
"""How each model does on each criterion but cost, 1 to 5, 5 best (our design choice; editable)."""
WEIGHTS: Weights = equal(tuple(ChoiceCriterion))
"""Until the organisation has said what matters to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What bears on the choice of a model. None means not known yet: then no filter fires.

    verdict: of the seven steps. variation: coefficient of variation of the yearly volume.
    growth_uncertain: whether nobody can say how the volume will grow. horizon_months: how long the work is
    wanted. capacity_gap: whether only hands are missing, inside one's own process and tools.
    emergency: the answer of `emergency_override`.
    """

    verdict: Verdict
    variation: Exact | None = None
    growth_uncertain: bool | None = None
    horizon_months: Exact | None = None
    capacity_gap: bool | None = None
    emergency: bool | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """One feasible model. rank: 1 is best, ties share it. score: of values 0 to 1; `low` and `high` differ
    while a value is missing, and the score is their middle. leads_by: signed contributions of each criterion
    to its lead over the model ranked first (for the first: over the second)."""

    model: SourcingModel
    rank: int
    score: Fraction
    low: Fraction
    high: Fraction
    cost_minor: int | None
    leads_by: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Choice:
    """Models in order of preference, those that are out with the reason, and how firm the first one is.

    rule: `score` when the scores decide, `emergency` or `capacity_gap` when a rule puts one first.
    reason: message id for that. robustness: None when fewer than two models are feasible, and when a rule
    decides.
    """

    ranked: tuple[Ranked, ...]
    excluded: Mapping[SourcingModel, Refusal]
    rule: str
    reason: str
    facts: Mapping[str, object] = field(default_factory=dict)
    robustness: Stability | None = None


def why_not_model(model: SourcingModel, situation: Situation) -> Refusal | None:
    """Why `model` does not come into question; None when it does."""
    if situation.verdict in INSIDE:
        return _inside(model)
    match model:
        case SourcingModel.ONE_OFF if situation.verdict is Verdict.RETAINER_OR_HIRE:
            return Refusal("not_as_one_off", N_("The seven steps say: not as a one-off."))
        case SourcingModel.OUTSOURCE:
            return _unsteady(situation) or _short(situation)
        case SourcingModel.HIRE:
            return _short(situation)
        case SourcingModel.STAFF_AUGMENTATION if situation.capacity_gap is False:
            reason = N_("More is missing than hands inside your own process and tools.")
            return Refusal("no_capacity_gap", reason)
    return None


def _inside(model: SourcingModel) -> Refusal | None:
    # A person on the payroll is inside, so hiring stays open.
    if model in (SourcingModel.KEEP, SourcingModel.HIRE):
        return None
    return Refusal("stays_inside", N_("The seven steps say that the work stays with you."))


def _unsteady(situation: Situation) -> Refusal | None:
    if situation.growth_uncertain:
        return Refusal("growth_uncertain", N_("Nobody can say yet how the volume will grow."))
    if situation.variation is not None and situation.variation > UNSTEADY_ABOVE:
        reason = N_("The volume swings too much from year to year: %(variation)s, and 0.5 is the most.")
        return Refusal("volume_unsteady", reason, facts={"variation": situation.variation})
    return None


def _short(situation: Situation) -> Refusal | None:
    if situation.horizon_months is None or situation.horizon_months >= SHORT_BELOW_MONTHS:
        return None
    reason = N_("The work is wanted for less than %(months)s months.")
    return Refusal("horizon_short", reason, facts={"months": SHORT_BELOW_MONTHS})


def choose(
    situation: Situation,
    costs: Mapping[SourcingModel, int | None],
    dearest: int,
    profile: Profile = PROFILE,
    weights: Weights = WEIGHTS,
) -> Choice:
    """Filter the models of `costs`, then rank the feasible ones.

    costs: a year of each model in minor units, None where nobody has quoted yet.
    dearest: the yearly cost that counts as worst, in minor units and above zero; it belongs to the process
        (its budget, or twice the cost of keeping it) and not to the models on the list.
    A retainer comes first when the emergency override says so, then staff augmentation when only hands are
    missing; otherwise the score decides. Ties go to the cheaper model, then to the order of the models.
    """
    if situation.verdict in (Verdict.INCOMPLETE, Verdict.STOP, Verdict.SIMPLIFY_FIRST):
        raise ValueError(f"There is nothing to choose for {situation.verdict}: judge first.")
    refusals = {model: why_not_model(model, situation) for model in _SCALE_ORDER if model in costs}
    feasible = [model for model, refusal in refusals.items() if refusal is None]
    excluded = {model: refusal for model, refusal in refusals.items() if refusal is not None}
    values = {model: _values(model, costs[model], dearest, profile) for model in feasible}
    ranked = _ranked(values, costs, weights)
    first, rule, reason = _overriding(situation, feasible)
    if first is not None:
        ranked = _put_first(first, ranked)
        return Choice(ranked, excluded, rule, reason)
    firm = (
        stability({str(model): found for model, found in values.items()}, weights)
        if len(values) > 1
        else None
    )
    return Choice(ranked, excluded, "score", _why_first(feasible), robustness=firm)


def _why_first(feasible: list[SourcingModel]) -> str:
    if not feasible:
        return N_("No model on the list comes into question. See why beside each.")
    if len(feasible) == 1:
        return N_("It is the only one that comes into question.")
    return N_("It scores highest on what matters to you.")


def _overriding(situation: Situation, feasible: list[SourcingModel]) -> tuple[SourcingModel | None, str, str]:
    if situation.emergency and SourcingModel.RETAINER in feasible:
        reason = N_("Waiting for a provider in an emergency would cost more than the retainer's fee.")
        return SourcingModel.RETAINER, "emergency", reason
    if situation.capacity_gap and SourcingModel.STAFF_AUGMENTATION in feasible:
        reason = N_("Only hands are missing, inside your own process and tools.")
        return SourcingModel.STAFF_AUGMENTATION, "capacity_gap", reason
    return None, "score", ""


def _values(model: SourcingModel, cost: int | None, dearest: int, profile: Profile) -> dict[str, Interval]:
    found = {
        str(criterion): Criterion(criterion, worst=1, best=5).value(profile[model].get(criterion))
        for criterion in ChoiceCriterion
        if criterion is not ChoiceCriterion.COST
    }
    found[ChoiceCriterion.COST] = Criterion(ChoiceCriterion.COST, worst=dearest, best=0).value(cost)
    return found


def _ranked(
    values: Mapping[SourcingModel, Mapping[str, Interval]],
    costs: Mapping[SourcingModel, int | None],
    weights: Weights,
) -> tuple[Ranked, ...]:
    scores = {model: additive(found, weights) for model, found in values.items()}
    places = ranks({model: score.mid for model, score in scores.items()})
    order = sorted(
        scores, key=lambda model: (places[model], _cost_key(costs[model]), _SCALE_ORDER.index(model))
    )
    return tuple(
        Ranked(
            model, places[model], scores[model].mid, scores[model].low, scores[model].high, costs[model],
            contributions(values[model], values[_rival(model, order)], weights),
        )
        for model in order
    )  # fmt: skip


def _rival(model: SourcingModel, order: list[SourcingModel]) -> SourcingModel:
    return order[min(1, len(order) - 1)] if model is order[0] else order[0]


def _cost_key(cost: int | None) -> tuple[bool, int]:
    return cost is None, cost or 0


def _put_first(first: SourcingModel, ranked: tuple[Ranked, ...]) -> tuple[Ranked, ...]:
    """The order a rule sets; scores stay as they are, so that the reader sees what the rule overrode."""
    order = [one for one in ranked if one.model is first] + [one for one in ranked if one.model is not first]
    return tuple(
        Ranked(one.model, place, one.score, one.low, one.high, one.cost_minor, one.leads_by)
        for place, one in enumerate(order, start=1)
    )
