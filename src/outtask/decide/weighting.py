"""Weighted priorities: value on fixed anchors, weights and how they were found, how firmly a winner stands.

All arithmetic is exact (`Fraction`), so that ties are ties and anybody recomputes the same number. Only the
AHP eigenvector is a float, since it has no closed form. Simulation over all weights is in `smaa`.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import NamedTuple

from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_

type Number = int | float | Decimal | Fraction
type Weights = Mapping[str, Fraction]

AHP_LIMIT = 7
"""Most criteria compared in pairs; 8 would already take 28 comparisons."""
AHP_WARN_ABOVE = 0.10
RANDOM_INDEX = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
"""Saaty's mean consistency index of random matrices, by number of criteria (Saaty 1980, 2008)."""


class Interval(NamedTuple):
    """A value that lies between `low` and `high`; both are equal when it is known."""

    low: Fraction
    high: Fraction

    @property
    def mid(self) -> Fraction:
        return (self.low + self.high) / 2

    @property
    def known(self) -> bool:
        return self.low == self.high


ANYTHING = Interval(Fraction(0), Fraction(1))
"""A missing value: it may be the worst or the best. Counting it as 0 would be an answer nobody gave."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What is weighed, with the two anchors its value is measured between.

    The anchors belong to the criterion and never to the current list: norms relative to the list reverse
    ranks when an option is added. `best` below `worst` means less is better.
    """

    id: str
    worst: Number
    best: Number

    def __post_init__(self) -> None:
        if self.worst == self.best:
            raise ValueError(f"The anchors of {self.id} are the same.")

    def value(self, x: Number | None) -> Interval:
        """`clip((x − worst)/(best − worst), 0, 1)`; the whole interval [0, 1] when `x` is None."""
        if x is None:
            return ANYTHING
        worst, best = Fraction(self.worst), Fraction(self.best)
        value = min(max((Fraction(x) - worst) / (best - worst), Fraction(0)), Fraction(1))
        return Interval(value, value)


def additive(values: Mapping[str, Interval], weights: Weights) -> Interval:
    """Σ w_k v_k over the criteria of `weights`; an interval while a value is missing."""
    low = sum((weight * values[k].low for k, weight in weights.items()), Fraction(0))
    high = sum((weight * values[k].high for k, weight in weights.items()), Fraction(0))
    return Interval(low, high)


def contributions(
    mine: Mapping[str, Interval], theirs: Mapping[str, Interval], weights: Weights
) -> dict[str, Fraction]:
    """Signed w_k (v_ik − v_jk): what each criterion adds to the lead of `mine` over `theirs`.

    They sum to the difference of the two scores. A missing value counts with its middle.
    """
    return {k: weight * (mine[k].mid - theirs[k].mid) for k, weight in weights.items()}


def ranks[K: Hashable](scores: Mapping[K, Fraction]) -> dict[K, int]:
    """Rank 1 for the highest score; exact ties share a rank and the next one is skipped (1, 2, 2, 4)."""
    ordered = sorted(scores.values(), reverse=True)
    first: dict[Fraction, int] = {}
    for place, score in enumerate(ordered, start=1):
        first.setdefault(score, place)
    return {key: first[score] for key, score in scores.items()}


def equal(ids: Sequence[str]) -> dict[str, Fraction]:
    """The same weight for each, before anybody has said what matters."""
    return {k: Fraction(1, len(ids)) for k in ids}


def roc(n: int) -> tuple[Fraction, ...]:
    """Rank order centroid weights w_i = (1/n) Σ_{k≥i} 1/k, most important first.

    The mean of all weights that respect the order (Edwards & Barron 1994; Barron & Barrett 1996).
    """
    if n < 1:
        raise ValueError("At least one criterion is needed.")
    return tuple(sum((Fraction(1, k) for k in range(i, n + 1)), Fraction(0)) / n for i in range(1, n + 1))


