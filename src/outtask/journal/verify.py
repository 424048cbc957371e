"""Recompute a log from its stored bytes, hold it against all that was signed, and say what does not fit.

Nothing the database says about an entry is trusted: the hash is taken over the bytes again, the columns are
compared with what the bytes say, kept words with their digests, the root of the whole tree with the head. On
the way the root is noted at the length of every checkpoint, of those in the table and of those the witness
outside of the database saw, so that one pass answers for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max

from outtask.journal import parallel, scanning, statements
from outtask.journal.merkle import Edge
from outtask.journal.models import Entry, FollowerCursor, JournalHead
from outtask.journal.scanning import Run
from outtask.journal.statements import Statement
from outtask.journal.tampering import Bad, Fault, Tampering


@dataclass(frozen=True)
class Report:
    """What verifying one organisation's log came to.

    root: the tree's root over what was read. fault: the first thing that is not as it was written. remarks:
    what is no fault and should be known. checkpoints: how many signed statements were held against the log.
    """

    organisation_id: UUID
    entries: int
    root: str
    fault: Fault | None
    remarks: tuple[str, ...] = ()
    checkpoints: int = 0


def verify(
    organisation_id: UUID,
    *,
    deep: bool = True,
    also: Sequence[Statement] = (),
    progress: Callable[[int], None] = lambda done: None,
    processes: int = 1,
) -> Report:
    """Verify one organisation's log.

    deep: also compare columns and kept words; without it, hashes, order, root and checkpoints are looked at.
    also: statements that came from elsewhere, such as a checkpoint that the other party kept.
    progress: called with the number of entries read so far.
    processes: how many may look at a long log side by side.
    """
    # In this order: whatever is read later can only know of more entries.
    known = statements.known(organisation_id)
    readers = FollowerCursor.objects.filter(organisation_id=organisation_id).aggregate(most=Max("seq"))[
        "most"
    ]
    head = JournalHead.objects.filter(organisation_id=organisation_id).first()
    if head is None:
        gone = Fault(None, None, "The organisation has no journal.", Tampering.DELETE)
        return Report(organisation_id, 0, "", gone)
    stated = [*known.statements, *also]
    walk = Walk(organisation_id, {one.size for one in stated})
    try:
        for piece in parallel.sound(
            organisation_id, head.size, walk.inside(), deep=deep, processes=processes
        ):
            if isinstance(piece, bytes):
                walk.add_whole(piece)
            else:
                walk.add(piece)
            progress(walk.edge.size)
        for run in scanning.runs(organisation_id, head.size, start=walk.edge.size, deep=deep):
            walk.take(run, deep)
            progress(walk.edge.size)
        _check_end(head, walk.edge)
        _check_beyond(organisation_id)
        statements.check(stated, walk.roots, head.size)
        _check_readers(readers or 0, head.size)
    except Bad as bad:
        return _report(walk, bad.fault, known.remarks, len(stated))
    return _report(walk, known.fault, known.remarks, len(stated))


def _report(walk: Walk, fault: Fault | None, remarks: tuple[str, ...], checkpoints: int) -> Report:
    root = walk.edge.root().hex()
    return Report(walk.organisation_id, walk.edge.size, root, fault, remarks, checkpoints)


class Walk:
    """The way through a log from its first entry: the tree so far, and its root at the lengths asked for."""

    def __init__(self, organisation_id: UUID, lengths: Iterable[int]) -> None:
        self.organisation_id = organisation_id
        self.edge = Edge()
        self.roots: dict[int, bytes] = {}
        self._ahead = sorted({length for length in lengths if length > 0}, reverse=True)

    def take(self, run: Run, deep: bool) -> None:
        """Go on through a run of entries; raises Bad at the first that is not right."""
        self.add(scanning.check(run, self.organisation_id, self.edge.size, deep=deep))

    def add(self, leaves: Sequence[bytes]) -> None:
        """Go on over entries that are right, given their leaves."""
        taken = 0
        while self._ahead and self._ahead[-1] <= self.edge.size + len(leaves) - taken:
            length = self._ahead.pop()
            stop = taken + length - self.edge.size
            self.edge, taken = self.edge.extend(leaves[taken:stop]), stop
            self.roots[length] = self.edge.root()
        self.edge = self.edge.extend(leaves[taken:])

    def add_whole(self, root: bytes) -> None:
        """Go on over a whole run that is right, given its root; no length asked for is inside of it."""
        self.edge = self.edge.append_subtree(root, scanning.RUN)
        while self._ahead and self._ahead[-1] == self.edge.size:
            self.roots[self._ahead.pop()] = self.edge.root()

    def inside(self) -> frozenset[int]:
        """The runs, by number, whose leaves are wanted and not only their root."""
        return frozenset(length // scanning.RUN for length in self._ahead if length % scanning.RUN)


def _check_end(head: JournalHead, edge: Edge) -> None:
    """Raises Bad when the head promises more entries than there are, or another tree."""
    if edge.size != head.size:
        what = f"The log ends after {edge.size} entries; its head says {head.size}."
        raise Bad(Fault(None, None, what, Tampering.TRUNCATE))
    if head.size and bytes(head.edge) != edge.to_bytes():
        what = f"The tree over all {head.size} entries has another root than the head says."
        raise Bad(Fault(None, None, what, Tampering.EDIT))


def _check_beyond(organisation_id: UUID) -> None:
    """Raises Bad when an entry stands where the head says that nothing is yet."""
    # The head after the entries: what was appended in the meantime moved it.
    last = Entry.objects.filter(organisation_id=organisation_id).aggregate(last=Max("seq"))["last"]
    size = JournalHead.objects.values_list("size", flat=True).get(organisation_id=organisation_id)
    if last is not None and last >= size:
        what = f"Entries up to number {last} stand behind the end of the log, which has {size}."
        raise Bad(Fault(None, None, what, Tampering.INSERT))


def _check_readers(most: int, size: int) -> None:
    if most > size:
        what = f"The log ends after {size} entries; somebody read on up to {most} before."
        raise Bad(Fault(None, None, what, Tampering.TRUNCATE))
