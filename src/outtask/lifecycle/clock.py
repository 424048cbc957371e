"""What is done by the clock across stages: requests that nobody decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.actor import clock
from outtask.kernel.refusal import Refused
from outtask.lifecycle.chasing import escalate_request, remind_decider
from outtask.spend.line import to_remind, too_late

type Due = Iterable[tuple[UUID, UUID]]


def tick(now: datetime) -> None:
    """Escalate what was not decided in its time, then remind whoever has had half of theirs."""
    _each(escalate_request, too_late(now), now)
    _each(remind_decider, to_remind(now), now)


def _each(act: Callable[..., Outcome], due: Due, now: datetime) -> None:
    """One action for each, so that each out-task has its own entry."""
    for organisation_id, request_id in due:
        try:
            act(actor=clock(organisation_id), now=now, request_id=request_id)
        except (Refused, NotFound):  # decided between the look and the lock
            continue
