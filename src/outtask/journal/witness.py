"""A memory of checkpoints outside of the database, so that a database put back from an old copy is noticed.

Where files are in the home folder it is one file of JSON lines for each organisation; where they are in a
store for many machines, one object for each checkpoint. Lines are added, never changed. A restore that was
meant to be is written down as well: what the log had beyond it is then known to be lost, and no fault.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

from outtask.journal.models import Checkpoint

FOLDER = "checkpoints"
AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Sight:
    """What the witness saw, in the order it saw it.

    at: when. note: the checkpoint, "" when this line tells of a restore, after which the log was `size` long.
    """

    at: datetime
    size: int
    note: str = ""


def watch(now: datetime) -> int:
    """Tell the witness of every checkpoint it does not know yet; returns how many.

    At least once: a checkpoint told twice is the same line twice. Marked only after it is kept.
    """
    waiting = list(Checkpoint.objects.filter(witnessed_at__isnull=True).order_by("id")[:AT_A_TIME])
    by_organisation: dict[UUID, list[Checkpoint]] = {}
    for checkpoint in waiting:
        by_organisation.setdefault(checkpoint.organisation_id, []).append(checkpoint)
    for organisation_id, found in by_organisation.items():
        _add(organisation_id, [Sight(one.made_at, one.size, one.note) for one in found])
        Checkpoint.objects.filter(pk__in=[one.pk for one in found]).update(witnessed_at=now)
    return len(waiting)


def restored(organisation_id: UUID, size: int, now: datetime) -> None:
    """Write down that the log was put back to `size` entries on purpose, from a backup."""
    _add(organisation_id, [Sight(now, size)])


def seen(organisation_id: UUID) -> list[Sight]:
    """Everything the witness saw of one log, in order; ValueError when its memory cannot be read."""
    return [_sight(line) for line in _lines(organisation_id)]


def organisations() -> set[UUID]:
    """Whose logs the witness has seen."""
    store = _store()
    if store is None:
        names = [path.stem for path in _folder().glob("*.log")] if _folder().is_dir() else []
    else:
        names = _listed(store, FOLDER)[0]
    return {UUID(name) for name in names}


def forget(organisation_id: UUID) -> None:
    """Forget an organisation that was removed as a whole, as the sample is."""
    store = _store()
    if store is None:
        _path(organisation_id).unlink(missing_ok=True)
        return
    for name in _objects(store, organisation_id):
        store.delete(f"{FOLDER}/{organisation_id}/{name}")


def _sight(line: str) -> Sight:
    found = json.loads(line)
    return Sight(datetime.fromisoformat(found["at"]), int(found["size"]), str(found["note"]))


def _lines(organisation_id: UUID) -> Iterator[str]:
    store = _store()
    if store is not None:
        for name in _objects(store, organisation_id):
            with store.open(f"{FOLDER}/{organisation_id}/{name}") as file:
                yield file.read().decode()
        return
    path = _path(organisation_id)
    if path.exists():
        # A line cut off by a power failure in the middle of writing was never marked as kept.
        yield from (line for line in path.read_text().splitlines(keepends=True) if line.endswith("}\n"))


def _add(organisation_id: UUID, sights: Iterable[Sight]) -> None:
    lines = [
        (one, json.dumps({"at": one.at.isoformat(), "size": one.size, "note": one.note}) + "\n")
        for one in sights
    ]
    store = _store()
    if store is None:
        _append(_path(organisation_id), "".join(line for _, line in lines))
        return
    for one, line in lines:
        what = "checkpoint" if one.note else "restore"
        name = f"{FOLDER}/{organisation_id}/{one.at:%Y%m%dT%H%M%S%f}-{one.size:012d}-{what}.json"
        if not store.exists(name):
            store.save(name, ContentFile(line.encode()))


def _append(path: Path, text: str) -> None:
    """At the end of the file, on disk before we go on."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with open(path, "a+b") as file:
        file.seek(0, os.SEEK_END)
        if file.tell():
            file.seek(-1, os.SEEK_END)
            text = text if file.read(1) == b"\n" else "\n" + text
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _objects(store: Storage, organisation_id: UUID) -> list[str]:
    return sorted(_listed(store, f"{FOLDER}/{organisation_id}")[1])


def _listed(store: Storage, folder: str) -> tuple[list[str], list[str]]:
    """Folders and files in a folder; a store may not know folders that hold nothing."""
    try:
        return store.listdir(folder)
    except FileNotFoundError:
        return [], []


def _store() -> Storage | None:
    """The store that many machines share; None where files are in the home folder."""
    store = storages["default"]
    return None if isinstance(store, FileSystemStorage) else store


def _folder() -> Path:
    home: Path = settings.HOME
    return home / FOLDER


def _path(organisation_id: UUID) -> Path:
    return _folder() / f"{organisation_id}.log"
