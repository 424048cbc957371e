"""The seven steps: answers in, a verdict with its reasons out."""

from outtask.decide.rules.alike import Described, alike, alike_to
from outtask.decide.rules.described import tidy, why_not_described, why_not_merge
from outtask.decide.rules.facts import Facts
from outtask.decide.rules.judge import Finding, Flip, Judgement, flips, judge
from outtask.decide.rules.method import METHOD, METHOD_VERSION, RULES, Rule
from outtask.decide.rules.priority import CRITERIA, EQUAL_WEIGHTS, Priority, priority
from outtask.decide.rules.questions import BY_ID, QUESTIONS, Question, of_step, why_not, why_not_answer

__all__ = [
    "BY_ID",
    "CRITERIA",
    "EQUAL_WEIGHTS",
    "METHOD",
    "METHOD_VERSION",
    "QUESTIONS",
    "RULES",
    "Described",
    "Facts",
    "Finding",
    "Flip",
    "Judgement",
    "Priority",
    "Question",
    "Rule",
    "alike",
    "alike_to",
    "flips",
    "judge",
    "of_step",
    "priority",
    "tidy",
    "why_not",
    "why_not_answer",
    "why_not_described",
    "why_not_merge",
]
