"""The seven steps as rules: each a small function with a stable id, in the order of the method.

`METHOD` is the whole method, so a page can show it beside a verdict. A rule's test answers True (it fires),
False (it does not) or None (the answers known so far do not say). Missing answers are joined by Kleene's
three-valued logic: `4 and unknown` is unknown, but `3 and unknown` is already a no.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from outtask.decide.rules.facts import Facts
from outtask.decide.rules.questions import answered
from outtask.decide.states import Performance, Step, Verdict
from outtask.kernel.words import N_

METHOD_VERSION = 1
"""Raised with any change of a rule or a threshold; a stored verdict names the version that gave it."""

HIGH = 4
"""From here on the scale an answer counts as high."""
TOO_LITTLE = 1
"""The low end of significance, in the words of its question: too little to be worth handing over."""

type Truth = bool | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of one step.

    id: stable; stored with verdicts. verdict: what follows when it fires. needs: the questions it reads.
    title, fired, passed: message ids; `fired` and `passed` have the answers in `needs` for their places.
    """

    id: str
    step: Step
    verdict: Verdict
    needs: tuple[str, ...]
    test: Callable[[Facts], Truth]
    title: str
    fired: str
    passed: str


def _at_least(score: int | None, threshold: int) -> Truth:
    return None if score is None else score >= threshold


def _either(*truths: Truth) -> Truth:
    if True in truths:
        return True
    return None if None in truths else False


def _both(*truths: Truth) -> Truth:
    if False in truths:
        return False
    return None if None in truths else True


def _unused(facts: Facts) -> Truth:
    return None if facts.used is None else not facts.used


def _duplicate(facts: Facts) -> Truth:
    return facts.duplicate


def _described(facts: Facts) -> Truth:
    needed = (facts.owner, facts.output, facts.times_per_year, facts.hours_each)
    return False if all(answered(answer) for answer in needed) else None


def _not_a_candidate(facts: Facts) -> Truth:
    return None if facts.candidate is None else not facts.candidate


def _strategic(facts: Facts) -> Truth:
    not_worse = None if facts.performance is None else facts.performance is not Performance.WORSE
    return _both(_at_least(facts.strategic, HIGH), not_worse)


def _unmatched(facts: Facts) -> Truth:
    return None if facts.performance is None else facts.performance is Performance.BETTER


def _no_saving(facts: Facts) -> Truth:
    return None if facts.saving_minor is None else facts.saving_minor <= 0


def _too_little(facts: Facts) -> Truth:
    return None if facts.significance is None else facts.significance <= TOO_LITTLE


def _authority(facts: Facts) -> Truth:
    return facts.authority


def _politics(facts: Facts) -> Truth:
    return _at_least(facts.politics, HIGH)


def _compliance(facts: Facts) -> Truth:
    return facts.compliance


def _contact(facts: Facts) -> Truth:
    return _at_least(facts.contact, HIGH)


def _contract_forbids(facts: Facts) -> Truth:
    return facts.contract_forbids


def _in_progress(facts: Facts) -> Truth:
    return facts.in_progress


def _roadmap_open(facts: Facts) -> Truth:
    return facts.roadmap_open


def _jeopardy(facts: Facts) -> Truth:
    return _at_least(facts.jeopardy, HIGH)


def _knowledge(facts: Facts) -> Truth:
    return _either(_at_least(facts.technical_knowledge, HIGH), _at_least(facts.business_knowledge, HIGH))


def _scored(facts: Facts) -> Truth:
    gains = (facts.benefit, facts.consequence)
    losses = (facts.risk, facts.difficulty, facts.importance, facts.domain_knowledge)
    return None if None in gains + losses else False


def _unmeasured(facts: Facts) -> Truth:
    return None if facts.measured_levels is None else facts.measured_levels < 1


def _unbound(facts: Facts) -> Truth:
    if facts.service_levels is None:
        return None
    if facts.service_levels == 0:
        return True
    return None if facts.baselined_levels is None else facts.baselined_levels < facts.service_levels


SIMPLIFY = (
    Rule(
        "simplify.unused", Step.SIMPLIFY, Verdict.STOP, ("used",), _unused,
        N_("Somebody uses what it puts out"),
        N_("Nobody uses what it puts out. End it instead of handing it out."),
        N_("Somebody uses what it puts out."),
    ),
    Rule(
        "simplify.duplicate", Step.SIMPLIFY, Verdict.SIMPLIFY_FIRST, ("duplicate",), _duplicate,
        N_("It stands on the list once"),
        N_("The same work stands on the list under another name. Merge the two, then judge."),
        N_("It stands on the list once."),
    ),
    Rule(
        "simplify.described", Step.SIMPLIFY, Verdict.INCOMPLETE,
        ("owner", "output", "times_per_year", "hours_each"), _described,
        N_("It has an owner, an output, a number of times and hours"),
        "",
        N_("Owner, output, times a year and hours are known."),
    ),
)  # fmt: skip

LIST = (
    Rule(
        "list.not_a_candidate", Step.LIST, Verdict.KEEP, ("candidate",), _not_a_candidate,
        N_("It is a candidate"),
        N_("You left it off the list of candidates. It stays with you until you put it on."),
        N_("It is on the list of candidates."),
    ),
)  # fmt: skip

