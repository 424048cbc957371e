"""Figures for programs: promises of an out-task, scorecards of providers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from outtask.agree.documents import Metric
from outtask.agree.queries import agreement_of
from outtask.api.calls import Call
from outtask.api.routing import Room
from outtask.api.schemas import Shown
from outtask.journal.recording import NotFound
from outtask.measure import metrics, queries
from outtask.outtasks.queries import outtask_of
from outtask.people.models import Provider

room = Room("Service")
ROUTERS = (room,)


class FigureShown(Shown):
    """A figure and the cases behind it. Without a case there is none: nothing is not 100 %.

    `value` is in percent or, for waiting times, the median in hours. `low` and `high`: what a share is at
    least and at most, by Wilson's interval (97.5 % to each side). `open`: waits that still last.
    """

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    open: int = 0

    @classmethod
    def of(cls, figure: metrics.Figure) -> Self:
        value = None if figure.value is None else round(float(figure.value), 6)
        if isinstance(figure, metrics.Share):
            return cls(value=value, n=figure.n, low=figure.low, high=figure.high)
        return cls(value=value, n=figure.n, open=figure.open)


class MonthShown(Shown):
    """Milestones on time in one month."""

    month: date
    on_time: FigureShown


class ScorecardShown(Shown):
    """What is known of one provider over the last 90 days, and month by month over the last year."""

    on_time: FigureShown
    first_time_acceptance: FigureShown
    rework: FigureShown
    response_hours: FigureShown
    months: list[MonthShown]

    @classmethod
    def of(cls, card: metrics.Scorecard) -> Self:
        return cls(
            on_time=FigureShown.of(card.on_time),
            first_time_acceptance=FigureShown.of(card.first_time),
            rework=FigureShown.of(card.rework),
            response_hours=FigureShown.of(card.response),
            months=[MonthShown(month=month, on_time=FigureShown.of(share)) for month, share in card.months],
        )


class PromiseShown(Shown):
    """A promise of the statement of work, and whether it is kept so far."""

    metric: Metric
    comparator: str
    target: Decimal
    standing: metrics.Standing
    now: FigureShown


class ServiceShown(Shown):
    """What was promised for one out-task, and what was kept so far."""

    promises: list[PromiseShown]
    scorecard: ScorecardShown


@room.one("/out-tasks/{slug:reference}/service", ServiceShown)
def service(call: Call, reference: str) -> ServiceShown:
    """Read what was promised for an out-task and what is kept."""
    agreement = agreement_of(outtask_of(call.actor, reference), call.actor)
    if agreement is None:
        raise NotFound("agreement")
    zone = call.organisation.zone
    facts = queries.facts_of_agreement(call.actor, agreement.pk, zone, call.now)
    promises = queries.promises(call.actor, agreement.pk, facts, call.now)
    card = facts.scorecard(agreement.made_at, call.now)
    return ServiceShown(promises=[_promise(one) for one in promises], scorecard=ScorecardShown.of(card))


def _promise(promise: queries.Promise) -> PromiseShown:
    return PromiseShown(
        metric=promise.metric,
        comparator=promise.level.comparator,
        target=promise.level.target,
        standing=promise.standing,
        now=FigureShown.of(promise.figure),
    )


@room.one("/providers/{uuid:provider_id}/scorecard", ScorecardShown)
def scorecard(call: Call, provider_id: UUID) -> ScorecardShown:
    """Read the scorecard of one provider."""
    rows: Any = Provider.objects.visible_to(call.actor)
    if not rows.filter(pk=provider_id).exists():
        raise NotFound("provider")
    cards = queries.scorecards(call.actor, [provider_id], call.organisation.zone, call.now)
    return ScorecardShown.of(cards[provider_id])
