"""How verdicts, steps, models of sourcing and columns are called: message ids for pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outtask.decide.states import ChoiceCriterion, SourcingModel, Step, Verdict
from outtask.kernel.words import N_

UNANSWERED = N_("not known")


@dataclass(frozen=True, slots=True)
class Look:
    """A verdict as a badge, as a headline, and as a dot of the chart. Texts are message ids."""

    tone: str
    icon: str
    name: str
    headline: str
    dot: str


LOOKS: Mapping[str, Look] = {
    "": Look("", "clock", N_("Not judged"), N_("Nobody has judged it yet"), "later"),
    Verdict.INCOMPLETE: Look("", "clock", N_("Not complete"), N_("More answers are needed"), "later"),
    Verdict.STOP: Look("", "cross", N_("Stop"), N_("Stop doing it"), "stop"),
    Verdict.SIMPLIFY_FIRST: Look("warn", "loop", N_("Merge first"), N_("Merge it first"), "later"),
    Verdict.KEEP: Look("", "lock", N_("Keep"), N_("Keep it"), "keep"),
    Verdict.CANNOT_GO_OUT: Look("", "lock", N_("Cannot go out"), N_("It cannot go out"), "keep"),
    Verdict.RETAINER_OR_HIRE: Look(
        "now", "person", N_("Retainer or hire"), N_("Give it to somebody who stays"), "dot"
    ),
    Verdict.NOT_YET: Look("warn", "clock", N_("Not yet"), N_("Not yet"), "later"),
    Verdict.OUT_TASK: Look("now", "arrow", N_("Out-task"), N_("Hand it out"), "dot"),
}


@dataclass(frozen=True, slots=True)
class StepWords:
    """The title of a step and the sentence under it."""

    title: str
    intro: str


STEPS: Mapping[Step, StepWords] = {
    Step.SIMPLIFY: StepWords(
        N_("Simplify"), N_("Know what it is, and that it is needed, before anything else.")
    ),
    Step.LIST: StepWords(
        N_("Put it on the list of candidates"), N_("What is not a candidate stays with you.")
    ),
    Step.KEEP_IF: StepWords(N_("Keep it if"), N_("Some work is better kept, even where it could go out.")),
    Step.CANNOT_GO_OUT: StepWords(N_("What cannot go out"), N_("Some work may not even be offered.")),
    Step.NOT_AS_ONE_OFF: StepWords(
        N_("What is no one-off"), N_("Some work needs somebody who stays: a retainer or a hire.")
    ),
    Step.PRIORITISE: StepWords(
        N_("Priority"), N_("What is left is ranked, so that the best goes out first.")
    ),
    Step.METRICS: StepWords(N_("Measures"), N_("What is promised must be measured before the start.")),
}

MODELS: Mapping[SourcingModel, str] = {
    SourcingModel.KEEP: N_("Keep doing it yourself"),
    SourcingModel.ONE_OFF: N_("Hand out each task anew"),
    SourcingModel.RETAINER: N_("A retainer"),
    SourcingModel.STAFF_AUGMENTATION: N_("Hands from outside, in your own process"),
    SourcingModel.OUTSOURCE: N_("Outsource it whole"),
    SourcingModel.HIRE: N_("Hire somebody"),
}

CRITERIA: Mapping[str, str] = {
    ChoiceCriterion.COST: N_("cost"),
    ChoiceCriterion.CONTROL: N_("control"),
    ChoiceCriterion.FLEXIBILITY: N_("flexibility"),
    ChoiceCriterion.CONTINUITY: N_("continuity"),
    ChoiceCriterion.KNOWLEDGE: N_("knowledge kept"),
    ChoiceCriterion.MANAGEMENT_LOAD: N_("little to manage"),
    ChoiceCriterion.EASE_OF_EXIT: N_("an easy way out"),
}

COLUMNS: Mapping[str, str] = {
    "name": N_("Name"),
    "area": N_("Area"),
    "group": N_("Group"),
    "output": N_("What it puts out"),
    "owner": N_("Who answers for it"),
    "times_per_year": N_("Times a year"),
    "hours_each": N_("Hours each time"),
}
