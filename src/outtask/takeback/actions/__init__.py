"""The only writers of this room: handovers of one out-task, and leaving with everything."""

from outtask.takeback.actions.handovers import (
    ask_for_pack_again,
    hand_on,
    record_pack,
    record_pack_failed,
    take_back,
)
from outtask.takeback.actions.leaving import (
    Rehearsed,
    ask_for_archive,
    ask_for_drill,
    record_archive,
    record_archive_download,
    record_archive_failed,
    record_drill,
)

__all__ = [
    "Rehearsed",
    "ask_for_archive",
    "ask_for_drill",
    "ask_for_pack_again",
    "hand_on",
    "record_archive",
    "record_archive_download",
    "record_archive_failed",
    "record_drill",
    "record_pack",
    "record_pack_failed",
    "take_back",
]
