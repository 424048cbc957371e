"""Keeping a file under a name, and the record of who read one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.core.files.storage import default_storage

from outtask.files.models import Blob, File
from outtask.files.rules import plain_name
from outtask.files.storage import Stored
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people.roles import Right, may

GONE = Refusal(
    "bytes_gone", N_("The file is not kept here any more. Choose it again and send it once more."), "file"
)


def keep_upload(
    entry: Recording,
    stored: Stored,
    name: str,
    outtask_id: UUID | None = None,
    provider_id: UUID | None = None,
    shared: bool = False,
) -> File:
    """Name stored bytes in the organisation of the action under way.

    shared: whether the provider `provider_id` may fetch it by their link.
    """
    blob = name_bytes(entry, stored)
    kept: File = File.objects.create(
        organisation_id=entry.organisation_id,
        outtask_id=outtask_id,
        provider_id=provider_id,
        blob=blob,
        name=plain_name(name),
        media_type=stored.media_type[:100],
        shared=shared,
        added_at=entry.now,
    )
    return kept


def name_bytes(entry: Recording, stored: Stored) -> Blob:
    """The row that names stored bytes, so that they stay; refused when they are gone."""
    blob, is_new = Blob.objects.get_or_create(
        sha256=stored.sha256, defaults={"size": stored.size, "kept_at": entry.now}
    )
    # Whoever erases unnamed bytes claims the same row (`files.erasing`): now that it is ours, nobody does.
    refuse_if(GONE if is_new and not default_storage.exists(blob.path) else None)
    return blob


@action
def record_download(*, actor: Actor, now: datetime, key: Key = None, file_id: UUID) -> Outcome:
    """Note that a member read a file; gives `name` and `sha256` of the bytes to send."""
    with recording("file.downloaded", actor=actor, on=(File, file_id), now=now, key=key) as entry:
        refuse_if(may(actor, Right.READ))
        file: File = entry.subject
        entry.says(name=entry.keep(file.name), sha256=file.blob_id)
        entry.gives(name=file.name, sha256=file.blob_id)
    return entry.outcome
