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
        "budget.part_opened",
        N_("%(name)s opened as a part of %(parent)s with %(amount)s from it"),
        {"name": _WORDS, "parent": _WORDS, "amount": _MONEY, "budget": _ID},
        icon="coin",
    ),
    Kind(
        "budget.given_down",
        N_("%(amount)s moved down from %(source)s to %(target)s"),
        {"source": _WORDS, "target": _WORDS, "amount": _MONEY},
        icon="coin",
    ),
    Kind(
        "budget.given_back",
        N_("%(amount)s moved back up from %(source)s to %(target)s"),
        {"source": _WORDS, "target": _WORDS, "amount": _MONEY},
        icon="coin",
    ),
    Kind(
        "budget.changed",
        N_("Budget %(name)s changed: its keeper, its period or what becomes of free money"),
        {"name": _WORDS, "keeper": _ID, "rollover": _CODE, "starts_on": _DAY, "ends_on": _DAY},
        icon="coin",
    ),
    Kind(
        "budget.followed",
        N_("%(next)s follows %(name)s, %(amount)s went on into it"),
        {"name": _WORDS, "next": _WORDS, "amount": _MONEY, "budget": _ID},
        icon="loop",
    ),
    # Beside the entry whose posting passed the mark.
    Kind(
        "budget.running_low",
        N_("%(percent)s %% of %(name)s is used, %(free)s is free"),
        {"name": _WORDS, "percent": _COUNT, "free": _MONEY},
        icon="alert",
        tone="warn",
    ),
    Kind(
        "transfer.asked",
        N_("%(amount)s asked for: from %(source)s to %(target)s"),
        {"transfer": _ID, "source": _WORDS, "target": _WORDS, "amount": _MONEY},
        icon="coin",
    ),
    Kind(
        "transfer.done",
        N_("%(amount)s moved from %(source)s to %(target)s"),
        {"source": _WORDS, "target": _WORDS, "amount": _MONEY, "note": _WORDS},
        icon="check",
        tone="ok",
    ),
    Kind(
        "transfer.refused",
        N_("%(amount)s from %(source)s to %(target)s refused: %(note)s"),
        {"source": _WORDS, "target": _WORDS, "amount": _MONEY, "note": _WORDS},
        icon="cross",
        tone="warn",
    ),
    Kind(
        "transfer.withdrawn",
        N_("%(amount)s from %(source)s to %(target)s is not asked for any more"),
        {"source": _WORDS, "target": _WORDS, "amount": _MONEY},
        icon="back",
    ),
    Kind(
        "books.closed",
        N_("Books closed through %(through)s: %(postings)s postings, trial balance sealed"),
        {"through": _DAY, "postings": _COUNT, "sha256": Says.SHA256, "closing": _ID},
        icon="lock",
    ),
    Kind(
        "books.reopened",
        N_("Books closed through %(through)s opened again: %(reason)s"),
        {"through": _DAY, "reason": _WORDS},
        icon="alert",
        tone="warn",
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
    # Beside the account that is noted for its provider.
    Kind(
        "request.approval_voided",
        N_("%(request)s: the first yes counts no more, its provider is paid to another account"),
        {"request": _CODE, "version": _COUNT, "decider": _ID, "bank_account": _ID},
        icon="loop",
        tone="warn",
    ),
    # Beside a decision that was taken for somebody who is away.
    Kind(
        "decision.delegated",
        N_("%(request)s: decided in the place of %(who)s, who is away"),
        {"request": _CODE, "delegation": _ID, "who": _WORDS},
        icon="person",
    ),
    Kind(
        "limit.set",
        N_("Limit of %(who)s for one %(period)s set to %(amount)s, category: %(category)s"),
        {
            "limit": _ID,
            "who": _WORDS,
            "period": _CODE,
            "category": _CODE,
            "amount": _MONEY,
            "before": _MONEY,
        },
        icon="coin",
    ),
    Kind(
        "limit.ended",
        N_("Limit of %(who)s for one %(period)s ended, %(amount)s, category: %(category)s"),
        {"limit": _ID, "who": _WORDS, "period": _CODE, "category": _CODE, "amount": _MONEY},
        icon="coin",
    ),
    Kind(
        "request.approved_first",
        N_("%(amount)s approved by a first person, %(request)s waits for a second"),
        {"request": _CODE, "amount": _MONEY, "decider": _ID, "version": _COUNT, "note": _WORDS},
        icon="check",
    ),
    Kind(
        "rule.made",
        N_("The rule %(name)s holds from now on: %(demand)s, from %(amount_from)s, category: %(category)s"),
        {"rule": _ID, "name": _WORDS, "demand": _CODE, "amount_from": _MONEY, "category": _CODE},
        icon="lock",
    ),
    Kind("rule.ended", N_("The rule %(name)s ended"), {"rule": _ID, "name": _WORDS}, icon="lock"),
    # Beside what is asked or decided, when rules of the organisation fall on it.
    Kind(
        "rule.applied",
        N_("%(request)s falls under %(rules)s"),
        {"request": _CODE, "rules": _WORDS},
        icon="lock",
    ),
    # Beside these stand an entry for each person who was invited or changed, and for each limit.
    Kind(
        "people.imported",
        N_("People and limits imported from %(file)s: %(invited)s invited, %(changed)s changed"),
        {
            "file": _WORDS,
            "sha256": Says.SHA256,
            "invited": _COUNT,
            "changed": _COUNT,
            "unchanged": _COUNT,
        },
        icon="person",
    ),
    Kind(
        "people.changed",
        N_("%(changed)s members changed together"),
        {"changed": _COUNT},
        icon="person",
    ),
    # Beside one of the above, when only the declared exception let the same person do it.
    Kind(
        "exception.used",
        N_("One person held two duties here, by the declared exception: %(duty)s of %(request)s"),
        {"request": _CODE, "duty": _CODE},
        icon="alert",
        tone="warn",
    ),
    Kind(
        "exception.used_for_transfer",
        N_(
            "One person asked for %(amount)s to go from %(source)s to %(target)s and agreed, by the exception"
        ),
        {"transfer": _ID, "source": _WORDS, "target": _WORDS, "amount": _MONEY},
        icon="alert",
        tone="warn",
    ),
)
