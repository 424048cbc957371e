"""Logs that grow without stories: as many entries as a test wants, by the journal's own way to write."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from outtask.journal.appending import Said, append
from outtask.journal.models import Checkpoint, Entry, JournalHead, Saying
from outtask.journal.recording import digest_of_salted
from outtask.kernel.actor import clock
from outtask.kernel.identifiers import new_id

SALT = bytes(16)


def grow(organisation_id: UUID, by: int, now: datetime) -> None:
    """Append entries that each say a name in kept words."""
    with transaction.atomic():
        head = JournalHead.objects.select_for_update().get(organisation_id=organisation_id)
        first = head.size
        sayings = [
            Saying(organisation_id=organisation_id, salt=SALT, text=f"Name {first + place}")
            for place in range(by)
        ]
        Saying.objects.bulk_create(sayings)
        said = [
            Said(
                "organisation.founded",
                "organisation",
                organisation_id,
                None,
                {"name": {"saying": str(one.pk), "digest": digest_of_salted(SALT, one.text)}},
                new_id(),
            )
            for one in sayings
        ]
        append(head, said, clock(organisation_id), now, own=True)


def entry(organisation_id: UUID, seq: int) -> Entry:
    return Entry.objects.get(organisation_id=organisation_id, seq=seq)


def days(now: datetime, number: int) -> datetime:
    return now + timedelta(days=number)


def sizes(organisation_id: UUID) -> list[int]:
    rows = Checkpoint.objects.filter(organisation_id=organisation_id).order_by("size")
    return list(rows.values_list("size", flat=True))
