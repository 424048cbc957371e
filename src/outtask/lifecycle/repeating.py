"""When an order that repeats is due, and what it may be. Pure: days in, a day or a refusal out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from outtask.kernel.period import months_after
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_

MOST_TIMES = 520
FARTHEST = timedelta(days=3650)


class Every(StrEnum):
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Plan:
    """How an order repeats. until: the last day it is placed on. times: how often beside the first one."""

    every: Every
    until: date | None = None
    times: int | None = None


def day_of(every: Every, start: date, count: int) -> date:
    """The day `count` steps after `start`; a month that is too short has it on its last day.

    Always counted from the start, so that the 31st comes back after a February.
    """
    if every is Every.WEEK:
        return start + timedelta(weeks=count)
    return months_after(start, count * _MONTHS[every])


def next_day(plan: Plan, first: date, placed: int) -> date | None:
    """The day of the next repeat: the first order was placed on `first` and `placed` repeats followed."""
    if plan.times is not None and placed >= plan.times:
        return None
    day = day_of(plan.every, first, placed + 1)
    return None if plan.until is not None and day > plan.until else day


def why_not_plan(plan: Plan, today: date) -> list[Refusal]:
    """A repeat comes at least once, and it ends or is ended by somebody."""
    found = []
    if plan.times is not None and not 1 <= plan.times <= MOST_TIMES:
        reason = N_("Give a number of times from 1 to %(most)s, or leave it empty.")
        found.append(Refusal("times_out_of_range", reason, "times", {"most": MOST_TIMES}))
    if plan.until is not None and plan.until < day_of(plan.every, today, 1):
        reason = N_("Until then it would not come again. Choose a later day, or leave it empty.")
        found.append(Refusal("until_too_soon", reason, "until"))
    if plan.until is not None and plan.until > today + FARTHEST:
        reason = N_("This day is more than ten years away. Choose a nearer one, or leave it empty.")
        found.append(Refusal("until_too_far", reason, "until"))
    return found


def why_not_end(ended: bool, own: bool, manages: bool) -> Refusal | None:
    """Whoever asked for it ends it, or an admin."""
    if ended:
        return Refusal("repeat_over", N_("This does not repeat any more. There is nothing to end."))
    if own or manages:
        return None
    return Refusal(
        "not_yours", N_("Only whoever asked for it, or an admin, ends what repeats. Ask one of them.")
    )


@dataclass(frozen=True, slots=True)
class Due:
    """A repeat the clock wants to place. first: the state of the request it began with."""

    next_on: date | None
    today: date
    asker_here: bool
    asker_may: bool
    first: str


def why_not_place(due: Due) -> Refusal | None:
    """Whether the next order is due and whoever asked may still ask; money and limits are asked later."""
    if due.next_on is None or due.next_on > due.today:
        return Refusal(NOT_DUE, N_("Nothing of this is due now."))
    if not due.asker_here or not due.asker_may:
        return Refusal("asker_gone", N_("Whoever asked for it left, or may not ask any more."))
    if due.first != "committed":
        return Refusal("first_undecided", N_("The first order was not committed."))
    return None


NOT_DUE = "not_due"
