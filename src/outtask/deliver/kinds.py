"""What the deliver room writes into the journal."""

from outtask.journal.kinds import BOTH, EVERYBODY, Kind, Says, Tally
from outtask.kernel.words import N_, N_n

_WORDS, _MONEY, _CODE, _COUNT = Says.WORDS, Says.MONEY, Says.CODE, Says.COUNT
_DAY, _ID, _SHA256 = Says.DAY, Says.ID, Says.SHA256

KINDS = (
    Kind(
        "milestones.opened",
        N_("Work may begin: %(milestones)s, %(amount)s in all"),
        {"count": _COUNT, "amount": _MONEY, "agreement": _ID, "version": _COUNT, "link": _ID},
        BOTH,
        icon="play",
        tallies={"milestones": Tally({"count": N_n("%(n)s milestone", "%(n)s milestones")})},
    ),
    Kind(
        "milestone.handed_in",
        N_("Milestone %(order)s handed in, try %(number)s"),
        {
            "order": _COUNT,
            "number": _COUNT,
            "submission": _ID,
            "files": _COUNT,
            "links": _COUNT,
            "evidence": _SHA256,
            "due": _DAY,
        },
        EVERYBODY,
        icon="up",
    ),
    Kind(
        "checks.ran",
        N_("Checks of milestone %(order)s ran: %(results)s"),
        {
            "order": _COUNT,
            "number": _COUNT,
            "submission": _ID,
            "passed": _COUNT,
            "failed": _COUNT,
            "unable": _COUNT,
        },
        BOTH,
        icon="check",
        tallies={
            "results": Tally(
                {
                    "failed": N_n("%(n)s failed", "%(n)s failed"),
                    "unable": N_n("%(n)s could not be tried", "%(n)s could not be tried"),
                    "passed": N_n("%(n)s passed", "%(n)s passed"),
                },
                none=N_("there was none to try"),
            )
        },
    ),
    Kind(
        "check.ticked",
        N_("Looked at by a person: “%(check)s” %(result)s"),
        {"check": _WORDS, "result": _CODE, "submission": _ID},
        BOTH,
        icon="check",
    ),
    Kind(
        "milestone.accepted",
        N_("Milestone %(milestone)s accepted, %(amount)s is owed"),
        {
            "milestone": _WORDS,
            "order": _COUNT,
            "number": _COUNT,
            "submission": _ID,
            "amount": _MONEY,
            "evidence": _SHA256,
            "not_passed": _COUNT,
            "exception": _COUNT,
        },
        BOTH,
        icon="check",
        tone="ok",
    ),
    Kind(
        "checks.overruled",
        N_("Accepted although %(checks)s did not pass: %(reasons)s"),
        {"not_passed": _COUNT, "reasons": _WORDS, "submission": _ID},
        BOTH,
        icon="alert",
        tone="warn",
        tallies={"checks": Tally({"not_passed": N_n("%(n)s check", "%(n)s checks")})},
    ),
    Kind(
        "milestone.changes_requested",
        N_("Milestone %(order)s sent back: %(reasons)s"),
        {
            "order": _COUNT,
            "number": _COUNT,
            "submission": _ID,
            "reasons": _WORDS,
            "due": _DAY,
        },
        BOTH,
        icon="loop",
        tone="warn",
    ),
    Kind(
        "milestone.cancelled",
        N_("Milestone %(milestone)s cancelled"),
        {"milestone": _WORDS, "order": _COUNT, "amount": _MONEY},
        BOTH,
        icon="cross",
        tone="warn",
    ),
    # Beside milestone.accepted: how much of an order's line has come.
    Kind(
        "order.received",
        N_("%(quantity)s of %(open)s received: %(what)s"),
        {
            "what": _WORDS,
            "quantity": _COUNT,
            "open": _COUNT,
            "submission": _ID,
            "rest": _ID,
        },
        BOTH,
        icon="check",
    ),
    # Beside order.returned, when only a part goes: the rows that tell of the receipt, for that part.
    Kind(
        "order.receipt_split",
        N_("%(quantity)s of the %(received)s received are counted by themselves: %(what)s"),
        {
            "what": _WORDS,
            "quantity": _COUNT,
            "received": _COUNT,
            "submission": _ID,
            "before": _ID,
        },
        BOTH,
        icon="check",
    ),
    Kind(
        "order.returned",
        N_("%(quantity)s of %(what)s sent back, %(amount)s is not owed any more: %(reasons)s"),
        {
            "what": _WORDS,
            "order": _COUNT,
            "quantity": _COUNT,
            "amount": _MONEY,
            "wanted": _COUNT,
            "submission": _ID,
            "reasons": _WORDS,
        },
        BOTH,
        icon="loop",
        tone="warn",
    ),
    Kind(
        "order.closed",
        N_("Order closed, %(released)s is free again: %(reasons)s"),
        {"released": _MONEY, "reasons": _WORDS},
        BOTH,
        icon="cross",
        tone="warn",
    ),
)