KEEP_IF = (
    Rule(
        "keep.strategic", Step.KEEP_IF, Verdict.KEEP, ("strategic", "performance"), _strategic,
        N_("It sets you apart and you do it no worse than others"),
        N_("It sets you apart (%(strategic)s of 5) and no provider is clearly better."),
        N_("It does not set you apart, or a provider does it better."),
    ),
    Rule(
        "keep.unmatched", Step.KEEP_IF, Verdict.KEEP, ("performance",), _unmatched,
        N_("No provider reaches you"),
        N_("No provider does it as well as you do."),
        N_("A provider can do it at least as well."),
    ),
    Rule(
        "keep.no_saving", Step.KEEP_IF, Verdict.KEEP, ("saving_minor",), _no_saving,
        N_("It saves nothing"),
        N_("Handing it out saves nothing once finding, briefing and managing a provider are paid."),
        N_("Handing it out saves money after all costs."),
    ),
    Rule(
        "keep.too_little", Step.KEEP_IF, Verdict.KEEP, ("significance",), _too_little,
        N_("It is too small a thing"),
        N_("Too little would change. It is not worth handing over."),
        N_("Enough would change to make it worth handing over."),
    ),
)  # fmt: skip

CANNOT_GO_OUT = (
    Rule(
        "cannot.authority", Step.CANNOT_GO_OUT, Verdict.CANNOT_GO_OUT, ("authority",), _authority,
        N_("It needs authority that may not be delegated"),
        N_("It needs authority that may not be delegated."),
        N_("It needs no authority that is tied to your people."),
    ),
    Rule(
        "cannot.politics", Step.CANNOT_GO_OUT, Verdict.CANNOT_GO_OUT, ("politics",), _politics,
        N_("It hangs on internal politics"),
        N_("It hangs on internal politics (%(politics)s of 5). An outsider cannot settle that."),
        N_("It does not hang on internal politics (%(politics)s of 5)."),
    ),
    Rule(
        "cannot.compliance", Step.CANNOT_GO_OUT, Verdict.CANNOT_GO_OUT, ("compliance",), _compliance,
        N_("A law, a standard or an order keeps it inside"),
        N_("A law, a standard or an order keeps it inside."),
        N_("No law, standard or order keeps it inside."),
    ),
    Rule(
        "cannot.contact", Step.CANNOT_GO_OUT, Verdict.CANNOT_GO_OUT, ("contact",), _contact,
        N_("It meets customers face to face or on their site"),
        N_("It meets customers face to face or on their site regularly (%(contact)s of 5)."),
        N_("It seldom meets customers face to face (%(contact)s of 5)."),
    ),
)  # fmt: skip

NOT_AS_ONE_OFF = (
    # First of its step: what a contract forbids, it forbids a retainer and a hired firm too.
    Rule(
        "one_off.contract_forbids", Step.NOT_AS_ONE_OFF, Verdict.KEEP,
        ("contract_forbids",), _contract_forbids,
        N_("A contract forbids that others do it"),
        N_("A contract forbids that others do it. Keep it until that contract changes."),
        N_("No contract forbids that others do it."),
    ),
    Rule(
        "one_off.in_progress", Step.NOT_AS_ONE_OFF, Verdict.RETAINER_OR_HIRE, ("in_progress",), _in_progress,
        N_("A piece of it is under way"),
        N_("A piece of it is under way. Finish that first, or choose somebody who stays."),
        N_("Nothing is under way that would change hands."),
    ),
    Rule(
        "one_off.roadmap_open", Step.NOT_AS_ONE_OFF, Verdict.RETAINER_OR_HIRE,
        ("roadmap_open",), _roadmap_open,
        N_("It is undecided where the work is going"),
        N_("It is undecided where this work is going. Decide that first, or choose somebody who stays."),
        N_("It is decided where this work is going."),
    ),
    Rule(
        "one_off.jeopardy", Step.NOT_AS_ONE_OFF, Verdict.RETAINER_OR_HIRE, ("jeopardy",), _jeopardy,
        N_("Doing it badly once is dangerous"),
        N_("Doing it badly once endangers too much (%(jeopardy)s of 5). Choose somebody who stays."),
        N_("A bad result can be put right (%(jeopardy)s of 5)."),
    ),
    Rule(
        "one_off.knowledge", Step.NOT_AS_ONE_OFF, Verdict.RETAINER_OR_HIRE,
        ("technical_knowledge", "business_knowledge"), _knowledge,
        N_("It needs knowledge of your own"),
        N_("One must know your tools or your business well. Choose somebody who stays and learns them."),
        N_("A stranger can learn what is needed."),
    ),
)  # fmt: skip

PRIORITISE = (
    Rule(
        "prioritise.scored", Step.PRIORITISE, Verdict.NOT_YET,
        ("benefit", "consequence", "risk", "difficulty", "importance", "domain_knowledge"), _scored,
        N_("It has a priority"),
        "",
        N_("Every score of its priority is given."),
    ),
    Rule(
        "prioritise.unmeasured", Step.PRIORITISE, Verdict.NOT_YET, ("measured_levels",), _unmeasured,
        N_("No service level has a measured value"),
        N_("No service level has a measured value today. Measure one first."),
        N_("%(measured_levels)s of its service levels have a measured value."),
    ),
)  # fmt: skip

METRICS = (
    Rule(
        "metrics.unbound", Step.METRICS, Verdict.NOT_YET, ("service_levels", "baselined_levels"), _unbound,
        N_("A service level has no baseline"),
        N_("Not every service level is bound to a baseline. Bind each one before the start."),
        N_("Every service level is bound to a baseline."),
    ),
)  # fmt: skip

METHOD: tuple[tuple[Step, tuple[Rule, ...]], ...] = (
    (Step.SIMPLIFY, SIMPLIFY),
    (Step.LIST, LIST),
    (Step.KEEP_IF, KEEP_IF),
    (Step.CANNOT_GO_OUT, CANNOT_GO_OUT),
    (Step.NOT_AS_ONE_OFF, NOT_AS_ONE_OFF),
    (Step.PRIORITISE, PRIORITISE),
    (Step.METRICS, METRICS),
)
RULES: tuple[Rule, ...] = tuple(rule for _, rules in METHOD for rule in rules)
