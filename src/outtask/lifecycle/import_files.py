"""Reading published files together, for the page and the command line alike: none stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_
from outtask.lifecycle.importing import Source
from outtask.lifecycle.ocds.decode import MAX_BYTES
from outtask.lifecycle.ocds.reader import read_package


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that cannot be read, and why: where in it, and what to do."""

    name: str
    refusal: Refusal


@dataclass(slots=True)
class Reading:
    """Several files: what they say, and those that could not be read."""

    sources: list[Source] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def read_files(
    files: Iterable[tuple[str, Path]],
    *,
    most_bytes: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Reading:
    """Read each file by name and path; one that is refused leaves the others as they are.

    most_bytes: how large all of them together may be; None sets no bound beyond that of one file.
    progress: is told how many files were read.
    """
    reading, left = Reading(), most_bytes
    for number, (name, path) in enumerate(files, start=1):
        try:
            size = path.stat().st_size if path.exists() else 0
            if left is not None and size > left and size <= MAX_BYTES:
                raise Refused(_too_much(most_bytes or 0))
            reading.sources.append(Source.of(read_package(path, name)))
            left = None if left is None else left - size
        except Refused as refused:
            reading.unread += [Unread(name, refusal) for refusal in refused.refusals]
        if progress is not None:
            progress(number)
    return reading


def _too_much(most_bytes: int) -> Refusal:
    return Refusal(
        "too_much_together",
        N_(
            "These files together are larger than %(mebibytes)s MiB. Send them in several goes, in any order."
        ),
        "file",
        {"mebibytes": most_bytes // 2**20},
    )
