"""Answers and judgements as plain JSON: how they are stored, sent and read back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from outtask.decide.rules import BY_ID, METHOD_VERSION, QUESTIONS, RULES, Facts, Judgement, Question
from outtask.decide.rules.judge import INCOMPLETE, READY
from outtask.decide.rules.questions import answered
from outtask.decide.states import Kind, Outcome, Performance
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

METHOD_NAME = f"seven-steps/{METHOD_VERSION}"
"""What a stored judgement calls its method."""

type Plain = str | int | bool
type Answers = Mapping[str, object]


def decode(answers: Answers) -> Facts:
    """The facts that plain answers state; None and blank texts are no answers.

    Numbers may come as int, text or Decimal. Raises `Refused` naming the question for an answer to a question
    that does not exist; whether an answer is fit is for `rules.why_not` to say.
    """
    unknown = sorted(set(answers) - set(BY_ID))
    if unknown:
        reason = N_("There is no question “%(id)s”. Leave it out.")
        raise Refused(*(Refusal("question_unknown", reason, id, {"id": id[:60]}) for id in unknown))
    given: dict[str, Any] = {id: _read(BY_ID[id], answer) for id, answer in answers.items()}
    return Facts(**given)


def _read(question: Question, answer: object) -> object:
    if not answered(answer):
        return None
    match question.kind:
        case Kind.TEXT if isinstance(answer, str):
            return answer.strip()
        case Kind.NUMBER if isinstance(answer, int | float | str) and not isinstance(answer, bool):
            return _number(str(answer))
        case Kind.CHOICE if isinstance(answer, str) and answer in set(Performance):
            return Performance(answer)
    return answer


def _number(text: str) -> Decimal | str:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        # Left as it is: the rules say what is wrong with it, in the words of the question.
        return text


def encode(facts: Facts) -> dict[str, Plain]:
    """Only the questions that are answered, in their order, each as JSON has it; decimals as text."""
    found = ((question.id, getattr(facts, question.id)) for question in QUESTIONS)
    return {id: plain(answer) for id, answer in found if answered(answer)}


def plain(answer: Any) -> Plain:
    """One answer as JSON has it."""
    if isinstance(answer, Decimal):
        return f"{answer.normalize():f}"
    return str(answer) if isinstance(answer, str) else answer


_TITLES = {rule.id: rule.title for rule in RULES}


def trail_of(judgement: Judgement) -> list[dict[str, Any]]:
    """The whole trail for the record: each rule with what it said and the answers it read.

    The reasons are kept too, so that an old judgement still tells its own once the method has changed.
    """
    return [
        {
            "step": finding.step.value,
            "rule": finding.rule,
            "outcome": finding.outcome.value,
            "title": _TITLES[finding.rule],
            "reason": finding.reason,
            "facts": {id: plain(answer) for id, answer in finding.facts.items() if answered(answer)},
        }
        for finding in judgement.trail
    ]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict stands: message id and the values of its places."""

    text: str
    facts: Mapping[str, object]


_READY = N_("It is bounded, allowed, worth it and can be measured. Hand it out.")
_WAITING = N_("Not complete. Answers are still needed.")
_FIRED = {rule.id: rule.fired for rule in RULES}


def reason_of(rule: str, trail: Iterable[Mapping[str, Any]]) -> Reason:
    """The reason of the rule that a stored verdict names, in the words it was given."""
    if rule in (READY, INCOMPLETE):
        return Reason(_READY if rule == READY else _WAITING, {})
    found = next((line for line in trail if line["rule"] == rule), None)
    if found is None or found["outcome"] != Outcome.FIRED:
        return Reason(_FIRED.get(rule, ""), {})
    return Reason(found["reason"], found["facts"])
