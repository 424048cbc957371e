"""The questions of the seven steps: the one source of the guided page, of the API's schema and of `judge`.

A question's id is the field of `Facts` it fills. No question has a default: a form that is sent unread must
not decide anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from outtask.decide.rules.facts import Facts
from outtask.decide.states import Kind, Performance, Step
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_

LOWEST, HIGHEST = 1, 5
TEXT_LIMIT = 2_000
NUMBER_LIMIT = Decimal(1_000_000_000)


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    text, hint, unit: message ids. low, high: the words at 1 and at 5 of a scale.
    choices: value to message id, for a choice.
    """

    id: str
    step: Step
    kind: Kind
    text: str
    hint: str = ""
    unit: str = ""
    low: str = ""
    high: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


def _scale(id: str, step: Step, text: str, low: str, high: str, hint: str = "") -> Question:
    return Question(id, step, Kind.SCALE, text, hint, low=low, high=high)


def _yes_no(id: str, step: Step, text: str, hint: str = "") -> Question:
    return Question(id, step, Kind.YES_NO, text, hint)


_SIMPLIFY = (
    Question("owner", Step.SIMPLIFY, Kind.TEXT, N_("Who answers for it?"), N_("A name or a role.")),
    Question(
        "output",
        Step.SIMPLIFY,
        Kind.TEXT,
        N_("What does it put out?"),
        N_("The thing somebody receives, not the work that goes into it."),
    ),
    Question(
        "times_per_year",
        Step.SIMPLIFY,
        Kind.NUMBER,
        N_("How often is it done?"),
        N_("Count last year. If it is new, write what you expect."),
        N_("times a year"),
    ),
    Question(
        "hours_each",
        Step.SIMPLIFY,
        Kind.NUMBER,
        N_("How long does it take each time?"),
        N_("Hours of work, all people together."),
        N_("hours"),
    ),
    _yes_no(
        "used",
        Step.SIMPLIFY,
        N_("Does somebody use what it puts out?"),
        N_("Ask those who receive it. Work that nobody uses is better ended than handed out."),
    ),
    _yes_no(
        "duplicate",
        Step.SIMPLIFY,
        N_("Does the same work stand on the list under another name?"),
        N_("Processes that look alike are shown below this question."),
    ),
)

_LIST = (
    _yes_no(
        "candidate",
        Step.LIST,
        N_("Shall this be looked at for handing out?"),
        N_("What is not a candidate stays with you and is not judged further."),
    ),
)

_KEEP_IF = (
    _scale(
        "strategic",
        Step.KEEP_IF,
        N_("How much does it set you apart from others?"),
        N_("Anybody does it the same way"),
        N_("People come to you because of it"),
    ),
    Question(
        "performance",
        Step.KEEP_IF,
        Kind.CHOICE,
        N_("How well do you do it, next to the best provider you could get?"),
        N_("Quality, speed and reliability together. Cost is asked apart."),
        choices={
            Performance.BETTER: N_("Better than any provider"),
            Performance.SAME: N_("About as well"),
            Performance.WORSE: N_("A provider does it better"),
        },
    ),
    Question(
        "saving_minor",
        Step.KEEP_IF,
        Kind.MONEY,
        N_("What would handing it out save in a year?"),
        N_("After finding, briefing and managing a provider. Below zero if it costs more."),
        N_("a year"),
    ),
    _scale(
        "significance",
        Step.KEEP_IF,
        N_("How much would change if it were done elsewhere?"),
        N_("Too little to be worth handing over"),
        N_("A great deal of time or trouble would be gone"),
    ),
)

_CANNOT_GO_OUT = (
    _yes_no(
        "authority",
        Step.CANNOT_GO_OUT,
        N_("Does it need authority that may not be delegated?"),
        N_("A signature, an office or a power that law or your statutes tie to your own people."),
    ),
    _scale(
        "politics",
        Step.CANNOT_GO_OUT,
        N_("How much does it hang on internal politics?"),
        N_("Not at all"),
        N_("It is mostly about who agrees with whom"),
    ),
    _yes_no(
        "compliance",
        Step.CANNOT_GO_OUT,
        N_("Must it stay inside to keep a law, a standard or an order?"),
        N_("Know which rule it is. Personal data alone is seldom such a rule."),
    ),
    _scale(
        "contact",
        Step.CANNOT_GO_OUT,
        N_("How regularly does it meet customers face to face or on their site?"),
        N_("Never"),
        N_("Every day"),
    ),
)

_NOT_AS_ONE_OFF = (
    _yes_no(
        "contract_forbids",
        Step.NOT_AS_ONE_OFF,
        N_("Does a contract forbid that others do it?"),
        N_("A duty to a customer, a works agreement, a running contract with somebody else."),
    ),
    _yes_no(
        "in_progress",
        Step.NOT_AS_ONE_OFF,
        N_("Is a piece of it under way that would change hands in the middle?"),
    ),
    _yes_no(
        "roadmap_open",
        Step.NOT_AS_ONE_OFF,
        N_("Is it still undecided where this work is going?"),
        N_("A new system, a new place, a new way of working."),
    ),
    _scale(
        "jeopardy",
        Step.NOT_AS_ONE_OFF,
        N_("What is in danger if it is done badly once?"),
        N_("Nothing that cannot be put right"),
        N_("Lives, licences or the organisation itself"),
    ),
    _scale(
        "technical_knowledge",
        Step.NOT_AS_ONE_OFF,
        N_("How much must one know of your own tools and systems?"),
        N_("Nothing in particular"),
        N_("Years of working with them"),
    ),
    _scale(
        "business_knowledge",
        Step.NOT_AS_ONE_OFF,
        N_("How much must one know of your own business and people?"),
        N_("Nothing in particular"),
        N_("Years of working here"),
    ),
)

