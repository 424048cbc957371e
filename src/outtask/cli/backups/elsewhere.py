"""Stored files that a backup does not carry, because they are kept in S3 and stay there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.core.files.storage import default_storage

from outtask.cli.backups import archive
from outtask.cli.backups.archive import ELSEWHERE, Manifest
from outtask.cli.ground import REFUSED, Failed
from outtask.files.models import Blob
from outtask.files.storage import listed, place


def lost(named: Iterable[tuple[str, int]]) -> Iterator[str]:
    """The sums among those named, in their order, that the storage does not have in their size.

    Both are walked once, side by side, since a store lists its keys in order: a thousand files cost one
    question. What seems absent is asked for by its name before it is called so.
    """
    there = listed()
    at = next(there, None)
    for sha256, size in named:
        while at is not None and at[0] < sha256:
            at = next(there, None)
        if at != (sha256, size) and not _there(sha256, size):
            yield sha256


def _there(sha256: str, size: int) -> bool:
    path = Blob(sha256=sha256).path
    return default_storage.exists(path) and default_storage.size(path) == size


def refuse_without(path: Path, manifest: Manifest) -> None:
    """Raises Failed when files that this backup left where they were are not to be had from here."""
    if ELSEWHERE not in manifest.members:
        return
    known = set(manifest.missing)
    gone = [sha256 for sha256 in lost(_named(path)) if sha256 not in known]
    if gone:
        raise Failed(
            "This backup carries no stored files: they stayed in S3."
            f" {len(gone)} of them are not in {place()}, such as {gone[0]}."
            " Set OUTTASK_S3 to the store they are in, or make the backup again with --with-files."
            " Nothing was changed.",
            REFUSED,
        )


def _named(path: Path) -> Iterator[tuple[str, int]]:
    with archive.reading(path) as members:
        for member in members:
            if member.name == ELSEWHERE:
                for line in member.source:
                    sha256, size = line.split()
                    yield sha256.decode(), int(size)
