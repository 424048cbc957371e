"""What a check says: one outcome, one sentence, and lines of detail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from outtask.kernel.words import N_

MOST_DETAILS = 20


class Outcome(StrEnum):
    """Only PASSED counts as passed. UNABLE is a question to a person, never a silent yes."""

    PASSED = "passed"
    FAILED = "failed"
    UNABLE = "unable"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A translatable message id with its values; a value may be a sentence of its own."""

    message: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def said_with(self, translate: Callable[[str], str]) -> str:
        """The sentence in the reader's language."""
        text = translate(self.message)
        values = {
            name: fact.said_with(translate) if isinstance(fact, Sentence) else fact
            for name, fact in self.facts.items()
        }
        return text % values if values else text

    def as_json(self) -> dict[str, object]:
        """Plain data to store; `from_json` reads it back."""
        facts = {
            name: fact.as_json() if isinstance(fact, Sentence) else fact for name, fact in self.facts.items()
        }
        return {"message": self.message, "facts": facts}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Sentence:
        facts = data["facts"]
        if not isinstance(facts, Mapping):
            raise ValueError("facts is not an object")
        values = {
            name: cls.from_json(fact) if isinstance(fact, Mapping) else fact for name, fact in facts.items()
        }
        return cls(str(data["message"]), values)

    def __str__(self) -> str:
        return self.said_with(lambda message: message)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in one file or behind one link. `found` is a noun phrase beginning with its name."""

    outcome: Outcome
    found: Sentence

    @classmethod
    def passed(cls, message: str, **facts: object) -> Finding:
        return cls(Outcome.PASSED, Sentence(message, facts))

    @classmethod
    def failed(cls, message: str, **facts: object) -> Finding:
        return cls(Outcome.FAILED, Sentence(message, facts))

    @classmethod
    def unable(cls, message: str, **facts: object) -> Finding:
        return cls(Outcome.UNABLE, Sentence(message, facts))


@dataclass(frozen=True, slots=True)
class CheckResult:
    """`expected` and `found` are phrases that `reason` joins; `details` has a line for each thing seen."""

    outcome: Outcome
    expected: Sentence
    found: Sentence
    details: tuple[Sentence, ...] = ()

    @property
    def passed(self) -> bool:
        return self.outcome is Outcome.PASSED

    @property
    def reason(self) -> Sentence:
        """Why, in one sentence."""
        if self.outcome is Outcome.UNABLE:
            message = N_("Expected %(expected)s; could not tell: %(found)s.")
        else:
            message = N_("Expected %(expected)s; found %(found)s.")
        return Sentence(message, {"expected": self.expected, "found": self.found})

    def as_json(self) -> dict[str, object]:
        """Plain data to store beside the submission."""
        return {
            "outcome": str(self.outcome),
            "expected": self.expected.as_json(),
            "found": self.found.as_json(),
            "details": [line.as_json() for line in self.details],
        }


def result_of(expected: Sentence, outcome: Outcome, findings: list[Finding]) -> CheckResult:
    """One result from the findings that speak for it; those that agree with the outcome come first."""
    order = (Outcome.FAILED, Outcome.UNABLE, Outcome.PASSED)
    ranked = sorted(findings, key=lambda one: (one.outcome is not outcome, order.index(one.outcome)))
    speaking = [one for one in findings if one.outcome is outcome]
    found = speaking[0].found
    if len(speaking) > 1:
        more = {"first": found, "more": len(speaking) - 1}
        found = Sentence(N_("%(first)s, and %(more)s more"), more)
    lines = [one.found for one in ranked[:MOST_DETAILS]]
    if len(ranked) > MOST_DETAILS:
        lines.append(Sentence(N_("… and %(more)s more"), {"more": len(ranked) - MOST_DETAILS}))
    return CheckResult(outcome, expected, found, tuple(lines))


def every(expected: Sentence, findings: list[Finding]) -> CheckResult:
    """Passed when each finding passed; one that failed outweighs any that could not be told."""
    outcomes = {one.outcome for one in findings}
    for outcome in (Outcome.FAILED, Outcome.UNABLE):
        if outcome in outcomes:
            return result_of(expected, outcome, findings)
    return result_of(expected, Outcome.PASSED, findings)


def some(expected: Sentence, findings: list[Finding]) -> CheckResult:
    """Passed when one finding passed; failed only when all could be told and all failed."""
    outcomes = {one.outcome for one in findings}
    for outcome in (Outcome.PASSED, Outcome.UNABLE):
        if outcome in outcomes:
            return result_of(expected, outcome, findings)
    return result_of(expected, Outcome.FAILED, findings)


_UNITS = (
    N_("%(number)s bytes"),
    N_("%(number)s kB"),
    N_("%(number)s MB"),
    N_("%(number)s GB"),
    N_("%(number)s TB"),
)


def size_in_words(count: int) -> Sentence:
    """Bytes as a person reads them: decimal units, one decimal below ten of a unit."""
    if count == 1:
        return Sentence(N_("1 byte"))
    unit, number = 0, float(count)
    while number >= 999.5 and unit < len(_UNITS) - 1:
        unit, number = unit + 1, number / 1000
    short = unit == 0 or number >= 9.95 or abs(number - round(number)) < 0.05
    return Sentence(_UNITS[unit], {"number": f"{number:.0f}" if short else f"{number:.1f}"})