_PRIORITISE = (
    _scale(
        "benefit", Step.PRIORITISE, N_("How much good would handing it out do?"), N_("Little"), N_("Much")
    ),
    _scale(
        "consequence",
        Step.PRIORITISE,
        N_("What happens if it is not handed out?"),
        N_("Nothing"),
        N_("Important work stays undone"),
    ),
    _scale("risk", Step.PRIORITISE, N_("How risky is handing it out?"), N_("Hardly"), N_("Very")),
    _scale(
        "difficulty",
        Step.PRIORITISE,
        N_("How difficult is the work itself?"),
        N_("Anybody careful can do it"),
        N_("Few people can do it"),
    ),
    _scale(
        "importance",
        Step.PRIORITISE,
        N_("How much do operation, competitiveness and strategy rest on it?"),
        N_("Not at all"),
        N_("Entirely"),
    ),
    _scale(
        "domain_knowledge",
        Step.PRIORITISE,
        N_("How much of your field must the provider know?"),
        N_("Nothing"),
        N_("As much as you do"),
    ),
    Question(
        "measured_levels",
        Step.PRIORITISE,
        Kind.COUNT,
        N_("How many of its service levels have a measured value today?"),
        N_("Without one, nobody can tell later whether it got better."),
        N_("service levels"),
    ),
)

_METRICS = (
    Question(
        "service_levels",
        Step.METRICS,
        Kind.COUNT,
        N_("How many service levels shall the provider promise?"),
        unit=N_("service levels"),
    ),
    Question(
        "baselined_levels",
        Step.METRICS,
        Kind.COUNT,
        N_("How many of them are bound to a baseline?"),
        N_("A baseline says what was normal before, so that a change shows."),
        N_("service levels"),
    ),
)

QUESTIONS: tuple[Question, ...] = (
    *_SIMPLIFY, *_LIST, *_KEEP_IF, *_CANNOT_GO_OUT, *_NOT_AS_ONE_OFF, *_PRIORITISE, *_METRICS
)  # fmt: skip
BY_ID: Mapping[str, Question] = {question.id: question for question in QUESTIONS}


def of_step(step: Step) -> tuple[Question, ...]:
    """The questions on the page of one step, in their order."""
    return tuple(question for question in QUESTIONS if question.step is step)


def unanswered(facts: Facts, ids: tuple[str, ...]) -> tuple[Question, ...]:
    """Those of the questions `ids` that have no answer; a text of blanks is none."""
    return tuple(BY_ID[id] for id in ids if not answered(getattr(facts, id)))


def answered(answer: object) -> bool:
    """Whether `answer` says anything."""
    return bool(answer.strip()) if isinstance(answer, str) else answer is not None


def why_not_answer(question: Question, answer: object) -> Refusal | None:
    """Why `answer` cannot stand for `question`; None for a fit answer and for no answer at all."""
    if answer is None:
        return None
    reason, facts = _unfit(question, answer)
    return Refusal("answer_unfit", reason, field=question.id, facts=facts) if reason else None


def _unfit(question: Question, answer: object) -> tuple[str, dict[str, object]]:
    whole = isinstance(answer, int) and not isinstance(answer, bool)
    match question.kind:
        case Kind.SCALE if not (whole and LOWEST <= answer <= HIGHEST):  # type: ignore[operator]
            return N_("Choose a whole number from %(low)s to %(high)s."), {"low": LOWEST, "high": HIGHEST}
        case Kind.YES_NO if not isinstance(answer, bool):
            return N_("Choose yes or no."), {}
        case Kind.COUNT if not (whole and 0 <= answer <= NUMBER_LIMIT):  # type: ignore[operator]
            return N_("Write a whole number, 0 or more."), {}
        case Kind.NUMBER if not (isinstance(answer, Decimal) and _fits(answer)):
            return N_("Write a number, 0 or more."), {}
        case Kind.MONEY if not whole:
            return N_("Write an amount of money."), {}
        case Kind.TEXT if not (isinstance(answer, str) and len(answer) <= TEXT_LIMIT):
            return N_("Write at most %(limit)s characters."), {"limit": TEXT_LIMIT}
        case Kind.CHOICE if not (isinstance(answer, str) and answer in question.choices):
            return N_("Choose one of the answers."), {}
    return "", {}


def _fits(number: Decimal) -> bool:
    return number.is_finite() and 0 <= number <= NUMBER_LIMIT


def why_not(facts: Facts) -> tuple[Refusal, ...]:
    """Every answer in `facts` that cannot stand, alone or beside another one."""
    alone = tuple(why_not_answer(question, getattr(facts, question.id)) for question in QUESTIONS)
    refusals = tuple(refusal for refusal in alone if refusal is not None)
    return refusals or _disagreements(facts)


def _disagreements(facts: Facts) -> tuple[Refusal, ...]:
    levels = facts.service_levels
    if levels is None:
        return ()
    reason = N_("This is more than the %(levels)s service levels there are. Correct one of the two.")
    parts = {"measured_levels": facts.measured_levels, "baselined_levels": facts.baselined_levels}
    return tuple(
        Refusal("more_than_all", reason, field=name, facts={"levels": levels})
        for name, count in parts.items()
        if count is not None and count > levels
    )
