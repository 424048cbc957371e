"""Reads of the reports. Each starts from what the actor may see, and the database does the grouping.

Everything about money is read from the postings, which are the ledger: a report is what moved in its span.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest

from outtask.journal.planning import planned
from outtask.kernel.actor import Actor
from outtask.people.models import Member, Provider
from outtask.source.models import Award, Invitation, Proposal
from outtask.source.states import Choice, ProposalState
from outtask.spend.models import Approval, Budget, Commitment, Posting
from outtask.spend.reports.choice import Chosen, SingleSource
from outtask.spend.reports.expressions import Minutes, by_what_it_is_for
from outtask.spend.reports.figures import (
    MOVES,
    By,
    Chapter,
    Key,
    Measure,
    Moved,
    Report,
    Sums,
    lines,
    month_name,
    with_gaps_filled,
    worth,
)
from outtask.spend.reports.spans import Span
from outtask.spend.reports.waits import Decider, Waits, waits_of
from outtask.spend.states import Decision

_KEYS: Mapping[By, tuple[str, str]] = {
    By.PROVIDER: ("agreement", "provider"),
    By.CATEGORY: ("request", "category"),
    By.PERSON: ("request", "requested_by"),
}
"""What a commitment leads to, and the column there that names the row."""
_BEFORE = -1


def spending(actor: Actor, span: Span, by: By, currency: str) -> Report:
    """What moved for commitments within the span. currency: the organisation's."""
    # With the few megabytes that PostgreSQL allows each step, a year's movements go through files.
    with planned(work_mem="64MB"):
        return _spending(actor, span, by, currency)


def _spending(actor: Actor, span: Span, by: By, currency: str) -> Report:
    abroad = Budget.objects.visible_to(actor).exclude(currency=currency).values("id")
    moved = _within(actor, span)
    if not abroad.exists():
        found = lines(_at_home(moved, span, by, currency), currency, _names(actor, span, by))
    else:
        here = _at_home(moved.exclude(budget_id__in=abroad), span, by, currency)
        there = _abroad(moved.filter(budget_id__in=abroad), span, by)
        found = lines(chain(here, there), currency, _names(actor, span, by))
    if by is By.MONTH:
        found = with_gaps_filled(found, [month for month, _ in span.months])
    return Report(by, currency, found)


def _at_home(rows: Any, span: Span, by: By, currency: str) -> Iterator[Moved]:
    """Movements in pots of the organisation's currency: what was posted is what they are worth."""
    key_of = _reader(span, by)
    if by in _KEYS:
        grouped = by_what_it_is_for(rows, _sums(), _KEYS[by])
    else:
        key = _place(span) if by is By.MONTH else F("budget_id")
        found = rows.order_by().annotate(key=key).values("key").annotate(**_sums())
        grouped = found.values_list("key", *Measure)
    for key, *sums in grouped:
        moved = Sums(*map(int, sums))
        yield Moved(key_of(key), currency, moved, moved)


def _abroad(rows: Any, span: Span, by: By) -> Iterator[Moved]:
    """Movements in foreign pots, commitment by commitment, with those from before the span.

    rows: those of the span that the actor may see.
    """
    key_of = _reader(span, by)
    about = {
        "stretch": _stretch(span, by),
        "row": _row(span, by),
        "whole": F("amount_minor"),
        "base": F("request__base_minor"),
    }
    # From these commitments to their movements: the other way round all movements ever made would be read,
    # and asked for by their organisation too, all its commitments.
    history = Commitment.objects.filter(
        pk__in=rows.order_by().values("commitment_id"), postings__posted_at__lt=span.period.end
    )
    grouped = history.annotate(**about).values("pk", "currency", *about).annotate(**_sums("postings__"))
    yield from worth(
        Chapter(
            commitment=row["pk"],
            key=key_of(row["row"]),
            currency=row["currency"],
            amount_minor=row["whole"],
            base_minor=row["base"],
            moved=Sums(*(int(row[measure]) for measure in Measure)),
            counts=row["stretch"] != _BEFORE,
        )
        for row in grouped.order_by("pk", "stretch")
    )


def _movements(actor: Actor) -> Any:
    return Posting.objects.visible_to(actor).filter(commitment_id__isnull=False)


def _within(actor: Actor, span: Span) -> Any:
    period = span.period
    return _movements(actor).filter(posted_at__gte=period.start, posted_at__lt=period.end)


def _sums(there: str = "") -> dict[str, Sum]:
    """The four sums of postings; there: the way to them."""
    return {
        measure.value: Sum(
            f"{there}amount_minor",
            filter=Q((f"{there}source", source), (f"{there}target", target)),
            default=0,
        )
        for measure, (source, target) in MOVES.items()
    }


def _row(span: Span, by: By) -> Combinable:
    """What names the row of a commitment's movement."""
    if by is By.MONTH:
        return _stretch(span, by)
    return F("__".join(_KEYS[by])) if by in _KEYS else F("budget_id")


def _place(span: Span, *before: When, there: str = "") -> Case:
    """Which of the span's months an instant is in. Compared, since no database need know the zone."""
    ends = [_until(there, end, place) for place, (_, end) in enumerate(span.months)]
    return Case(*before, *ends, output_field=IntegerField())


