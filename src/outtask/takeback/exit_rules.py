"""When an archive or a drill may be asked for, and who may settle one."""

from __future__ import annotations

from datetime import datetime, timedelta

from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.takeback.states import ARCHIVE, DRILL

# What the worker has not done by then, it lost; it may be asked for again.
GIVEN_UP_AFTER = timedelta(days=1)


def why_not_ask(waiting_since: datetime | None, now: datetime) -> Refusal | None:
    """One at a time. waiting_since: when one was asked for that is not there yet."""
    if waiting_since is None or now - waiting_since >= GIVEN_UP_AFTER:
        return None
    return Refusal("under_way", N_("One is under way. This page shows it as soon as it is done."))


def why_not_settle(is_clock: bool, machine: str, state: str, act: str) -> Refusal | None:
    """Archives and drills are settled by the worker, once. machine: "archive" or "drill"."""
    if not is_clock:
        return Refusal("clock_only", N_("This is done by itself. There is nothing to do here."))
    return ARCHIVE.why_not(state, act) if machine == "archive" else DRILL.why_not(state, act)


def why_not_download(made: bool) -> Refusal | None:
    if made:
        return None
    return Refusal("not_made", N_("This archive is not there yet. Look at it again in a moment."))


def drill_due(since: datetime, asked_at: datetime | None, every: timedelta, now: datetime) -> bool:
    """Whether the clock asks for a drill: never when `every` is zero, else that long after the last one.

    since: when the organisation was founded; asked_at: when the last drill was asked for.
    """
    return every > timedelta(0) and now - (asked_at or since) >= every
