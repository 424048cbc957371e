"""Reads of the source room; each starts from what the actor may see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.people.models import Organisation, Provider
from outtask.people.states import Relation
from outtask.source.criteria import from_json
from outtask.source.models import Award, Brief, Invitation, Proposal
from outtask.source.rules import Addressee, Need, Offer, Stage
from outtask.source.states import Choice, InvitationState, ProposalState


def today_of(organisation_id: UUID, now: datetime) -> date:
    """The day on the wall calendar of an organisation."""
    zone = Organisation.objects.values_list("zone", flat=True).get(pk=organisation_id)
    return now.astimezone(ZoneInfo(zone)).date()


def need_of(brief: Brief) -> Need:
    """A brief as it was written."""
    return Need(
        what=brief.what,
        by_when=brief.by_when,
        criteria=from_json(brief.criteria),
        budget=Money(brief.budget_minor, brief.currency) if brief.budget_minor is not None else None,
        skills=brief.skills,
        personal_data=brief.personal_data,
        answer_by=brief.answer_by,
    )


def offer_of(proposal: Proposal) -> Offer:
    """A proposal as it was given."""
    return Offer(
        price=Money(proposal.price_minor, proposal.currency),
        ready_on=proposal.ready_on,
        milestones=tuple(
            Stage(row["title"], date.fromisoformat(row["due"]), Money(row["amount_minor"], proposal.currency))
            for row in proposal.milestones
        ),
        note=proposal.note,
    )


def latest_invitations(brief: Brief) -> dict[UUID, Invitation]:
    """The latest invitation to a brief by provider."""
    return {row.provider_id: row for row in Invitation.objects.filter(brief=brief).order_by("round")}


def addressees(brief: Brief, providers: Iterable[Provider]) -> list[Addressee]:
    """The providers with what decides whether they can be asked."""
    asked = latest_invitations(brief)
    return [
        Addressee(
            provider.name,
            provider.email,
            provider.relation == Relation.BLOCKED,
            asked[provider.pk].state if provider.pk in asked else "",
        )
        for provider in providers
    ]


def latest_proposal(invitation: Invitation) -> Proposal | None:
    """What was answered last, whatever became of it."""
    return Proposal.objects.filter(invitation=invitation).order_by("-version").first()


def offers_on(brief: Brief, actor: Actor) -> list[Proposal]:
    """The offers to choose from, in the order they came."""
    rows = Proposal.objects.visible_to(actor).filter(outtask_id=brief.outtask_id)
    return list(rows.filter(state=ProposalState.OFFERED).select_related("provider", "invitation"))


def live_award(outtask_id: UUID) -> Award | None:
    """The choice that stands now."""
    return (
        Award.objects.select_related("proposal__provider", "awarded_by__person")
        .filter(outtask_id=outtask_id, ended_at__isnull=True)
        .first()
    )


def choice_of(proposal: Proposal) -> Choice:
    """How much choice there is when this proposal is awarded: counted are the providers of its round."""
    invitation = proposal.invitation
    if invitation is None:
        return Choice.ASKED_ONE
    others = Invitation.objects.filter(brief_id=invitation.brief_id, round=invitation.round)
    others = others.exclude(provider_id=proposal.provider_id)
    if not others.exists():
        return Choice.ASKED_ONE
    standing = Proposal.objects.filter(invitation__in=others).exclude(state=ProposalState.WITHDRAWN)
    return Choice.SEVERAL if standing.exists() else Choice.ONE_OFFER


def unanswered_before(day: date, organisation_id: UUID) -> list[UUID]:
    """Invitations still without an answer whose last day was before `day`."""
    rows = Invitation.objects.filter(
        organisation_id=organisation_id, state=InvitationState.SENT, answer_by__lt=day
    )
    return list(rows.order_by("answer_by", "id").values_list("id", flat=True))
