"""Followers of the journal: at least once, in order, each entry in one transaction with the cursor's advance.

A follower reads each organisation's log by itself, so a fault in one organisation holds up no other. When it
fails, the entry is tried again with growing pauses; after the last try it becomes a dead letter and the
follower goes on. Nothing is lost when a process dies: the work and the cursor are committed together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from outtask.journal import direct
from outtask.journal.models import Entry, FollowerCursor, JournalHead, SkippedEntry
from outtask.journal.prepared import prepared
from outtask.journal.reading import Told, read

TRIES = 8
FIRST_PAUSE = timedelta(seconds=2)
# So that one busy organisation does not keep the others waiting.
AT_A_TIME = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Follower:
    """A reader of the journal.

    name: of its cursors; renaming it makes it read everything again.
    handle: gets an entry, told by its kind, and the current instant inside a transaction. It writes rows or
        enqueues tasks and nothing else: whatever leaves the database would leave it again when the
        transaction is lost.
    kinds: the kinds it wants; None for all.
    """

    name: str
    handle: Callable[[Told, datetime], None]
    kinds: frozenset[str] | None = None


def drain(followers: Sequence[Follower], now: datetime) -> int:
    """Let each follower read on everywhere until nothing is left that is due; returns how many entries."""
    total = 0
    while handled := sum(read_on(follower, now) for follower in followers):
        total += handled
    return total


def read_on(follower: Follower, now: datetime) -> int:
    """One round of one follower over all organisations it is behind in; how many entries it took on."""
    steps = 0
    for organisation_id, seq in behind(follower.name, now):
        if seq is None:
            FollowerCursor.objects.get_or_create(follower=follower.name, organisation_id=organisation_id)
        for _ in range(AT_A_TIME):
            if not step(follower, organisation_id, now):
                break
            steps += 1
    return steps


@prepared("follower")
def behind(follower: str, now: datetime) -> Any:
    """The organisations whose log goes on where a follower stopped, unless it waits to try again there; with
    where that is, None if it never began."""
    cursor = FollowerCursor.objects.filter(follower=follower, organisation=OuterRef("organisation_id"))
    heads = JournalHead.objects.annotate(
        read=Subquery(cursor.values("seq")[:1]), retry=Subquery(cursor.values("retry_at")[:1])
    )
    due = heads.filter(Q(retry__isnull=True) | Q(retry__lte=now), size__gt=Coalesce(F("read"), 0))
    return due.values_list("organisation_id", "read")


def step(follower: Follower, organisation_id: UUID, now: datetime) -> bool:
    """Handle the next entry the follower wants; False when there is none, or another worker is at it."""
    with transaction.atomic():
        cursor = _cursor.first(follower.name, organisation_id, now)
        if cursor is None:
            return False
        # The size first: entries committed after this moment must not be passed over.
        [size] = _size(organisation_id)
        entry = _wanted.first(organisation_id, cursor.seq, size, follower.kinds)
        if entry is None:
            if cursor.seq < size:
                _advance(cursor, size)
            return False
        _handle(follower, cursor, entry, now)
        return True


@prepared("follower")
def _cursor(follower: str, organisation_id: UUID, now: datetime) -> Any:
    rows = FollowerCursor.objects.filter(follower=follower, organisation_id=organisation_id)
    ready = rows.filter(Q(retry_at__isnull=True) | Q(retry_at__lte=now))
    return ready.select_for_update(skip_locked=True)[:1]


@prepared()
def _size(organisation_id: UUID) -> Any:
    return JournalHead.objects.filter(organisation_id=organisation_id).values_list("size", flat=True)


@prepared("start", "end")
def _wanted(organisation_id: UUID, start: int, end: int, kinds: frozenset[str] | None) -> Any:
    """The first entry from `start` on and before `end` that is of these kinds; None for all."""
    ahead = Entry.objects.filter(organisation_id=organisation_id, seq__gte=start, seq__lt=end).order_by("seq")
    return (ahead if kinds is None else ahead.filter(kind__in=sorted(kinds)))[:1]


def _handle(follower: Follower, cursor: FollowerCursor, entry: Entry, now: datetime) -> None:
    try:
        with transaction.atomic():
            follower.handle(read([entry])[0], now)
    except Exception as error:  # whatever a follower raises becomes a retry, and in the end a dead letter
        _failed(follower, cursor, entry, error, now)
    else:
        _advance(cursor, entry.seq + 1)


def _failed(
    follower: Follower, cursor: FollowerCursor, entry: Entry, error: Exception, now: datetime
) -> None:
    tries = cursor.failures + 1
    text = f"{type(error).__name__}: {error}"[:2000]
    log.warning("follower failed", follower=follower.name, entry=str(entry.pk), tries=tries, exc_info=error)
    if tries < TRIES:
        # Behind what is passed over already, so that the pause is spent on this entry alone.
        cursor.seq = entry.seq
        cursor.failures = tries
        cursor.retry_at = now + FIRST_PAUSE * 2 ** (tries - 1)
        cursor.last_error = text
        cursor.save()
        return
    SkippedEntry.objects.create(
        follower=follower.name, organisation_id=cursor.organisation_id, entry=entry, error=text, at=now
    )
    _advance(cursor, entry.seq + 1)


def _advance(cursor: FollowerCursor, seq: int) -> None:
    cursor.seq, cursor.failures, cursor.retry_at, cursor.last_error = seq, 0, None, ""
    direct.update(cursor, "seq", "failures", "retry_at", "last_error")
