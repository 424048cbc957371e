"""Proposals, and the choice of one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from outtask.agree.queries import is_agreed
from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Amount, Done, Given, Shown, upto
from outtask.journal.recording import NotFound, Outcome
from outtask.outtasks.queries import outtask_of
from outtask.people.roles import Right
from outtask.source import actions, queries
from outtask.source.models import Award, Proposal
from outtask.source.rules import LONGEST_TEXT, Stage
from outtask.source.states import ProposalState

room = Room("Proposals")


class OfferedMilestoneShown(Shown):
    """A part of an offer."""

    title: str
    due: date
    amount: Amount


class ProposalShown(Shown):
    """An offer of one provider; only its latest version counts."""

    id: UUID
    out_task: str
    provider_id: UUID
    invitation_id: UUID | None
    version: int
    state: ProposalState
    price: Amount
    ready_on: date
    milestones: list[OfferedMilestoneShown]
    note: str
    offered_at: datetime

    @classmethod
    def of(cls, row: Proposal) -> Self:
        offer = queries.offer_of(row)
        stages = [_offered(one) for one in offer.milestones]
        return cls(
            id=row.pk,
            out_task=row.outtask.reference,
            provider_id=row.provider_id,
            invitation_id=row.invitation_id,
            version=row.version,
            state=ProposalState(row.state),
            price=Amount.of(row.price_minor, row.currency),
            ready_on=row.ready_on,
            milestones=stages,
            note=row.note,
            offered_at=row.offered_at,
        )


def _offered(one: Stage) -> OfferedMilestoneShown:
    amount = Amount.of(one.amount.minor, one.amount.currency)
    return OfferedMilestoneShown(title=one.title, due=one.due, amount=amount)


class AwardShown(Shown):
    """The choice that stands, with its reasons. `agreed`: whether a statement of work came of it."""

    id: UUID
    proposal_id: UUID
    provider_id: UUID
    reasons: str
    awarded_by_id: UUID
    awarded_at: datetime
    agreed: bool


class Choice(Given):
    """Why this one."""

    reasons: Annotated[str, upto(LONGEST_TEXT)]


class Chosen(Done):
    """The choice, and the out-task that has its provider now."""

    award_id: UUID
    outtask_id: UUID


@room.many("/out-tasks/{slug:reference}/proposals", ProposalShown)
def proposal_list(call: Call, reference: str) -> Any:
    """List the proposals for an out-task, the latest first."""
    outtask = outtask_of(call.actor, reference)
    return Proposal.objects.visible_to(call.actor).filter(outtask=outtask).select_related("outtask")


@room.one("/proposals/{uuid:proposal_id}", ProposalShown)
def proposal(call: Call, proposal_id: UUID) -> ProposalShown:
    """Read one proposal."""
    row = Proposal.objects.visible_to(call.actor).filter(pk=proposal_id).first()
    if row is None:
        raise NotFound("proposal")
    return ProposalShown.of(row)


@room.act("/proposals/{uuid:proposal_id}/withdrawal", scope=Right.PROPOSE, about=proposal)
def withdraw_proposal(call: Call, proposal_id: UUID) -> Outcome:
    """Take an offer away and stay asked."""
    return act(call, actions.withdraw_proposal, proposal_id=proposal_id)


@room.act("/proposals/{uuid:proposal_id}/award", Chosen, status=201, scope=Right.AWARD, about=proposal)
def award_proposal(call: Call, proposal_id: UUID, body: Choice) -> Outcome:
    """Choose a proposal; the others are passed over."""
    return act(call, actions.award_proposal, proposal_id=proposal_id, reasons=body.reasons)


@room.one("/out-tasks/{slug:reference}/award", AwardShown)
def award(call: Call, reference: str) -> AwardShown:
    """Read the choice that stands."""
    outtask = outtask_of(call.actor, reference)
    rows = Award.objects.visible_to(call.actor).select_related("proposal")
    row: Award | None = rows.filter(outtask=outtask, ended_at__isnull=True).first()
    if row is None:
        raise NotFound("award")
    return AwardShown(
        id=row.pk,
        proposal_id=row.proposal_id,
        provider_id=row.proposal.provider_id,
        reasons=row.reasons,
        awarded_by_id=row.awarded_by_id,
        awarded_at=row.awarded_at,
        agreed=is_agreed(outtask.pk, row),
    )
