"""The key with which this installation signs checkpoints: kept beside the database, never in it.

One key for all organisations; each log has a name of its own for it, so the texts of two logs never meet. The
private half is a file in the home folder, or `OUTTASK_SIGNING_KEY` where several machines share a database.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from outtask.journal import keychain
from outtask.journal.keychain import KnownKey
from outtask.journal.models import SigningKey
from outtask.journal.notes import SEED_BYTES, BadNote, SignerKey, VerifierKey, decoded, encoded, public_of

MODE = 0o600


class NoKey(Exception):
    """The private half cannot be had, or may not be replaced here; the text says what to do."""


def origin_of(organisation_id: UUID) -> str:
    """The first line of an organisation's checkpoints, and the name of the key there."""
    return f"outtask/{organisation_id}"


def seed() -> bytes:
    """The private half; made on first use. Raises NoKey when it is there and cannot be read."""
    given: str = settings.SIGNING_KEY
    if given:
        return _read(given, "OUTTASK_SIGNING_KEY")
    path = _path()
    if not path.exists():
        _keep_new(path)
    return _read(path.read_text(), str(path))


def signer_for(organisation_id: UUID) -> SignerKey:
    return SignerKey(origin_of(organisation_id), seed())


def current(now: datetime) -> SigningKey:
    """The row of the key that signs now; written when this key is used for the first time.

    A key that took another's place without its word, because the file was lost or replaced, begins a chain
    of its own: the row has no endorsement, and `outtask verify` says so.
    """
    public = encoded(public_of(seed()))
    found = SigningKey.objects.filter(pk=public).first()
    if found is None:
        with transaction.atomic():
            SigningKey.objects.filter(until__isnull=True, adoptions=[]).update(until=now)
            found, _new = SigningKey.objects.get_or_create(pk=public, defaults={"since": now})
    return found


def rotate(now: datetime) -> tuple[SigningKey, str]:
    """Let a new key take over from the present one; old checkpoints keep verifying.

    Returns its row, and the written private half when it must be put into OUTTASK_SIGNING_KEY by hand
    ("" when the file was replaced). The old private half is gone from the file afterwards.
    """
    old, new = seed(), os.urandom(SEED_BYTES)
    current(now)
    written = str(SignerKey(keychain.NAME, new))
    waiting = _path().with_name("signing.next")
    if not settings.SIGNING_KEY:
        _write(waiting, written)
    with transaction.atomic():
        SigningKey.objects.filter(until__isnull=True, adoptions=[]).update(until=now)
        row = SigningKey.objects.create(
            public=encoded(public_of(new)), since=now, endorsement=keychain.hand_over(old, new, now)
        )
    if settings.SIGNING_KEY:
        return row, written
    waiting.replace(_path())
    return row, ""


def finish_rotation() -> None:
    """Put the new private half in its place when a rotation was cut off after it was written down."""
    waiting = _path().with_name("signing.next")
    if not waiting.exists():
        return
    public = encoded(public_of(_read(waiting.read_text(), str(waiting))))
    if SigningKey.objects.filter(pk=public).exists():
        waiting.replace(_path())
    else:
        waiting.unlink()


def adopt(key: SigningKey, organisation_id: UUID, now: datetime) -> SigningKey:
    """Take in the public half with which an imported organisation's checkpoints were signed elsewhere.

    key: an unsaved row as it was exported; a row that is here already is kept and vouched for as well.
    Raises BadNote when its public half is not a key.
    """
    foreign = VerifierKey(keychain.NAME, decoded(key.public, "key")).public
    own = current(now)
    if key.public == own.public:
        return own
    vouched = keychain.take_in(seed(), foreign, origin_of(organisation_id))
    with transaction.atomic():
        row, _new = SigningKey.objects.select_for_update().get_or_create(
            pk=key.public,
            defaults={"since": key.since, "until": key.until or now, "endorsement": key.endorsement},
        )
        if vouched not in row.adoptions:
            row.adoptions = [*row.adoptions, vouched]
            row.save(update_fields=["adoptions"])
    return row


def known_keys() -> list[KnownKey]:
    """Every public half in the table with what ties it to others, oldest first."""
    rows = SigningKey.objects.order_by("since", "public")
    return [KnownKey(decoded(row.public, "key"), row.endorsement, tuple(row.adoptions)) for row in rows]


def trusted_for(organisation_id: UUID, keys: Iterable[KnownKey]) -> list[VerifierKey]:
    """The keys whose word counts in one log: the one in hand, and along the notes between keys."""
    origin = origin_of(organisation_id)
    found = keychain.trusted_from(public_of(seed()), keys, origin)
    return [VerifierKey(origin, public) for public in sorted(found)]


def _path() -> Path:
    path: Path = settings.HOME / "keys" / "signing"
    return path


def _read(text: str, where: str) -> bytes:
    try:
        return SignerKey.parse(text).seed
    except BadNote as wrong:
        raise NoKey(f"{where} does not hold a signing key: {wrong} Put the right one back.") from wrong


def _keep_new(path: Path) -> None:
    """Make the first key; of several processes that try at once, all end with the same one."""
    own = path.with_name(f"signing.{os.getpid()}")
    _write(own, str(SignerKey(keychain.NAME, os.urandom(SEED_BYTES))))
    try:
        # A link appears whole or not at all, and never replaces what is there.
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        own.unlink()


def _write(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