def why_not_swing(points: Mapping[str, Number]) -> Refusal | None:
    """Points for the swing from worst to best: 0 to 100 each, and 100 for the one improved first."""
    for k, given in points.items():
        if not 0 <= given <= 100:
            reason = N_("Give each criterion between 0 and 100 points. %(points)s is outside.")
            return Refusal("points_out_of_range", reason, field=k, facts={"points": given})
    if not any(given == 100 for given in points.values()):
        reason = N_(
            "Give 100 points to the criterion you would improve first. The others are relative to it."
        )
        return Refusal("no_first_criterion", reason)
    return None


def swing(points: Mapping[str, Number]) -> dict[str, Fraction]:
    """Swing weights: the points, normalised to sum to 1.

    Asked as: "all at worst, which would you improve first? That is 100; the others relative to it"
    (von Winterfeldt & Edwards 1986). Raises `Refused` with the reason of `why_not_swing`.
    """
    refuse_if(why_not_swing(points))
    return _normalised({k: Fraction(given) for k, given in points.items()})


def _normalised(raw: Mapping[str, Fraction]) -> dict[str, Fraction]:
    total = sum(raw.values(), Fraction(0))
    return {k: share / total for k, share in raw.items()}


@dataclass(frozen=True, slots=True)
class GroupWeights:
    """One set of weights for many members, and how far they lie apart on each criterion."""

    weights: dict[str, Fraction]
    spread: dict[str, tuple[Fraction, Fraction]]


def group(members: Sequence[Weights]) -> GroupWeights:
    """The median of the members on each criterion, renormalised; the spread is (lowest, highest).

    Medians that are all zero say nothing about importance: then the weights are the members' mean.
    """
    if not members:
        raise ValueError("At least one member is needed.")
    by_criterion = {k: [member[k] for member in members] for k in members[0]}
    medians = {k: Fraction(median(given)) for k, given in by_criterion.items()}
    if not any(medians.values()):
        medians = {k: sum(given, Fraction(0)) / len(given) for k, given in by_criterion.items()}
    spread = {k: (min(given), max(given)) for k, given in by_criterion.items()}
    return GroupWeights(_normalised(medians), spread)


@dataclass(frozen=True, slots=True)
class Stability:
    """Between which weights of each criterion the winner stays the winner.

    decided_by: the criterion whose weight needs the smallest change to unseat the winner; None when no
        single weight can.
    """

    winner: str
    intervals: dict[str, tuple[Fraction, Fraction]]
    decided_by: str | None


def stability(options: Mapping[str, Mapping[str, Interval]], weights: Weights) -> Stability:
    """Solve S_i(x) = x v_ik + (1−x) A_i for the crossings of the winner with each other option.

    A_i is the score over the other criteria with their weights rescaled to sum to 1. Ties go to the lower id.
    """
    if not options:
        raise ValueError("At least one option is needed.")
    values = {option: {k: values[k].mid for k in weights} for option, values in options.items()}
    scores = {o: sum((weights[k] * v[k] for k in weights), Fraction(0)) for o, v in values.items()}
    winner = min(scores, key=lambda option: (-scores[option], option))
    intervals = {k: _interval(k, winner, values, weights) for k in weights}
    room = {k: _room(weights[k], interval) for k, interval in intervals.items()}
    tight = {k: distance for k, distance in room.items() if distance is not None}
    return Stability(winner, intervals, min(tight, key=lambda k: (tight[k], k)) if tight else None)


def _interval(
    k: str, winner: str, values: Mapping[str, Mapping[str, Fraction]], weights: Weights
) -> tuple[Fraction, Fraction]:
    others = _others(k, weights)
    without = {o: sum((others[j] * v[j] for j in others), Fraction(0)) for o, v in values.items()}
    low, high = Fraction(0), Fraction(1)
    for option in values:
        lead_without = without[winner] - without[option]
        lead_alone = values[winner][k] - values[option][k]
        slope = lead_alone - lead_without
        if slope > 0 and lead_without < 0:
            low = max(low, -lead_without / slope)
        elif slope < 0 and lead_alone < 0:
            high = min(high, -lead_without / slope)
    return low, high


