"""Deciding in somebody's place while they are away. Pure: facts in, refusals out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from outtask.kernel.money import LARGEST_MINOR
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_

LONGEST_REASON = 2_000
LONGEST_ABSENCE = timedelta(days=366)


@dataclass(frozen=True)
class Absence:
    """An absence somebody wants to note.

    giver_approves, taker_approves: whether their roles let them approve spending.
    taker_here: whether the taker is a member now.
    overlaps: the first and last day of another absence of the same member that shares a day with it.
    by: who notes it. by_owner: whether that is an owner.
    """

    giver: UUID
    taker: UUID
    starts_on: date
    ends_on: date
    by: UUID
    up_to_minor: int | None = None
    reason: str = ""
    by_owner: bool = False
    giver_approves: bool = True
    taker_approves: bool = True
    taker_here: bool = True
    overlaps: tuple[date, date] | None = None


def in_force(starts_on: date, ends_on: date, today: date, *, ended: bool = False) -> bool:
    """Whether somebody is away on a day, both days included."""
    return not ended and starts_on <= today <= ends_on


def why_not_delegate(absence: Absence, today: date) -> tuple[Refusal, ...]:
    """Everything that is wrong with an absence, each on its field."""
    found = [
        _why_not_giver(absence),
        _why_not_taker(absence),
        _why_not_days(absence, today),
        None
        if absence.up_to_minor is None or 0 <= absence.up_to_minor <= LARGEST_MINOR
        else Refusal(
            "limit_range", N_("It is zero or more. Left empty, their own limits hold."), field="up_to"
        ),
        None
        if len(absence.reason) <= LONGEST_REASON
        else Refusal(
            "words_long", N_("Write at most %(most)s characters."), "reason", {"most": LONGEST_REASON}
        ),
    ]
    return tuple(refusal for refusal in found if refusal is not None)


def _why_not_giver(absence: Absence) -> Refusal | None:
    if absence.giver_approves:
        return None
    reason = N_("Their role approves no spending, so nobody needs to do it in their place.")
    return Refusal("nothing_to_hand_over", reason, field="giver")


def _why_not_taker(absence: Absence) -> Refusal | None:
    if absence.taker == absence.giver:
        return Refusal("delegated_to_themselves", N_("Choose somebody else."), field="taker")
    if not absence.taker_here:
        return Refusal("taker_absent", N_("Choose somebody who is a member here."), field="taker")
    if not absence.taker_approves:
        reason = N_("Their role approves no spending. Choose somebody whose role does.")
        return Refusal("taker_does_not_approve", reason, field="taker")
    # Else an admin, who sets limits but not their own, could give themselves an owner's.
    if absence.taker == absence.by and absence.giver != absence.by and not absence.by_owner:
        reason = N_("Nobody takes over by their own word. Ask them, an owner or another admin to note it.")
        return Refusal("taken_not_given", reason, field="taker")
    return None


def _why_not_days(absence: Absence, today: date) -> Refusal | None:
    if absence.ends_on < absence.starts_on:
        return Refusal("ends_first", N_("The absence ends before it starts."), field="ends_on")
    if absence.ends_on < today:
        return Refusal("ends_in_the_past", N_("This absence is over already."), field="ends_on")
    if absence.ends_on - absence.starts_on >= LONGEST_ABSENCE:
        reason = N_("An absence lasts a year at most. Note another one after it.")
        return Refusal("absence_long", reason, field="ends_on")
    if absence.overlaps is not None:
        first, last = absence.overlaps
        reason = N_("They are noted as away from %(first)s to %(last)s already. End that absence first.")
        return Refusal("away_already", reason, "starts_on", {"first": first, "last": last})
    return None


def why_not_end(ends_on: date, today: date, *, ended: bool) -> Refusal | None:
    """An absence that is over stays as it was: decisions were taken under it."""
    if ended or ends_on < today:
        return Refusal("absence_over", N_("This absence is over already."))
    return None
