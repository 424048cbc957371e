"""How reports read: rows, charts, waits, and how each figure is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import floor

from babel.dates import format_date
from babel.numbers import format_compact_currency, format_decimal
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from outtask.kernel.money import Money
from outtask.source.states import Choice
from outtask.spend.reports.choice import SingleSource
from outtask.spend.reports.figures import NOTHING, By, Line, Measure, Report, Sums, in_order
from outtask.spend.reports.waits import FEWEST, Decider, Waits
from outtask.ui import charts, formats

BARS = 6
"""So many rows are drawn; the others are one bar."""
LONGEST_LABEL = 40
_SHORTENED = 1_000
"""From here on a figure beside a bar is told in thousands, millions and so on."""

NAMES = {
    By.PROVIDER: gettext_lazy("Provider"),
    By.BUDGET: gettext_lazy("Budget"),
    By.CATEGORY: gettext_lazy("Category"),
    By.PERSON: gettext_lazy("Asked by"),
    By.MONTH: gettext_lazy("Month"),
}
TABS = {
    By.PROVIDER: gettext_lazy("Providers"),
    By.BUDGET: gettext_lazy("Budgets"),
    By.CATEGORY: gettext_lazy("Categories"),
    By.PERSON: gettext_lazy("People"),
    By.MONTH: gettext_lazy("Months"),
}
TITLES = {
    By.PROVIDER: gettext_lazy("Spend by provider"),
    By.BUDGET: gettext_lazy("Spend by budget"),
    By.CATEGORY: gettext_lazy("Spend by category"),
    By.PERSON: gettext_lazy("Spend by person who asked"),
    By.MONTH: gettext_lazy("Spend by month"),
}
MEASURES = {
    Measure.COMMITTED: gettext_lazy("Committed"),
    Measure.ACCEPTED: gettext_lazy("Accepted"),
    Measure.PAID: gettext_lazy("Paid"),
    Measure.RELEASED: gettext_lazy("Released"),
}
COUNTED = {
    Measure.COMMITTED: gettext_lazy(
        "Promised in these days. A promise counts on its day, also when it was released later. Requests that"
        " were rejected or withdrawn, or still wait, promised nothing."
    ),
    Measure.ACCEPTED: gettext_lazy("Work accepted in these days, so that its money is owed."),
    Measure.PAID: gettext_lazy("Invoices noted as paid in these days."),
    Measure.RELEASED: gettext_lazy(
        "Promised and not accepted, then given back to the budget in these days: the work was taken back, or"
        " the statement of work was changed and the request became void."
    ),
}


@dataclass(frozen=True)
class Cell:
    """One sum as it reads; `own`: in the row's one currency, where that is another."""

    label: str
    said: str
    own: str


@dataclass(frozen=True)
class Told:
    """One row as a table shows it."""

    key: object
    name: str
    cells: Sequence[Cell]


def rows_of(report: Report, found: Sequence[Line]) -> list[Told]:
    return [Told(line.key, name_of(line), _cells(line, report.currency)) for line in found]


def total_of(report: Report) -> list[Cell]:
    whole = Line("", "", report.total, NOTHING, "", report.converted)
    return _cells(whole, report.currency)


def name_of(line: Line) -> str:
    """`Nov 2026`, a name, or that none was said."""
    if isinstance(line.key, date):
        return format_date(line.key, "MMM y", locale=formats.locale())
    return line.name or _("Not said")


def _cells(line: Line, currency: str) -> list[Cell]:
    elsewhere = line.currency if line.currency != currency else ""
    return [
        Cell(
            str(label),
            _in_base(line.base, measure, currency, line.converted),
            formats.money(Money(line.own.of(measure), elsewhere)) if elsewhere else "",
        )
        for measure, label in MEASURES.items()
    ]


def _in_base(sums: Sums, measure: Measure, currency: str, converted: bool) -> str:
    """A converted figure says that it is one."""
    said = formats.money(Money(sums.of(measure), currency))
    return _("about %(amount)s") % {"amount": said} if converted and sums.of(measure) else said


def how(report: Report, *, own_only: bool) -> list[tuple[str, str]]:
    """How each figure is counted: (name, sentence)."""
    found = [(str(MEASURES[measure]), str(sentence)) for measure, sentence in COUNTED.items()]
    if report.by is By.CATEGORY:
        sentence = _("The digits of the CPV code in the request. Requests that name none are a row too.")
        found.append((_("Category"), sentence))
    if report.converted:
        sentence = _(
            "Money in foreign budgets counts at the stored rate of the day it was asked for."
            " Where a row has one currency only, the figure in that stands below."
        )
        found.append((_("About"), sentence))
    if own_only:
        found.append((_("Whose"), _("Your role shows you the money of your own out-tasks only.")))
    return found


def chart_of(report: Report, measure: Measure) -> charts.Chart | None:
    """The rows with the largest sums, or month by month; None where the table says it better."""
    found = list(report.lines)
    if len(found) < 2 or not report.total.of(measure):
        return None
    return _by_month(report, measure) if report.by is By.MONTH else _bars(report, measure)


