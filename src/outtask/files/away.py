"""What is said while files can be neither kept nor read."""

from __future__ import annotations

import structlog

from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

log = structlog.get_logger(__name__)
AWAY = "files_away"


def cannot_keep(trouble: OSError) -> Refused:
    """The refusal of whoever sends a file while there is no place for it; the log says why."""
    log.error("a file cannot be kept", error=str(trouble))
    reason = N_("Files cannot be kept at the moment, so nothing was sent. Try again in some minutes.")
    return Refused(Refusal(AWAY, reason, "file"))


def cannot_read(trouble: OSError) -> Refused:
    """The refusal of whoever asks for a file that cannot be read now; the log says why."""
    log.error("a file cannot be read", error=str(trouble))
    return Refused(Refusal(AWAY, N_("Files cannot be read at the moment. Try again in some minutes.")))
