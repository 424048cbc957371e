"""The decision table of the seven steps: every rule firing and not firing, at each boundary."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from outtask.decide.rules import (
    BY_ID,
    EQUAL_WEIGHTS,
    METHOD,
    QUESTIONS,
    RULES,
    Facts,
    flips,
    judge,
    of_step,
    why_not,
)
from outtask.decide.rules.questions import why_not_answer
from outtask.decide.states import Kind, Outcome, Performance, Step, Verdict
from outtask.kernel.refusal import Refused

GOES_OUT = Facts(
    owner="Imke Vos",
    output="Clean catalogue records",
    times_per_year=Decimal(52),
    hours_each=Decimal("5"),
    used=True,
    duplicate=False,
    candidate=True,
    strategic=3,
    performance=Performance.SAME,
    saving_minor=1,
    significance=2,
    authority=False,
    politics=3,
    compliance=False,
    contact=3,
    contract_forbids=False,
    in_progress=False,
    roadmap_open=False,
    jeopardy=3,
    technical_knowledge=3,
    business_knowledge=3,
    benefit=4,
    consequence=3,
    risk=2,
    difficulty=2,
    importance=2,
    domain_knowledge=2,
    service_levels=2,
    measured_levels=1,
    baselined_levels=2,
)
NOTHING = Facts()


def outcome(facts: Facts, rule: str) -> Outcome:
    return next(found.outcome for found in judge(facts).trail if found.rule == rule)


def test_goes_out_when_no_rule_fires():
    judgement = judge(GOES_OUT)
    assert (judgement.verdict, judgement.step, judgement.rule) == (Verdict.OUT_TASK, Step.METRICS, "ready")
    assert judgement.asked == ()
    assert {found.outcome for found in judgement.trail} == {Outcome.PASSED}


FIRES = [
    ({"used": False}, "simplify.unused", Verdict.STOP),
    ({"duplicate": True}, "simplify.duplicate", Verdict.SIMPLIFY_FIRST),
    ({"candidate": False}, "list.not_a_candidate", Verdict.KEEP),
    ({"strategic": 4}, "keep.strategic", Verdict.KEEP),
    ({"strategic": 5}, "keep.strategic", Verdict.KEEP),
    ({"strategic": 4, "performance": Performance.BETTER}, "keep.strategic", Verdict.KEEP),
    ({"performance": Performance.BETTER}, "keep.unmatched", Verdict.KEEP),
    ({"saving_minor": 0}, "keep.no_saving", Verdict.KEEP),
    ({"saving_minor": -1}, "keep.no_saving", Verdict.KEEP),
    ({"significance": 1}, "keep.too_little", Verdict.KEEP),
    ({"authority": True}, "cannot.authority", Verdict.CANNOT_GO_OUT),
    ({"politics": 4}, "cannot.politics", Verdict.CANNOT_GO_OUT),
    ({"politics": 5}, "cannot.politics", Verdict.CANNOT_GO_OUT),
    ({"compliance": True}, "cannot.compliance", Verdict.CANNOT_GO_OUT),
    ({"contact": 4}, "cannot.contact", Verdict.CANNOT_GO_OUT),
    ({"contact": 5}, "cannot.contact", Verdict.CANNOT_GO_OUT),
    ({"contract_forbids": True}, "one_off.contract_forbids", Verdict.KEEP),
    ({"in_progress": True}, "one_off.in_progress", Verdict.RETAINER_OR_HIRE),
    ({"roadmap_open": True}, "one_off.roadmap_open", Verdict.RETAINER_OR_HIRE),
    ({"jeopardy": 4}, "one_off.jeopardy", Verdict.RETAINER_OR_HIRE),
    ({"jeopardy": 5}, "one_off.jeopardy", Verdict.RETAINER_OR_HIRE),
    ({"technical_knowledge": 4}, "one_off.knowledge", Verdict.RETAINER_OR_HIRE),
    ({"business_knowledge": 4}, "one_off.knowledge", Verdict.RETAINER_OR_HIRE),
    ({"technical_knowledge": 5, "business_knowledge": None}, "one_off.knowledge", Verdict.RETAINER_OR_HIRE),
    ({"measured_levels": 0}, "prioritise.unmeasured", Verdict.NOT_YET),
    ({"baselined_levels": 1}, "metrics.unbound", Verdict.NOT_YET),
    ({"service_levels": 0, "measured_levels": None, "baselined_levels": None}, "metrics.unbound", None),
]


@pytest.mark.parametrize(("change", "rule", "verdict"), FIRES)
def test_rule_fires(change: dict[str, Any], rule: str, verdict: Verdict | None):
    facts = replace(GOES_OUT, **change)
    assert outcome(facts, rule) is Outcome.FIRED
    if verdict is not None:
        judgement = judge(facts)
        assert (judgement.verdict, judgement.rule) == (verdict, rule)
        assert judgement.step is next(one.step for one in RULES if one.id == rule)
        assert judgement.reason % judgement.facts


DOES_NOT_FIRE = [
    ({"strategic": 3, "performance": None}, "keep.strategic"),
    ({"strategic": None, "performance": Performance.WORSE}, "keep.strategic"),
    ({"strategic": 5, "performance": Performance.WORSE}, "keep.strategic"),
    ({"performance": Performance.WORSE}, "keep.unmatched"),
    ({"saving_minor": 1}, "keep.no_saving"),
    ({"significance": 2}, "keep.too_little"),
    ({"politics": 3}, "cannot.politics"),
    ({"contact": 3}, "cannot.contact"),
    ({"jeopardy": 3}, "one_off.jeopardy"),
    ({"technical_knowledge": 3, "business_knowledge": 3}, "one_off.knowledge"),
    ({"measured_levels": 1}, "prioritise.unmeasured"),
    ({"service_levels": 1, "baselined_levels": 1}, "metrics.unbound"),
    ({"times_per_year": Decimal(0)}, "simplify.described"),
]


@pytest.mark.parametrize(("change", "rule"), DOES_NOT_FIRE)
def test_rule_does_not_fire(change: dict[str, Any], rule: str):
    assert outcome(replace(GOES_OUT, **change), rule) is Outcome.PASSED


NOT_KNOWN = [
    ({"strategic": None}, "keep.strategic"),
    ({"strategic": 4, "performance": None}, "keep.strategic"),
    ({"business_knowledge": None}, "one_off.knowledge"),
    ({"baselined_levels": None}, "metrics.unbound"),
    ({"owner": " \n"}, "simplify.described"),
    ({"risk": None}, "prioritise.scored"),
]


@pytest.mark.parametrize(("change", "rule"), NOT_KNOWN)
def test_missing_answer_leaves_the_rule_open(change: dict[str, Any], rule: str):
    facts = replace(GOES_OUT, **change)
    judgement = judge(facts)
    assert outcome(facts, rule) is Outcome.UNKNOWN
    assert judgement.verdict is Verdict.INCOMPLETE
    assert judgement.step is next(one.step for one in RULES if one.id == rule)
    assert {question.id for question in judgement.asked} <= set(change)
    assert judgement.asked


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_is_open_when_nothing_is_known(rule):
    assert rule.test(NOTHING) is None


def test_nothing_known_asks_everything_in_order():
    judgement = judge(NOTHING)
    assert (judgement.verdict, judgement.step) == (Verdict.INCOMPLETE, Step.SIMPLIFY)
    assert judgement.asked == QUESTIONS
    assert judgement.reason % judgement.facts == f"Not complete. Answers still needed: {len(QUESTIONS)}."


def test_no_verdict_before_the_process_is_described():
    facts = replace(GOES_OUT, hours_each=None, strategic=5)
    assert outcome(facts, "keep.strategic") is Outcome.FIRED
    assert judge(facts).verdict is Verdict.INCOMPLETE


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"saving_minor": 0, "strategic": None}, "keep.no_saving"),
        ({"authority": True, "saving_minor": None, "significance": None}, "cannot.authority"),
        ({"contract_forbids": True, "politics": None}, "one_off.contract_forbids"),
    ],
)
def test_a_rule_that_keeps_the_work_inside_does_not_wait(change: dict[str, Any], rule: str):
    judgement = judge(replace(GOES_OUT, **change))
    assert judgement.rule == rule
    assert judgement.asked == ()


@pytest.mark.parametrize("missing", ["contract_forbids", "compliance", "saving_minor", "candidate"])
def test_not_as_a_one_off_waits_for_what_could_forbid_it_altogether(missing: str):
    change: dict[str, Any] = {missing: None}
    judgement = judge(replace(GOES_OUT, jeopardy=5, **change))
    assert judgement.verdict is Verdict.INCOMPLETE
    assert [question.id for question in judgement.asked] == [missing]


def test_duplicate_waits_for_whether_anybody_uses_it():
    assert judge(replace(GOES_OUT, duplicate=True, used=None)).verdict is Verdict.INCOMPLETE


def test_the_first_rule_of_the_method_gives_the_verdict():
    everything = {name: value for change, _, _ in reversed(FIRES) for name, value in change.items()}
    facts = replace(GOES_OUT, **everything | {"service_levels": 2})
    fired = [found.rule for found in judge(facts).trail if found.outcome is Outcome.FIRED]
    assert fired[0] == judge(facts).rule == "simplify.unused"


def test_not_yet_says_what_else_is_open():
    judgement = judge(replace(GOES_OUT, measured_levels=0, baselined_levels=None))
    assert judgement.verdict is Verdict.NOT_YET
    assert [question.id for question in judgement.asked] == ["baselined_levels"]


def test_priority_weighs_the_six_answers():
    scored = judge(GOES_OUT).priority
    assert scored.score is not None
    assert float(scored.score) == pytest.approx((0.75 + 0.5 + 4 * 0.75) / 6)
    assert sum(scored.contributions.values()) == scored.score - Fraction(1, 2)
    assert (scored.value, scored.risk) == (0.625, 0.25)
    assert all(share > 0 for name, share in scored.contributions.items() if name != "consequence")


def test_priority_of_a_missing_answer_is_an_interval():
    scored = judge(replace(GOES_OUT, risk=None)).priority
    assert scored.score is None and scored.risk is None
    assert float(scored.high - scored.low) == pytest.approx(1 / 6)
    assert scored.contributions["risk"] == 0


def test_flips_name_the_nearest_answer_that_changes_the_verdict():
    found = {flip.question.id: flip for flip in flips(GOES_OUT)}
    assert (found["politics"].instead, found["politics"].verdict) == (4, Verdict.CANNOT_GO_OUT)
    assert (found["saving_minor"].instead, found["saving_minor"].rule) == (0, "keep.no_saving")
    assert found["strategic"].instead == 4
    assert found["performance"].instead == Performance.BETTER
    assert found["measured_levels"].instead == 0
    assert "benefit" not in found
    kept = replace(GOES_OUT, saving_minor=-500)
    assert [flip.question.id for flip in flips(kept)] == ["used", "duplicate", "saving_minor"]


UNFIT = [
    ("strategic", 0), ("strategic", 6), ("strategic", True), ("used", 1), ("times_per_year", Decimal(-1)),
    ("times_per_year", Decimal("NaN")), ("hours_each", 3), ("measured_levels", -1), ("measured_levels", 1.5),
    ("saving_minor", Decimal("1.5")), ("output", "x" * 2001), ("performance", "best"), ("owner", 7),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer"), UNFIT)
def test_unfit_answers_are_refused(name: str, answer: object):
    refusal = why_not_answer(BY_ID[name], answer)
    assert refusal is not None and refusal.field == name and str(refusal)
    change: dict[str, Any] = {name: answer}
    with pytest.raises(Refused):
        judge(replace(GOES_OUT, **change))


@pytest.mark.parametrize("name", ["measured_levels", "baselined_levels"])
def test_no_more_levels_than_there_are(name: str):
    change: dict[str, Any] = {name: 3}
    assert [refusal.field for refusal in why_not(replace(GOES_OUT, **change))] == [name]


def test_questions_and_rules_fit_together():
    fields = set(Facts.__dataclass_fields__)
    assert [question.id for question in QUESTIONS] == list(
        dict.fromkeys(question.id for question in QUESTIONS)
    )
    assert {question.id for question in QUESTIONS} == fields
    assert {need for rule in RULES for need in rule.needs} == fields
    assert [step for step, _ in METHOD] == list(Step)
    assert all(of_step(step) for step in Step)
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.step is step for step, rules in METHOD for rule in rules)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_each_question_has_the_words_its_kind_needs(question):
    assert question.text.endswith("?")
    assert bool(question.low and question.high) is (question.kind is Kind.SCALE)
    assert bool(question.choices) is (question.kind is Kind.CHOICE)
    assert bool(question.unit) is (question.kind in (Kind.NUMBER, Kind.COUNT, Kind.MONEY))


def test_weights_change_the_priority_and_nothing_else():
    only_risk = {name: Fraction(name == "risk") for name in EQUAL_WEIGHTS}
    judgement = judge(replace(GOES_OUT, risk=5), only_risk)
    assert (judgement.verdict, judgement.priority.score) == (Verdict.OUT_TASK, 0)
    assert judgement.priority.value is None
    with pytest.raises(ValueError):
        judge(GOES_OUT, {"risk": Fraction(1)})
