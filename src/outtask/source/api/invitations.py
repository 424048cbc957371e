"""Invitations: the brief as sent to one provider, and what they answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from django.utils.translation import gettext
from pydantic import Field

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import AmountGiven, Day, Done, Given, Shown, upto
from outtask.files.views import send
from outtask.journal.recording import NotFound, Outcome
from outtask.people.roles import Right
from outtask.source import actions
from outtask.source.api.shapes import Reason
from outtask.source.models import Invitation
from outtask.source.rules import LONGEST_MILESTONE, LONGEST_TEXT, MOST_MILESTONES, Offer, Stage
from outtask.source.states import InvitationState

room = Room("Invitations")


class InvitationShown(Shown):
    """The brief as sent to one provider."""

    id: UUID
    out_task: str
    provider_id: UUID
    round: int
    state: InvitationState
    sent_at: datetime
    answer_by: date
    answered_at: datetime | None
    decline_reason: str

    @classmethod
    def of(cls, row: Invitation) -> Self:
        return cls(
            id=row.pk,
            out_task=row.brief.outtask.reference,
            provider_id=row.provider_id,
            round=row.round,
            state=InvitationState(row.state),
            sent_at=row.sent_at,
            answer_by=row.answer_by,
            answered_at=row.answered_at,
            decline_reason=row.decline_reason,
        )


class MilestoneOffered(Given):
    """A part of an offer: its title, its day, its price."""

    title: Annotated[str, upto(LONGEST_MILESTONE, 1)]
    due: Day
    amount: AmountGiven


class OfferGiven(Given):
    """An offer. Without milestones the whole price falls due when all of it is ready."""

    price: AmountGiven
    ready_on: Day
    milestones: Annotated[list[MilestoneOffered], Field(max_length=MOST_MILESTONES)] = []
    note: Annotated[str, upto(LONGEST_TEXT)] = ""

    @property
    def offer(self) -> Offer:
        price = self.price.money
        stages = tuple(Stage(one.title, one.due, one.amount.money) for one in self.milestones)
        return Offer(
            price, self.ready_on, stages or (Stage(gettext("All of it"), self.ready_on, price),), self.note
        )


class Offered(Done):
    """The proposal that counts now."""

    proposal_id: UUID
    version: int


@room.many("/invitations", InvitationShown)
def invitation_list(call: Call, state: InvitationState | None = None) -> Any:
    """List invitations, the latest first: for a program, what it was asked; for members, whom they asked."""
    rows = Invitation.objects.visible_to(call.actor).select_related("brief__outtask")
    return rows.filter(state=state) if state else rows


@room.one("/invitations/{uuid:invitation_id}", InvitationShown)
def invitation(call: Call, invitation_id: UUID) -> InvitationShown:
    """Read one invitation."""
    row = Invitation.objects.visible_to(call.actor).filter(pk=invitation_id).first()
    if row is None:
        raise NotFound("invitation")
    return InvitationShown.of(row)


@room.file("/invitations/{uuid:invitation_id}/handover-pack", "application/zip")
def invitation_pack(call: Call, invitation_id: UUID) -> Any:
    """Fetch what whoever goes on may read of the work before."""
    row = Invitation.objects.visible_to(call.actor).filter(pk=invitation_id).first()
    pack = row.brief.handover.onward if row is not None and row.brief.handover else None
    if pack is None:
        raise NotFound("pack")
    return send(call, pack)


@room.act(
    "/invitations/{uuid:invitation_id}/proposals",
    Offered,
    status=201,
    scope=Right.PROPOSE,
    about=invitation,
    at="/proposals/{proposal_id}",
)
def propose(call: Call, invitation_id: UUID, body: OfferGiven) -> Outcome:
    """Answer an invitation with an offer; a later one replaces it."""
    return act(call, actions.propose, invitation_id=invitation_id, offer=body.offer)


@room.act("/invitations/{uuid:invitation_id}/refusal", scope=Right.PROPOSE, about=invitation)
def decline_invitation(call: Call, invitation_id: UUID, body: Reason) -> Outcome:
    """Say no to an invitation."""
    return act(call, actions.decline_invitation, invitation_id=invitation_id, reason=body.reason)
