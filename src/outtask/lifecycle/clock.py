"""What is done by the clock across stages: requests that nobody decides, subscriptions that renew, orders
that repeat."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from uuid import UUID

from outtask.catalogue.queries import to_turn
from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.actor import clock
from outtask.kernel.refusal import Refused
from outtask.lifecycle.chasing import escalate_request, remind_decider
from outtask.lifecycle.repeats import place_due
from outtask.lifecycle.storefront import turn_subscription, turned_down
from outtask.spend.line import to_remind, too_late

type Due = Iterable[tuple[UUID, UUID]]


def tick(now: datetime) -> None:
    """Escalate what was not decided in its time, then remind whoever has had half of theirs."""
    _each(escalate_request, too_late(now), now)
    _each(remind_decider, to_remind(now), now)
    _turn_subscriptions(now)
    place_due(now)


def _each(act: Callable[..., Outcome], due: Due, now: datetime) -> None:
    """One action for each, so that each out-task has its own entry."""
    for organisation_id, request_id in due:
        try:
            act(actor=clock(organisation_id), now=now, request_id=request_id)
        except (Refused, NotFound):  # decided between the look and the lock
            continue


def _turn_subscriptions(now: datetime) -> None:
    """Renew what renews today; what cannot even be asked for ends, and says why."""
    for organisation_id, subscription_id in dict.fromkeys([*to_turn(now), *turned_down()]):
        turn = partial(
            turn_subscription, actor=clock(organisation_id), now=now, subscription_id=subscription_id
        )
        try:
            _unless_refused(turn)
        except (Refused, NotFound):  # ended between the look and the lock
            continue


def _unless_refused(turn: Callable[..., Outcome]) -> Outcome:
    try:
        return turn()
    except Refused as refused:
        return turn(refused=str(refused))
