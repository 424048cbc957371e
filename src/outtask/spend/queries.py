"""Reads of the spend room; each starts from what the actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast
from uuid import UUID

from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.people.duties import Duties, Duty, why_not_duty
from outtask.people.models import Member, Organisation, SeparationException
from outtask.people.roles import ROLES, Right
from outtask.people.states import Role
from outtask.spend.models import Approval, Budget, Commitment, PurchaseRequest, Rate
from outtask.spend.rules import Approver, StoredRate, in_base, still_promised
from outtask.spend.states import LIVE, Decision, RequestState


def approver_of(member: Member, duties: Duties | None = None) -> Approver:
    """A member's limit, and whether they may approve where these duties are held."""
    here = member.left_at is None and Role(member.role) in ROLES[Right.APPROVE]
    apart = duties is None or why_not_duty(member.person_id, Duty.APPROVE, duties) is None
    # What was set before somebody became an owner binds them no more: an owner's limit is the budgets.
    owner = member.role == Role.OWNER
    return Approver(member.pk, None if owner else member.limit_minor, owner, may_approve=here and apart)


def approvers_above(member: Member, duties: Duties) -> list[Approver]:
    """Whom a member refers to, step by step, and after them the owners, who have been here longest first.

    The line ends at its top, or where a circle would begin.
    """
    seen, line = {member.pk}, []
    above = member.reports_to
    while above is not None and above.pk not in seen:
        seen.add(above.pk)
        line.append(above)
        above = above.reports_to
    owners = Member.objects.filter(
        organisation_id=member.organisation_id, role=Role.OWNER, left_at__isnull=True
    ).exclude(pk__in=seen)
    return [approver_of(row, duties) for row in (*line, *owners.order_by("joined_at", "id"))]


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
    """What is promised for one out-task already, in the organisation's currency: limits count the whole need.

    What was released, as when the work was taken back, is promised no more.
    """
    live = PurchaseRequest.objects.filter(outtask_id=outtask_id, state=RequestState.COMMITTED)
    rows = live.exclude(pk=without).values_list("base_minor", "amount_minor", "commitment__released_minor")
    return sum(still_promised(base, amount, released or 0) for base, amount, released in rows)


def live_commitment(agreement_id: UUID) -> Commitment | None:
    """The commitment that stands under an agreement, not one that a later version made void."""
    found: Commitment | None = (
        Commitment.objects.select_related("budget")
        .filter(agreement_id=agreement_id, request__state=RequestState.COMMITTED)
        .first()
    )
    return found


def live_request(agreement_id: UUID) -> PurchaseRequest | None:
    """The request that waits for a decision or holds money under an agreement."""
    found: PurchaseRequest | None = PurchaseRequest.objects.filter(
        agreement_id=agreement_id, state__in=LIVE
    ).first()
    return found


def duties_of(outtask_id: UUID, organisation_id: UUID) -> dict[Duty, set[UUID]]:
    """Which persons asked for and approved the money of an out-task; later rooms add their own duties."""
    held: dict[Duty, set[UUID]] = {Duty.REQUEST: set(), Duty.APPROVE: set()}
    requests = PurchaseRequest.objects.filter(outtask_id=outtask_id, state__in=LIVE)
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
    """The open budgets by name."""
    rows = Budget.objects.visible_to(actor).filter(closed_at__isnull=True).order_by("name")
    return cast("Sequence[Budget]", rows)
