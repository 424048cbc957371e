"""What the source room does by the clock: invitations whose day is over lapse."""

from __future__ import annotations

from datetime import datetime

from outtask.kernel.actor import clock
from outtask.source.actions import lapse_invitations
from outtask.source.models import Invitation
from outtask.source.states import InvitationState


def tick(now: datetime) -> None:
    """Let every invitation lapse that nobody answered in time, organisation by organisation."""
    waiting = Invitation.objects.filter(state=InvitationState.SENT, answer_by__lte=now.date())
    for organisation_id in waiting.order_by().values_list("organisation_id", flat=True).distinct():
        lapse_invitations(actor=clock(organisation_id), now=now)
