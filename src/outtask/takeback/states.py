"""The life of a handover."""

from enum import StrEnum

from outtask.kernel.machine import Machine


class HandoverState(StrEnum):
    STARTED = "started"  # taken back; the pack is being made
    PACKED = "packed"  # the pack is there to download
    FAILED = "failed"  # the pack could not be made; can be tried again


class Successor(StrEnum):
    OURSELVES = "ourselves"
    ANOTHER = "another"
    NOBODY = "nobody"


HANDOVER = Machine(
    "handover",
    HandoverState,
    HandoverState.STARTED,
    {
        (HandoverState.STARTED, "pack"): HandoverState.PACKED,
        (HandoverState.STARTED, "fail"): HandoverState.FAILED,
        (HandoverState.FAILED, "try_again"): HandoverState.STARTED,
    },
)
