"""Taking bytes away that no row names.

Somebody may store the same bytes at that very moment, find them there, and name them a moment later. So
whoever erases first claims the row that would name them: the database lets one of the two wait for the other,
and who comes second sees what the first one did (`files.actions.keep_upload` asks for the bytes again).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import batched
from uuid import UUID

import structlog
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.tasks import task

from outtask.files import incoming, storage
from outtask.files.models import Blob

UNNAMED_FOR = timedelta(days=1)
AT_ONCE = 500
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_SUM = re.compile(r"[0-9a-f]{64}")
log = structlog.get_logger(__name__)


def erase(organisation_id: UUID, sums: Sequence[str]) -> None:
    """Erase what waited for an organisation that is gone, and the blobs that only it named.

    While the store is out of reach the worker goes on trying.
    """
    try:
        _erase(organisation_id, sums)
    except OSError as trouble:
        log.warning("bytes are left to the worker to erase", blobs=len(sums), error=str(trouble))
        erase_later.enqueue(organisation=str(organisation_id), sums=list(sums))


@task()
def erase_later(*, organisation: str, sums: list[str]) -> None:
    """Background task: what could not be erased at once."""
    _erase(UUID(organisation), sums)


def _erase(organisation_id: UUID, sums: Sequence[str]) -> None:
    incoming.forget_all(organisation_id)
    for sha256 in sums:
        take_away(sha256)


def take_away(sha256: str) -> bool:
    """Delete bytes unless a row names them; whether they were deleted. Raises OSError as the storage does."""
    try:
        with transaction.atomic():
            claimed = Blob.objects.create(sha256=sha256, size=0, kept_at=NEVER)
            default_storage.delete(claimed.path)
            claimed.delete()
    except IntegrityError:  # it is named, perhaps since a moment
        return False
    return True


def sweep_unnamed(now: datetime) -> int:
    """Delete bytes that were stored more than a day ago and that no row names; returns how many.

    Such bytes are left by actions that were refused after the upload.
    """
    day, gone = now - UNNAMED_FOR, 0
    stored = (name for name, _size in storage.listed() if _SUM.fullmatch(name))
    for sums in batched(stored, AT_ONCE):
        named = set(Blob.objects.filter(pk__in=sums).values_list("pk", flat=True))
        # The age of what is named is not asked for: of a store far away that would be a call for each blob.
        gone += sum(_is_older(sha256, day) and take_away(sha256) for sha256 in sums if sha256 not in named)
    return gone


def _is_older(sha256: str, day: datetime) -> bool:
    try:
        return default_storage.get_modified_time(Blob(sha256=sha256).path) < day
    except FileNotFoundError:  # somebody else has taken it away since it was listed
        return False
