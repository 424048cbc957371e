"""A comparison as it is told: one column an offer, one line a question, reasons beside the result."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from outtask.people.words import KIND_NAMES
from outtask.source.comparison import Candidate, Comparison, Gate, Judged, Question
from outtask.source.criteria import Criterion, checked_by
from outtask.ui import formats

GATES: Mapping[Gate, tuple[str, str | Promise]] = {
    Gate.BLOCKED: ("bad", gettext_lazy("Blocked")),
    Gate.PRICE_UNKNOWN: ("warn", gettext_lazy("No rate noted")),
    Gate.ABOVE_CEILING: ("warn", gettext_lazy("Above your limit")),
    Gate.LATE: ("warn", gettext_lazy("Too late")),
}
QUESTIONS: Mapping[Question, str | Promise] = {
    Question.QUALITY: gettext_lazy("Sure to be right"),
    Question.PRICE: gettext_lazy("Price"),
    Question.RELATION: gettext_lazy("Known to us"),
    Question.SLACK: gettext_lazy("In time"),
}


@dataclass(frozen=True, slots=True)
class Points:
    """Points for one question, and of how many."""

    name: str
    points: int
    most: int


@dataclass(frozen=True, slots=True)
class Column:
    """One offer as it is shown."""

    id: UUID
    name: str
    kind: str
    is_a: str
    price: str
    about: str
    ready: date
    early: str
    milestones: str
    record: str
    leaving: str
    note: str
    best: bool
    outdated: bool
    total: int | None
    points: tuple[Points, ...]
    gates: tuple[tuple[str, str], ...]


def columns_of(comparison: Comparison, by_when: date, outdated: Collection[UUID]) -> list[Column]:
    """The offers as columns, the best one first, the others as they came."""
    offers = sorted(comparison.offers, key=lambda judged: judged is not comparison.best)
    return [_column(judged, judged is comparison.best, by_when, outdated) for judged in offers]


def _column(judged: Judged, best: bool, by_when: date, outdated: Collection[UUID]) -> Column:
    candidate = judged.candidate
    offer = candidate.offer
    parts = judged.score.parts if judged.score else {}
    return Column(
        id=candidate.id,
        name=candidate.name,
        kind=candidate.kind,
        is_a=_(KIND_NAMES[candidate.kind]),
        price=formats.money(offer.price),
        about=_about(candidate),
        ready=offer.ready_on,
        early=early_or_late(offer.ready_on, by_when),
        milestones=_milestones(candidate),
        record=_record(candidate),
        leaving=_leaving(candidate),
        note=offer.note,
        best=best,
        outdated=candidate.id in outdated,
        total=round(judged.score.total) if judged.score else None,
        points=tuple(
            Points(str(QUESTIONS[question]), round(points), round(most))
            for question, (points, most) in parts.items()
        ),
        gates=tuple((GATES[gate][0], str(GATES[gate][1])) for gate in judged.gates),
    )


def early_or_late(ready_on: date, by_when: date) -> str:
    """`7 days early`, `on the day`, `2 days late`."""
    days = (by_when - ready_on).days
    if days == 0:
        return _("on the day")
    if days > 0:
        return ngettext("%(days)s day early", "%(days)s days early", days) % {"days": days}
    return ngettext("%(days)s day late", "%(days)s days late", -days) % {"days": -days}


def _about(candidate: Candidate) -> str:
    """The price in our currency when it was offered in another: never without its rate and day."""
    price = candidate.price
    if price is None or price.day is None:
        return ""
    facts = {"amount": formats.money(price.amount), "rate": price.rate, "day": formats.day(price.day)}
    return _("about %(amount)s at %(rate)s, %(day)s") % facts


def _milestones(candidate: Candidate) -> str:
    count = len(candidate.offer.milestones)
    return ngettext("%(count)s, at the end", "%(count)s, each paid when accepted", count) % {"count": count}


def _record(candidate: Candidate) -> str:
    record = candidate.record
    if not record.accepted:
        return _("none yet")
    facts = {"accepted": record.accepted, "first": record.first_time}
    if record.first_time == record.accepted:
        text = ngettext(
            "%(accepted)s milestone, accepted first time",
            "%(accepted)s milestones, all accepted first time",
            record.accepted,
        )
        return text % facts
    text = ngettext(
        "%(accepted)s milestone, %(first)s accepted first time",
        "%(accepted)s milestones, %(first)s accepted first time",
        record.accepted,
    )
    return text % facts


def _leaving(candidate: Candidate) -> str:
    """What is at stake when it is taken back: at most the part that is open then."""
    largest = max((stage.amount for stage in candidate.offer.milestones), key=lambda amount: amount.minor)
    if len(candidate.offer.milestones) == 1:
        return _("any day; %(amount)s is open until the end") % {"amount": formats.money(largest)}
    return _("any day; at most %(amount)s open at a time") % {"amount": formats.money(largest)}


def conditions(criteria: Iterable[Criterion]) -> list[tuple[Criterion, str]]:
    """Conditions with what the system will check, in words; empty for what a person looks at."""
    told = []
    for one in criteria:
        checked = checked_by(one)
        told.append((one, checked.said_with(_) if checked else ""))
    return told
