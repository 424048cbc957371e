"""Taking in a checked archive: the bytes first, then every row in one transaction.

Killed at any moment, either nothing of the organisation is there or all of it; bytes that were stored lie
under their sums, harmless, and are there at once the next time. The journal comes as it is: nothing is
appended, so that an export gives the same bytes again.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection, transaction

from outtask.files.models import Blob
from outtask.files.storage import store_pieces
from outtask.journal import signing
from outtask.journal.models import FollowerCursor, JournalHead, SigningKey
from outtask.journal.notes import BadNote
from outtask.kernel.refusal import refuse_if
from outtask.takeback.archive.checking import ASK_WHO_MADE_IT, Progress, check
from outtask.takeback.archive.coverage import TABLES, Way
from outtask.takeback.archive.damage import Damaged
from outtask.takeback.archive.entries import Standing
from outtask.takeback.archive.firsts import First
from outtask.takeback.archive.manifest import Manifest
from outtask.takeback.archive.merging import Plan, named, plan
from outtask.takeback.archive.reading import Opened
from outtask.takeback.archive.rows import Inserting, beside, carry_over, delete_rows, kept_back
from outtask.takeback.archive.snapshot import snapshot
from outtask.takeback.archive.staging import Staging, staging


@dataclass
class Checked:
    """An archive that verified, unpacked beside the database. Close it with the `with` it was opened by."""

    archive: Opened
    staged: Staging
    closing: ExitStack

    @property
    def manifest(self) -> Manifest:
        return self.archive.manifest

    def __enter__(self) -> Checked:
        return self

    def __exit__(self, *problem: object) -> None:
        self.closing.close()

    def plan(self) -> Plan:
        """What taking it in would do now."""
        with snapshot():
            return plan(self.archive, self.staged)


def checked(path: Path, progress: Progress = lambda lines: None) -> Checked:
    """Check an archive whole, writing nothing. Raises Damaged at the first thing that is wrong."""
    with ExitStack() as opening:
        archive = Opened(opening.enter_context(path.open("rb")))
        staged = opening.enter_context(staging())
        check(archive, staged, progress)
        staged.close()
        return Checked(archive, staged, opening.pop_all())


def take_in(
    found: Checked,
    followers: Sequence[str],
    now: datetime,
    progress: Progress = lambda rows: None,
    first: First | None = None,
) -> Plan:
    """Write what a checked archive holds; again, and nothing changes. Refused as its plan says.

    followers: the names of those who follow journals here. What was done elsewhere is told by nobody again:
    they go on with the entry after the last. first: who brings it into an installation that nobody uses yet.
    """
    planned = found.plan()
    refuse_if(planned.refusal)
    if not planned.writes:
        return planned
    _store(found)
    with beside(found.staged), transaction.atomic(durable=not connection.in_atomic_block):
        # Nobody acts in it meanwhile, and what was planned may be old: it is planned again under the lock.
        JournalHead.objects.select_for_update().filter(organisation_id=found.manifest.organisation_id).first()
        planned = plan(found.archive, found.staged)
        refuse_if(planned.refusal)
        if first is not None:
            refuse_if(first.why_not(planned))
        if planned.writes:
            _write(found, planned, followers, now, progress)
            if first is not None:
                first.let_in()
    return planned


def _store(found: Checked) -> None:
    """The bytes of each file that is not here yet, under its sum."""
    for sha256, size in sorted(found.archive.files.items()):
        path = Blob(sha256=sha256).path
        if not (default_storage.exists(path) and default_storage.size(path) == size):
            store_pieces(found.archive.pieces_of(sha256), sha256)


def _see_stored(found: Checked) -> None:
    """Now that rows name the bytes nobody takes them away; what was taken just before is stored again."""
    for sha256 in found.archive.files:
        if not default_storage.exists(Blob(sha256=sha256).path):
            store_pieces(found.archive.pieces_of(sha256), sha256)


def _write(
    found: Checked, planned: Plan, followers: Sequence[str], now: datetime, progress: Progress
) -> None:
    organisation_id, staged = found.manifest.organisation_id, found.staged
    going_on = planned.standing is Standing.AHEAD
    theirs = [UUID(row[0]) for batch in staged.batches("SELECT id FROM organisation") for row in batch]
    kept = kept_back(theirs) if going_on else []
    if going_on:
        delete_rows(theirs)
    inserting = Inserting(staged, now, planned.persons, progress)
    for table in TABLES:
        if table.way is Way.KEYS:
            _adopt(staged, organisation_id, now)
        else:
            inserting.table(table)
        if table.way is Way.BLOBS:
            _see_stored(found)
    carry_over(kept)
    inserting.entries(organisation_id, planned.shared if going_on else 0)
    edge = staged.edge
    JournalHead.objects.update_or_create(
        organisation_id=organisation_id, defaults={"size": edge.size, "edge": edge.to_bytes()}
    )
    for name in followers:
        FollowerCursor.objects.update_or_create(
            follower=name, organisation_id=organisation_id, defaults={"seq": edge.size}
        )


def _adopt(staged: Staging, organisation_id: UUID, now: datetime) -> None:
    """The keys with which its checkpoints were signed elsewhere, vouched for by this installation."""
    table = named("signingkey")
    for batch in staged.rows(table):
        for line, public, since, endorsement in batch:
            key = SigningKey(public=public, since=datetime.fromisoformat(since), endorsement=endorsement)
            try:
                signing.adopt(key, organisation_id, now)
            except BadNote as wrong:
                raise Damaged(table.member, str(wrong), line=line, remedy=ASK_WHO_MADE_IT) from wrong
