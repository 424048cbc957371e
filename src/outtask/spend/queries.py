"""Reads of the spend room; each starts from what the actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast
from uuid import UUID

from django.db.models import F, Q, QuerySet

from outtask.journal.prepared import prepared
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.people.duties import Duties, Duty
from outtask.people.models import Organisation
from outtask.people.queries import is_excepted
from outtask.spend.models import Approval, Budget, Commitment, PurchaseRequest, Rate
from outtask.spend.rules import StoredRate, in_base, still_promised
from outtask.spend.states import LIVE, Decision, RequestState


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


def committed_for_need(outtask_id: UUID | None, without: UUID | None = None) -> int:
    """What is promised for one out-task already, in the organisation's currency: limits count the whole need.

    What was released, as when the work was taken back, is promised no more; of what is to begin, nothing is.
    """
    if outtask_id is None:
        return 0
    rows = _promised(outtask_id, without)
    return sum(still_promised(base, amount, released or 0) for base, amount, released in rows)


@prepared()
def _promised(
    outtask_id: UUID, without: UUID | None
) -> QuerySet[PurchaseRequest, tuple[int, int, int | None]]:
    live = PurchaseRequest.objects.filter(outtask_id=outtask_id, state=RequestState.COMMITTED)
    others = live if without is None else live.exclude(pk=without)
    return others.values_list("base_minor", "amount_minor", "commitment__released_minor")


def live_commitment(agreement_id: UUID) -> Commitment | None:
    """The commitment that stands under an agreement, not one that a later version made void."""
    return _live_commitment.first(agreement_id)


@prepared()
def _live_commitment(agreement_id: UUID) -> QuerySet[Commitment]:
    rows = Commitment.objects.filter(agreement_id=agreement_id, request__state=RequestState.COMMITTED)
    return rows.select_related("budget").order_by("id")[:1]


def live_request(agreement_id: UUID) -> PurchaseRequest | None:
    """The request that waits for a decision or holds money under an agreement."""
    found: PurchaseRequest | None = PurchaseRequest.objects.filter(
        agreement_id=agreement_id, state__in=LIVE
    ).first()
    return found


def latest_request_id(agreement_id: UUID) -> UUID | None:
    """The request that was made last under an agreement, however it ended."""
    rows = PurchaseRequest.objects.filter(agreement_id=agreement_id).order_by("-id")
    found: UUID | None = rows.values_list("pk", flat=True).first()
    return found


def duties_of(outtask_id: UUID | None, organisation_id: UUID) -> dict[Duty, set[UUID]]:
    """Which persons asked for and approved the money of an out-task; later rooms add their own duties.

    What was decided in somebody's place was approved by both.
    """
    held: dict[Duty, set[UUID]] = {Duty.REQUEST: set(), Duty.APPROVE: set()}
    if outtask_id is None:
        return held
    held[Duty.REQUEST].update(_askers(outtask_id))
    both = _approvers(outtask_id)
    held[Duty.APPROVE].update(person for pair in both for person in pair if person is not None)
    return held


@prepared()
def void_before(agreement_id: UUID, request_id: UUID) -> QuerySet[PurchaseRequest, str]:
    """The request of the same agreement that was void before this one was made, by its reference."""
    rows = PurchaseRequest.objects.filter(agreement_id=agreement_id, state=RequestState.VOID)
    return rows.filter(pk__lt=request_id).order_by("-id").values_list("reference", flat=True)[:1]


def decided_by_others(request_id: UUID) -> bool:
    """Whether somebody said yes to a request, beside the limit of whoever asked."""
    said = Approval.objects.filter(request_id=request_id, voided_at__isnull=True)
    found: bool = said.filter(decision__in=[Decision.APPROVE, Decision.FIRST]).exists()
    return found


@prepared()
def _askers(outtask_id: UUID) -> QuerySet[PurchaseRequest, UUID]:
    requests = PurchaseRequest.objects.filter(outtask_id=outtask_id, state__in=LIVE)
    return requests.values_list("requested_by__person_id", flat=True)


@prepared()
def _approvers(outtask_id: UUID) -> QuerySet[Approval, tuple[UUID, UUID | None]]:
    last = Q(decision=Decision.APPROVE)
    first = Q(decision=Decision.FIRST, version=F("request__version"), request__state__in=LIVE)
    approved = Approval.objects.filter(last | first, request__outtask_id=outtask_id, voided_at__isnull=True)
    return approved.values_list("decided_by__person_id", "delegation__giver__person_id")


def duties(
    outtask_id: UUID | None, organisation_id: UUID, also: dict[Duty, set[UUID]] | None = None
) -> Duties:
    """The duties held on an out-task, with those that a later room knows of."""
    held = duties_of(outtask_id, organisation_id)
    for duty, people in (also or {}).items():
        held.setdefault(duty, set()).update(people)
    exception = is_excepted(organisation_id)
    return Duties({duty: frozenset(people) for duty, people in held.items()}, exception=exception)


def budgets_for(actor: Actor) -> Sequence[Budget]:
    """The open budgets by name."""
    rows = Budget.objects.visible_to(actor).filter(closed_at__isnull=True).order_by("name")
    return cast("Sequence[Budget]", rows)


@prepared()
def foremost_budgets(actor: Actor) -> QuerySet[Budget]:
    """The first open budgets by name, as many as home shows."""
    rows: QuerySet[Budget] = Budget.objects.visible_to(actor).filter(closed_at__isnull=True).order_by("name")
    return rows[:3]


def terms_of(request: PurchaseRequest, version: int) -> str:
    """What a decision by mail is sealed to: the version that was sent, and how much it is."""
    return f"{version}:{request.amount_minor}:{request.currency}"
