"""What is watched for in spending, and what became of a hold."""

from enum import StrEnum


class Detector(StrEnum):
    """Each holds for review and blocks nothing for good."""

    SPLIT = "split"  # one need cut into parts that each pass under a limit
    JUST_BELOW = "just_below"  # again and again a little under the limit
    DUPLICATE = "duplicate"  # an invoice that seems to be there already
    NO_EVIDENCE = "no_evidence"  # accepted with nothing to look at
    NEW_FAST = "new_fast"  # a provider nobody knew, paid within days
    BANK_CHANGED = "bank_changed"  # who changed where the money goes also sends it
    OVER_PROGRESS = "over_progress"  # more than the whole was reported or invoiced


class Disposition(StrEnum):
    """What became of a hold: what somebody found who looked at it, or that there is nothing to look at."""

    SOUND = "sound"  # all is well; the detector was wrong
    FAULT = "fault"  # it was what it seemed to be
    LIFTED = "lifted"  # nobody looked: what was asked for changed, and the detector has nothing to say of it


FOUND = (Disposition.SOUND, Disposition.FAULT)
"""What a person may say of a hold."""
