"""The file a backup is: a plain tar that is written and read as a stream, in bounded memory.

    README.txt                what this is, for somebody without Outtask
    database/…                the snapshot (SQLite, gzipped) or the dump (PostgreSQL, custom format)
    keys/… letters/… checkpoints/…   what else the home folder holds
    files/ab/cd/<sha256>      stored files, each under its own SHA-256, in the order of these sums
    files-elsewhere.txt       stored files that stay in S3: one `sum size` a line
    manifest.json             written last: a file without it is not whole

A stored file proves itself by its name; the digests of all other members stand in the manifest, and the
manifest's own end is the end of the file.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from outtask.cli.ground import REFUSED, Failed

FORMAT = "outtask-backup/1"
MANIFEST = "manifest.json"
FILES = "files/"
ELSEWHERE = "files-elsewhere.txt"
PIECE = 1024 * 1024
# Holds secrets, so nobody else may read it; the folders inside as well.
FOR_OWNER = 0o600


@dataclass
class Manifest:
    """What a backup says about itself.

    made_at: the instant of the database's snapshot, RFC 3339. database: engine, member, server version.
    organisations: for each, the entries in its journal and the root of their tree, as `outtask verify` tells.
    secret: proves that the installation's secret is the same without telling it.
    members: digest and size of each member but the stored files and the manifest itself.
    files: how many stored files, their bytes, and a digest over their sums in order.
    """

    outtask: str
    made_at: str
    database: dict[str, str]
    migrations: list[list[str]]
    organisations: list[dict[str, Any]]
    secret: str
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    format: str = FORMAT

    def as_bytes(self) -> bytes:
        return json.dumps(asdict(self), indent=2, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Raises Failed when it is of another format, or none at all."""
        try:
            told = json.loads(data)
            if told.get("format") == FORMAT:
                return cls(**told)
        except (ValueError, TypeError, AttributeError) as wrong:
            raise not_whole("its manifest cannot be read") from wrong
        raise Failed(
            f"This backup has the format {told.get('format')!r}; this version reads {FORMAT!r}."
            " Restore it with the version of Outtask that made it.",
            REFUSED,
        )


def not_whole(why: str) -> Failed:
    return Failed(f"This is no whole backup: {why}. Nothing was changed. Use another backup.", REFUSED)


class Sums:
    """Counts stored files and digests their sums in order."""

    def __init__(self) -> None:
        self.count = self.bytes = 0
        self.digest = hashlib.sha256()

    def add(self, sha256: str, size: int) -> None:
        self.count += 1
        self.bytes += size
        self.digest.update(f"{sha256} {size}\n".encode())

    def told(self) -> dict[str, Any]:
        return {"count": self.count, "bytes": self.bytes, "digest": self.digest.hexdigest()}


class Hashing(io.RawIOBase):
    """A reader that digests what passes, so that each byte is read once."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        piece = self.source.read(size)
        self.digest.update(piece)
        return piece


class Writer:
    """Writes members one after the other; `close` ends the file with the manifest."""

    def __init__(self, target: IO[bytes]) -> None:
        self.tar = tarfile.open(fileobj=target, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self.members: dict[str, dict[str, Any]] = {}
        self.sums = Sums()

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        """A member whose digest stands in the manifest. size: exactly as many bytes as can be read."""
        sha256 = self._write(name, source, size)
        self.members[name] = {"size": size, "sha256": sha256}

    def add_bytes(self, name: str, data: bytes) -> None:
        self.add(name, io.BytesIO(data), len(data))

    def add_path(self, name: str, path: Path) -> None:
        with path.open("rb") as source:
            self.add(name, source, path.stat().st_size)

    def add_stored(self, path: str, sha256: str, source: IO[bytes], size: int) -> bool:
        """A stored file under its sum; False when its bytes no longer have this sum."""
        self.sums.add(sha256, size)
        return self._write(FILES + path, source, size) == sha256

    def close(self, manifest: Manifest) -> None:
        manifest.members, manifest.files = self.members, self.sums.told()
        data = manifest.as_bytes()
        self._write(MANIFEST, io.BytesIO(data), len(data))
        self.tar.close()

    def _write(self, name: str, source: IO[bytes], size: int) -> str:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, FOR_OWNER, int(time.time())
        hashing = Hashing(source)
        self.tar.addfile(info, hashing)
        self.tar.members = []  # type: ignore[attr-defined]  # kept for random access, which a stream has not
        return hashing.digest.hexdigest()


@dataclass
class Member:
    """One member while its bytes pass."""

    name: str
    size: int
    source: IO[bytes]


@contextmanager
def reading(path: Path) -> Iterator[Iterator[Member]]:
    """The members of a backup in order; raises Failed when it is no tar file or ends too early."""
    try:
        with path.open("rb") as file, tarfile.open(fileobj=file, mode="r|") as tar:
            yield _members(tar)
    except tarfile.TarError as wrong:
        raise not_whole(f"{path.name} is no tar file, or is cut off") from wrong
    except OSError as wrong:
        if isinstance(wrong, FileNotFoundError | PermissionError | IsADirectoryError):
            raise Failed(f"{path} cannot be read: {wrong.strerror}.") from wrong
        raise


def _members(tar: tarfile.TarFile) -> Iterator[Member]:
    while (info := tar.next()) is not None:
        tar.members = []  # type: ignore[attr-defined]  # as in writing
        source = tar.extractfile(info)
        name = Path(info.name)
        if source is None or name.is_absolute() or ".." in name.parts:
            raise not_whole(f"{info.name} is not a file inside it")
        yield Member(info.name, info.size, source)


def check(path: Path, progress: Any = lambda done: None) -> Manifest:
    """Read a backup from end to end and compare every digest; raises Failed at what does not fit."""
    seen: dict[str, dict[str, Any]] = {}
    sums, manifest, damaged = Sums(), None, []
    with reading(path) as members:
        for member in members:
            if member.name == MANIFEST:
                manifest = Manifest.read(member.source.read())
                continue
            sha256 = _digest(member.source)
            if member.name.startswith(FILES):
                named = member.name.rpartition("/")[2]
                sums.add(named, member.size)
                damaged += [named] if sha256 != named else []
                progress(sums.count)
            else:
                seen[member.name] = {"size": member.size, "sha256": sha256}
    if manifest is None:
        raise not_whole("it has no manifest, so making it was interrupted")
    for name in sorted(seen.keys() | manifest.members.keys()):
        if seen.get(name) != manifest.members.get(name):
            raise not_whole(f"{name} is not as it was written")
    if sums.told() != manifest.files or set(damaged) - set(manifest.damaged):
        raise not_whole("the stored files in it are not as they were written")
    return manifest


def _digest(source: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := source.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()
