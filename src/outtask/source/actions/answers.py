"""What a provider answers by the link they were sent: an offer, a changed offer, a no."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import refuse_if
from outtask.people.roles import Right, may
from outtask.source import rules
from outtask.source.models import Invitation, Proposal
from outtask.source.queries import latest_proposal, today_of
from outtask.source.rules import Offer
from outtask.source.states import INVITATION, PROPOSAL, ProposalState


@action
def propose(*, actor: Actor, now: datetime, key: Key = None, invitation_id: UUID, offer: Offer) -> Outcome:
    """Answer an invitation with an offer; a later one replaces it and counts alone.

    Possible until the end of the day for answers, and only while no choice was made. Gives proposal_id and
    its version.
    """
    with recording(
        "proposal.offered", actor=actor, on=(Invitation, invitation_id), now=now, key=key
    ) as entry:
        invitation: Invitation = entry.subject
        refuse_if(may(actor, Right.PROPOSE))
        today = _refuse_unless(entry, invitation, "answer")
        refuse_if(*rules.why_not_offer(offer, today))
        before = latest_proposal(invitation)
        _take_away(before)
        proposal = _keep_offer(entry, invitation, offer, before.version + 1 if before else 1)
        invitation.state = INVITATION.after(invitation.state, "answer")
        invitation.answered_at = now
        invitation.decline_reason = ""
        invitation.save(update_fields=["state", "answered_at", "decline_reason"])
        told = {"price": offer.price, "ready_on": offer.ready_on, "proposal": proposal.pk}
        entry.says(provider=entry.keep(invitation.provider.name), **told)
        if before is not None:
            entry.becomes("proposal.changed")
            entry.says(version=proposal.version)
        entry.gives(proposal_id=proposal.pk, version=proposal.version)
    return entry.outcome


@action
def decline_invitation(
    *, actor: Actor, now: datetime, key: Key = None, invitation_id: UUID, reason: str
) -> Outcome:
    """Say no, with a reason; an offer made before is gone. An offer may follow while there is time."""
    kind = "invitation.declined"
    with recording(kind, actor=actor, on=(Invitation, invitation_id), now=now, key=key) as entry:
        invitation: Invitation = entry.subject
        refuse_if(may(actor, Right.PROPOSE))
        _refuse_unless(entry, invitation, "decline")
        refuse_if(rules.why_not_words(reason, "reason", "decline_without_reason"))
        _take_away(latest_proposal(invitation))
        invitation.state = INVITATION.after(invitation.state, "decline")
        invitation.answered_at = now
        invitation.decline_reason = reason.strip()
        invitation.save(update_fields=["state", "answered_at", "decline_reason"])
        entry.says(
            provider=entry.keep(invitation.provider.name), reason=entry.keep(invitation.decline_reason)
        )
    return entry.outcome


@action
def withdraw_proposal(*, actor: Actor, now: datetime, key: Key = None, proposal_id: UUID) -> Outcome:
    """Take an offer away and stay asked; another may follow while there is time."""
    kind = "proposal.withdrawn"
    with recording(kind, actor=actor, on=(Proposal, proposal_id), now=now, key=key) as entry:
        proposal: Proposal = entry.subject
        refuse_if(may(actor, Right.PROPOSE))
        refuse_if(PROPOSAL.why_not(proposal.state, "withdraw"))
        invitation = proposal.invitation
        assert invitation is not None
        _refuse_unless(entry, invitation, "retract")
        _take_away(proposal)
        invitation.state = INVITATION.after(invitation.state, "retract")
        invitation.answered_at = None
        invitation.save(update_fields=["state", "answered_at"])
        price = Money(proposal.price_minor, proposal.currency)
        entry.says(provider=entry.keep(proposal.provider.name), price=price)
    return entry.outcome


def _refuse_unless(entry: Recording, invitation: Invitation, act: str) -> date:
    """Refuse when the invitation cannot be answered so now; the client's today otherwise."""
    today = today_of(entry.organisation_id, entry.now)
    refuse_if(
        rules.why_not_answer(invitation.brief.state, invitation.state, act, invitation.answer_by, today)
    )
    return today


def _take_away(proposal: Proposal | None) -> None:
    if proposal is not None and proposal.state == ProposalState.OFFERED:
        proposal.state = PROPOSAL.after(proposal.state, "withdraw")
        proposal.save(update_fields=["state"])


def _keep_offer(entry: Recording, invitation: Invitation, offer: Offer, version: int) -> Proposal:
    rows = [
        {"title": stage.title.strip(), "due": stage.due.isoformat(), "amount_minor": stage.amount.minor}
        for stage in offer.milestones
    ]
    proposal: Proposal = Proposal.objects.create(
        organisation_id=entry.organisation_id,
        outtask_id=invitation.brief.outtask_id,
        invitation=invitation,
        provider_id=invitation.provider_id,
        version=version,
        price_minor=offer.price.minor,
        currency=offer.price.currency,
        ready_on=offer.ready_on,
        note=offer.note.strip(),
        milestones=rows,
        offered_at=entry.now,
    )
    return proposal
