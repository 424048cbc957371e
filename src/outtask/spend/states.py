"""The life of a purchase request, and the accounts of a budget."""

from enum import StrEnum

from outtask.kernel.machine import Machine


class RequestState(StrEnum):
    REFERRED = "referred"  # above the limit: somebody up the chain decides
    ASKED = "asked"  # the decider asked a question; the deadline waits for the answer
    COMMITTED = "committed"  # the money is promised
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    VOID = "void"  # what was asked for changed afterwards


class Decision(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    ASK = "ask"
    WITHIN_LIMIT = "within_limit"  # by the requester's own limit, no person decided
    FIRST = "first"  # the first yes of two that a rule asks for


class Demand(StrEnum):
    """What a rule of the organisation asks for, beside limits."""

    DECIDE = "decide"  # somebody else decides, even within the limit of whoever asks
    TWO = "two"  # two persons say yes, neither of them whoever asks


class Account(StrEnum):
    """The accounts of one budget. Each posting moves an amount from one to another; they sum to nothing."""

    AUTHORISED = "authorised"  # the source: minus what was put into the budget
    FREE = "free"
    COMMITTED = "committed"
    OWED = "owed"
    PAID = "paid"


class LimitPeriod(StrEnum):
    """Over what a limit counts, in calendar days of the organisation's zone."""

    NEED = "need"  # all that is committed for one need
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Rollover(StrEnum):
    """What becomes of a budget's free money when its period ends."""

    NOTHING = "nothing"  # it stays where it is, and is taken back by whoever gave it
    FREE = "free"  # it goes on to the budget of the next period


class TransferState(StrEnum):
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


PURCHASE_REQUEST = Machine(
    "purchase request",
    RequestState,
    RequestState.REFERRED,
    {
        (RequestState.REFERRED, "approve"): RequestState.COMMITTED,
        (RequestState.REFERRED, "refer"): RequestState.REFERRED,
        (RequestState.REFERRED, "second"): RequestState.REFERRED,
        (RequestState.REFERRED, "reject"): RequestState.REJECTED,
        (RequestState.REFERRED, "ask"): RequestState.ASKED,
        (RequestState.ASKED, "answer"): RequestState.REFERRED,
        (RequestState.ASKED, "approve"): RequestState.COMMITTED,
        (RequestState.ASKED, "refer"): RequestState.REFERRED,
        (RequestState.ASKED, "second"): RequestState.REFERRED,
        (RequestState.ASKED, "reject"): RequestState.REJECTED,
        (RequestState.REFERRED, "withdraw"): RequestState.WITHDRAWN,
        (RequestState.ASKED, "withdraw"): RequestState.WITHDRAWN,
        (RequestState.REFERRED, "edit"): RequestState.REFERRED,
        (RequestState.ASKED, "edit"): RequestState.REFERRED,
        (RequestState.REFERRED, "void"): RequestState.VOID,
        (RequestState.ASKED, "void"): RequestState.VOID,
        (RequestState.COMMITTED, "void"): RequestState.VOID,
    },
)

LIVE = (RequestState.REFERRED, RequestState.ASKED, RequestState.COMMITTED)
"""States in which a request waits for a decision or holds money; there is one such request an agreement."""
UNDECIDED = (RequestState.REFERRED, RequestState.ASKED)

TRANSFER = Machine(
    "transfer",
    TransferState,
    TransferState.ASKED,
    {
        (TransferState.ASKED, "approve"): TransferState.DONE,
        (TransferState.ASKED, "refuse"): TransferState.REFUSED,
        (TransferState.ASKED, "withdraw"): TransferState.WITHDRAWN,
    },
)
