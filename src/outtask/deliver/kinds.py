"""What the deliver room writes into the journal."""

from outtask.journal.kinds import BOTH, EVERYBODY, Kind, Says
from outtask.kernel.words import N_

_WORDS, _MONEY, _CODE, _COUNT = Says.WORDS, Says.MONEY, Says.CODE, Says.COUNT
_DAY, _ID, _SHA256 = Says.DAY, Says.ID, Says.SHA256

KINDS = (
    Kind(
        "milestones.opened",
        N_("Work may begin: %(count)s milestones, %(amount)s in all"),
        {"count": _COUNT, "amount": _MONEY, "agreement": _ID, "version": _COUNT, "link": _ID},
        BOTH,
        icon="play",
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
        N_(
            "Checks of milestone %(order)s ran: %(passed)s passed, %(failed)s failed,"
            " %(unable)s could not be tried"
        ),
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
        N_("Accepted although %(not_passed)s of the checks did not pass: %(reasons)s"),
        {"not_passed": _COUNT, "reasons": _WORDS, "submission": _ID},
        BOTH,
        icon="alert",
        tone="warn",
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
)
