"""The words of a decision: verdicts, steps, models of sourcing, kinds of questions."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What the seven steps say about one process.

    There is no "yes, probably": an answer that is missing leaves the verdict INCOMPLETE. A process that
    is out already and is judged KEEP or CANNOT_GO_OUT is one to take back; that is for the reader of the
    verdict to say, because it depends on where the work is now and not on the answers.
    """

    INCOMPLETE = "incomplete"
    """Answers are missing that could still change the outcome."""
    STOP = "stop"
    """Nobody uses what it puts out: end it, hand out nothing."""
    SIMPLIFY_FIRST = "simplify_first"
    """The same work stands on the list under another name: merge, then judge."""
    KEEP = "keep"
    """It may go out, but it should not."""
    CANNOT_GO_OUT = "cannot_go_out"
    """It should not even be offered: authority, politics, compliance or contact bind it."""
    RETAINER_OR_HIRE = "retainer_or_hire"
    """Not as a one-off; somebody who stays may do it."""
    NOT_YET = "not_yet"
    """It may go out once it can be measured."""
    OUT_TASK = "out_task"
    """Hand it out."""


INSIDE = frozenset({Verdict.KEEP, Verdict.CANNOT_GO_OUT})
"""Verdicts under which the work stays with the organisation, whatever the other answers are."""


class Step(StrEnum):
    """The seven steps, in their order."""

    SIMPLIFY = "simplify"
    LIST = "list"
    KEEP_IF = "keep_if"
    CANNOT_GO_OUT = "cannot_go_out"
    NOT_AS_ONE_OFF = "not_as_one_off"
    PRIORITISE = "prioritise"
    METRICS = "metrics"


class Outcome(StrEnum):
    """What one rule says on the answers known so far."""

    FIRED = "fired"
    PASSED = "passed"
    UNKNOWN = "unknown"


class Performance(StrEnum):
    """How the organisation's own work compares with the best provider it could get."""

    BETTER = "better"
    """No provider reaches it."""
    SAME = "same"
    WORSE = "worse"
    """A provider does it better."""


class Kind(StrEnum):
    """How a question is asked and what its answer is."""

    SCALE = "scale"
    """An integer from 1 to 5, each end in words."""
    YES_NO = "yes_no"
    NUMBER = "number"
    """A decimal ≥ 0 with a unit."""
    COUNT = "count"
    """An integer ≥ 0."""
    MONEY = "money"
    """Integer minor units of the organisation's currency; may be negative."""
    TEXT = "text"
    CHOICE = "choice"


class SourcingModel(StrEnum):
    """The ways to get a process done."""

    KEEP = "keep"
    ONE_OFF = "one_off"
    RETAINER = "retainer"
    STAFF_AUGMENTATION = "staff_augmentation"
    OUTSOURCE = "outsource"
    HIRE = "hire"


class ChoiceCriterion(StrEnum):
    """What feasible models of sourcing are compared on; for each, more is better."""

    COST = "cost"
    CONTROL = "control"
    FLEXIBILITY = "flexibility"
    CONTINUITY = "continuity"
    KNOWLEDGE = "knowledge"
    MANAGEMENT_LOAD = "management_load"
    EASE_OF_EXIT = "ease_of_exit"


class Clarity(StrEnum):
    """How firmly a first place stands when the weights are drawn at random."""

    CLEAR = "clear"
    LEAN = "lean"
    NONE = "none"


class Proposal(StrEnum):
    """What a quarterly review of one-off work proposes. Nothing converts by itself."""

    STAY = "stay"
    GO_ONGOING = "go_ongoing"
    GO_BACK_TO_ONE_OFF = "go_back_to_one_off"
