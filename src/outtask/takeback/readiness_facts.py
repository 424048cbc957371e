"""What exit readiness is computed from: the facts of several out-tasks at once, in few queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from outtask.agree.documents import Terms
from outtask.agree.models import Agreement, AgreementVersion, Signature
from outtask.agree.queries import document_of
from outtask.decide.models import Judgement
from outtask.deliver.models import Submission, SubmittedFile
from outtask.kernel.actor import Actor
from outtask.outtasks.models import OPEN, OutTask
from outtask.people.models import Provider
from outtask.people.states import Relation
from outtask.source.models import Brief, Proposal
from outtask.source.queries import today_of
from outtask.takeback.models import Drill, Handover
from outtask.takeback.readiness import Facts, Readiness, readiness, together
from outtask.takeback.states import DrillState

# Beyond these the newest tell enough, and a page stays quick.
MOST = 200
CRITICAL = 4  # of 5: how much depends on it, by the latest judgement


def readiness_of(outtask: OutTask, now: datetime) -> Readiness:
    """How ready one is to take this out-task back."""
    return readiness(facts_of([outtask], now)[outtask.pk])


def readiness_here(actor: Actor, now: datetime) -> tuple[Readiness, int]:
    """How ready the organisation is, over the newest out-tasks that are with a provider; and how many."""
    rows = OutTask.objects.visible_to(actor).filter(OPEN, provider__isnull=False).select_related("provider")
    outtasks = list(rows.order_by("-id")[:MOST])
    each = [readiness(facts) for facts in facts_of(outtasks, now).values()]
    return together(each, _drilled_days_ago(actor.organisation_id, now)), len(outtasks)


def facts_of(outtasks: Sequence[OutTask], now: datetime) -> dict[UUID, Facts]:
    """The facts of each out-task; all are of one organisation."""
    if not outtasks:
        return {}
    organisation_id, today = outtasks[0].organisation_id, today_of(outtasks[0].organisation_id, now)
    drilled = _drilled_days_ago(organisation_id, now)
    ids = [outtask.pk for outtask in outtasks]
    criteria = dict(Brief.objects.filter(outtask__in=ids).values_list("outtask_id", "criteria"))
    terms, signed = _agreed(ids)
    files, links = _handed_in(ids)
    offers, usable = _offers(outtasks), _usable(organisation_id)
    critical = _critical(outtasks)
    rehearsed = set(Handover.objects.filter(outtask__in=ids).values_list("outtask_id", flat=True))
    found = {}
    for outtask in outtasks:
        pk, agreed = outtask.pk, terms.get(outtask.pk)
        there = {
            "brief": pk in criteria,
            "criteria": bool(criteria.get(pk)),
            "agreement": agreed is not None,
            "contact": bool(outtask.provider and outtask.provider.email),
            "files": bool(files[pk] or links[pk]),
        }
        found[pk] = Facts(
            missing=frozenset(name for name, is_there in there.items() if not is_there),
            drilled_days_ago=drilled,
            offers=len(offers[pk]),
            others=len(usable - offers[pk] - {outtask.provider_id}),
            files=files[pk],
            links=links[pk],
            days_left=(outtask.due_on - today).days if outtask.due_on else None,
            days_needed=agreed.notice_days + agreed.exit.transition_days if agreed else None,
            signed=pk in signed,
            retrieval_days=agreed.exit.retrieval_days if agreed else None,
            free=agreed is not None and not agreed.exit.fee.minor,
            critical=outtask.process_id in critical,
            rehearsed=drilled is not None or pk in rehearsed,
        )
    return found


def last_drills(actor: Actor, most: int = 5) -> list[Drill]:
    """The latest drills, newest first."""
    rows = Drill.objects.visible_to(actor).select_related("asked_by__person")
    return list(rows.order_by("-asked_at", "-id")[:most])


def _drilled_days_ago(organisation_id: UUID, now: datetime) -> int | None:
    rows = Drill.objects.filter(organisation_id=organisation_id, state=DrillState.PASSED)
    at: datetime | None = rows.order_by("-settled_at").values_list("settled_at", flat=True).first()
    return (now - at).days if at else None


def _agreed(ids: Iterable[UUID]) -> tuple[dict[UUID, Terms], set[UUID]]:
    """The terms that hold, by out-task; and those whose terms both have signed."""
    latest = {
        agreement.outtask_id: agreement
        for agreement in Agreement.objects.filter(outtask__in=ids).order_by("id")
    }
    numbers = {agreement.pk: agreement for agreement in latest.values()}
    rows = AgreementVersion.objects.filter(agreement__in=list(numbers))
    versions = {row.pk: row for row in rows if row.number == numbers[row.agreement_id].version}
    count = Counter(Signature.objects.filter(version__in=list(versions)).values_list("version_id", flat=True))
    of = {pk: numbers[row.agreement_id].outtask_id for pk, row in versions.items()}
    terms = {of[pk]: document_of(row).terms for pk, row in versions.items()}
    return terms, {of[pk] for pk, signatures in count.items() if signatures == 2}


def _handed_in(ids: Iterable[UUID]) -> tuple[Counter[UUID], Counter[UUID]]:
    """How many files and how many links were handed in, by out-task."""
    path = "submission__milestone__outtask"
    files = Counter(SubmittedFile.objects.filter(**{f"{path}__in": ids}).values_list(f"{path}_id", flat=True))
    links: Counter[UUID] = Counter()
    rows: Any = Submission.objects.filter(milestone__outtask__in=ids).values_list(
        "milestone__outtask_id", "links"
    )
    for outtask_id, given in rows:
        links[outtask_id] += len(given)
    return files, links


def _offers(outtasks: Sequence[OutTask]) -> dict[UUID, set[UUID]]:
    """Providers besides the chosen one who offered to do it and are not blocked."""
    chosen = {outtask.pk: outtask.provider_id for outtask in outtasks}
    rows = Proposal.objects.filter(outtask__in=list(chosen)).exclude(provider__relation=Relation.BLOCKED)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for outtask_id, provider_id in rows.values_list("outtask_id", "provider_id"):
        if provider_id != chosen[outtask_id]:
            found[outtask_id].add(provider_id)
    return found


def _usable(organisation_id: UUID) -> set[UUID]:
    """Providers who are not blocked; more than a few make no difference."""
    rows = Provider.objects.filter(organisation_id=organisation_id).exclude(relation=Relation.BLOCKED)
    return set(rows.order_by("-id").values_list("pk", flat=True)[:50])


def _critical(outtasks: Sequence[OutTask]) -> set[UUID]:
    """The processes on which much depends, by the latest judgement of each."""
    processes = {outtask.process_id for outtask in outtasks if outtask.process_id}
    rows = Judgement.objects.filter(process__in=processes).order_by("number")
    latest = dict(rows.values_list("process_id", "answers"))
    return {pk for pk, answers in latest.items() if int(answers.get("importance") or 0) >= CRITICAL}
