"""Restoring a backup: unpack and prove it beside the old state, then exchange the two in a moment.

1. The file is read from end to end and every digest compared; nothing is touched before that.
2. It is unpacked beside the old state, and on SQLite brought to this version and verified there, in a process
   of its own that takes the unpacked folder for its home.
3. A marker is set, the old state is moved into `set-aside/`, the new one into its place, the marker removed.
   PostgreSQL has no beside: its schema is renamed, the dump loaded in one transaction, then verified.

Killed before the marker: the old state, untouched. Killed after it: every command says that a restore was
interrupted, and running it again ends it; what was set aside stays where it is.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connections

from outtask.cli.backups import archive, databases, elsewhere, making, record
from outtask.cli.backups.archive import FILES, PIECE, Manifest
from outtask.cli.backups.fitting import Fit, fits
from outtask.cli.ground import Failed, say
from outtask.files.storage import place

UNPACKED = "restore-unpacked"
ASIDE = "set-aside"


@dataclass
class Restored:
    """What a restore did. aside: where the old state is now, in words for a person."""

    manifest: Manifest
    fit: Fit
    reports: list[dict[str, Any]] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)


def home() -> Path:
    return Path(settings.HOME)


def look(path: Path, progress: Callable[[int], None]) -> tuple[Manifest, Fit]:
    """Check a backup whole and whether it can be restored here; changes nothing. Raises Failed."""
    manifest = archive.check(path, progress)
    fit = fits(manifest, path.stat().st_size)
    elsewhere.refuse_without(path, manifest)
    return manifest, fit


def restore(path: Path, now: datetime, progress: Callable[[int], None] = lambda done: None) -> Restored:
    """Restore a backup over whatever is here, which is set aside. Raises Failed."""
    manifest, fit = look(path, progress)
    done = Restored(manifest, fit)
    try:
        _unpack(path, manifest, progress)
        if databases.vendor() == "sqlite":
            done.reports = prove(_unpacked(), manifest)
    except BaseException:
        _sweep()
        raise
    connections.close_all()
    record.write(record.marker(), {"file": str(path), "begun": now.isoformat()})
    stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    done.aside += _exchange(_aside(stamp))
    if databases.vendor() == "postgresql":
        done.aside += _load(stamp)
        done.reports = prove(home(), manifest)
    if not making.local():
        done.aside.append(f"{place()} for a day: then files that only the old state names are removed")
    record.marker().unlink()
    _sweep()
    return done


def prove(folder: Path, manifest: Manifest) -> list[dict[str, Any]]:
    """Bring the database of this home to the present version and verify it against the manifest.

    Returns the reports of `outtask verify`; raises Failed when one has a fault or another end than the
    manifest says.
    """
    told = _command(folder, "-m", "outtask.cli.backups.proving", "--home", str(folder))
    answer: dict[str, Any] = json.loads(told)
    found = {report["id"]: report for report in answer["reports"]}
    for report in found.values():
        if report["fault"]:
            raise Failed(
                f"{report['organisation']}: {report['fault']} The backup holds a journal that was changed."
            )
    for wanted in manifest.organisations:
        report = found.get(wanted["id"])
        if report is None or (report["entries"], report["root"]) != (wanted["entries"], wanted["root"]):
            raise Failed(f"The journal of organisation {wanted['id']} is not the one the backup was made of.")
    absent = set(answer["absent"]) - set(manifest.missing)
    if absent:
        raise Failed(f"{len(absent)} stored files are named by the database and not there: {min(absent)} …")
    return list(found.values())


def _command(folder: Path, *arguments: str) -> str:
    """Run Python with this folder as its home: settings are read afresh, so no old secret is in play."""
    here = {"OUTTASK_HOME": str(folder)}
    if folder != home():
        here["OUTTASK_DATABASE"] = f"sqlite://{databases.database_file()}.restoring"
    done = subprocess.run(
        [sys.executable, *arguments], env=os.environ | here, stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise Failed("What was restored does not prove itself, as told above. Use another backup.")
    return done.stdout


# --- unpacking -----------------------------------------------------------------------------------


def _unpacked() -> Path:
    return home() / UNPACKED


def _staged_database() -> Path:
    file = databases.database_file()
    return file.with_name(f"{file.name}.restoring")


def _sweep() -> None:
    """Remove what was unpacked and is not in its place, also by a restore that was killed."""
    shutil.rmtree(_unpacked(), ignore_errors=True)
    if databases.vendor() == "sqlite":
        for leftover in _with_its_log(_staged_database()):
            leftover.unlink(missing_ok=True)


def _unpack(path: Path, manifest: Manifest, progress: Callable[[int], None]) -> None:
    _sweep()
    _unpacked().mkdir(mode=0o700)
    done = 0
    with archive.reading(path) as members:
        for member in members:
            if member.name.startswith(FILES) and not making.local():
                _store(member, manifest)
            elif member.name.startswith((FILES, "database/", *(f"{name}/" for name in making.KEPT))):
                _write(_unpacked() / member.name, member)
            done += 1
            progress(done)
    _keep_memory()
    if databases.vendor() == "sqlite":
        databases.unpack_sqlite(_unpacked() / databases.SQLITE, _staged_database())
        shutil.rmtree(_unpacked() / "database")
    os.sync()  # once for all of it, and before the marker: what is exchanged for the old state is on the disk


def _keep_memory() -> None:
    """What this installation remembers of its logs goes on, and knows more than the backup did."""
    remembered = home() / "checkpoints"
    if remembered.is_dir():
        shutil.rmtree(_unpacked() / "checkpoints", ignore_errors=True)
        shutil.copytree(remembered, _unpacked() / "checkpoints")


def _write(path: Path, member: archive.Member) -> None:
    private = not member.name.startswith(FILES)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if private else 0o777)
    mode = 0o600 if private else 0o666
    with open(path, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
        shutil.copyfileobj(member.source, file, PIECE)


def _store(member: archive.Member, manifest: Manifest) -> None:
    """Into S3, where nothing is set aside: what is there whole stays, what is there by half is replaced.

    Bytes stand under their own sum, so that what the old state names is not touched by what the new one does.
    """
    name = member.name.removeprefix(FILES)
    if default_storage.exists(name):
        damaged = name.rpartition("/")[2] in manifest.damaged
        if damaged or default_storage.size(name) == member.size:
            return
        default_storage.delete(name)
    default_storage.save(name, File(member.source, name))


def _with_its_log(database: Path) -> tuple[Path, ...]:
    """SQLite's files of one database; the log first, so that it is never left to another database."""
    return tuple(database.with_name(database.name + end) for end in ("-wal", "-shm", "-journal", ""))


