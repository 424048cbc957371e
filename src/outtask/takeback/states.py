"""The lives of a handover, of an archive and of a drill."""

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


class ArchiveState(StrEnum):
    ASKED = "asked"  # the worker makes it
    MADE = "made"  # there to download
    FAILED = "failed"  # could not be made; ask for another


class DrillState(StrEnum):
    ASKED = "asked"  # the worker rehearses
    PASSED = "passed"  # everything came back the same
    FAILED = "failed"  # it did not; what differed first is told


ARCHIVE = Machine(
    "archive",
    ArchiveState,
    ArchiveState.ASKED,
    {
        (ArchiveState.ASKED, "make"): ArchiveState.MADE,
        (ArchiveState.ASKED, "fail"): ArchiveState.FAILED,
    },
)

DRILL = Machine(
    "drill",
    DrillState,
    DrillState.ASKED,
    {
        (DrillState.ASKED, "pass"): DrillState.PASSED,
        (DrillState.ASKED, "fail"): DrillState.FAILED,
    },
)
