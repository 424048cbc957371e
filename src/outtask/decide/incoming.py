"""An uploaded inventory between its preview and its import: a file in the home folder, named by its digest.

The page that shows the preview carries a signed ticket to it. The file goes when it was imported, and by age.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core import signing

from outtask.kernel.canonical import sha256_hex
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

KEPT_FOR = timedelta(hours=6)
_SALT = "outtask.decide.incoming"
_PREFIX = "inventory-"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file kept for a while. name: as its owner calls it."""

    name: str
    data: bytes


def keep(organisation_id: UUID, data: bytes, name: str, now: datetime) -> str:
    """Keep the bytes and give the ticket to them; sweeps away what has become too old."""
    sweep(now)
    digest = sha256_hex(data)
    path = _path(organisation_id, digest)
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(data)
    unfinished.replace(path)
    ticket = {"organisation": str(organisation_id), "sha256": digest, "name": name[:255]}
    return signing.dumps(ticket, salt=_SALT, compress=True)


def fetch(organisation_id: UUID, ticket: str) -> Kept:
    """The file behind a ticket; Refused when it is not this organisation's or is gone."""
    try:
        found = signing.loads(ticket, salt=_SALT, max_age=KEPT_FOR)
    except signing.BadSignature as bad:
        raise Refused(_gone()) from bad
    path = _path(organisation_id, found["sha256"])
    if found["organisation"] != str(organisation_id) or not path.exists():
        raise Refused(_gone())
    return Kept(found["name"], path.read_bytes())


def drop(organisation_id: UUID, sha256: str) -> None:
    """Forget a file that was imported."""
    _path(organisation_id, sha256).unlink(missing_ok=True)


def sweep(now: datetime) -> None:
    """Forget the files nobody imported in time."""
    oldest = (now - KEPT_FOR).timestamp()
    for path in _folder().glob(f"{_PREFIX}*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.HOME, "incoming")


def _path(organisation_id: UUID, sha256: str) -> Path:
    return _folder() / f"{_PREFIX}{organisation_id.hex}-{sha256}"


def _gone() -> Refusal:
    reason = N_("The file is no longer here. Choose it again.")
    return Refusal("file_gone", reason, field="file")
