"""Taking bytes away that no row names.

Somebody may store the same bytes at that very moment, find them there, and name them a moment later. So
whoever erases first claims the row that would name them: the database lets one of the two wait for the other,
and who comes second sees what the first one did (`files.actions.keep_upload` asks for the bytes again).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import batched
from uuid import UUID

import structlog
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.tasks import task

from outtask.files import incoming
from outtask.files.models import Blob

UNNAMED_FOR = timedelta(days=1)
AT_ONCE = 500
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_SUM, _TWO = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{2}")
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
    gone = 0
    for sums in batched(_stored_before(now - UNNAMED_FOR), AT_ONCE):
        named = set(Blob.objects.filter(pk__in=sums).values_list("pk", flat=True))
        gone += sum(take_away(sha256) for sha256 in sums if sha256 not in named)
    return gone


def _stored_before(day: datetime) -> Iterator[str]:
    """The sums of everything that was stored before, folder by folder."""
    for first in _folders(""):
        for second in _folders(first):
            folder = f"{first}/{second}"
            for name in default_storage.listdir(folder)[1]:
                if _SUM.fullmatch(name) and default_storage.get_modified_time(f"{folder}/{name}") < day:
                    yield name


def _folders(folder: str) -> list[str]:
    """The folders of two signs inside; none while nothing was stored yet."""
    try:
        return [name for name in default_storage.listdir(folder)[0] if _TWO.fullmatch(name)]
    except FileNotFoundError:
        return []
