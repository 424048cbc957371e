"""The life of a milestone, of a check, and the two verdicts."""

from enum import StrEnum

from outtask.kernel.machine import Machine


class MilestoneState(StrEnum):
    OPEN = "open"
    HANDED_IN = "handed_in"
    CHANGES_REQUESTED = "changes_requested"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"


class CheckState(StrEnum):
    WAITING = "waiting"  # the system has yet to run it, or a verifier has yet to tick it
    PASSED = "passed"
    FAILED = "failed"
    UNABLE = "unable"  # could not be run; counts as not passed


class VerdictKind(StrEnum):
    ACCEPTED = "accepted"
    CHANGES_REQUESTED = "changes_requested"


MILESTONE = Machine(
    "milestone",
    MilestoneState,
    MilestoneState.OPEN,
    {
        (MilestoneState.OPEN, "hand_in"): MilestoneState.HANDED_IN,
        (MilestoneState.CHANGES_REQUESTED, "hand_in"): MilestoneState.HANDED_IN,
        (MilestoneState.HANDED_IN, "accept"): MilestoneState.ACCEPTED,
        (MilestoneState.HANDED_IN, "request_changes"): MilestoneState.CHANGES_REQUESTED,
        # of an order: it comes, and whoever takes it in says so
        (MilestoneState.OPEN, "receive"): MilestoneState.ACCEPTED,
        (MilestoneState.CHANGES_REQUESTED, "receive"): MilestoneState.ACCEPTED,
        # of an order, before it is invoiced: it goes back, to be delivered again or not
        (MilestoneState.ACCEPTED, "send_back"): MilestoneState.CHANGES_REQUESTED,
        (MilestoneState.ACCEPTED, "give_up"): MilestoneState.CANCELLED,
        (MilestoneState.OPEN, "cancel"): MilestoneState.CANCELLED,
        (MilestoneState.HANDED_IN, "cancel"): MilestoneState.CANCELLED,
        (MilestoneState.CHANGES_REQUESTED, "cancel"): MilestoneState.CANCELLED,
    },
)
SETTLED = frozenset({MilestoneState.ACCEPTED, MilestoneState.CANCELLED})
"""States in which nothing more is to be delivered."""

CHECK = Machine(
    "check",
    CheckState,
    CheckState.WAITING,
    {
        (CheckState.WAITING, "pass"): CheckState.PASSED,
        (CheckState.WAITING, "fail"): CheckState.FAILED,
        (CheckState.WAITING, "be_unable"): CheckState.UNABLE,
        # a verifier may tick a check by hand where the system could not run it, and correct a tick
        (CheckState.UNABLE, "pass"): CheckState.PASSED,
        (CheckState.UNABLE, "fail"): CheckState.FAILED,
        (CheckState.PASSED, "fail"): CheckState.FAILED,
        (CheckState.FAILED, "pass"): CheckState.PASSED,
    },
)
