"""How firmly a ranking stands when nobody is sure of the weights: SMAA-2.

Stochastic multicriteria acceptability analysis (Lahdelma & Salminen 2001; Tervonen & Figueira 2008): draw
many weights, rank the options under each, and count. The seed is part of the result, so that anybody draws
the same again.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from outtask.decide.states import Clarity
from outtask.decide.weighting import Interval

DRAWS = 10_000
CLEAR_FROM = 0.70
LEAN_FROM = 0.50

type Draw = tuple[Sequence[float], Mapping[str, Sequence[float]]]
"""Weights, and for each option its values in the same order."""


@dataclass(frozen=True, slots=True)
class Acceptability:
    """What the draws say.

    ranks: per option the share of draws in which it came first, second, ...; options that tie share
        the places between them.
    central: per option the mean of the weights that put it first, None when none did.
    clarity: CLEAR when one option is first in at least 70 % of the draws, LEAN from 50 %.
    """

    ranks: Mapping[str, tuple[float, ...]]
    central: Mapping[str, tuple[float, ...] | None]
    best: str
    clarity: Clarity


def draw_weights(
    criteria: int, draws: int, seed: int, order: Sequence[int] | None = None
) -> Iterator[list[float]]:
    """Weights uniform on the simplex; with `order` (places, most important first) only those that respect it.

    The gaps between sorted uniform numbers are uniform on the simplex; sorted and handed out by `order` they
    are uniform on the part of it that respects that order.
    """
    source = random.Random(seed)
    for _ in range(draws):
        cuts = sorted(source.random() for _ in range(criteria - 1))
        gaps = [high - low for low, high in pairwise([0.0, *cuts, 1.0])]
        if order is None:
            yield gaps
            continue
        weights = [0.0] * criteria
        for place, weight in zip(order, sorted(gaps, reverse=True), strict=True):
            weights[place] = weight
        yield weights


def simulate(
    options: Mapping[str, Mapping[str, Interval]],
    criteria: Sequence[str],
    seed: int,
    draws: int = DRAWS,
    order: Sequence[str] | None = None,
) -> Acceptability:
    """Acceptabilities of `options` over all weights, or over those that respect `order`.

    order: all of `criteria`, most important first. A missing value is drawn from its interval each time.
    """
    if order is not None and sorted(order) != sorted(criteria):
        raise ValueError("The order names each criterion once.")
    places = None if order is None else [list(criteria).index(k) for k in order]
    weights = draw_weights(len(criteria), draws, seed, places)
    source = random.Random(f"{seed}/values")
    values = {
        option: [(float(found[k].low), float(found[k].high)) for k in criteria]
        for option, found in options.items()
    }
    return acceptability(
        (drawn, {option: [_within(source, *bounds) for bounds in found] for option, found in values.items()})
        for drawn in weights
    )


def _within(source: random.Random, low: float, high: float) -> float:
    return low if low == high else source.uniform(low, high)


def acceptability(draws: Iterable[Draw]) -> Acceptability:
    """Rank acceptabilities and central weights of given draws, all of the same options and criteria."""
    counts: dict[str, list[float]] = {}
    sums: dict[str, list[float]] = {}
    total = 0
    for weights, values in draws:
        total += 1
        scores = {option: math.sumprod(weights, found) for option, found in values.items()}
        for option, score in scores.items():
            first, last = _places(score, scores.values())
            places = counts.setdefault(option, [0.0] * len(scores))
            for place in range(first, last):
                places[place] += 1 / (last - first)
            if first == 0:
                sums[option] = [
                    old + new / last
                    for old, new in zip(sums.get(option, [0.0] * len(weights)), weights, strict=True)
                ]
    if not total or not counts:
        raise ValueError("At least one draw and one option are needed.")
    ranks = {option: tuple(count / total for count in places) for option, places in counts.items()}
    central = {option: _central(sums.get(option)) for option in counts}
    best = min(ranks, key=lambda option: (-ranks[option][0], option))
    return Acceptability(ranks, central, best, _clarity(ranks[best][0]))


def _places(score: float, scores: Iterable[float]) -> tuple[int, int]:
    """The places [first, last) that `score` shares with its equals, 0 being the best."""
    better = equal = 0
    for other in scores:
        better += other > score
        equal += other == score
    return better, better + equal


def _central(summed: list[float] | None) -> tuple[float, ...] | None:
    if summed is None:
        return None
    total = math.fsum(summed)
    return tuple(weight / total for weight in summed)


def _clarity(first: float) -> Clarity:
    if first >= CLEAR_FROM:
        return Clarity.CLEAR
    return Clarity.LEAN if first >= LEAN_FROM else Clarity.NONE


def confidence(
    central: Sequence[float], values: Iterable[Mapping[str, Sequence[float]]], option: str
) -> float:
    """The share of `values` under which `option` is first with its own central weights."""
    fixed = acceptability((central, drawn) for drawn in values)
    return fixed.ranks[option][0]
