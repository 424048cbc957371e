"""When the place of files is out of reach: an error that passes, and what is said meanwhile."""

from __future__ import annotations

import structlog

from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

log = structlog.get_logger(__name__)
AWAY = "files_away"


class StorageAway(OSError):
    """The store does not answer, or does not let us in; the text says which and what to do.

    Unlike a file that is not there, this passes: background work is tried again.
    """


def cannot_keep(trouble: OSError) -> Refused:
    """The refusal of whoever sends a file while there is no place for it; the log says why."""
    log.error("a file cannot be kept", error=str(trouble))
    reason = N_("Files cannot be kept at the moment, so nothing was sent. Try again in some minutes.")
    return Refused(Refusal(AWAY, reason, "file"))


def cannot_read(trouble: OSError) -> Refused:
    """The refusal of whoever asks for a file that cannot be read now; the log says why."""
    log.error("a file cannot be read", error=str(trouble))
    return Refused(Refusal(AWAY, N_("Files cannot be read at the moment. Try again in some minutes.")))
