"""Reports for programs: what was spent, how fast it was decided, how much choice there was."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext
from ninja import Query

from outtask.api.calls import Call
from outtask.api.problems import NOT_FITTING, Problem
from outtask.api.routing import Room
from outtask.api.schemas import Amount, Day, Shown
from outtask.kernel.refusal import refuse_if
from outtask.spend.reports import queries
from outtask.spend.reports.choice import Chosen
from outtask.spend.reports.figures import By, Line, Measure, Report, Sums
from outtask.spend.reports.spans import Span, this_year, why_not_span
from outtask.spend.reports.waits import Waits

room = Room("Reports")

Since = Annotated[Day | None, Query(description="The first day; of this year when left out.")]
Until = Annotated[Day | None, Query(description="The last day; of this year when left out.")]
"""Days of the organisation's zone."""


class SumsShown(Shown):
    """Money that was promised, accepted (so owed), paid, and given back, within the days asked for."""

    committed: Amount
    accepted: Amount
    paid: Amount
    released: Amount

    @classmethod
    def of(cls, sums: Sums, currency: str) -> Self:
        return cls(**{measure.value: Amount.of(sums.of(measure), currency) for measure in Measure})


class SpendLine(Shown):
    """One row of a report. `key` is the id of a provider, budget or member, a CPV code, or a month.

    `base` is in the organisation's currency; foreign money counts at the stored rate of the day it was asked
    for. `own` is in the currency of the row's budgets, where there is one only.
    """

    key: str
    name: str
    base: SumsShown
    own: SumsShown | None

    @classmethod
    def of(cls, line: Line, base: str) -> Self:
        return cls(
            key=key_of(line),
            name=line.name,
            base=SumsShown.of(line.base, base),
            own=SumsShown.of(line.own, line.currency) if line.currency else None,
        )


class SpendTotal(Shown):
    """All rows of a report together. It is the same whatever the rows stand for."""

    since: date
    until: date
    total: SumsShown


class WaitsShown(Shown):
    """How long `n` decisions took, in minutes of the clock; the times are null with fewer than three."""

    n: int
    quarter_within: float | None
    half_within: float | None
    three_quarters_within: float | None

    @classmethod
    def of(cls, waits: Waits) -> Self:
        low, middle, high = (
            None if value is None else float(value) for value in (waits.low, waits.middle, waits.high)
        )
        return cls(n=waits.n, quarter_within=low, half_within=middle, three_quarters_within=high)


class DeciderShown(Shown):
    """Whoever decided, and how long it took from the first asking."""

    member_id: UUID
    name: str
    took: WaitsShown


class DecisionsShown(Shown):
    """Decisions of persons that still stand, by who took them, most first."""

    since: date
    until: date
    everybody: WaitsShown
    people: list[DeciderShown]


class ChosenShown(Shown):
    """Awards and commitments made in the days asked for, and what was committed."""

    awards: int
    commitments: int
    committed: Amount

    @classmethod
    def of(cls, chosen: Chosen, currency: str) -> Self:
        committed = Amount.of(chosen.committed_minor, currency)
        return cls(awards=chosen.awards, commitments=chosen.commitments, committed=committed)


class SingleSourceShown(Shown):
    """How much was chosen with how much choice, by the round of the brief that the proposal answers.

    `asked_one`: the brief went to one provider only. `one_offer`: it went to several, and one proposal stood.
    `single_source` is both together; its shares are in percent, null without a case.
    """

    since: date
    until: date
    asked_one: ChosenShown
    one_offer: ChosenShown
    several: ChosenShown
    single_source: ChosenShown
    share_of_awards: float | None
    share_of_money: float | None


@room.feed("/reports/spend", SpendLine)
def spend_report(
    call: Call, limit: int, after: str | None, by: By = By.PROVIDER, since: Since = None, until: Until = None
) -> Any:
    """List what was spent by provider, budget, category, person who asked or month, in order of keys."""
    report = _report(call, by, since, until)
    rows = sorted(report.lines, key=key_of)
    if after is not None:
        if not after.startswith(_CURSOR):
            said = gettext("This cursor is of no page of this list. Begin without one.")
            raise Problem(NOT_FITTING, said, "cursor_unknown", parameter="after")
        rows = [line for line in rows if key_of(line) > after.removeprefix(_CURSOR)]
    shown = rows[:limit]
    cursor = _CURSOR + key_of(shown[-1]) if len(rows) > limit else ""
    return [SpendLine.of(line, report.currency) for line in shown], cursor


@room.one("/reports/spend/total", SpendTotal)
def spend_total(call: Call, since: Since = None, until: Until = None) -> SpendTotal:
    """Read what was spent in all."""
    span = _span(call, since, until)
    report = _report(call, By.BUDGET, span.first, span.last)
    return SpendTotal(since=span.first, until=span.last, total=SumsShown.of(report.total, report.currency))


@room.one("/reports/decisions", DecisionsShown)
def decisions_report(call: Call, since: Since = None, until: Until = None) -> DecisionsShown:
    """Read how fast requests to spend were decided."""
    span = _span(call, since, until)
    everybody, people = queries.decisions(call.actor, span)
    return DecisionsShown(
        since=span.first,
        until=span.last,
        everybody=WaitsShown.of(everybody),
        people=[
            DeciderShown(member_id=one.key, name=one.name, took=WaitsShown.of(one.waits)) for one in people
        ],
    )


@room.one("/reports/single-source", SingleSourceShown)
def single_source_report(call: Call, since: Since = None, until: Until = None) -> SingleSourceShown:
    """Read how much was chosen from one provider only."""
    span, currency = _span(call, since, until), call.organisation.currency
    found = queries.single_source(call.actor, span, currency)
    of_awards, of_money = (
        None if share is None else float(share) for share in (found.share_of_awards, found.share_of_money)
    )
    return SingleSourceShown(
        since=span.first,
        until=span.last,
        asked_one=ChosenShown.of(found.asked_one, currency),
        one_offer=ChosenShown.of(found.one_offer, currency),
        several=ChosenShown.of(found.several, currency),
        single_source=ChosenShown.of(found.single, currency),
        share_of_awards=of_awards,
        share_of_money=of_money,
    )


_CURSOR = "after:"


def key_of(line: Line) -> str:
    return line.name if isinstance(line.key, date) else str(line.key)


def _report(call: Call, by: By, since: date | None, until: date | None) -> Report:
    return queries.spending(call.actor, _span(call, since, until), by, call.organisation.currency)


def _span(call: Call, since: date | None, until: date | None) -> Span:
    zone = ZoneInfo(call.organisation.zone)
    usual = this_year(call.now.astimezone(zone).date(), zone)
    first, last = since or usual.first, until or usual.last
    refuse_if(why_not_span(first, last))
    return Span(first, last, zone)
