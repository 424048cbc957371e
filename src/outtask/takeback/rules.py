"""When an out-task may be taken back, and when it may go to somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.takeback.states import HANDOVER, HandoverState, Successor

LONGEST_REASON = 2_000


def why_not_take_back(taken_back: bool) -> Refusal | None:
    """Taking back is possible at any moment, from any stage, once until it is handed on."""
    if taken_back:
        reason = N_("It is back with you already. The handover pack is on its page.")
        return Refusal("taken_back_already", reason)
    return None


def why_not_successor(successor: str) -> Refusal | None:
    if successor in set(Successor):
        return None
    reason = N_("Say who does it then: ourselves, another provider, or nobody.")
    return Refusal("successor_missing", reason, "successor")


def why_not_reason(reason: str) -> Refusal | None:
    """No reason is needed; one that is given is short enough for the mail that carries it."""
    if len(reason) <= LONGEST_REASON:
        return None
    return Refusal(
        "reason_long", N_("Write at most %(most)s characters."), "reason", {"most": LONGEST_REASON}
    )


@dataclass(frozen=True)
class Onward:
    """A taking back that somebody wants to follow up with another provider.

    latest: whether it is the one that holds now. brief: whether there is a brief that can go out again.
    """

    state: str
    latest: bool
    brief: bool


def why_not_hand_on(onward: Onward) -> Refusal | None:
    """The brief can go out again once for each taking back, with the pack that is made by then."""
    if not onward.latest:
        reason = N_("The brief went on already. You find it on the page of the out-task.")
        return Refusal("handed_on_already", reason)
    if not onward.brief:
        reason = N_("There is no brief to send on. Write a new one; the pack is on this page.")
        return Refusal("no_brief", reason)
    if onward.state == HandoverState.FAILED:
        reason = N_("The handover pack could not be made. Have it made again first.")
        return Refusal("pack_failed", reason)
    if onward.state != HandoverState.PACKED:
        reason = N_("The handover pack is still being made. Try again in a moment.")
        return Refusal("not_packed", reason)
    return None


def why_not_day(by_when: date, today: date) -> Refusal | None:
    if by_when > today:
        return None
    reason = N_("Enter a day after today: the day you need it from the next provider.")
    return Refusal("day_past", reason, "by_when")


def why_not_pack(is_clock: bool, state: str, act: str) -> Refusal | None:
    """Packs are made by the worker, once (`act`: "pack", "fail")."""
    if not is_clock:
        return Refusal("clock_only", N_("The pack is made by itself. There is nothing to do here."))
    return HANDOVER.why_not(state, act)


def why_not_try_again(state: str) -> Refusal | None:
    if state == HandoverState.FAILED:
        return None
    return Refusal("not_failed", N_("The pack did not fail; there is nothing to try again."))
