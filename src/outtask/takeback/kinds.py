"""What the takeback room writes into the journal."""

from outtask.journal.kinds import BOTH, EVERYBODY, Kind, Says
from outtask.kernel.words import N_

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
        N_("Handover pack made, %(files)s files, SHA-256 %(sha256)s"),
        {"handover": Says.ID, "file": Says.ID, "files": Says.COUNT, "sha256": Says.SHA256},
        icon="file",
        tone="ok",
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
)
