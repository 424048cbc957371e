"""Reads of the spend room; each starts from what the actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Sum

from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.people.duties import Duties, Duty
from outtask.people.models import Member, Organisation, SeparationException
from outtask.people.roles import ROLES, Right
from outtask.people.states import Role
from outtask.spend.models import Approval, Budget, PurchaseRequest, Rate
from outtask.spend.rules import Approver, StoredRate, in_base
from outtask.spend.states import Decision, RequestState


def approver_of(member: Member) -> Approver:
    return Approver(
        id=member.pk,
        name=member.name,
        limit_minor=member.limit_minor,
        is_owner=member.role == Role.OWNER,
        may_approve=Role(member.role) in ROLES[Right.APPROVE] and member.left_at is None,
    )


def chain_above(member: Member) -> list[Approver]:
    """Whom a member refers to, step by step; ends at the top or where a circle would begin."""
    seen, chain = {member.pk}, []
    above = member.reports_to
    while above is not None and above.pk not in seen:
        seen.add(above.pk)
        chain.append(approver_of(above))
        above = above.reports_to
    return chain


def owners(organisation_id: UUID) -> list[Approver]:
    """The owners still here, the longest first."""
    rows = Member.objects.filter(
        organisation_id=organisation_id, role=Role.OWNER, left_at__isnull=True
    ).order_by("id")
    return [approver_of(member) for member in rows.select_related("person")]


def rate_for(organisation_id: UUID, currency: str, day: date) -> StoredRate | None:
    """The latest stored rate on or before the day."""
    row = (
        Rate.objects.filter(organisation_id=organisation_id, currency=currency, day__lte=day)
        .order_by("-day")
        .first()
    )
    return StoredRate(row.currency, row.per_unit, row.day) if row else None


def base_amount(organisation: Organisation, amount: Money, day: date) -> int | Refusal:
    """The amount in the organisation's currency at the stored rate of the day."""
    rate = (
        None if amount.currency == organisation.currency else rate_for(organisation.pk, amount.currency, day)
    )
    return in_base(amount, organisation.currency, rate)


def committed_for_need(outtask_id: UUID, without: UUID | None = None) -> int:
    """What is promised for one out-task already, in the organisation's currency: limits count the whole need."""
    live = PurchaseRequest.objects.filter(outtask_id=outtask_id, state=RequestState.COMMITTED).exclude(
        pk=without
    )
    return live.aggregate(total=Sum("base_minor"))["total"] or 0


def duties_of(outtask_id: UUID, organisation_id: UUID) -> dict[Duty, set[UUID]]:
    """Which persons asked for and approved the money of an out-task; later rooms add their own duties."""
    held: dict[Duty, set[UUID]] = {Duty.REQUEST: set(), Duty.APPROVE: set()}
    live = [RequestState.REFERRED, RequestState.ASKED, RequestState.COMMITTED]
    requests = PurchaseRequest.objects.filter(outtask_id=outtask_id, state__in=live)
    held[Duty.REQUEST].update(requests.values_list("requested_by__person_id", flat=True))
    approved = Approval.objects.filter(
        request__outtask_id=outtask_id, decision=Decision.APPROVE, voided_at__isnull=True
    )
    held[Duty.APPROVE].update(approved.values_list("decided_by__person_id", flat=True))
    return held


def duties(outtask_id: UUID, organisation_id: UUID, also: dict[Duty, set[UUID]] | None = None) -> Duties:
    """The duties held on an out-task, with those that a later room knows of."""
    held = duties_of(outtask_id, organisation_id)
    for duty, people in (also or {}).items():
        held.setdefault(duty, set()).update(people)
    exception = SeparationException.objects.filter(
        organisation_id=organisation_id, until__isnull=True
    ).exists()
    return Duties({duty: frozenset(people) for duty, people in held.items()}, exception=exception)


def budgets_for(actor: Actor) -> Sequence[Budget]:
    rows: Any = Budget.objects.visible_to(actor).filter(closed_at__isnull=True).order_by("name")
    return rows


def inbox(actor: Actor, size: int = 50) -> Sequence[PurchaseRequest]:
    """Requests that wait for this member's decision, the oldest first."""
    waiting = [RequestState.REFERRED, RequestState.ASKED]
    rows: Any = (
        PurchaseRequest.objects.visible_to(actor)
        .filter(decider_id=actor.id, state__in=waiting)
        .select_related("outtask", "requested_by__person", "budget", "agreement__provider")
        .order_by("id")
    )
    return rows[:size]
