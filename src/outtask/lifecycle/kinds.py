"""What composites write that belongs to no single room."""

from outtask.journal.kinds import Kind, Says, Tally
from outtask.kernel.words import N_, N_n

KINDS = (
    Kind(
        "request.reminded",
        N_("%(request)s waits: whoever decides it was reminded"),
        {"request": Says.CODE, "version": Says.COUNT},
        icon="clock",
    ),
    Kind(
        "request.handed_over",
        N_("%(request)s waits for %(who)s now, while somebody is away or since they are back"),
        {"request": Says.CODE, "who": Says.WORDS, "version": Says.COUNT},
        icon="person",
    ),
    Kind(
        "request.escalated",
        N_("%(request)s was not decided in time and went further up"),
        {"request": Says.CODE, "decider": Says.ID, "version": Says.COUNT},
        icon="alert",
        tone="warn",
    ),
    Kind(
        "request.expired",
        N_("%(request)s ran out: nobody who may decide it did so in time"),
        {"request": Says.CODE, "version": Says.COUNT},
        icon="clock",
        tone="warn",
    ),
    Kind(
        "outtasks.imported",
        N_("Imported from %(name)s: %(rows)s"),
        {
            "name": Says.WORDS,
            "sha256": Says.SHA256,
            "created": Says.COUNT,
            "changed": Says.COUNT,
            "unchanged": Says.COUNT,
            "problems": Says.COUNT,
            "unmapped": Says.COUNT,
        },
        icon="down",
        tallies={
            "rows": Tally(
                {
                    "created": N_n("%(n)s new", "%(n)s new"),
                    "changed": N_n("%(n)s changed", "%(n)s changed"),
                    "unchanged": N_n("%(n)s as before", "%(n)s as before"),
                },
                none=N_("nothing in it"),
            )
        },
    ),
    Kind(
        "outtask.imported",
        N_("Taken in as published: %(title)s"),
        {"title": Says.WORDS, "digest": Says.SHA256},
        icon="down",
    ),
    Kind(
        "outtask.imported_again",
        N_("Published anew: %(title)s"),
        {"title": Says.WORDS, "digest": Says.SHA256},
        icon="loop",
    ),
    Kind("sample.filled", N_("Sample organisation filled"), {}, icon="plus"),
    Kind(
        "agreement.revised_after_signing",
        N_("Statement of work changed after signing, now version %(version)s; what was approved is void"),
        {"version": Says.COUNT, "sha256": Says.SHA256, "released": Says.MONEY, "note": Says.WORDS},
        icon="loop",
        tone="warn",
    ),
    # An order whose provider was left open, committed before somebody was named for whom others decide.
    Kind(
        "order.asked_anew",
        N_("%(name)s is to deliver this: %(request)s counts no more, its %(released)s is asked for anew"),
        {"name": Says.WORDS, "provider": Says.ID, "request": Says.CODE, "released": Says.MONEY},
        icon="loop",
        tone="warn",
    ),
    Kind(
        "order.repeats",
        N_("It is ordered again every %(every)s, next on %(next)s"),
        {"every": Says.CODE, "until": Says.DAY, "times": Says.COUNT, "next": Says.DAY},
        icon="loop",
    ),
    # Beside the request of an order that the clock placed.
    Kind(
        "order.repeated",
        N_("Ordered again as planned for %(day)s: %(request)s"),
        {"request": Says.CODE, "day": Says.DAY, "placed": Says.COUNT},
        icon="loop",
    ),
    Kind(
        "order.repeat_skipped",
        N_("What was due on %(day)s was not ordered: %(reason)s"),
        {"day": Says.DAY, "placed": Says.COUNT, "reason": Says.WORDS},
        icon="alert",
        tone="warn",
    ),
    Kind(
        "order.repeat_ended",
        N_("It is not ordered again any more"),
        {"placed": Says.COUNT},
        icon="cross",
    ),
)
