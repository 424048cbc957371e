"""Step 6: the priority of one process, with what raises and what lowers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from outtask.decide.rules.facts import Facts
from outtask.decide.rules.questions import HIGHEST, LOWEST
from outtask.decide.weighting import Criterion, Interval, Weights, additive, contributions, equal

FOR = (
    Criterion("benefit", worst=LOWEST, best=HIGHEST),
    Criterion("consequence", worst=LOWEST, best=HIGHEST),
)
AGAINST = (
    Criterion("risk", worst=HIGHEST, best=LOWEST),
    Criterion("difficulty", worst=HIGHEST, best=LOWEST),
    Criterion("importance", worst=HIGHEST, best=LOWEST),
    Criterion("domain_knowledge", worst=HIGHEST, best=LOWEST),
)
CRITERIA = FOR + AGAINST
EQUAL_WEIGHTS: Weights = equal(tuple(criterion.id for criterion in CRITERIA))
"""Until an organisation has said what matters to it (our design choice)."""
MIDDLE: Mapping[str, Interval] = {
    criterion.id: Interval(Fraction(1, 2), Fraction(1, 2)) for criterion in CRITERIA
}
"""A process with every answer in the middle of its scale."""


@dataclass(frozen=True, slots=True)
class Priority:
    """How much a process wants to be handed out; every number lies between 0 and 1.

    score: None while an answer is missing; then `low` and `high` are what it may still become.
    contributions: signed share of each criterion, against a process in the middle of every scale. They sum
        to `score − 1/2`; a missing answer adds nothing.
    value, risk: the two sides apart, for a chart: what speaks for it, and how much speaks against it.
    """

    score: Fraction | None
    low: Fraction
    high: Fraction
    contributions: Mapping[str, Fraction]
    value: Fraction | None
    risk: Fraction | None


def values(facts: Facts) -> dict[str, Interval]:
    """The value of each criterion on its own anchors; [0, 1] for a missing answer."""
    return {criterion.id: criterion.value(getattr(facts, criterion.id)) for criterion in CRITERIA}


def priority(facts: Facts, weights: Weights = EQUAL_WEIGHTS) -> Priority:
    """Score the answers of step 6 with `weights`, which sum to 1."""
    if set(weights) != set(EQUAL_WEIGHTS):
        raise ValueError(f"Weights are needed for {sorted(EQUAL_WEIGHTS)}.")
    found = values(facts)
    score = additive(found, weights)
    against = _side(AGAINST, found, weights)
    return Priority(
        score=score.low if _known(CRITERIA, found) else None,
        low=score.low,
        high=score.high,
        contributions=contributions(found, MIDDLE, weights),
        value=_side(FOR, found, weights),
        risk=None if against is None else 1 - against,
    )


def _known(criteria: tuple[Criterion, ...], found: Mapping[str, Interval]) -> bool:
    return all(found[criterion.id].known for criterion in criteria)


def _side(
    criteria: tuple[Criterion, ...], found: Mapping[str, Interval], weights: Weights
) -> Fraction | None:
    part = {criterion.id: weights[criterion.id] for criterion in criteria}
    total = sum(part.values(), Fraction(0))
    if total == 0 or not _known(criteria, found):
        return None
    return additive(found, part).low / total
