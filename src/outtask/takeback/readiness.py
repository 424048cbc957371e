"""Exit readiness: how ready one is to take work back, from 0 to 1, with the reason of each part.

`R = Σ w k` over six parts, at most 0.4 when the work is critical and leaving was never rehearsed; the weakest
part is always named. Weights and values are our own design (SCIENCE.md §7); what a way out needs is in DORA
Art. 28(8), EBA/GL/2019/02 §15 and the EU Data Act (30 days for retrieval, no charge for switching).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from outtask.kernel.words import N_

DECAYS_OVER = 365  # days in which the worth of a drill goes down to nothing
CAP = Fraction(4, 10)
RETRIEVAL = 30  # days, by the EU Data Act
NOTHING, ALL = Fraction(0), Fraction(1)


class Part(StrEnum):
    PACK = "pack"
    DRILL = "drill"
    ALTERNATIVES = "alternatives"
    ACCESS = "access"
    TIME = "time"
    RIGHTS = "rights"


WEIGHTS: dict[Part, Fraction] = {
    Part.PACK: Fraction(25, 100),
    Part.DRILL: Fraction(20, 100),
    Part.ALTERNATIVES: Fraction(20, 100),
    Part.ACCESS: Fraction(15, 100),
    Part.TIME: Fraction(10, 100),
    Part.RIGHTS: Fraction(10, 100),
}

NAMES: dict[Part, str] = {
    Part.PACK: N_("Handover pack"),
    Part.DRILL: N_("Leaving rehearsed"),
    Part.ALTERNATIVES: N_("Others who could do it"),
    Part.ACCESS: N_("Work is in your hands"),
    Part.TIME: N_("Time to move"),
    Part.RIGHTS: N_("Rights agreed"),
}

# What a pack is made of, as far as Outtask knows of it.
IN_PACK: dict[str, str] = {
    "brief": N_("the brief"),
    "criteria": N_("what counts as done"),
    "agreement": N_("a statement of work"),
    "contact": N_("a contact"),
    "files": N_("work handed in"),
}


@dataclass(frozen=True)
class Facts:
    """What is known of one out-task.

    missing: parts of its handover pack that are not there, of `IN_PACK`. drilled_days_ago: since the last
    drill that passed, None without one. offers: providers besides the chosen one who offered to do this;
    others: further ones who are known and not blocked. files, links: how the work was handed in: into our own
    storage, or as a place elsewhere. days_left: until it is due, None without a day; days_needed: notice and
    transition together, None when nothing is agreed. signed: by both. retrieval_days: how long after the end
    the provider keeps what is ours, None when nothing is agreed. free: whether leaving costs nothing.
    """

    missing: frozenset[str] = frozenset()
    drilled_days_ago: int | None = None
    offers: int = 0
    others: int = 0
    files: int = 0
    links: int = 0
    days_left: int | None = None
    days_needed: int | None = None
    signed: bool = False
    retrieval_days: int | None = None
    free: bool = False
    critical: bool = False
    rehearsed: bool = False


@dataclass(frozen=True)
class Value:
    """One part: its value from 0 to 1 and why. `%(name)s` places of the reason are filled from `facts`."""

    part: Part
    value: Fraction
    reason: str
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def weight(self) -> Fraction:
        return WEIGHTS[self.part]


@dataclass(frozen=True)
class Readiness:
    """The number with its parts. capped: whether it would be more, had leaving ever been rehearsed."""

    score: Fraction
    values: tuple[Value, ...]
    capped: bool

    @property
    def weakest(self) -> Value:
        """The lowest part; of several, the one with the greatest weight."""
        return min(self.values, key=lambda one: (one.value, -one.weight))


def readiness(facts: Facts) -> Readiness:
    """How ready one is to take one out-task back."""
    values = (_pack(facts), _drill(facts), _alternatives(facts), _access(facts), _time(facts), _rights(facts))
    return _summed(values, facts.critical and not facts.rehearsed)


def together(several: Sequence[Readiness], drilled_days_ago: int | None) -> Readiness:
    """How ready an organisation is: each part is the mean over its out-tasks, the drill is its own.

    Capped when one of them is. With nothing handed out there is nothing to take back but everything itself.
    """
    drill = _drill(Facts(drilled_days_ago=drilled_days_ago))
    parts = [part for part in Part if part is not Part.DRILL]
    values = tuple(_mean(part, several) for part in parts)
    ordered = sorted((*values, drill), key=lambda one: list(Part).index(one.part))
    return _summed(tuple(ordered), any(one.capped for one in several))


def _summed(values: tuple[Value, ...], critical_unrehearsed: bool) -> Readiness:
    score = sum((one.weight * one.value for one in values), NOTHING)
    capped = critical_unrehearsed and score > CAP
    return Readiness(min(score, CAP) if critical_unrehearsed else score, values, capped)


def _mean(part: Part, several: Sequence[Readiness]) -> Value:
    found = [value.value for one in several for value in one.values if value.part is part]
    if not found:
        return Value(part, ALL, N_("Nothing is with a provider."))
    worst = sum(value < 1 for value in found)
    if not worst:
        return Value(part, ALL, N_("In order everywhere."))
    facts: dict[str, object] = {"worst": worst, "all": len(found)}
    reason = N_("Not in order on %(worst)s of %(all)s out-tasks.")
    return Value(part, sum(found, NOTHING) / len(found), reason, facts)


def _pack(facts: Facts) -> Value:
    missing = [name for name in IN_PACK if name in facts.missing]
    value = ALL - Fraction(len(missing), len(IN_PACK))
    if not missing:
        return Value(Part.PACK, value, N_("Everything it takes is there."))
    return Value(Part.PACK, value, N_("Missing: %(missing)s."), {"missing": missing})


def _drill(facts: Facts) -> Value:
    ago = facts.drilled_days_ago
    if ago is None:
        return Value(Part.DRILL, NOTHING, N_("Leaving was never rehearsed with success."))
    value = max(NOTHING, ALL - Fraction(max(ago, 0), DECAYS_OVER))
    if ago <= 0:
        return Value(Part.DRILL, value, N_("Rehearsed today."))
    reason = N_("Last rehearsed with success: days ago %(ago)s; worth nothing after %(over)s.")
    return Value(Part.DRILL, value, reason, {"ago": ago, "over": DECAYS_OVER})


def _alternatives(facts: Facts) -> Value:
    value = min(ALL, Fraction(facts.offers, 2) + Fraction(facts.others, 4))
    if not value:
        return Value(Part.ALTERNATIVES, value, N_("No other provider is known."))
    counts: dict[str, object] = {"offers": facts.offers, "others": facts.others}
    reason = N_("Others who offered to do it: %(offers)s. Further providers you know: %(others)s.")
    return Value(Part.ALTERNATIVES, value, reason, counts)


def _access(facts: Facts) -> Value:
    total = facts.files + facts.links
    if not total:
        return Value(Part.ACCESS, ALL, N_("Nothing was handed in yet that could lie elsewhere."))
    counts: dict[str, object] = {"files": facts.files, "links": facts.links}
    reason = N_("Handed in as files that you have: %(files)s. As links to places elsewhere: %(links)s.")
    return Value(Part.ACCESS, Fraction(facts.files, total), reason, counts)


def _time(facts: Facts) -> Value:
    if facts.days_needed is None:
        return Value(Part.TIME, ALL, N_("No notice is agreed that would have to be kept."))
    if facts.days_left is None:
        return Value(Part.TIME, ALL, N_("No day is set by which it must be done."))
    left = max(facts.days_left, 0)
    value = ALL if facts.days_needed == 0 else min(ALL, Fraction(left, facts.days_needed))
    reason = N_("Days until it is due: %(left)s. Notice and transition take: %(needed)s.")
    return Value(Part.TIME, value, reason, {"left": left, "needed": facts.days_needed})


def _rights(facts: Facts) -> Value:
    """A third each: signed by both, long enough to fetch what is ours, no charge for leaving."""
    if facts.retrieval_days is None:
        return Value(Part.RIGHTS, NOTHING, N_("Nothing is agreed yet."))
    lacks = [
        name
        for name, there in (
            ("signatures", facts.signed),
            ("retrieval", facts.retrieval_days >= RETRIEVAL),
            ("free", facts.free),
        )
        if not there
    ]
    value = ALL - Fraction(len(lacks), 3)
    if not lacks:
        return Value(Part.RIGHTS, value, N_("Signed by both, with time to fetch your data and no fee."))
    return Value(Part.RIGHTS, value, N_("Lacking: %(lacks)s."), {"lacks": lacks})


LACKS: dict[str, str] = {
    "signatures": N_("the signatures of both"),
    "retrieval": N_("30 days to fetch your data"),
    "free": N_("leaving without a fee"),
}
