"""Reads of the measure room: the facts behind each figure, in few queries however long the history."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Min, Q

from outtask.agree.documents import Metric
from outtask.agree.models import ServiceLevel
from outtask.deliver.models import Milestone, Submission
from outtask.deliver.states import MilestoneState, VerdictKind
from outtask.kernel.actor import Actor
from outtask.measure import metrics
from outtask.messages.models import Message
from outtask.source.models import Invitation
from outtask.source.states import InvitationState

WINDOW = timedelta(days=90)
"""How far a scorecard looks back."""
CHARTED = timedelta(days=365)


@dataclass
class Facts:
    """What is known of one provider, or of the work under one agreement."""

    hand_ins: list[metrics.HandedIn] = field(default_factory=list)
    overdue: int = 0
    still_open: frozenset[UUID] = frozenset()
    questions: list[metrics.Wait] = field(default_factory=list)
    briefs: list[metrics.Wait] = field(default_factory=list)

    def scorecard(self, since: datetime, now: datetime, charted: datetime | None = None) -> metrics.Scorecard:
        """The figures of what happened after `since`; the months after `charted`."""
        recent = [one for one in self.hand_ins if one.came_at >= since]
        waits = [*self.questions, *self.briefs, *metrics.waits_for_rework(self.hand_ins, self.still_open)]
        return metrics.Scorecard(
            on_time=metrics.on_time(recent, self.overdue),
            first_time=metrics.first_time(recent),
            rework=metrics.rework(recent),
            response=metrics.response([wait for wait in waits if wait.asked_at >= since], now),
            months=metrics.by_month(one for one in self.hand_ins if one.came_at >= (charted or since)),
        )


def scorecards(
    actor: Actor, providers: Collection[UUID], zone: str, now: datetime
) -> dict[UUID, metrics.Scorecard]:
    """The scorecard of each provider over the last 90 days: four queries for all of them together."""
    known = _facts(actor, Q(agreement__provider__in=providers), "agreement__provider_id", zone, now)
    _add_questions(known, actor, Q(provider__in=providers))
    _add_briefs(known, actor, providers)
    since = now - WINDOW
    return {provider: known[provider].scorecard(since, now, now - CHARTED) for provider in providers}


def facts_of_agreement(actor: Actor, agreement_id: UUID, zone: str, now: datetime) -> Facts:
    """What happened under one agreement: three queries."""
    known = _facts(actor, Q(agreement=agreement_id), "agreement_id", zone, now)
    here: Any = Milestone.objects.visible_to(actor).filter(agreement=agreement_id)
    opened = (
        here.order_by("opened_at")
        .values_list("outtask_id", "agreement__provider_id", "agreement__made_at")
        .first()
    )
    if opened is not None:
        outtask_id, provider_id, made_at = opened
        asked = Q(outtask=outtask_id, provider=provider_id, written_at__gte=made_at)
        found: dict[UUID, Facts] = defaultdict(Facts)
        _add_questions(found, actor, asked)
        known[agreement_id].questions = found[provider_id].questions
    return known[agreement_id]


def _facts(actor: Actor, which: Q, owner: str, zone: str, now: datetime) -> dict[UUID, Facts]:
    """Hand-ins and open milestones, told apart by the column `owner` of the milestone."""
    here = ZoneInfo(zone)
    known: dict[UUID, Facts] = defaultdict(Facts)
    milestones: Any = Milestone.objects.visible_to(actor).filter(which)
    tries: Any = Submission.objects.visible_to(actor).filter(milestone__in=milestones)
    rows = tries.order_by("handed_in_at").values_list(
        f"milestone__{owner}",
        "milestone_id",
        "number",
        "handed_in_at",
        "due_on",
        "verdict__kind",
        "verdict__decided_at",
        "verdict__undone",
    )
    for whose, milestone, number, at, due_on, said, decided_at, undone in rows:
        came_on = at.astimezone(here).date()
        # What was received and went back counts as what was looked at and came back.
        kind = VerdictKind.CHANGES_REQUESTED if undone else said
        known[whose].hand_ins.append(
            metrics.HandedIn(milestone, number, came_on, due_on, at, kind or "", decided_at)
        )
    _add_open(known, milestones, owner, now.astimezone(here).date())
    return known


def _add_open(known: dict[UUID, Facts], milestones: Any, owner: str, today: date) -> None:
    waiting = milestones.filter(state__in=[MilestoneState.OPEN, MilestoneState.CHANGES_REQUESTED])
    overdue: Counter[UUID] = Counter()
    again: dict[UUID, set[UUID]] = defaultdict(set)
    for whose, pk, state, due_on in waiting.values_list(owner, "id", "state", "due_on"):
        if state == MilestoneState.CHANGES_REQUESTED:
            again[whose].add(pk)
        elif due_on < today:
            overdue[whose] += 1
    for whose in overdue.keys() | again.keys():
        known[whose].overdue = overdue[whose]
        known[whose].still_open = frozenset(again[whose])


def _add_questions(known: dict[UUID, Facts], actor: Actor, which: Q) -> None:
    """Questions that members asked the provider."""
    asked: Any = Message.objects.visible_to(actor).filter(which, asks=True, member__isnull=False)
    for provider, at, answered_at in asked.values_list("provider_id", "written_at", "answered_at"):
        known[provider].questions.append(metrics.Wait(at, answered_at))


def _add_briefs(known: dict[UUID, Facts], actor: Actor, providers: Collection[UUID]) -> None:
    """Briefs sent to the provider; declining is an answer, what was withdrawn or lapsed asks for none."""
    sent: Any = Invitation.objects.visible_to(actor).filter(provider__in=providers)
    sent = sent.exclude(state__in=[InvitationState.WITHDRAWN, InvitationState.LAPSED])
    rows = sent.annotate(offered_at=Min("proposals__offered_at")).order_by("id")
    for provider, at, offered_at, answered_at in rows.values_list(
        "provider_id", "sent_at", "offered_at", "answered_at"
    ):
        known[provider].briefs.append(metrics.Wait(at, offered_at or answered_at))


@dataclass(frozen=True)
class Promise:
    """A service level with the figure that stands against it."""

    level: ServiceLevel
    figure: metrics.Figure
    standing: metrics.Standing

    @property
    def metric(self) -> Metric:
        return Metric(self.level.metric)


def promises(actor: Actor, agreement_id: UUID, facts: Facts, now: datetime) -> Sequence[Promise]:
    """Each promise of an agreement in force, and whether it is kept so far: one query."""
    levels: Any = ServiceLevel.objects.visible_to(actor).filter(agreement=agreement_id).order_by("order")
    found = []
    for level in cast(Sequence[ServiceLevel], levels):
        figure = figure_of(Metric(level.metric), facts, now)
        found.append(Promise(level, figure, metrics.standing(level.comparator, level.target, figure)))
    return found


def figure_of(metric: Metric, facts: Facts, now: datetime) -> metrics.Figure:
    """What a service level of this metric is about, over everything that happened under the agreement."""
    if metric is Metric.ON_TIME:
        return metrics.on_time(facts.hand_ins, facts.overdue)
    if metric is Metric.FIRST_TIME:
        return metrics.first_time(facts.hand_ins)
    return metrics.response(facts.questions, now)
