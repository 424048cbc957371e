"""Reading published files together, for the page and the command line alike: none stops the others."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_
from outtask.lifecycle.importing import Source
from outtask.lifecycle.ocds import decode
from outtask.lifecycle.ocds.sources import Gathered, gather

MOST_AT_ONCE = 1_000
"""How many processes one action takes in: some seconds, in which nobody else writes there."""


TOO_MANY = N_(
    "There are %(processes)s processes in these files; this page takes %(most)s at a time. Choose fewer"
    " files, or use the command `outtask import ocds`, which takes any number."
)


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

    @property
    def why_too_many(self) -> Refusal | None:
        """Why a page does not take these in: it would keep the reader and everybody else waiting."""
        processes = len({statement.ocid for source in self.sources for statement in source.statements})
        if processes <= MOST_AT_ONCE:
            return None
        facts = {"processes": processes, "most": MOST_AT_ONCE}
        return Refusal("too_many_processes", TOO_MANY, "file", facts)


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
            if left is not None and size > left and size <= decode.MAX_BYTES:
                raise Refused(_too_much(most_bytes or 0))
            reading.sources.append(read_source(path, name))
            left = None if left is None else left - size
        except Refused as refused:
            reading.unread += [Unread(name, refusal) for refusal in refused.refusals]
        if progress is not None:
            progress(number)
    return reading


def read_source(path: Path, name: str) -> Source:
    """What one file says, parsed and not yet interpreted: that is done once, together with what is known.

    Raises Refused, saying where and what to do, as `ocds.reader.read_package` does.
    """
    data = decode.read_bytes(path)
    digest = hashlib.sha256(data).hexdigest()
    text = decode.decoded(data)
    del data  # the text is as large again
    found = Gathered()
    for document in decode.documents(text):
        gather(document, name, found)
    return Source(name, digest, tuple(found.statements), tuple(found.problems), tuple(found.unmapped))


def _too_much(most_bytes: int) -> Refusal:
    return Refusal(
        "too_much_together",
        N_(
            "These files together are larger than %(mebibytes)s MiB. Send them in several goes, in any order."
        ),
        "file",
        {"mebibytes": most_bytes // 2**20},
    )
