"""What the decide room writes into the journal."""

from outtask.journal.kinds import Kind, Says, Tally
from outtask.kernel.words import N_, N_n

_WORDS, _CODE, _COUNT, _ID, _SHA256 = Says.WORDS, Says.CODE, Says.COUNT, Says.ID, Says.SHA256

KINDS = (
    Kind("process.added", N_("Process %(name)s put on the list"), {"name": _WORDS}, icon="plus"),
    Kind(
        "process.changed",
        N_("Process %(name)s changed on the list"),
        {"name": _WORDS, "columns": _CODE},
        icon="edit",
    ),
    Kind(
        "process.merged",
        N_("Process %(name)s merged into %(into_name)s"),
        {"name": _WORDS, "into": _ID, "into_name": _WORDS},
        icon="loop",
    ),
    Kind(
        "process.judged",
        N_("Process %(name)s judged by the seven steps"),
        {"name": _WORDS, "number": _COUNT, "verdict": _CODE, "rule": _CODE, "method": _CODE},
        icon="check",
    ),
    Kind(
        "processes.imported",
        N_("Inventory %(file)s imported: %(rows)s"),
        {
            "file": _WORDS,
            "sha256": _SHA256,
            "created": _COUNT,
            "changed": _COUNT,
            "unchanged": _COUNT,
            "merged": _COUNT,
        },
        icon="up",
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
)
