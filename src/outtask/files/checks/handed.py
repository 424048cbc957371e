"""What was handed in, and which of it a check looks at."""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from outtask.files.checks.result import CheckResult, Outcome, Sentence
from outtask.kernel.words import N_

PIECE = 256 * 1024
ALL_FILES = "*"


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file of a submission. `open` gives its content afresh, seekable, as often as asked."""

    name: str
    size: int
    sha256: str
    open: Callable[[], BinaryIO]

    def head(self, count: int) -> bytes:
        with self.open() as stream:
            return stream.read(count)

    def pieces(self) -> Iterator[bytes]:
        """The content in pieces of at most `PIECE` bytes."""
        with self.open() as stream:
            while piece := stream.read(PIECE):
                yield piece

    def real_sha256(self) -> str:
        """The sum of what is stored now, in lower-case hex."""
        digest = hashlib.sha256()
        for piece in self.pieces():
            digest.update(piece)
        return digest.hexdigest()


def select(files: Sequence[HandedIn], pattern: str) -> list[HandedIn]:
    """The files whose name fits the glob `pattern`; upper and lower case count as the same.

    A pattern without a slash looks at the last part of a name only.
    """
    wanted = pattern.casefold()

    def fits(file: HandedIn) -> bool:
        name = file.name.casefold().replace("\\", "/")
        return fnmatch.fnmatchcase(name if "/" in wanted else name.rpartition("/")[2], wanted)

    return [file for file in files if fits(file)]


def nothing_found(expected: Sentence) -> CheckResult:
    return CheckResult(Outcome.FAILED, expected, Sentence(N_("none")))
