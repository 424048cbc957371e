"""Timed duties: each is due again a fixed while after it was begun, and one worker alone does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db.models import F

from outtask.followers.models import Timer

CLOCKS_APART = timedelta(minutes=5)
"""How much the clocks of several machines may differ."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Timed:
    """A duty done every so often, given the current instant.

    It is begun at most once in each `every`, and not again when a worker is killed in the middle: `run` does
    whatever is due by now and never counts on having been called before.
    """

    name: str
    every: timedelta
    run: Callable[[datetime], object]


def run_due(duties: Sequence[Timed], now: datetime) -> int:
    """Begin every duty that is due and not begun by another worker; returns how many."""
    due_at = dict(Timer.objects.values_list("name", "due_at"))
    begun = 0
    for duty in duties:
        if duty.name not in due_at:
            Timer.objects.get_or_create(name=duty.name, defaults={"due_at": now})
            due_at[duty.name] = now
        if _is_due(duty, due_at[duty.name], now) and _take(duty, due_at[duty.name], now):
            _run(duty, now)
            begun += 1
    return begun


def _is_due(duty: Timed, due_at: datetime, now: datetime) -> bool:
    """Its time has come; or it is further away than a duty ever is, because a clock was set back since."""
    return due_at <= now or due_at > now + duty.every + CLOCKS_APART


def _take(duty: Timed, due_at: datetime, now: datetime) -> bool:
    """Only one of many workers changes the row from what they all have read."""
    return Timer.objects.filter(name=duty.name, due_at=due_at).update(due_at=now + duty.every) == 1


def _run(duty: Timed, now: datetime) -> None:
    timer = Timer.objects.filter(name=duty.name)
    try:
        duty.run(now)
    except Exception as error:  # one duty's fault must not stop the others; it is shown and tried again
        log.exception("timed duty failed", duty=duty.name)
        timer.update(
            failures=F("failures") + 1,
            last_error=f"{type(error).__name__}: {error}",
        )
    else:
        timer.exclude(failures=0).update(failures=0, last_error="")
