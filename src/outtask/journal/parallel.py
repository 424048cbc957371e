"""Looking at a long log in several processes, as far as it is right.

What is wrong is not named here: whoever verifies goes on by themselves, in order, from where this stops.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing.util import Finalize
from uuid import UUID

from django.db import connection, connections

from outtask.journal import scanning
from outtask.journal.merkle import root_of
from outtask.journal.scanning import RUN
from outtask.journal.tampering import Bad

type Piece = bytes | Sequence[bytes]
"""A run that is right: its root, or its leaves where somebody asks for a length inside of it."""

# Runs that one process looks at before it is given more.
SPAN = 8
# Each has a connection of its own, and a server of the database grants a hundred to all.
MOST = 8
# Below this many entries one process is done before others have begun.
WORTHWHILE = 50_000


def cores() -> int:
    """How many processes this machine has room for, and the database too."""
    return min(len(os.sched_getaffinity(0)), MOST) if sys.platform == "linux" else 1


def sound(
    organisation_id: UUID, size: int, inside: frozenset[int], *, deep: bool, processes: int
) -> Iterator[Piece]:
    """The runs of a log up to the first that is not right, in order; none where one process does better.

    inside: the runs, by number, whose leaves are wanted.
    """
    if processes < 2 or size < WORTHWHILE or not _may_fork():
        return
    look, spans = partial(_look, organisation_id, size, inside, deep), range(0, size, SPAN * RUN)
    connections.close_all()  # each process opens its own, and this one another when it needs it
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("fork"), _begin)
    try:
        for first, pieces in zip(spans, pool.map(look, spans), strict=True):
            yield from pieces
            if len(pieces) * RUN < min(SPAN * RUN, size - first):
                return
    finally:
        pool.shutdown(cancel_futures=True)


def _may_fork() -> bool:
    """Not in a transaction, which others would not see; nor beside threads, whose locks would be copied."""
    return sys.platform == "linux" and not connection.in_atomic_block and threading.active_count() == 1


def _begin() -> None:
    """One more process: Ctrl-C is answered by whoever started it, and its connection ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Finalize(None, connections.close_all, exitpriority=0)


def _look(organisation_id: UUID, size: int, inside: frozenset[int], deep: bool, first: int) -> list[Piece]:
    """The runs of one span, up to the first that is not right or not whole."""
    pieces: list[Piece] = []
    end = min(first + SPAN * RUN, size)
    try:
        for run in scanning.runs(organisation_id, end, start=first, deep=deep):
            place = first + len(pieces) * RUN
            leaves = scanning.check(run, organisation_id, place, deep=deep)
            if len(leaves) < min(RUN, end - place):
                break
            whole = len(leaves) == RUN and place // RUN not in inside
            pieces.append(root_of(leaves) if whole else leaves)
    except Bad:
        pass  # found again, and named, by whoever walks in order
    return pieces
