"""How the terms of a statement of work read: the same on the page, in the PDF and in a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from babel.dates import format_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from outtask.agree.documents import Document, Metric, ServiceLevelTerms, Terms
from outtask.agree.orders import Line
from outtask.source.criteria import Criterion, checked_by
from outtask.ui import formats

METRICS: Mapping[Metric, str | Promise] = {
    Metric.ON_TIME: gettext_lazy("Milestones handed in on time"),
    Metric.FIRST_TIME: gettext_lazy("Milestones accepted at the first try"),
    Metric.RESPONSE_HOURS: gettext_lazy("Hours until a question is answered"),
}


def full_day(value: date) -> str:
    """`Friday 11 December 2026`: a document is read years later, so its days carry their year."""
    return format_date(value, "EEEE d MMMM y", locale=formats.locale())


def days(count: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}


def level_line(level: ServiceLevelTerms) -> str:
    """`Milestones handed in on time: at least 95%`."""
    name = METRICS[level.metric]
    target = f"{level.target.normalize():f}"
    if level.metric is Metric.RESPONSE_HOURS:
        return _("%(name)s: at most %(target)s") % {"name": name, "target": target}
    return _("%(name)s: at least %(target)s%%") % {"name": name, "target": target}


def leaving_of(document: Document) -> list[tuple[str, str]]:
    """What of it a document shows: of an order, which leaves nothing behind, payment alone."""
    rows = leaving_rows(document.terms)
    return rows[-1:] if document.lines else rows


def leaving_rows(terms: Terms) -> list[tuple[str, str]]:
    """The way back, notice and payment, as pairs of what and how much."""
    leaving = terms.exit
    return [
        (_("Cost of leaving"), formats.money(leaving.fee)),
        (_("Help after the end"), days(leaving.transition_days)),
        (_("Everything returned within"), days(leaving.retrieval_days)),
        (_("Notice"), days(terms.notice_days)),
        (_("Paid after acceptance within"), days(terms.payment_days)),
    ]


def line_words(line: Line) -> str:
    """`Chair, oak: 4 pieces at £10.00 and 20 % tax`."""
    facts = {
        "what": line.what,
        "quantity": f"{line.quantity} {line.unit}".strip(),
        "price": formats.money(line.price),
        "tax": f"{line.tax_percent.normalize():f}",
    }
    return _("%(what)s: %(quantity)s at %(price)s, tax %(tax)s%%") % facts


def criterion_line(criterion: Criterion) -> str:
    """The condition, and what the system will check by itself when it does."""
    checked = checked_by(criterion)
    if checked is None:
        return criterion.text
    return _("%(text)s. %(checked)s") % {
        "text": criterion.text.rstrip("."),
        "checked": checked.said_with(_),
    }
