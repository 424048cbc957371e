"""What the pay room writes into the journal."""

from outtask.journal.kinds import BOTH, Kind, Says
from outtask.kernel.words import N_

_WORDS, _MONEY, _COUNT, _DAY, _ID = Says.WORDS, Says.MONEY, Says.COUNT, Says.DAY, Says.ID

KINDS = (
    Kind(
        "invoice.received",
        N_("Invoice %(number)s came in: %(amount)s, due %(due)s"),
        {"invoice": _ID, "number": _WORDS, "amount": _MONEY, "milestones": _COUNT, "due": _DAY},
        BOTH,
        icon="coin",
    ),
    Kind(
        "invoice.approved",
        N_("Invoice %(number)s approved, %(amount)s"),
        {"number": _WORDS, "amount": _MONEY, "exception": _COUNT},
        BOTH,
        icon="check",
        tone="ok",
    ),
    # Beside the account that is noted: told to both, because only the provider knows whether it is theirs.
    Kind(
        "invoice.approval_voided",
        N_("Invoice %(number)s is to be approved again: it is paid to another account"),
        {"invoice": _ID, "number": _WORDS, "amount": _MONEY, "bank_account": _ID},
        BOTH,
        icon="loop",
        tone="warn",
    ),
    Kind(
        "invoice.returned",
        N_("Invoice %(number)s sent back: %(reason)s"),
        {"number": _WORDS, "amount": _MONEY, "reason": _WORDS},
        BOTH,
        icon="loop",
        tone="warn",
    ),
    # Instead of the payment; what is held stands beside it.
    Kind(
        "payment.held",
        N_("Invoice %(number)s was not recorded as paid: somebody has a look first"),
        {"number": _WORDS, "amount": _MONEY},
        icon="pause",
        tone="warn",
    ),
    Kind(
        "invoice.paid",
        N_("Invoice %(number)s paid on %(paid_on)s, %(amount)s"),
        {
            "number": _WORDS,
            "amount": _MONEY,
            "paid_on": _DAY,
            "bank_reference": _WORDS,
            "exception": _COUNT,
            "completes": _COUNT,
        },
        BOTH,
        icon="coin",
        tone="ok",
    ),
)
