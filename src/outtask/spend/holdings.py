"""What the spend room gives members to hold: nobody leaves while a decision waits for them."""

from __future__ import annotations

from uuid import UUID

from outtask.kernel.words import N_
from outtask.people.holdings import Holding
from outtask.spend.models import PurchaseRequest
from outtask.spend.states import RequestState


def decisions_waiting(member_id: UUID) -> int:
    """How many requests wait for this member's decision."""
    waiting = [RequestState.REFERRED, RequestState.ASKED]
    return int(PurchaseRequest.objects.filter(decider_id=member_id, state__in=waiting).count())


HOLDINGS = (
    Holding(
        "decisions_wait",
        N_("%(count)s requests wait for their decision. Decide them first."),
        decisions_waiting,
    ),
)