# --- the exchange ----------------------------------------------------------------------------------


def _aside(stamp: str) -> Path:
    """A new folder for what is replaced, so that nothing is ever written over."""
    number, path = 1, home() / ASIDE / stamp
    while path.exists():
        number += 1
        path = home() / ASIDE / f"{stamp}-{number}"
    path.mkdir(parents=True, mode=0o700)
    return path


def _exchange(aside: Path) -> list[str]:
    """Move the old state into `aside` and the unpacked one into its place; returns where the old one is."""
    moved = 0
    if databases.vendor() == "sqlite":
        staged = _with_its_log(_staged_database())
        for old, new in zip(_with_its_log(databases.database_file()), staged, strict=True):
            moved += _move(old, aside / old.name)
            _move(new, old)
    for name in ("files", *making.KEPT):
        old, new = home() / name, _unpacked() / name
        moved += _move(old, aside / name)
        if not _move(new, old):
            old.mkdir(mode=0o700)
    for folder in {aside, home(), databases.database_file().parent if moved else home()}:
        if folder.is_dir():
            record.settle(folder)
    return [str(aside)]


def _move(path: Path, target: Path) -> int:
    try:
        path.rename(target)
    except FileNotFoundError:
        return 0
    return 1


def _load(stamp: str) -> list[str]:
    """PostgreSQL: the dump in place of the old schema, which is put back when it does not load."""
    aside = databases.set_schema_aside(stamp)
    connections.close_all()
    try:
        databases.load_postgresql(home() / UNPACKED / databases.POSTGRESQL)
    except Failed:
        say("The dump does not load; the old database is put back.")
        databases.take_schema_back(aside)
        raise
    connections.close_all()
    return [f"the schema {aside} of the database"]
