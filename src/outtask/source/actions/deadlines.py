"""What the clock does to invitations: when the day for answers is over and none came, they lapse."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.journal.recording import Key, Outcome, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refused, refuse_if
from outtask.source import rules
from outtask.source.models import Invitation
from outtask.source.queries import today_of, unanswered_before
from outtask.source.states import INVITATION


@action
def lapse_invitation(*, actor: Actor, now: datetime, key: Key = None, invitation_id: UUID) -> Outcome:
    """Note that no answer came in time. The provider can be asked again, with a new day."""
    kind = "invitation.lapsed"
    with recording(kind, actor=actor, on=(Invitation, invitation_id), now=now, key=key) as entry:
        invitation: Invitation = entry.subject
        today = today_of(entry.organisation_id, now)
        refuse_if(rules.why_not_lapse(actor.is_clock, invitation.state, invitation.answer_by, today))
        invitation.state = INVITATION.after(invitation.state, "lapse")
        invitation.save(update_fields=["state"])
        entry.says(provider=entry.keep(invitation.provider.name), answer_by=invitation.answer_by)
    return entry.outcome


def lapse_invitations(*, actor: Actor, now: datetime) -> int:
    """Let every invitation of the clock's organisation lapse whose day is over; how many did.

    One action each, so that each out-task has its own entry. Whoever answers between the look and the lock
    has more time and is left alone.
    """
    today = today_of(actor.organisation_id, now)
    lapsed = 0
    for invitation_id in unanswered_before(today, actor.organisation_id):
        try:
            lapse_invitation(actor=actor, now=now, invitation_id=invitation_id)
        except Refused:
            continue
        lapsed += 1
    return lapsed
