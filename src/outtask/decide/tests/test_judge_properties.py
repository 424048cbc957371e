"""What holds of every verdict, whatever the answers."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.decide.rules import BY_ID, RULES, Facts, Question, judge, why_not
from outtask.decide.states import INSIDE, Kind, Outcome, Performance, Verdict

OPENNESS = {
    Verdict.STOP: 0, Verdict.SIMPLIFY_FIRST: 0, Verdict.INCOMPLETE: 0, Verdict.CANNOT_GO_OUT: 0,
    Verdict.KEEP: 0, Verdict.RETAINER_OR_HIRE: 1, Verdict.NOT_YET: 2, Verdict.OUT_TASK: 3,
}  # fmt: skip


def answers(question: Question) -> st.SearchStrategy[Any]:
    match question.kind:
        case Kind.SCALE:
            return st.integers(1, 5)
        case Kind.YES_NO:
            return st.booleans()
        case Kind.COUNT:
            return st.integers(0, 3)
        case Kind.NUMBER:
            return st.decimals(0, 500, places=2)
        case Kind.MONEY:
            return st.integers(-2, 2)
        case Kind.TEXT:
            return st.sampled_from(["", "Imke"])
        case Kind.CHOICE:
            return st.sampled_from(list(Performance))


def facts(complete: bool = False) -> st.SearchStrategy[Facts]:
    each = {
        name: answers(question) if complete else st.none() | answers(question)
        for name, question in BY_ID.items()
    }
    return st.builds(Facts, **each).filter(lambda found: not why_not(found))


_SCALES: dict[str, Any] = {name: 3 for name, question in BY_ID.items() if question.kind is Kind.SCALE}
_NOES: dict[str, Any] = {name: False for name, question in BY_ID.items() if question.kind is Kind.YES_NO}
EASY = replace(
    Facts(**_SCALES, **_NOES),
    used=True,
    candidate=True,
    owner="Imke",
    output="Records",
    times_per_year=Decimal(3),
    hours_each=Decimal(2),
    performance=Performance.WORSE,
    saving_minor=5,
    service_levels=2,
    measured_levels=2,
    baselined_levels=2,
)


def nearly_out() -> st.SearchStrategy[Facts]:
    """Facts close to going out, so that late rules are reached as often as early ones."""
    changes = st.lists(st.sampled_from(sorted(BY_ID)), max_size=4, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: st.none() | answers(BY_ID[name]) for name in names})
    )
    return changes.map(lambda change: replace(EASY, **change)).filter(lambda found: not why_not(found))


@given(facts() | nearly_out())
def test_verdict_and_questions_agree(known: Facts):
    judgement = judge(known)
    assert [found.rule for found in judgement.trail] == [rule.id for rule in RULES]
    assert (judgement.verdict is Verdict.INCOMPLETE) <= bool(judgement.asked)
    assert all(getattr(known, question.id) in (None, "") for question in judgement.asked)
    for found in judgement.trail:
        assert found.reason % found.facts or found.outcome is Outcome.FIRED
    assert judge(known) == judgement


@given(facts(complete=True))
def test_complete_answers_always_give_a_verdict(known: Facts):
    described = replace(known, owner="Imke", output="Records")
    judgement = judge(described)
    assert judgement.verdict is not Verdict.INCOMPLETE
    fired = [found.rule for found in judgement.trail if found.outcome is Outcome.FIRED]
    assert judgement.rule == (fired[0] if fired else "ready")


@given(facts() | nearly_out(), st.data())
def test_adding_an_answer_never_takes_a_fired_rule_back(known: Facts, data: st.DataObject):
    missing = [field.name for field in fields(known) if getattr(known, field.name) is None]
    if not missing:
        return
    name = data.draw(st.sampled_from(missing))
    change = {name: data.draw(answers(BY_ID[name]))}
    more = replace(known, **change)
    if why_not(more):
        return
    before, after = judge(known), judge(more)
    for old, new in zip(before.trail, after.trail, strict=True):
        assert old.outcome in (Outcome.UNKNOWN, new.outcome)
    if before.verdict is not Verdict.INCOMPLETE:
        assert after.verdict is before.verdict or {after.verdict, before.verdict} <= INSIDE


@given(facts() | nearly_out(), st.sampled_from(["risk", "difficulty", "importance", "domain_knowledge"]))
def test_raising_what_speaks_against_never_raises_the_priority(known: Facts, name: str):
    score = getattr(known, name)
    if score is None or score == 5:
        return
    change: dict[str, Any] = {name: score + 1}
    low, high = judge(known), judge(replace(known, **change))
    assert high.priority.low < low.priority.low and high.priority.high < low.priority.high
    assert high.verdict is low.verdict


DANGERS = ["politics", "contact", "jeopardy", "technical_knowledge", "business_knowledge"]


@given(facts(complete=True) | nearly_out(), st.sampled_from(DANGERS))
def test_raising_a_danger_never_moves_work_outwards(known: Facts, name: str):
    score = getattr(known, name)
    if score is None or score == 5:
        return
    change: dict[str, Any] = {name: score + 1}
    before, after = judge(known).verdict, judge(replace(known, **change)).verdict
    assert OPENNESS[after] <= OPENNESS[before] or before is Verdict.INCOMPLETE


@pytest.mark.parametrize("name", sorted(BY_ID))
def test_a_missing_answer_never_sends_work_out(name: str):
    assert judge(EASY).verdict is Verdict.OUT_TASK
    change: dict[str, Any] = {name: None}
    judgement = judge(replace(EASY, **change))
    if name == "strategic":
        # A provider does it better: however strategic it is, that rule cannot fire any more.
        assert judgement.verdict is Verdict.OUT_TASK
    else:
        assert judgement.verdict is Verdict.INCOMPLETE
        assert [question.id for question in judgement.asked] == [name]
