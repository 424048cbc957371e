"""The methods of this room by plain JSON: what a page shows, anybody can compute again.

Each entry of `CALCS` takes the decoded input and gives an answer that JSON can hold; both are described by
the function's docstring. Numbers may be given as numbers or, to be exact, as text; shares come back as
floats. Everything that is wrong with the input raises `Refused`, naming the place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from fractions import Fraction
from typing import Any

from outtask.decide import smaa, weighting
from outtask.decide.answers import decode, plain, trail_of
from outtask.decide.catalogue import catalogue
from outtask.decide.rules import EQUAL_WEIGHTS, Described, flips, judge
from outtask.decide.rules.comparables import Contributor, comparison, kinds_of
from outtask.decide.sourcing_models import (
    Choice,
    Hire,
    OneOff,
    Retainer,
    Situation,
    Terms,
    Volume,
    compare_models,
)
from outtask.decide.states import Verdict
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

type Input = Mapping[str, Any]
type Output = dict[str, Any]


def decision(given: Input) -> Output:
    """Judge one process by the seven steps.

    In: `answers` by question id; `weights` of step 6 (by criterion, summing to 1; equal when left out).
    Out: verdict, step, rule, reason; what is `asked` still; the whole `trail`; `priority`; and `flips`, the
    single answers that would change the verdict.
    """
    facts = decode(_mapping(given, "answers"))
    weights = _weights(given["weights"]) if given.get("weights") else EQUAL_WEIGHTS
    if set(weights) != set(EQUAL_WEIGHTS) or sum(weights.values()) != 1:
        needed = ", ".join(EQUAL_WEIGHTS)
        reason = N_("Give a weight for each of %(needed)s. Together they are 1.")
        raise _wrong("weights", reason, needed=needed)
    judged = judge(facts, weights)
    ranked = judged.priority
    return {
        "verdict": judged.verdict.value,
        "step": judged.step.value,
        "rule": judged.rule,
        "reason": judged.reason % judged.facts,
        "asked": [question.id for question in judged.asked],
        "trail": trail_of(judged),
        "priority": {
            "score": _float(ranked.score),
            "low": float(ranked.low),
            "high": float(ranked.high),
            "value": _float(ranked.value),
            "risk": _float(ranked.risk),
            "contributions": _floats(ranked.contributions),
        },
        "flips": [
            {
                "question": flip.question.id,
                "answer": plain(flip.answer),
                "instead": plain(flip.instead),
                "verdict": flip.verdict.value,
                "rule": flip.rule,
            }
            for flip in flips(facts)
        ],
        "version": judged.version,
    }


def weights(given: Input) -> Output:
    """Weights, and with them a ranking.

    In: `method`, one of
        `equal` and `rank` with `criteria` (for `rank` the most important first),
        `swing` with `points` by criterion, `group` with `members` (each weights by criterion),
        `pairs` with `criteria` and the square `matrix` of comparisons;
    and if wanted `options`, each with a number by criterion or null where it is missing, `anchors` (by
    criterion, `worst` and `best`; 0 and 1 when left out), and a `seed` to draw weights with.
    Out: `weights` by criterion, what the method tells of itself, and for options their scores (low, high),
    ranks, between which weights the winner stays, and with a seed how often each option comes first.
    """
    method = str(given.get("method"))
    if method not in _WEIGHINGS:
        raise _wrong("method", N_("Choose one of these methods: %(known)s."), known=", ".join(_WEIGHINGS))
    found, told = _WEIGHINGS[method](given)
    out: Output = {"weights": _floats(found)} | told
    if given.get("options"):
        out |= _ranking(_mapping(given, "options"), found, given)
    return out


def _equal(given: Input) -> tuple[dict[str, Fraction], Output]:
    return weighting.equal(_names(given)), {}


def _rank(given: Input) -> tuple[dict[str, Fraction], Output]:
    names = _names(given)
    return dict(zip(names, weighting.roc(len(names)), strict=True)), {}


def _swing(given: Input) -> tuple[dict[str, Fraction], Output]:
    return weighting.swing(_weights(_mapping(given, "points"))), {}


def _group(given: Input) -> tuple[dict[str, Fraction], Output]:
    members = [_weights(member) for member in _list(given, "members")]
    if any(set(member) != set(members[0]) for member in members):
        raise _wrong("members", N_("Each member gives weights for the same criteria."))
    grouped = weighting.group(members)
    spread = {name: [float(low), float(high)] for name, (low, high) in grouped.spread.items()}
    return grouped.weights, {"spread": spread}


def _pairs(given: Input) -> tuple[dict[str, Fraction], Output]:
    names = _names(given)
    matrix = [
        [_exact(cell, f"matrix[{i}][{j}]") for j, cell in enumerate(row)]
        for i, row in enumerate(_list(given, "matrix"))
    ]
    if len(matrix) != len(names):
        raise _wrong("matrix", N_("Each criterion needs one row of comparisons."))
    found = weighting.ahp(matrix)
    worst = [names[place] for place in found.worst_pair] if found.worst_pair else None
    told = {"ratio": found.ratio, "warns": found.warns, "worst_pair": worst, "eigenvalue": found.eigenvalue}
    return {name: Fraction(weight) for name, weight in zip(names, found.weights, strict=True)}, told


type _Weighing = Callable[[Input], tuple[dict[str, Fraction], Output]]
_WEIGHINGS: Mapping[str, _Weighing] = {
    "equal": _equal,
    "rank": _rank,
    "swing": _swing,
    "group": _group,
    "pairs": _pairs,
}


def _ranking(options: Input, found: Mapping[str, Fraction], given: Input) -> Output:
    criteria = _criteria(found, given.get("anchors") or {})
    values = {
        option: {
            name: criterion.value(_maybe(measured, name, f"options.{option}"))
            for name, criterion in criteria.items()
        }
        for option, measured in options.items()
    }
    scores = {option: weighting.additive(value, found) for option, value in values.items()}
    firm = weighting.stability(values, found)
    out: Output = {
        "scores": {option: {"low": float(s.low), "high": float(s.high)} for option, s in scores.items()},
        "ranks": weighting.ranks({option: score.mid for option, score in scores.items()}),
        "winner": firm.winner,
        "stays_between": {name: [float(low), float(high)] for name, (low, high) in firm.intervals.items()},
        "decided_by": firm.decided_by,
    }
    if given.get("seed") is not None:
        drawn = smaa.simulate(values, list(found), _whole(given["seed"], "seed"))
        out["drawn"] = {
            "ranks": {option: list(shares) for option, shares in drawn.ranks.items()},
            "best": drawn.best,
            "clarity": drawn.clarity.value,
        }
    return out


def _criteria(found: Mapping[str, Fraction], anchors: Input) -> dict[str, weighting.Criterion]:
    criteria = {}
    for name in found:
        between = anchors.get(name) or {}
        worst = _exact(between.get("worst", 0), f"anchors.{name}.worst")
        best = _exact(between.get("best", 1), f"anchors.{name}.best")
        if worst == best:
            raise _wrong(f"anchors.{name}", N_("The worst and the best value are the same."))
        criteria[name] = weighting.Criterion(name, worst=worst, best=best)
    return criteria


def sourcing(given: Input) -> Output:
    """What each model of sourcing costs in a year, and which one suits.

    In: `volume` (times_per_year, hours_each); `terms` with `wage`, `one_off`, `retainer`, `hire` (each with
    the fields of `sourcing_models.costs`), `staff_minor`, `outsource_minor`; `situation` (verdict, variation,
    growth_uncertain, horizon_months, capacity_gap, emergency); `dearest`. Amounts in minor units.
    Out: `costs`, `saving`, `break_even`, `dearest`, and the `choice` (null while the verdict leaves none):
    the models `ranked` with scores and what they lead by, those `excluded` with the reason, and why the first
    one is first.
    """
    volume = _terms(Volume, _mapping(given, "volume"), "volume")
    terms = given.get("terms") or {}
    known = Terms(
        wage=_maybe(terms, "wage", "terms"),
        one_off=_part(OneOff, terms, "one_off"),
        retainer=_part(Retainer, terms, "retainer"),
        hire=_part(Hire, terms, "hire"),
        staff_minor=_minor(terms, "staff_minor"),
        outsource_minor=_minor(terms, "outsource_minor"),
    )
    found = compare_models(volume, known, _situation(given.get("situation") or {}), _minor(given, "dearest"))
    even = found.break_even
    return {
        "costs": {model.value: cost for model, cost in found.costs.items()},
        "saving": found.saving,
        "dearest": found.dearest,
        "break_even": None if even is None else {"tasks": _float(even.tasks), "within": even.within},
        "choice": None if found.choice is None else _choice(found.choice),
    }


def _choice(choice: Choice) -> Output:
    return {
        "ranked": [
            {
                "model": one.model.value,
                "rank": one.rank,
                "score": float(one.score),
                "low": float(one.low),
                "high": float(one.high),
                "cost_minor": one.cost_minor,
                "leads_by": _floats(one.leads_by),
            }
            for one in choice.ranked
        ],
        "excluded": {model.value: str(refusal) for model, refusal in choice.excluded.items()},
        "rule": choice.rule,
        "reason": choice.reason % choice.facts,
        "decided_by": choice.robustness.decided_by if choice.robustness else None,
    }


def _situation(given: Input) -> Situation:
    verdict = given.get("verdict", Verdict.OUT_TASK)
    if verdict not in set(Verdict):
        raise _wrong("situation.verdict", N_("Choose one of %(known)s."), known=", ".join(Verdict))
    for name in ("growth_uncertain", "capacity_gap", "emergency"):
        if not isinstance(given.get(name), bool | None):
            raise _wrong(f"situation.{name}", N_("Write true, false or null."))
    return Situation(
        verdict=Verdict(verdict),
        variation=_maybe(given, "variation", "situation"),
        horizon_months=_maybe(given, "horizon_months", "situation"),
        growth_uncertain=given.get("growth_uncertain"),
        capacity_gap=given.get("capacity_gap"),
        emergency=given.get("emergency"),
    )


def comparables(given: Input) -> Output:
    """What may be told of others' counts, and the kinds of our catalogue that a process falls under.

    In: `process` (name, output); `readers`, the people of the organisation that asks; `contributors`, each
    with `id`, `people` and `handed_out`.
    Out: `kinds`; `have` and `handed_out`, rounded down, null where fewer than five could be made out.
    """
    asked = _mapping(given, "process")
    described = Described("", str(asked.get("name", "")), str(asked.get("output", "")))
    told = comparison(
        frozenset(map(str, given.get("readers") or [])),
        [
            Contributor(str(one["id"]), frozenset(map(str, one["people"])), bool(one["handed_out"]))
            for one in given.get("contributors") or []
        ],
    )
    kinds = [kind.name for kind in kinds_of(described, catalogue())]
    return {"kinds": kinds, "have": told.have, "handed_out": told.handed_out}


CALCS: dict[str, Callable[[Input], Output]] = {
    "decision": decision,
    "weights": weights,
    "sourcing": sourcing,
    "comparables": comparables,
}


def _terms[T](shape: Callable[..., T], given: Input, place: str) -> T:
    """One dataclass of terms; its own checks speak through `Refused`."""
    names = {one.name for one in fields(shape)}  # type: ignore[arg-type]
    unknown = sorted(set(given) - names)
    if unknown:
        reason = N_("There is no such field. Known are %(known)s.")
        raise _wrong(f"{place}.{unknown[0]}", reason, known=", ".join(sorted(names)))
    try:
        return shape(**{name: _exact(value, f"{place}.{name}") for name, value in given.items()})
    except (TypeError, ValueError) as wrong:
        raise _wrong(place, N_("This does not fit: %(what)s."), what=str(wrong)) from wrong


def _part[T](shape: Callable[..., T], terms: Input, name: str) -> T | None:
    return _terms(shape, _mapping(terms, name), f"terms.{name}") if terms.get(name) else None


def _mapping(given: Input, name: str) -> Input:
    found = given.get(name)
    if not isinstance(found, Mapping):
        raise _wrong(name, N_("An object is needed here."))
    return found


def _list(given: Input, name: str) -> list[Any]:
    found = given.get(name)
    if not isinstance(found, list) or not found:
        raise _wrong(name, N_("A list is needed here, and it may not be empty."))
    return found


def _names(given: Input) -> list[str]:
    found = _list(given, "criteria")
    if not all(isinstance(name, str) for name in found) or len(set(found)) != len(found):
        raise _wrong("criteria", N_("Criteria are texts, each once."))
    return found


def _weights(given: Any) -> dict[str, Fraction]:
    if not isinstance(given, Mapping) or not given:
        raise _wrong("weights", N_("A number for each criterion is needed."))
    return {str(name): _exact(value, str(name)) for name, value in given.items()}


def _maybe(given: Input, name: str, place: str) -> Fraction | None:
    found = given.get(name)
    return None if found is None else _exact(found, f"{place}.{name}")


def _minor(given: Input, name: str) -> int | None:
    found = given.get(name)
    return None if found is None else _whole(found, name)


def _whole(value: object, place: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _wrong(place, N_("A whole number, 0 or more, is needed here."))
    return value


def _exact(value: object, place: str) -> Fraction:
    try:
        if isinstance(value, bool):
            raise ValueError(value)
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError) as unreadable:
        raise _wrong(place, N_("A number is needed here.")) from unreadable


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _floats(values: Mapping[str, Fraction]) -> dict[str, float]:
    return {str(name): float(value) for name, value in values.items()}


def _wrong(place: str, reason: str, **facts: object) -> Refused:
    return Refused(Refusal("input_unfit", reason, field=place, facts=facts))