def _others(k: str, weights: Weights) -> dict[str, Fraction]:
    rest = {j: weight for j, weight in weights.items() if j != k}
    if not any(rest.values()):
        # The criterion holds all the weight: nothing is known about the others, so they share alike.
        return equal(tuple(rest)) if rest else {}
    return _normalised(rest)


def _room(weight: Fraction, interval: tuple[Fraction, Fraction]) -> Fraction | None:
    low, high = interval
    moves = [weight - low] if low > 0 else []
    moves += [high - weight] if high < 1 else []
    return min(moves, default=None)


@dataclass(frozen=True, slots=True)
class Ahp:
    """Weights from comparisons in pairs, with how far the comparisons contradict each other.

    ratio: consistency ratio; above `AHP_WARN_ABOVE` the comparisons should be looked at again.
    worst_pair: (i, j) of the comparison that fits the others least, None when all fit exactly.
    """

    weights: tuple[float, ...]
    eigenvalue: float
    ratio: float
    worst_pair: tuple[int, int] | None

    @property
    def warns(self) -> bool:
        return self.ratio > AHP_WARN_ABOVE


def why_not_ahp(matrix: Sequence[Sequence[Number]]) -> Refusal | None:
    """A square matrix of positive comparisons with a_ji = 1/a_ij, of at most seven criteria."""
    n = len(matrix)
    if not 1 <= n <= AHP_LIMIT:
        reason = N_("Compare between 1 and %(limit)s criteria in pairs. For more, give points instead.")
        return Refusal("criteria_count", reason, facts={"limit": AHP_LIMIT})
    if any(len(row) != n for row in matrix):
        return Refusal("not_square", N_("Each criterion needs one comparison with each criterion."))
    cells = [(i, j) for i in range(n) for j in range(n)]
    if any(matrix[i][j] <= 0 for i, j in cells):
        return Refusal(
            "not_positive", N_("Comparisons are above zero: 1 is as important, 9 far more important.")
        )
    if any(abs(float(matrix[i][j]) * float(matrix[j][i]) - 1) > 1e-6 for i, j in cells):
        return Refusal(
            "not_reciprocal", N_("Two comparisons of the same pair disagree. Enter each pair once.")
        )
    return None


def ahp(matrix: Sequence[Sequence[Number]]) -> Ahp:
    """Principal eigenvector by power iteration; CR = ((λ−n)/(n−1))/RI (Saaty 1980, 2008).

    A positive matrix has one dominant eigenvalue, so the iteration converges from equal weights. Raises
    `Refused` with the reason of `why_not_ahp`.
    """
    refuse_if(why_not_ahp(matrix))
    a = [[float(cell) for cell in row] for row in matrix]
    n = len(a)
    weights = [1 / n] * n
    for _ in range(1000):
        image = [math.sumprod(row, weights) for row in a]
        total = math.fsum(image)
        latest = [share / total for share in image]
        moved = max(abs(new - old) for new, old in zip(latest, weights, strict=True))
        weights = latest
        if moved < 1e-15:
            break
    eigenvalue = math.fsum(math.sumprod(row, weights) / w for row, w in zip(a, weights, strict=True)) / n
    ratio = max(0.0, (eigenvalue - n) / (n - 1) / RANDOM_INDEX[n]) if n > 2 else 0.0
    return Ahp(tuple(weights), eigenvalue, ratio, _worst_pair(a, weights))


def _worst_pair(a: Sequence[Sequence[float]], weights: Sequence[float]) -> tuple[int, int] | None:
    """The pair with the largest |ln(a_ij w_j / w_i)|."""
    n = len(a)
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    # Rounded, so that in a circle of three, where all misfit alike, the first pair is named everywhere.
    misfit = {(i, j): round(abs(math.log(a[i][j] * weights[j] / weights[i])), 9) for i, j in pairs}
    worst = max(pairs, key=lambda pair: (misfit[pair], -pair[0], -pair[1]), default=None)
    return worst if worst is not None and misfit[worst] > 0 else None
