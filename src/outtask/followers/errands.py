"""Entries that set off work in the background: checks of what was handed in, packs, archives and drills."""

from __future__ import annotations

from datetime import datetime

from outtask.deliver.running import FOLLOWS as HANDED_IN
from outtask.deliver.running import run_checks_for_entry
from outtask.followers.engine import Follower
from outtask.journal.reading import Told
from outtask.takeback.drill import rehearse_asked
from outtask.takeback.making import make_archive
from outtask.takeback.packing import make_pack

PACK_WANTED = frozenset({"outtask.taken_back", "handover.pack_asked_again"})


def pack_for_entry(entry: Told, now: datetime) -> None:
    """Enqueue the handover pack; called inside the follower's transaction."""
    make_pack.enqueue(organisation_id=str(entry.organisation_id), handover_id=str(entry.says["handover"]))


def archive_for_entry(entry: Told, now: datetime) -> None:
    """Enqueue the archive of everything."""
    make_archive.enqueue(organisation_id=str(entry.organisation_id), archive_id=str(entry.says["archive"]))


def drill_for_entry(entry: Told, now: datetime) -> None:
    """Enqueue the rehearsal of leaving."""
    rehearse_asked.enqueue(organisation_id=str(entry.organisation_id), drill_id=str(entry.says["drill"]))


FOLLOWERS = (
    Follower("checks", run_checks_for_entry, HANDED_IN),
    Follower("packs", pack_for_entry, PACK_WANTED),
    Follower("archives", archive_for_entry, frozenset({"archive.asked"})),
    Follower("drills", drill_for_entry, frozenset({"drill.asked"})),
)
