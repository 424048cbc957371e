"""What the home folder remembers: when a backup was last made, and whether a restore stopped half way."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings


def folder() -> Path:
    """Where backups go when nobody says otherwise; readable by this user alone."""
    path = Path(settings.HOME) / "backups"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def note_backup(at: datetime, file: str, size: int) -> None:
    write(folder() / "last.json", {"made_at": at.isoformat(), "file": file, "size": size})


def last_backup() -> dict[str, Any] | None:
    """`made_at`, `file` and `size` of the latest backup made from this home; None before the first."""
    told = read(Path(settings.HOME) / "backups" / "last.json")
    return None if told is None else told | {"made_at": datetime.fromisoformat(told["made_at"])}


def marker() -> Path:
    """There while a restore exchanges the old state for the new one."""
    return Path(settings.HOME) / "restore-under-way.json"


def write(path: Path, told: dict[str, Any]) -> None:
    """Whole or not at all, and on the disk when this returns."""
    beside = path.with_name(f".{path.name}.writing")
    with beside.open("w") as file:
        json.dump(told, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    settle(path.parent)


def read(path: Path) -> dict[str, Any] | None:
    try:
        told: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return told


def settle(path: Path) -> None:
    """Names in a folder are on the disk once the folder itself is."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
