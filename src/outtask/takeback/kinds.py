"""What the takeback room writes into the journal."""

from outtask.journal.kinds import BOTH, EVERYBODY, Kind, Says, Tally
from outtask.kernel.words import N_, N_n

_CONTENTS = {
    "contents": Tally(
        {
            "rows": N_n("%(n)s row", "%(n)s rows"),
            "entries": N_n("%(n)s entry of the journal", "%(n)s entries of the journal"),
        },
        none=N_("empty"),
    )
}

KINDS = (
    Kind(
        "outtask.taken_back",
        N_("Taken back by the client"),
        {
            "handover": Says.ID,
            "reason": Says.WORDS,
            "successor": Says.CODE,
            "settled": Says.MONEY,
            "released": Says.MONEY,
            "links_closed": Says.COUNT,
            "open_items": Says.COUNT,
        },
        audience=EVERYBODY,
        icon="back",
        tone="warn",
    ),
    Kind(
        "handover.packed",
        N_("Handover pack made, %(contents)s, SHA-256 %(sha256)s"),
        {"handover": Says.ID, "file": Says.ID, "files": Says.COUNT, "sha256": Says.SHA256},
        icon="file",
        tone="ok",
        tallies={"contents": Tally({"files": N_n("%(n)s file", "%(n)s files")}, none=N_("no files"))},
    ),
    Kind(
        "handover.pack_failed",
        N_("The handover pack could not be made: %(reason)s"),
        {"handover": Says.ID, "reason": Says.WORDS},
        icon="alert",
        tone="warn",
    ),
    Kind(
        "handover.pack_asked_again", N_("Handover pack asked for again"), {"handover": Says.ID}, icon="loop"
    ),
    Kind(
        "outtask.handed_on",
        N_("Open again for another provider, with the handover pack"),
        {"handover": Says.ID, "by_when": Says.DAY},
        audience=BOTH,
        icon="arrow",
    ),
    Kind("archive.asked", N_("An archive of everything was asked for"), {"archive": Says.ID}, icon="down"),
    Kind(
        "archive.made",
        N_("Archive of everything made, %(contents)s, SHA-256 %(sha256)s"),
        {"archive": Says.ID, "rows": Says.COUNT, "entries": Says.COUNT, "sha256": Says.SHA256},
        icon="file",
        tone="ok",
        tallies=_CONTENTS,
    ),
    Kind(
        "archive.failed",
        N_("The archive of everything could not be made: %(reason)s"),
        {"archive": Says.ID, "reason": Says.WORDS},
        icon="alert",
        tone="warn",
    ),
    Kind(
        "archive.downloaded",
        N_("The archive of everything was downloaded, SHA-256 %(sha256)s"),
        {"archive": Says.ID, "sha256": Says.SHA256},
        icon="down",
    ),
    Kind("drill.asked", N_("A drill of leaving was asked for"), {"drill": Says.ID}, icon="loop"),
    Kind(
        "drill.passed",
        N_("Drill passed: everything came back the same, %(contents)s, SHA-256 %(sha256)s"),
        {
            "drill": Says.ID,
            "rows": Says.COUNT,
            "entries": Says.COUNT,
            "took_ms": Says.COUNT,
            "sha256": Says.SHA256,
        },
        icon="check",
        tone="ok",
        tallies=_CONTENTS,
    ),
    Kind(
        "drill.failed",
        N_("Drill failed: %(reason)s"),
        {"drill": Says.ID, "reason": Says.WORDS, "took_ms": Says.COUNT},
        icon="alert",
        tone="warn",
    ),
)
