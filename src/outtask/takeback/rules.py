"""When an out-task may be taken back, and when it may go to somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.takeback.states import HANDOVER, HandoverState, Successor


@dataclass(frozen=True)
class Facts:
    """taken_back: a handover stands that was not handed on. ending: how the out-task ended, empty while open."""

    taken_back: bool
    ending: str


def why_not_take_back(facts: Facts) -> Refusal | None:
    """Taking back is possible at any moment, from any stage, once."""
    if facts.taken_back:
        return Refusal(
            "taken_back_already", N_("It is back with you already. The handover pack is on its page.")
        )
    return None


def why_not_successor(successor: str) -> Refusal | None:
    if successor in set(Successor):
        return None
    return Refusal(
        "successor_missing",
        N_("Say who does it then: ourselves, another provider, or nobody."),
        field="successor",
    )


def why_not_hand_on(*, handed_on: bool, latest: bool, by_when: date, today: date) -> Refusal | None:
    """The brief can go out again once for each taking back, with a day that is still to come."""
    if handed_on or not latest:
        return Refusal(
            "handed_on_already", N_("The brief went on already. You find it on the page of the out-task.")
        )
    if by_when <= today:
        return Refusal(
            "day_past",
            N_("Enter a day after today: the day you need it from the next provider."),
            field="by_when",
        )
    return None


def why_not_pack(state: str) -> Refusal | None:
    return HANDOVER.why_not(state, "pack")


def why_not_try_again(state: str) -> Refusal | None:
    if state == HandoverState.FAILED:
        return None
    return Refusal("not_failed", N_("The pack did not fail; there is nothing to try again."))
