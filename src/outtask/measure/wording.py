"""How figures read, and how each one is computed, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outtask.agree.documents import Metric
from outtask.agree.wording import METRICS
from outtask.measure import metrics
from outtask.measure.queries import Promise
from outtask.ui import charts, formats


@dataclass(frozen=True)
class Row:
    """A figure as a table shows it: what, how much, how many cases, how it is computed."""

    label: str
    value: str
    cases: str
    how: str
    n: int


def percent(value: float) -> str:
    """`93.1%`, in the reader's locale."""
    return format_decimal(value, format="#,##0.0", locale=formats.locale()) + "%"


def hours(value: float) -> str:
    """`3.5 hours`; a wait of minutes is told as under an hour."""
    if value < 1:
        return _("under an hour")
    return _("%(count)s hours") % {"count": format_decimal(value, format="#,##0.#", locale=formats.locale())}


def figure(given: metrics.Figure) -> str:
    """A figure as it reads; without a case it says so."""
    if given.value is None:
        return _("no readings yet")
    return percent(float(given.value)) if isinstance(given, metrics.Share) else hours(float(given.value))


def cases(given: metrics.Figure, less_is_better: bool = False) -> str:
    """`7 of 8; surely at least 52.9%`: the cases behind a figure, and the careful end of what they prove."""
    if given.value is None:
        return ""
    if isinstance(given, metrics.Share):
        bound = given.high if less_is_better else given.low
        assert bound is not None, "a share with a value has its bounds"
        told = (
            _("%(hits)s of %(n)s; surely at most %(bound)s")
            if less_is_better
            else _("%(hits)s of %(n)s; surely at least %(bound)s")
        )
        return told % {"hits": given.hits, "n": given.n, "bound": percent(bound)}
    told = ngettext("%(n)s answer", "%(n)s answers", given.n) % {"n": given.n}
    if not given.open:
        return told
    return _("%(told)s, %(open)s of them still awaited") % {"told": told, "open": given.open}


def rows_of(card: metrics.Scorecard) -> Sequence[Row]:
    """A scorecard line by line."""
    return [
        _row(
            str(METRICS[Metric.ON_TIME]),
            card.on_time,
            _("Milestones first handed in on or before their day; one overdue with nothing in is late."),
        ),
        _row(
            str(METRICS[Metric.FIRST_TIME]),
            card.first_time,
            _("Milestones accepted at the first try, of those whose first try was decided."),
        ),
        _row(
            _("Hand-ins sent back"),
            card.rework,
            _("Hand-ins with changes requested, of all that were decided. Less is better."),
            less_is_better=True,
        ),
        _row(
            _("Time to answer"),
            card.response,
            _(
                "The middle of all waits: from a brief to the proposal, from changes requested to the next"
                " hand-in, from a question to the answer. A wait that lasts counts as long as it has lasted."
            ),
        ),
    ]


def _row(label: str, given: metrics.Figure, how: str, less_is_better: bool = False) -> Row:
    return Row(label, figure(given), cases(given, less_is_better), how, given.n)


def promise_name(promise: Promise) -> str:
    return str(METRICS[promise.metric])


def target(promise: Promise) -> str:
    """`95% or more`, `24 hours or less`."""
    number = format_decimal(promise.level.target, format="#,##0.###", locale=formats.locale())
    if promise.metric is Metric.RESPONSE_HOURS:
        return _("%(target)s hours or less") % {"target": number}
    return _("%(target)s%% or more") % {"target": number}


def month_chart(card: metrics.Scorecard) -> charts.Chart | None:
    """On time by month; None with fewer than two months, which a sentence says better."""
    if len(card.months) < 2:
        return None
    points = [
        charts.Point(
            format_date(month, "MMM y", locale=formats.locale()),
            float(share.value or 0),
            f"{percent(float(share.value or 0))}, {share.hits}/{share.n}",
        )
        for month, share in card.months
    ]
    first, last = points[0], points[-1]
    return charts.line(
        points,
        title=_("Milestones on time, by month"),
        description=_("From %(first)s in %(from)s to %(last)s in %(to)s.")
        % {"first": first.said, "from": first.label, "last": last.said, "to": last.label},
        head=(_("Month"), _("On time")),
    )
