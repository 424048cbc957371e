"""What the files room does by the clock."""

from __future__ import annotations

from datetime import datetime

from outtask.files.incoming import sweep


def tick(now: datetime) -> None:
    """Remove files that were looked at and never confirmed."""
    sweep(now)
