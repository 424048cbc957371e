"""Which of the offers fits best, and why: pure.

Gates come first, each with its reason: the provider is not blocked, the price can be compared, it is within
the ceiling, the work is ready in time. What passes is scored by weights (quality .35, price .25, relation
.15, slack .15, scaled to add up to one because the load of a provider is not known here) over values on fixed
anchors, which belong to the question and never to the offers at hand: a further offer cannot turn the order
of the others round.

Quality is the share of milestones accepted at the first try, a verdict counting half after twelve months,
drawn towards the client's usual share as if eight verdicts of the usual kind had been seen before
(empirical Bayes with a fixed prior weight). Without a ceiling a price has no anchor: nothing is scored then,
and one offer is best only when no other beats it in any question.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from outtask.kernel.money import Money
from outtask.people.states import ProviderKind, Relation
from outtask.source.rules import Offer

PRIOR_WEIGHT = 8
HALF_LIFE_DAYS = 365
SLACK_FOR_FULL = timedelta(days=14)
CLOSE = 1.0
"""Points of 100 by which the best must lead, else there is none."""


class Question(StrEnum):
    QUALITY = "quality"
    PRICE = "price"
    RELATION = "relation"
    SLACK = "slack"


WEIGHTS: Mapping[Question, float] = MappingProxyType(
    {Question.QUALITY: 0.35, Question.PRICE: 0.25, Question.RELATION: 0.15, Question.SLACK: 0.15}
)
_RELATION = {
    Relation.NEW: 0.0,
    Relation.OCCASIONAL: 0.5,
    Relation.FORMER: 0.5,
    Relation.REGULAR: 1.0,
}


class Gate(StrEnum):
    """Why an offer is shown but not called the best."""

    BLOCKED = "blocked"
    PRICE_UNKNOWN = "price_unknown"  # another currency, and no stored rate
    ABOVE_CEILING = "above_ceiling"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Record:
    """What a provider did for this client before: accepted milestones, and how long ago in days.

    verdicts: (accepted at the first try, days since) for each milestone accepted.
    """

    verdicts: tuple[tuple[bool, int], ...] = ()

    @property
    def accepted(self) -> int:
        return len(self.verdicts)

    @property
    def first_time(self) -> int:
        return sum(first for first, _ in self.verdicts)

    def quality(self, usual: float) -> float:
        """Share accepted at the first try, drawn towards `usual` while little is known."""
        weights = [(first, math.exp2(-days / HALF_LIFE_DAYS)) for first, days in self.verdicts]
        good = math.fsum(weight for first, weight in weights if first)
        return (PRIOR_WEIGHT * usual + good) / (PRIOR_WEIGHT + math.fsum(weight for _, weight in weights))


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount in the client's currency: exact when it was in it, else about, at a stored rate of a day."""

    amount: Money
    rate: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One offer with what is known about who made it. `price` is None when it cannot be converted."""

    id: UUID
    name: str
    kind: ProviderKind
    relation: Relation
    offer: Offer
    price: Converted | None
    record: Record = Record()


@dataclass(frozen=True, slots=True)
class Score:
    """Points of 100 and how they came about, by question: (points, at most)."""

    total: float
    parts: Mapping[Question, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Judged:
    candidate: Candidate
    gates: tuple[Gate, ...]
    score: Score | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The offers in the order given; `best` is one of them or None when none stands out."""

    offers: tuple[Judged, ...]
    best: Judged | None
    cheapest: Judged | None
    earliest: Judged | None


def compare(
    candidates: Sequence[Candidate], *, by_when: date, ceiling: Money | None, usual: float = 0.5
) -> Comparison:
    """Judge the offers. `usual` is the client's own share of first-time acceptance, 0.5 while unknown.

    `ceiling` and the candidates' converted prices are in one currency.
    """
    judged = tuple(_judge(candidate, by_when, ceiling, usual) for candidate in candidates)
    fit = [one for one in judged if not one.gates]
    priced = [one for one in judged if one.candidate.price]
    return Comparison(
        judged,
        _best(fit),
        _single_least(priced, [_price(one) for one in priced]),
        _single_least(list(judged), [one.candidate.offer.ready_on.toordinal() for one in judged]),
    )


def _judge(candidate: Candidate, by_when: date, ceiling: Money | None, usual: float) -> Judged:
    gates = [Gate.BLOCKED] if candidate.relation is Relation.BLOCKED else []
    if candidate.price is None:
        gates.append(Gate.PRICE_UNKNOWN)
    elif ceiling is not None and candidate.price.amount > ceiling:
        gates.append(Gate.ABOVE_CEILING)
    if candidate.offer.ready_on > by_when:
        gates.append(Gate.LATE)
    score = None if gates or ceiling is None else _score(candidate, by_when, ceiling, usual)
    return Judged(candidate, tuple(gates), score)


def _score(candidate: Candidate, by_when: date, ceiling: Money, usual: float) -> Score:
    assert candidate.price is not None
    # Anchors: the ceiling is worth nothing, half of it all; the last day nothing, two weeks early all.
    spare = (ceiling.minor - candidate.price.amount.minor) / (ceiling.minor / 2)
    early = (by_when - candidate.offer.ready_on) / SLACK_FOR_FULL
    values = {
        Question.QUALITY: candidate.record.quality(usual),
        Question.PRICE: _clip(spare),
        Question.RELATION: _RELATION[candidate.relation],
        Question.SLACK: _clip(early),
    }
    whole = sum(WEIGHTS.values())
    parts = {
        question: (100 * weight / whole * values[question], 100 * weight / whole)
        for question, weight in WEIGHTS.items()
    }
    return Score(sum(points for points, _ in parts.values()), parts)


def _clip(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _best(fit: Sequence[Judged]) -> Judged | None:
    if len(fit) < 2:
        return fit[0] if fit else None
    if all(one.score for one in fit):
        first, second, *_ = sorted(fit, key=lambda one: -one.score.total if one.score else 0.0)
        assert first.score and second.score
        return first if first.score.total - second.score.total >= CLOSE else None
    unbeaten = [one for one in fit if all(_at_least_as_good(one, other) for other in fit)]
    return unbeaten[0] if len(unbeaten) == 1 else None


def _at_least_as_good(one: Judged, other: Judged) -> bool:
    """In price, day and record: no question in which the other is better."""
    mine, theirs = one.candidate, other.candidate
    return (
        _price(one) <= _price(other)
        and mine.offer.ready_on <= theirs.offer.ready_on
        and mine.record.quality(0.5) >= theirs.record.quality(0.5)
    )


def _price(judged: Judged) -> int:
    assert judged.candidate.price is not None
    return judged.candidate.price.amount.minor


def _single_least(offers: Sequence[Judged], values: Sequence[int]) -> Judged | None:
    """The one with the least value, None when several share it or there is only one to compare."""
    if len(offers) < 2 or values.count(min(values)) > 1:
        return None
    return offers[values.index(min(values))]
