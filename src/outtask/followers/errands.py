"""Entries that set off work in the background: checks of what was handed in, packs of what was taken back."""

from __future__ import annotations

from datetime import datetime

from outtask.deliver.running import FOLLOWS as HANDED_IN
from outtask.deliver.running import run_checks_for_entry
from outtask.followers.engine import Follower
from outtask.journal.reading import Told
from outtask.takeback.packing import make_pack

PACK_WANTED = frozenset({"outtask.taken_back", "handover.pack_asked_again"})


def pack_for_entry(entry: Told, now: datetime) -> None:
    """Enqueue the handover pack; called inside the follower's transaction."""
    make_pack.enqueue(organisation_id=str(entry.organisation_id), handover_id=str(entry.says["handover"]))


FOLLOWERS = (
    Follower("checks", run_checks_for_entry, HANDED_IN),
    Follower("packs", pack_for_entry, PACK_WANTED),
)