def _bars(report: Report, measure: Measure) -> charts.Chart:
    ranked = in_order(report.lines, measure, falling=True)
    points = [_point(name_of(line), line.base.of(measure), report.currency) for line in ranked[:BARS]]
    rest = ranked[BARS:]
    if rest:
        said = ngettext("%(n)s other", "%(n)s others", len(rest)) % {"n": formats.number(len(rest))}
        points.append(_point(said, sum(line.base.of(measure) for line in rest), report.currency))
    largest = points[0]
    drawn = charts.bars(
        points,
        title=f"{TITLES[report.by]}: {MEASURES[measure]}",
        description=_("The largest is %(name)s with %(amount)s.")
        % {"name": largest.label, "amount": largest.said},
        head=(str(NAMES[report.by]), str(MEASURES[measure])),
    )
    marks = tuple(
        replace(mark, said=_short(int(point.value), report.currency)) for point, mark in drawn.pairs
    )
    return replace(drawn, marks=marks)


def _by_month(report: Report, measure: Measure) -> charts.Chart:
    points = [
        _point(name_of(line), line.base.of(measure), report.currency)
        for line in in_order(report.lines, None, falling=False)
    ]
    first, last = points[0], points[-1]
    drawn = charts.line(
        points,
        title=f"{TITLES[report.by]}: {MEASURES[measure]}",
        description=_("From %(first)s in %(from)s to %(last)s in %(to)s.")
        % {"first": first.said, "from": first.label, "last": last.said, "to": last.label},
        head=(str(NAMES[report.by]), str(MEASURES[measure])),
    )
    assert drawn.last is not None, "a line has an end"
    return replace(drawn, last=replace(drawn.last, said=_short(int(last.value), report.currency)))


def _point(label: str, minor: int, currency: str) -> charts.Point:
    return charts.Point(_label(label), minor, formats.money(Money(minor, currency)))


def _label(name: str) -> str:
    return name if len(name) <= LONGEST_LABEL else f"{name[: LONGEST_LABEL - 1]}…"


def _short(minor: int, currency: str) -> str:
    """`£1.2M`: fits beside a bar in a narrow window; the table has the whole figure."""
    amount = Money(minor, currency)
    if amount.decimal < _SHORTENED:
        return formats.money(amount)
    return format_compact_currency(amount.decimal, currency, fraction_digits=1, locale=formats.locale())


# ---- waits and shares ----

CHOICES = {
    Choice.ASKED_ONE: gettext_lazy("The brief went to one provider"),
    Choice.ONE_OFFER: gettext_lazy("It went to several, one proposal stood"),
    Choice.SEVERAL: gettext_lazy("Several proposals stood"),
}


def chart_of_waits(people: Sequence[Decider]) -> charts.Chart | None:
    """The middle wait of those who decided most, the longest first; None where the table says it better."""
    timed = [(one.waits.middle, one.name) for one in people if one.waits.middle is not None][:BARS]
    if len(timed) < 2:
        return None
    timed.sort(key=lambda one: -one[0])
    points = [charts.Point(_label(name), float(middle), duration(middle)) for middle, name in timed]
    slow, fast = points[0], points[-1]
    return charts.bars(
        points,
        title=_("Half of the decisions took no longer"),
        description=_("From %(fast)s (%(least)s) to %(slow)s (%(most)s).")
        % {"fast": fast.label, "least": fast.said, "slow": slow.label, "most": slow.said},
        head=(_("Decided by"), _("Half within")),
    )


def chart_of_choice(found: SingleSource) -> charts.Chart | None:
    """The money by how much choice there was; the awards where no money was promised; None without both."""
    kinds = dict(zip(CHOICES, (found.asked_one, found.one_offer, found.several), strict=True))
    whole = found.total
    if whole.committed_minor:
        head, share = str(MEASURES[Measure.COMMITTED]), percent(found.share_of_money)
        points = [
            _point(str(CHOICES[kind]), one.committed_minor, found.currency) for kind, one in kinds.items()
        ]
    elif whole.awards:
        head, share = _("Awards"), percent(found.share_of_awards)
        points = [
            charts.Point(str(CHOICES[kind]), one.awards, formats.number(one.awards))
            for kind, one in kinds.items()
        ]
    else:
        return None
    drawn = charts.bars(
        points,
        title=_("%(what)s by how much choice there was") % {"what": head},
        description=_("%(share)s of it was chosen from one provider only.") % {"share": share},
        head=(_("Choice"), head),
    )
    if not whole.committed_minor:
        return drawn
    marks = tuple(replace(mark, said=_short(int(point.value), found.currency)) for point, mark in drawn.pairs)
    return replace(drawn, marks=marks)


def duration(minutes: Fraction | None) -> str:
    """`3 h 20 min`, `2 days 4 h`; empty when there is no figure."""
    if minutes is None:
        return ""
    whole = floor(minutes + Fraction(1, 2))
    days, rest = divmod(whole, 24 * 60)
    hours, left = divmod(rest, 60)
    if days:
        said = ngettext("%(n)s day", "%(n)s days", days) % {"n": formats.number(days)}
        return _("%(days)s %(hours)s h") % {"days": said, "hours": hours} if hours else said
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": left}
    return _("%(minutes)s min") % {"minutes": left} if left else _("under a minute")


def why_no_middle(waits: Waits) -> str:
    """Why a row shows no times; empty when it does."""
    if waits.middle is not None:
        return ""
    return _("fewer than %(least)s decisions: too few for a middle") % {"least": FEWEST}


def percent(value: Fraction | None) -> str:
    """`93.1%`; a dash without a case."""
    if value is None:
        return "–"
    return format_decimal(float(value), format="#,##0.0", locale=formats.locale()) + "%"
