"""What taking back would do, shown before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from outtask.agree.models import Agreement
from outtask.agree.queries import document_of, version_of
from outtask.deliver.models import Milestone
from outtask.deliver.states import SETTLED, MilestoneState
from outtask.files.models import File
from outtask.journal.prepared import prepared
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.outtasks.models import OutTask
from outtask.people.models import Link
from outtask.source.models import Brief, Invitation
from outtask.source.rules import ASKED
from outtask.source.states import BriefState
from outtask.spend.models import PurchaseRequest
from outtask.spend.queries import live_commitment
from outtask.spend.states import UNDECIDED
from outtask.takeback.models import Handover
from outtask.takeback.rules import Onward


@dataclass(frozen=True)
class Preview:
    """What happens when it is taken back now. Amounts are None where no money was promised.

    fee: what leaving costs by the statement of work.
    """

    agreement: Agreement | None
    open_items: list[Milestone]
    accepted: list[Milestone]
    invitations: int
    links: int
    files: int
    file_bytes: int
    requests: list[PurchaseRequest]
    settled: Money | None
    unpaid: Money | None
    released: Money | None
    fee: Money | None


def standing_handover(outtask: OutTask) -> Handover | None:
    """The taking back that holds now: the latest that was not handed on."""
    return _standing_handover.first(outtask.pk)


@prepared()
def _standing_handover(outtask_id: UUID) -> QuerySet[Handover]:
    rows = Handover.objects.filter(outtask_id=outtask_id, handed_on_at__isnull=True)
    return rows.select_related("provider", "pack__blob", "taken_back_by__person").order_by("-id")[:1]


def current_agreement(outtask: OutTask) -> Agreement | None:
    """The agreement of the choice that stands, ended or not; None again once the work was taken back."""
    return _current_agreement.first(outtask.pk)


@prepared()
def _current_agreement(outtask_id: UUID) -> QuerySet[Agreement]:
    rows = Agreement.objects.filter(outtask_id=outtask_id, award__ended_at__isnull=True)
    return rows.select_related("provider").order_by("-id")[:1]


def undecided_requests(outtask: OutTask) -> list[PurchaseRequest]:
    return list(PurchaseRequest.objects.filter(outtask=outtask, state__in=UNDECIDED).order_by("id"))


def preview(actor: Actor, outtask: OutTask) -> Preview:
    """What would stop, close, be settled and come back; read only."""
    agreement = current_agreement(outtask)
    milestones = _milestones(agreement)
    commitment = live_commitment(agreement.pk) if agreement else None
    files = File.objects.visible_to(actor).filter(outtask=outtask)
    kept = files.aggregate(number=Count("id"), size=Sum("blob__size"))

    def sum_of(minor: int) -> Money | None:
        return Money(minor, commitment.currency) if commitment else None

    return Preview(
        agreement=agreement,
        open_items=[row for row in milestones if row.state not in SETTLED],
        accepted=[row for row in milestones if row.state == MilestoneState.ACCEPTED],
        invitations=_open_invitations(outtask),
        links=Link.objects.filter(outtask=outtask, revoked_at__isnull=True).count(),
        files=kept["number"],
        file_bytes=kept["size"] or 0,
        requests=undecided_requests(outtask),
        settled=sum_of(commitment.accepted_minor) if commitment else None,
        unpaid=sum_of(commitment.accepted_minor - commitment.paid_minor) if commitment else None,
        released=sum_of(commitment.open_minor) if commitment else None,
        fee=document_of(version_of(agreement)).terms.exit.fee if agreement and commitment else None,
    )


def _open_invitations(outtask: OutTask) -> int:
    """Those still asked; once somebody was chosen nobody is."""
    rows = Invitation.objects.filter(brief__outtask=outtask, brief__state=BriefState.SENT)
    return rows.filter(state__in=ASKED).count()


def _milestones(agreement: Agreement | None) -> list[Milestone]:
    """The parts of the version that holds; those of versions before it were cancelled with them."""
    if agreement is None:
        return []
    rows = Milestone.objects.filter(agreement=agreement, agreement_version=agreement.version)
    return list(rows.order_by("order"))


def onward_of(handover: Handover) -> Onward:
    """What handing on depends on, for this taking back."""
    standing = standing_handover(handover.outtask)
    return Onward(
        state=handover.state,
        latest=standing is not None and standing.pk == handover.pk,
        brief=Brief.objects.filter(outtask_id=handover.outtask_id).exists(),
    )


def day_needed(outtask: OutTask) -> date | None:
    """The day the brief names; what the form for the next provider begins with."""
    day: date | None = Brief.objects.filter(outtask=outtask).values_list("by_when", flat=True).first()
    return day
