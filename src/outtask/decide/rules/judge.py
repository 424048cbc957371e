"""The verdict on one process: the first rule that decides, and the trail of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from outtask.decide.rules.facts import Facts
from outtask.decide.rules.method import METHOD_VERSION, RULES, Rule
from outtask.decide.rules.priority import EQUAL_WEIGHTS, Priority, priority
from outtask.decide.rules.questions import HIGHEST, LOWEST, QUESTIONS, Question, answered, unanswered, why_not
from outtask.decide.states import INSIDE, Kind, Outcome, Step, Verdict
from outtask.decide.weighting import Weights
from outtask.kernel.refusal import refuse_if
from outtask.kernel.words import N_

READY = "ready"
"""The rule named by a verdict OUT_TASK: every other one passed."""
INCOMPLETE = "incomplete"
"""The rule named by a verdict INCOMPLETE: no rule decides on what is known."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says. reason: message id; facts: the answers it read, for the reason's places."""

    step: Step
    rule: str
    outcome: Outcome
    reason: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict with everything needed to explain it and to go on.

    step, rule: where it was decided; for INCOMPLETE the step of the first missing answer.
    reason, facts: message id and the values of its places.
    asked: the questions whose answers are still needed, in order; empty once none can change the verdict's
        direction.
    trail: every rule in the order of the method, fired or not.
    version: of the method.
    """

    verdict: Verdict
    step: Step
    rule: str
    reason: str
    facts: Mapping[str, object]
    asked: tuple[Question, ...]
    trail: tuple[Finding, ...]
    priority: Priority
    version: int = METHOD_VERSION


def judge(facts: Facts, weights: Weights = EQUAL_WEIGHTS) -> Judgement:
    """Judge one process by the seven steps. Raises `Refused` for answers that cannot stand.

    The first rule that fires gives the verdict, unless a question before it is open whose answer would say
    otherwise. A rule that keeps the work inside is not held up by another one that would keep it inside too.
    """
    refuse_if(*why_not(facts))
    trail = tuple(_finding(rule, facts) for rule in RULES)
    scored = priority(facts, weights)
    decisive = _decisive(trail)
    if decisive is not None:
        rule, found = decisive
        asked = _open_questions(trail, facts) if rule.verdict is Verdict.NOT_YET else ()
        return Judgement(rule.verdict, rule.step, rule.id, found.reason, found.facts, asked, trail, scored)
    asked = _open_questions(trail, facts)
    if asked:
        reason = N_("Not complete. Answers still needed: %(missing)s.")
        missing = {"missing": len(asked)}
        return Judgement(Verdict.INCOMPLETE, asked[0].step, INCOMPLETE, reason, missing, asked, trail, scored)
    reason = N_("It is bounded, allowed, worth it and can be measured. Hand it out.")
    return Judgement(Verdict.OUT_TASK, Step.METRICS, READY, reason, {}, (), trail, scored)


def _finding(rule: Rule, facts: Facts) -> Finding:
    read = {need: getattr(facts, need) for need in rule.needs}
    match rule.test(facts):
        case True:
            return Finding(rule.step, rule.id, Outcome.FIRED, rule.fired, read)
        case False:
            return Finding(rule.step, rule.id, Outcome.PASSED, rule.passed, read)
        case None:
            return Finding(rule.step, rule.id, Outcome.UNKNOWN, N_("Waiting for an answer."), read)


def _decisive(trail: tuple[Finding, ...]) -> tuple[Rule, Finding] | None:
    unknown: list[Rule] = []
    for rule, found in zip(RULES, trail, strict=True):
        if found.outcome is Outcome.UNKNOWN:
            unknown.append(rule)
        elif found.outcome is Outcome.FIRED and not _held_up(rule, unknown):
            return rule, found
    return None


def _held_up(rule: Rule, unknown: Iterable[Rule]) -> bool:
    return any(before.verdict is not rule.verdict and not _agree(before, rule) for before in unknown)


def _agree(one: Rule, other: Rule) -> bool:
    return one.verdict in INSIDE and other.verdict in INSIDE


def _open_questions(trail: tuple[Finding, ...], facts: Facts) -> tuple[Question, ...]:
    needed = {
        question.id
        for rule, found in zip(RULES, trail, strict=True)
        if found.outcome is Outcome.UNKNOWN
        for question in unanswered(facts, rule.needs)
    }
    return tuple(question for question in QUESTIONS if question.id in needed)


@dataclass(frozen=True, slots=True)
class Flip:
    """One answer that, changed alone, changes the verdict: the nearest such change to `answer`."""

    question: Question
    answer: object
    instead: object
    verdict: Verdict
    rule: str


def flips(facts: Facts) -> tuple[Flip, ...]:
    """What would change the verdict: per answered question its nearest other answer that does so.

    Numbers and texts have no next answer and are left out, except money, where zero is what rules look at.
    """
    now = judge(facts).verdict
    found = (_flip(question, facts, now) for question in QUESTIONS if answered(getattr(facts, question.id)))
    return tuple(flip for flip in found if flip is not None)


def _flip(question: Question, facts: Facts, now: Verdict) -> Flip | None:
    answer = getattr(facts, question.id)
    for instead in _alternatives(question, answer):
        change: dict[str, Any] = {question.id: instead}
        changed = replace(facts, **change)
        if why_not(changed):
            continue
        then = judge(changed)
        if then.verdict is not now:
            return Flip(question, answer, instead, then.verdict, then.rule)
    return None


def _alternatives(question: Question, answer: Any) -> list[object]:
    match question.kind:
        case Kind.SCALE:
            others = (score for score in range(LOWEST, HIGHEST + 1) if score != answer)
            return sorted(others, key=lambda score: (abs(score - answer), score))
        case Kind.YES_NO:
            return [not answer]
        case Kind.CHOICE:
            return [type(answer)(value) for value in question.choices if value != answer]
        case Kind.MONEY:
            return [1] if answer <= 0 else [0]
        case Kind.COUNT:
            return [count for count in (answer - 1, answer + 1) if count >= 0]
        case Kind.NUMBER | Kind.TEXT:
            return []
