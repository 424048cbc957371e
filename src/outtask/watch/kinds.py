"""What the watch room writes into the journal."""

from outtask.journal.kinds import Kind, Says
from outtask.kernel.words import N_
from outtask.watch.tuning_rules import DAYS, PERCENTS

_WORDS, _CODE, _COUNT, _ID = Says.WORDS, Says.CODE, Says.COUNT, Says.ID

KINDS = (
    # Beside what made the detector speak. Whoever is watched reads of it when somebody has looked.
    Kind(
        "watch.held",
        N_("Held for review: %(detector)s"),
        {"hold": _ID, "detector": _CODE},
        icon="pause",
        tone="warn",
    ),
    Kind(
        "watch.lifted",
        N_("No longer held (%(detector)s): what was asked for has changed"),
        {"hold": _ID, "detector": _CODE},
        icon="loop",
    ),
    Kind(
        "watch.disposed",
        N_("What was held (%(detector)s) was looked at, %(disposition)s: %(note)s"),
        {"hold": _ID, "detector": _CODE, "disposition": _CODE, "note": _WORDS, "exception": _COUNT},
        icon="check",
    ),
    # Percentages as people write them. What holds before the first of them is what is usual.
    Kind(
        "watch.tuned",
        N_(
            "What the watch looks for was tuned: one purchase in parts within %(split_days)s days, in like"
            " words %(alike_split_days)s, %(just_below)s %% below a limit, new providers %(new_days)s days,"
            " accounts %(bank_days)s, %(over)s %% more than the whole. %(reason)s"
        ),
        {
            "tuning": _ID,
            **dict.fromkeys(DAYS, _COUNT),
            **dict.fromkeys(PERCENTS, _CODE),
            **{f"{name}_before": _COUNT for name in DAYS},
            **{f"{name}_before": _CODE for name in PERCENTS},
            "reason": _WORDS,
        },
        icon="gear",
    ),
)
