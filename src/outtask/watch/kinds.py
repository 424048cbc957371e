"""What the watch room writes into the journal."""

from outtask.journal.kinds import Kind, Says
from outtask.kernel.words import N_

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
)