def _stretch(span: Span, by: By) -> Case:
    """The part of time in which a commitment's movement falls: before the span, or which part of it."""
    before = _until("postings__", span.period.start, _BEFORE)
    if by is By.MONTH:
        return _place(span, before, there="postings__")
    return Case(before, default=Value(0), output_field=IntegerField())


def _until(there: str, end: datetime, place: int) -> When:
    return When(Q((f"{there}posted_at__lt", end)), then=Value(place))


def _reader(span: Span, by: By) -> Callable[[Any], Key]:
    """What the database's key stands for: of a month it gives the place."""
    if by is not By.MONTH:
        return lambda key: key
    months = span.months
    return lambda place: months[place][0]


def _names(actor: Actor, span: Span, by: By) -> dict[Key, str]:
    """How each row is called; a category is its own name."""
    match by:
        case By.PROVIDER:
            return dict(Provider.objects.visible_to(actor).values_list("pk", "name"))
        case By.BUDGET:
            return dict(Budget.objects.visible_to(actor).values_list("pk", "name"))
        case By.PERSON:
            return _people(actor)
        case By.MONTH:
            return {month: month_name(month) for month, _ in span.months}
        case By.CATEGORY:
            return {}


def _people(actor: Actor) -> dict[Key, str]:
    return dict(Member.objects.visible_to(actor).values_list("pk", "person__name"))


# ---- how fast it was decided ----


def decisions(actor: Actor, span: Span) -> tuple[Waits, list[Decider]]:
    """How long the decisions of the span took by the clock: all of them, and by who decided, most first.

    From the first asking to the decision of a person that stands. What a limit covered waited for nobody.
    """
    period = span.period
    rows = Approval.objects.visible_to(actor).filter(
        decision__in=[Decision.APPROVE, Decision.REJECT],
        voided_at__isnull=True,
        decided_at__gte=period.start,
        decided_at__lt=period.end,
    )
    minutes = Greatest(Minutes("decided_at", "request__requested_at"), Value(0))
    grouped = rows.order_by().annotate(minutes=minutes).values("decided_by_id", "minutes")
    by_person: dict[UUID, Counter[int]] = {}
    for person, took, n in grouped.annotate(n=Count("pk")).values_list("decided_by_id", "minutes", "n"):
        by_person.setdefault(person, Counter())[took] += n
    names = _people(actor)
    found = [Decider(key, names[key], waits_of(counts)) for key, counts in by_person.items()]
    found.sort(key=lambda one: (-one.waits.n, one.name.casefold(), str(one.key)))
    return waits_of(sum(by_person.values(), Counter())), found


# ---- how much choice there was ----


def single_source(actor: Actor, span: Span, currency: str) -> SingleSource:
    """Awards of the span, and commitments of the span, by how many were asked and how many offered.

    A commitment without an award, such as an order, chose among nobody.
    """
    period = span.period
    awards = Award.objects.visible_to(actor).filter(awarded_at__gte=period.start, awarded_at__lt=period.end)
    # A commitment is made in the instant in which its whole sum is posted as committed.
    commitments = Commitment.objects.visible_to(actor).filter(
        made_at__gte=period.start, made_at__lt=period.end
    )
    found: dict[Choice, Chosen] = dict.fromkeys(Choice, Chosen())
    # What was noted with the award stands in an index; only for the rest proposals are read.
    noted = awards.filter(choice__in=list(Choice)).order_by().values("choice").annotate(n=Count("*"))
    searched = _by_choice(awards.filter(choice=""), "").annotate(n=Count("*"))
    for choice, n in chain(noted.values_list("choice", "n"), searched.values_list("chosen", "n")):
        found[Choice(choice)] += Chosen(awards=n)
    promised = _by_choice(commitments, "agreement__award__")
    promised = promised.annotate(n=Count("*"), base=Sum("request__base_minor"))
    for choice, n, base in promised.values_list("chosen", "n", "base"):
        found[Choice(choice)] += Chosen(commitments=n, committed_minor=int(base))
    return SingleSource(currency, found[Choice.ASKED_ONE], found[Choice.ONE_OFFER], found[Choice.SEVERAL])


def _by_choice(rows: Any, award: str) -> Any:
    """Rows grouped by the choice there was; of awards made before it was noted, by who else was asked and had
    a proposal standing in the round."""
    invitation, chosen = f"{award}proposal__invitation__", OuterRef(f"{award}proposal__provider_id")
    brief, round_ = OuterRef(f"{invitation}brief_id"), OuterRef(f"{invitation}round")
    asked = Invitation.objects.filter(brief_id=brief, round=round_).exclude(provider_id=chosen)
    offered = Proposal.objects.filter(invitation__brief_id=brief, invitation__round=round_)
    offered = offered.exclude(provider_id=chosen).exclude(state=ProposalState.WITHDRAWN)
    choice = Case(
        When(Q((f"{award}choice__gt", "")), then=F(f"{award}choice")),
        When(Exists(offered), then=Value(Choice.SEVERAL.value)),
        When(Exists(asked), then=Value(Choice.ONE_OFFER.value)),
        default=Value(Choice.ASKED_ONE.value),
    )
    return rows.order_by().annotate(chosen=choice).values("chosen")
