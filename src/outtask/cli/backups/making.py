"""Making a backup: the database first, then the stored files it names, so that none is named in vain.

Bytes are stored before the action that speaks of them and never changed, so whatever the snapshot names is
there when its turn comes. What is stored later is in the next backup.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage

from outtask import __version__
from outtask.cli.backups import databases, record
from outtask.cli.backups.archive import ELSEWHERE, FOR_OWNER, Manifest, Writer
from outtask.cli.backups.databases import Picture
from outtask.cli.backups.elsewhere import lost
from outtask.cli.ground import Failed
from outtask.files.models import Blob
from outtask.files.storage import open_stored

# Of the home folder: what goes into a backup as it is, and why the rest does not.
KEPT = ("keys", "letters", "checkpoints")
NOT_KEPT = {
    "outtask.sqlite3": "as a snapshot instead",
    "files": "those the snapshot names",
    "incoming": "uploads and previews of the last day",
    "static": "gathered again at the first start",
    "backups": "backups themselves",
    "drills": "scratch installations of drills",
    "set-aside": "what a restore replaced",
    "restore-unpacked": "of a restore that was killed",
    "running.lock": "of the processes that run now",
    "prepare.lock": "of the processes that run now",
}
README = """\
This is a backup of an installation of Outtask {version}, made at {at}.
It holds secrets (keys/) and personal data: keep it as you keep the installation itself.

Restore it with:   outtask restore {name}

Without Outtask: {database}
files/ holds every stored file under its SHA-256; the table outtask_file tells their names.
manifest.json holds the digest of everything else.
"""
OPENS_WITH = {
    databases.SQLITE: "gunzip database/outtask.sqlite3.gz; any SQLite opens it.",
    databases.POSTGRESQL: "pg_restore --dbname=NAME database/outtask.pgdump loads it into PostgreSQL.",
}


@dataclass(frozen=True)
class Made:
    """A finished backup. `file` is empty when it went to standard output."""

    file: str
    size: int
    manifest: Manifest


def make(
    target: Path | None,
    now: datetime,
    *,
    with_files: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> Made:
    """Back the installation up into a file or a folder; None is standard output.

    with_files: also those that are kept in S3. Raises Failed. A backup that is interrupted leaves no file of
    its name behind.
    """
    with _receiving(target, now) as (file, name):
        work = Path(tempfile.mkdtemp(prefix=".backup-", dir=_roomy(target)))
        try:
            manifest = _write(file, name, work, now, with_files, progress)
        finally:
            shutil.rmtree(work)
        size = file.tell() if target is not None else 0
    made = Made("" if target is None else name, size, manifest)
    record.note_backup(now, made.file or "standard output", size)
    return made


def path_of(target: Path, now: datetime) -> Path:
    """The file to write: in a folder, a name that tells the instant."""
    if target.is_dir():
        return target / f"outtask-{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}.tar"
    if not target.parent.is_dir():
        raise Failed(f"There is no folder {target.parent} to put the backup into. Make it first.")
    return target


def secret_digest() -> str:
    """Tells whether two installations have the same secret, and nothing about it."""
    return hmac.new(settings.SECRET_KEY.encode(), b"outtask backup", hashlib.sha256).hexdigest()


def strangers() -> list[str]:
    """What lies in the home folder and is not Outtask's: it is in no backup, which should be known."""
    ours = {*KEPT, *NOT_KEPT}
    return sorted(
        path.name
        for path in Path(settings.HOME).iterdir()
        if not path.name.startswith((".", "outtask.sqlite3")) and path.name not in ours
    )


@contextmanager
def _receiving(target: Path | None, now: datetime) -> Iterator[tuple[IO[bytes], str]]:
    if target is None:
        yield sys.stdout.buffer, "-"
        sys.stdout.buffer.flush()
        return
    path = path_of(target, now)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        # Made for its owner alone from the first byte on.
        with open(beside, "wb", opener=lambda name, flags: os.open(name, flags, FOR_OWNER)) as file:
            yield file, str(path)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        record.settle(path.parent)
    except OSError as error:
        raise Failed(f"The backup to {path} stopped and is not kept: {error}.") from error
    finally:
        beside.unlink(missing_ok=True)


def _roomy(target: Path | None) -> Path:
    """Where the snapshot may lie for a while: beside the backup, which needs as much room."""
    if target is None:
        return record.folder()
    return target if target.is_dir() else target.parent


def _write(
    file: IO[bytes], name: str, work: Path, now: datetime, with_files: bool, progress: Callable[[int], None]
) -> Manifest:
    at = datetime.now(UTC)
    picture = databases.take(work)
    manifest = Manifest(
        outtask=__version__,
        made_at=at.isoformat(),
        database={"engine": databases.vendor(), "member": picture.member, "version": picture.version},
        migrations=picture.migrations,
        organisations=picture.organisations,
        secret=secret_digest(),
    )
    writer = Writer(file)
    opens = OPENS_WITH[picture.member]
    readme = README.format(version=__version__, at=now.isoformat(), name=Path(name).name, database=opens)
    writer.add_bytes("README.txt", readme.encode())
    writer.add_path(picture.member, picture.file)
    _add_home(writer)
    if with_files or local():
        _add_stored(writer, picture, manifest, progress)
    else:
        writer.add_path(ELSEWHERE, picture.blobs)
        manifest.missing.extend(lost(picture.sums()))
    writer.close(manifest)
    return manifest


def local() -> bool:
    """Whether stored files lie in a folder, and not in S3."""
    return isinstance(default_storage, FileSystemStorage)


def _add_home(writer: Writer) -> None:
    home = Path(settings.HOME)
    for folder in KEPT:
        for path in sorted((home / folder).rglob("*")):
            if path.is_file():
                writer.add_path(path.relative_to(home).as_posix(), path)


def _add_stored(
    writer: Writer, picture: Picture, manifest: Manifest, progress: Callable[[int], None]
) -> None:
    for sha256, _size in picture.sums():
        path = Blob(sha256=sha256).path
        try:
            with open_stored(sha256) as source:
                if not writer.add_stored(path, sha256, source, default_storage.size(path)):
                    manifest.damaged.append(sha256)
        except FileNotFoundError:
            manifest.missing.append(sha256)
        progress(writer.sums.count)
