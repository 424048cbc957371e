"""Reads of the watch room: what detectors are tuned to, the facts they look at, and what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from outtask.journal.prepared import prepared, several
from outtask.journal.recording import NotFound
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal
from outtask.people.models import Member
from outtask.people.queries import is_excepted
from outtask.people.states import Role
from outtask.spend.models import PurchaseRequest
from outtask.spend.rules import still_promised
from outtask.spend.states import LIVE, RequestState
from outtask.watch import rules
from outtask.watch.models import Hold, Tuning
from outtask.watch.states import Detector, Disposition
from outtask.watch.tuning_rules import USUAL, Terms

NOT_MEANT = (RequestState.VOID, RequestState.WITHDRAWN)


# ---- what detectors are tuned to ----


def terms_of(organisation_id: UUID) -> rules.Parameters:
    """What the detectors of an organisation are tuned to."""
    row = _tuned.first(organisation_id)
    return rules.DEFAULTS if row is None else row.terms.parameters


@prepared()
def _tuned(organisation_id: UUID) -> QuerySet[Tuning]:
    return Tuning.objects.filter(organisation_id=organisation_id).order_by("-id")[:1]


@dataclass(frozen=True)
class Tuned:
    """What holds. version: how often it was tuned; row: the last time, None while it never was."""

    terms: Terms
    version: int
    row: Tuning | None


def tuned(organisation_id: UUID) -> Tuned:
    """What people set of it, as they see it before they set it again."""
    row = _tuned.first(organisation_id)
    if row is None:
        return Tuned(USUAL, 0, None)
    return Tuned(row.terms, Tuning.objects.filter(organisation_id=organisation_id).count(), row)


def tunings_for(actor: Actor) -> QuerySet[Tuning]:
    """Every tuning the actor sees, to be paged by the latest first."""
    return cast("QuerySet[Tuning]", Tuning.objects.visible_to(actor).select_related("set_by__person"))


def terms_before(row: Tuning) -> Terms:
    """What held until this tuning."""
    earlier = Tuning.objects.filter(organisation_id=row.organisation_id, pk__lt=row.pk).order_by("-id")
    found: Tuning | None = earlier.first()
    return found.terms if found is not None else USUAL


# ---- what detectors look at ----


def limit_over(member: Member, base_minor: int) -> int | None:
    """The lowest limit, from a member up the line they refer to, that covers an amount; None without one."""
    seen: set[UUID] = set()
    limits: list[int] = []
    step: Member | None = member
    while step is not None and step.pk not in seen and step.role != Role.OWNER:
        seen.add(step.pk)
        if step.left_at is None and step.limit_minor is not None and step.limit_minor >= base_minor:
            limits.append(step.limit_minor)
            if step is member:
                break  # within one's own limit nobody else is asked
        step = step.reports_to
    return min(limits, default=None)


def asked_of(request: PurchaseRequest, limit: int | None) -> rules.Asked:
    """A request as detectors see it."""
    asker: Member = request.requested_by
    return rules.Asked(
        id=request.reference,
        person=str(asker.person_id),
        team=str(asker.reports_to_id or asker.pk),
        provider=str(request.agreement.provider_id),
        agreement=str(request.agreement_id),
        amount=request.base_minor,
        limit=limit,
        at=request.requested_at,
        text=f"{request.outtask.title}\n{request.reason}",
    )


def parts_of_one(request: PurchaseRequest, at: datetime, terms: rules.Parameters) -> list[rules.Asked]:
    """What the team asked for from the same provider so far back that it may belong together."""
    asker: Member = request.requested_by
    team = Q(requested_by_id=asker.pk)
    if asker.reports_to_id:
        team |= Q(requested_by__reports_to_id=asker.reports_to_id)
    days = max(terms.split_days, terms.alike_split_days)
    # Orders that name nobody yet count as from one and the same: leaving the name out hides no split.
    same: dict[str, UUID | None] = {"agreement__provider_id": request.agreement.provider_id}
    rows = _others(request).filter(
        team,
        **same,
        requested_at__gte=at - timedelta(days=days),
        state__in=LIVE,
    )
    rows = rows.annotate(released=F("commitment__released_minor"))
    return [replace(asked_of(row, None), amount=_still_promised(row)) for row in rows]


def _still_promised(request: Any) -> int:
    """What was released, as when work was taken back, is no part of anything."""
    return still_promised(request.base_minor, request.amount_minor, request.released or 0)


def last_of_person(request: PurchaseRequest, terms: rules.Parameters) -> list[rules.Asked]:
    """The last few requests of whoever asks, those aside that were taken back or made void."""
    rows = _others(request).filter(requested_by_id=request.requested_by_id).exclude(state__in=NOT_MEANT)
    return [asked_of(row, None) for row in rows.order_by("-id")[: terms.below_of_last - 1]]


def _others(request: PurchaseRequest) -> QuerySet[PurchaseRequest]:
    # Not what the asker may see: a detector looks at everything the organisation has.
    rows = PurchaseRequest.objects.filter(organisation_id=request.organisation_id).exclude(pk=request.pk)
    return cast("QuerySet[PurchaseRequest]", rows.select_related("outtask", "agreement", "requested_by"))


# ---- what is held ----


def open_on(organisation_id: UUID, subject_ids: Iterable[UUID]) -> list[Hold]:
    """The holds nobody has disposed of yet, on any of these subjects."""
    return list(_open_on(organisation_id, subject_ids).order_by("id"))


def _open_on(organisation_id: UUID, subject_ids: Iterable[UUID]) -> QuerySet[Hold]:
    return Hold.objects.filter(
        organisation_id=organisation_id, disposition="", subject_id__in=list(subject_ids)
    )


def why_held(organisation_id: UUID, *subject_ids: UUID) -> list[Refusal]:
    """Why neither of these goes on: a refusal for each hold that is open."""
    return rules.why_not_held(set(several(_detectors, subject_ids, organisation_id)))


@prepared()
def _detectors(subject_ids: tuple[UUID, ...], organisation_id: UUID) -> QuerySet[Hold, str]:
    return _open_on(organisation_id, subject_ids).values_list("detector", flat=True)


def holds_for(actor: Actor) -> QuerySet[Hold]:
    """Every hold the actor sees; to be paged by `OPEN_FIRST`."""
    rows = Hold.objects.visible_to(actor).select_related("outtask", "disposed_by__person")
    return cast("QuerySet[Hold]", rows)


OPEN_FIRST = ("disposition", "-id")
"""Nothing sorts before every disposition."""


def hold_of(actor: Actor, hold_id: UUID) -> Hold:
    """The hold; NotFound when the actor may not see it."""
    found = holds_for(actor).filter(pk=hold_id).first()
    if found is None:
        raise NotFound("hold")
    return found


def involved_in(holds: Sequence[Hold]) -> dict[UUID, frozenset[str]]:
    """By hold the persons who had a part in what is held: who did it, and who asked for the money."""
    asked: dict[UUID, set[str]] = {}
    rows = PurchaseRequest.objects.filter(outtask_id__in={hold.outtask_id for hold in holds})
    for outtask_id, person_id in rows.values_list("outtask_id", "requested_by__person_id"):
        asked.setdefault(outtask_id, set()).add(str(person_id))
    return {
        hold.pk: frozenset({hold.evidence.get("by", "")} | asked.get(hold.outtask_id, set())) - {""}
        for hold in holds
    }


def disposals_of(
    actor: Actor, holds: Sequence[Hold], disposition: str = "", note: str = ""
) -> dict[UUID, rules.Disposal]:
    """What the rules ask about the actor looking at each of these holds; two queries for all."""
    involved = involved_in(holds)
    exception = is_excepted(actor.organisation_id)
    return {
        hold.pk: rules.Disposal(
            disposed=bool(hold.disposition),
            disposition=disposition,
            note=note,
            person=str(actor.person_id),
            involved=involved[hold.pk],
            exception=exception,
        )
        for hold in holds
    }


def records_for(actor: Actor) -> list[rules.Record]:
    """How each detector did, as far as the actor sees; one query."""
    rows: Any = Hold.objects.visible_to(actor).values_list("detector", "disposition").order_by()
    counts = {(detector, disposition): n for detector, disposition, n in rows.annotate(n=Count("id"))}
    return [
        rules.Record(
            detector,
            waiting=counts.get((detector, ""), 0),
            sound=counts.get((detector, Disposition.SOUND), 0),
            fault=counts.get((detector, Disposition.FAULT), 0),
        )
        for detector in Detector
    ]
