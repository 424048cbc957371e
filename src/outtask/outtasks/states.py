"""The nine stages of an out-task's life, in the order of the life line, and how it ended."""

from enum import StrEnum


class Stage(StrEnum):
    DECIDE = "decide"
    SOURCE = "source"
    AGREE = "agree"
    APPROVE = "approve"
    DELIVER = "deliver"
    VERIFY = "verify"
    PAY = "pay"
    MEASURE = "measure"
    TAKE_BACK = "take_back"


class Ending(StrEnum):
    """How an out-task ended; empty while it is open."""

    OPEN = ""
    DONE = "done"
    TAKEN_BACK = "taken_back"
    ABANDONED = "abandoned"


class Holder(StrEnum):
    """Who must move next."""

    CLIENT = "client"
    PROVIDER = "provider"
    APPROVER = "approver"
    FINANCE = "finance"
    NOBODY = "nobody"
