"""Whether a backup can be restored here: the kind of database, the version, room, what is here already."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from outtask.cli.backups import databases, making, record
from outtask.cli.backups.archive import Manifest
from outtask.cli.ground import REFUSED, Failed

WHERE = {"sqlite": "unset OUTTASK_DATABASE", "postgresql": "set OUTTASK_DATABASE to a PostgreSQL database"}
GIB = 2**30


@dataclass(frozen=True)
class Fit:
    """What a restore would do here.

    holds: what would be set aside, in words; empty when nobody would miss it. migrations: steps of the
    database that the backup does not have yet. same_secret: links in mails sent before will go on working.
    """

    holds: str
    migrations: list[str]
    same_secret: bool
    interrupted: bool

    def told(self) -> dict[str, Any]:
        return asdict(self)


def fits(manifest: Manifest, size: int) -> Fit:
    """Raises Failed, with the remedy, when the backup cannot be restored here at all."""
    engine = str(manifest.database["engine"])
    if engine != databases.vendor():
        raise Failed(
            f"This is the backup of a {engine} database; this installation uses {databases.vendor()}."
            f" To restore it, {WHERE[engine]}; to move to another kind of database, use `outtask export` and"
            " `outtask import archive`.",
            REFUSED,
        )
    known = set(MigrationLoader(None).disk_migrations)
    made_with = {(app, name) for app, name in manifest.migrations}
    newer = sorted(f"{app}.{name}" for app, name in made_with - known)
    if newer:
        raise Failed(
            f"This backup is of Outtask {manifest.outtask}, which is newer than this version: it knows"
            f" {newer[0]}. Install that version or a later one, then restore it.",
            REFUSED,
        )
    # What goes into S3 passes through here a file at a time.
    _refuse_without_room(size if making.local() else size - int(manifest.files["bytes"]))
    return Fit(
        holds=_holds(),
        migrations=sorted(f"{app}.{name}" for app, name in known - made_with),
        same_secret=_same_secret(manifest),
        interrupted=record.marker().exists(),
    )


def _same_secret(manifest: Manifest) -> bool:
    """A secret of the environment does not come back with the backup; one of the home does."""
    from outtask.config.settings import env

    if env.text("SECRET_KEY"):
        return making.secret_digest() == manifest.secret
    return "keys/secret" in manifest.members


def _refuse_without_room(size: int) -> None:
    free = shutil.disk_usage(settings.HOME).free
    # Unpacked, a database takes several times the room it has in the backup.
    if free < 3 * size:
        raise Failed(
            f"{free / GIB:.1f} GiB are free in {settings.HOME}; restoring may take {3 * size / GIB:.1f} GiB."
            " Free some space first."
        )


def _holds() -> str:
    if record.marker().exists():
        return ""  # a restore was interrupted: the old state is set aside already
    told = databases.holds_something()
    connection.close()
    return told
