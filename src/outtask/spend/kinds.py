"""What the spend room writes into the journal."""

from outtask.journal.kinds import Kind, Says
from outtask.kernel.words import N_

_WORDS, _MONEY, _CODE, _COUNT, _DAY, _ID = Says.WORDS, Says.MONEY, Says.CODE, Says.COUNT, Says.DAY, Says.ID

KINDS = (
    Kind(
        "budget.opened",
        N_("Budget %(name)s opened with %(amount)s"),
        {"name": _WORDS, "amount": _MONEY},
        icon="coin",
    ),
    Kind(
        "budget.authorised",
        N_("%(amount)s put into %(name)s"),
        {"name": _WORDS, "amount": _MONEY},
        icon="coin",
    ),
    Kind(
        "rate.noted",
        N_("Rate noted: one %(currency)s is %(per_unit)s from %(day)s"),
        {"currency": _CODE, "per_unit": _CODE, "day": _DAY},
        icon="coin",
    ),
    Kind(
        "request.committed_within_limit",
        N_("%(amount)s committed within the limit, %(request)s"),
        {
            "request": _CODE,
            "amount": _MONEY,
            "budget": _ID,
            "limit": _MONEY,
            "commitment": _ID,
        },
        icon="coin",
        tone="ok",
    ),
    Kind(
        "request.referred",
        N_("%(amount)s is above the limit and was referred, %(request)s"),
        {
            "request": _CODE,
            "amount": _MONEY,
            "budget": _ID,
            "decider": _ID,
            "version": _COUNT,
        },
        icon="coin",
    ),
    Kind(
        "request.referred_on",
        N_("%(request)s was referred further up"),
        {"request": _CODE, "decider": _ID, "version": _COUNT},
        icon="coin",
    ),
    Kind(
        "request.approved",
        N_("%(amount)s approved and committed, %(request)s"),
        {
            "request": _CODE,
            "amount": _MONEY,
            "budget": _ID,
            "commitment": _ID,
            "version": _COUNT,
            "note": _WORDS,
        },
        icon="check",
        tone="ok",
    ),
    Kind(
        "request.rejected",
        N_("%(request)s rejected: %(note)s"),
        {"request": _CODE, "version": _COUNT, "note": _WORDS},
        icon="cross",
        tone="warn",
    ),
    Kind(
        "request.asked",
        N_("Question about %(request)s: %(question)s"),
        {"request": _CODE, "version": _COUNT, "question": _WORDS},
        icon="chat",
    ),
    Kind(
        "request.answered",
        N_("Question about %(request)s answered: %(answer)s"),
        {"request": _CODE, "answer": _WORDS, "decider": _ID},
        icon="chat",
    ),
    Kind("request.withdrawn", N_("%(request)s withdrawn"), {"request": _CODE}, icon="back"),
    Kind(
        "request.edited",
        N_("%(request)s changed to %(amount)s; decisions on the version before do not count"),
        {"request": _CODE, "amount": _MONEY, "version": _COUNT, "decider": _ID},
        icon="loop",
    ),
    # Beside one of the above, when only the declared exception let the same person do it.
    Kind(
        "exception.used",
        N_("One person held two duties here, by the declared exception: %(duty)s of %(request)s"),
        {"request": _CODE, "duty": _CODE},
        icon="alert",
        tone="warn",
    ),
)
