"""What taking back would do, shown before it is done; and what the pack is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Sum

from outtask.agree.models import Agreement
from outtask.agree.states import AgreementState
from outtask.deliver.models import Milestone
from outtask.deliver.states import MilestoneState
from outtask.files.models import File
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.outtasks.models import OutTask
from outtask.people.models import Link
from outtask.source.models import Invitation
from outtask.source.states import InvitationState
from outtask.spend.models import Commitment, PurchaseRequest
from outtask.spend.states import RequestState
from outtask.takeback.models import Handover
from outtask.takeback.rules import Facts

OPEN_MILESTONES = (MilestoneState.OPEN, MilestoneState.HANDED_IN, MilestoneState.CHANGES_REQUESTED)


@dataclass(frozen=True)
class Preview:
    """What happens when it is taken back now. Amounts are None where no money was promised."""

    outtask: OutTask
    agreement: Agreement | None
    open_items: list[Milestone]
    accepted: list[Milestone]
    invitations: int
    links: int
    files: int
    file_bytes: int
    request: PurchaseRequest | None
    settled: Money | None
    unpaid: Money | None
    released: Money | None


def facts_of(outtask: OutTask) -> Facts:
    return Facts(taken_back=standing_handover(outtask) is not None, ending=outtask.ending)


def standing_handover(outtask: OutTask) -> Handover | None:
    """The taking back that holds now: the latest that was not handed on."""
    handover: Handover | None = (
        Handover.objects.filter(outtask=outtask, handed_on_at__isnull=True)
        .select_related("provider", "pack__blob", "taken_back_by__person")
        .order_by("-id")
        .first()
    )
    return handover


def live_agreement(outtask: OutTask) -> Agreement | None:
    agreement: Agreement | None = (
        Agreement.objects.filter(outtask=outtask)
        .exclude(state=AgreementState.ENDED)
        .select_related("provider")
        .first()
    )
    return agreement


def provider_links(outtask: OutTask) -> Any:
    """Every live link of outsiders to this out-task."""
    return Link.objects.filter(outtask=outtask, provider__isnull=False, revoked_at__isnull=True)


def preview(actor: Actor, outtask: OutTask) -> Preview:
    """What would stop, close, be settled and come back; read only."""
    agreement = live_agreement(outtask)
    milestones = list(Milestone.objects.filter(agreement=agreement).order_by("order")) if agreement else []
    commitment = Commitment.objects.filter(agreement=agreement).first() if agreement else None
    files = File.objects.visible_to(actor).filter(outtask=outtask)
    sums = files.aggregate(size=Sum("blob__size"))
    currency = commitment.currency if commitment else ""
    return Preview(
        outtask=outtask,
        agreement=agreement,
        open_items=[row for row in milestones if row.state in OPEN_MILESTONES],
        accepted=[row for row in milestones if row.state == MilestoneState.ACCEPTED],
        invitations=Invitation.objects.filter(
            brief__outtask=outtask, state__in=[InvitationState.SENT, InvitationState.ANSWERED]
        ).count(),
        links=provider_links(outtask).count(),
        files=files.count(),
        file_bytes=sums["size"] or 0,
        request=PurchaseRequest.objects.filter(
            Q(state=RequestState.REFERRED) | Q(state=RequestState.ASKED), outtask=outtask
        ).first(),
        settled=Money(commitment.accepted_minor, currency) if commitment else None,
        unpaid=Money(commitment.accepted_minor - commitment.paid_minor, currency) if commitment else None,
        released=Money(commitment.open_minor, currency) if commitment else None,
    )
