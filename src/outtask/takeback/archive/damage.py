"""What is wrong with an archive: the first thing, where it stands, and what to do."""

from __future__ import annotations

from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

AGAIN = "Take the archive from where it was made once more; this copy was damaged or changed."


class Damaged(Refused):
    """An archive that does not verify; nothing was written.

    member: the part of the archive. line: from 1, None when it is about the whole part. field: of that line.
    """

    def __init__(
        self, member: str, what: str, *, line: int | None = None, field: str = "", remedy: str = AGAIN
    ) -> None:
        self.member, self.line, self.named = member, line, field
        place = member + (f", line {line}" if line is not None else "") + (f", {field}" if field else "")
        facts = {"place": place, "what": what, "remedy": remedy}
        super().__init__(Refusal("archive_damaged", N_("%(place)s: %(what)s. %(remedy)s"), "archive", facts))
