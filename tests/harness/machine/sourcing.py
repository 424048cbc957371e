"""Acts of sourcing and agreeing: from the need in writing to a text that both have signed."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from outtask.agree.actions import (
    draft_agreement,
    object_to_agreement,
    revise_agreement,
    sign_as_client,
    sign_as_provider,
)
from outtask.agree.documents import ExitTerms, Metric, MilestoneTerms, ServiceLevelTerms, Terms
from outtask.agree.states import AgreementState, Form
from outtask.kernel.actor import Actor, clock
from outtask.kernel.money import Money
from outtask.lifecycle.revising import revise_after_signing
from outtask.models import (
    Agreement,
    AgreementVersion,
    Award,
    Brief,
    Invitation,
    OutTask,
    Process,
    Proposal,
    Provider,
    PurchaseRequest,
)
from outtask.people.states import Purpose
from outtask.source.actions import (
    award_proposal,
    close_brief,
    decline_invitation,
    edit_brief,
    lapse_invitation,
    propose,
    send_brief,
    withdraw_proposal,
    write_brief,
)
from outtask.source.criteria import criterion
from outtask.source.rules import ASKED, Need, Offer
from outtask.source.rules import Stage as Part
from outtask.source.states import BriefState, InvitationState, ProposalState
from outtask.spend.states import LIVE
from tests.harness.invariants.house import Row
from tests.harness.machine.acts import Inputs, act
from tests.harness.machine.stage import Stage

WHAT = ("Photograph 60 first editions", "Clean 4,200 catalogue records\nNo doubles.", "Tie the tide tables")


def need_of(stage: Stage) -> Need:
    by_when = stage.day(20, 60)
    return Need(
        what=stage.chance.choice(WHAT),
        by_when=by_when,
        criteria=(criterion("Reads well", "by_hand", {}),) if stage.chance.random() < 0.3 else (),
        budget=stage.chance.choice([None, Money(50_000, "GBP"), Money(90_000, "EUR")]),
        personal_data=stage.chance.random() < 0.2,
    )


@act(write_brief, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    organisation = stage.tenant()
    processes = [row.pk for row in stage.house.of(Process, organisation_id=organisation)]
    return stage.member(organisation, "owner", "manager", "requester", "broker"), {
        "need": need_of(stage),
        "process_id": stage.chance.choice([None, *processes]),
    }


@act(edit_brief)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    brief = stage.some(Brief, lambda row: row.state in {BriefState.DRAFT, BriefState.SENT})
    return stage.lead(brief.organisation_id), {
        "brief_id": brief.pk,
        "version": brief.version,
        "need": need_of(stage),
    }


@act(send_brief, often=2, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    brief = stage.some(Brief, lambda row: row.state in {BriefState.DRAFT, BriefState.SENT})
    asked = {
        row.provider_id
        for row in stage.house.of(Invitation, brief_id=brief.pk)
        if row.state in {InvitationState.SENT, InvitationState.ANSWERED}
    }
    free = [
        row.pk
        for row in stage.house.of(Provider, organisation_id=brief.organisation_id)
        if row.pk not in asked and row.relation != "blocked" and row.email
    ]
    chosen = stage.chance.sample(free, min(len(free), stage.chance.randint(1, 2)))
    last = max((brief.by_when - stage.today).days, 1)
    return stage.lead(brief.organisation_id), {
        "brief_id": brief.pk,
        "version": brief.version,
        "provider_ids": chosen,
        "answer_by": stage.day(1, min(last, 10)),
    }


@act(close_brief)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    brief = stage.some(Brief, lambda row: row.state in {BriefState.DRAFT, BriefState.SENT})
    return stage.lead(brief.organisation_id), {"brief_id": brief.pk, "reason": stage.words()}


def _asked(stage: Stage) -> tuple[Row, Actor]:
    """An invitation that waits, and the guest who holds its link."""
    invitation = stage.some(Invitation, lambda row: row.state in {*ASKED, InvitationState.DECLINED})
    guest = stage.guest(lambda row: row.subject_id == invitation.pk and row.purpose == Purpose.PROPOSE)
    return invitation, guest


@act(propose, often=2, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    invitation, guest = _asked(stage)
    price, currency = stage.chance.choice(
        [(14_000, "GBP"), (41_200, "GBP"), (130_000, "GBP"), (9_900, "EUR")]
    )
    ready = stage.day(2, 30)
    parts = stage.chance.randint(1, 3)
    amounts = [price // parts] * (parts - 1) + [price - price // parts * (parts - 1)]
    stages = tuple(Part(f"Part {n}", ready, Money(minor, currency)) for n, minor in enumerate(amounts, 1))
    offer = Offer(Money(price, currency), ready, stages, stage.words())
    return guest, {"invitation_id": invitation.pk, "offer": offer}


@act(decline_invitation)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    invitation, guest = _asked(stage)
    return guest, {"invitation_id": invitation.pk, "reason": stage.words()}


@act(withdraw_proposal)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    proposal = stage.some(Proposal, lambda row: row.state == ProposalState.OFFERED)
    guest = stage.guest(
        lambda row: row.subject_id == proposal.invitation_id and row.purpose == Purpose.PROPOSE
    )
    return guest, {"proposal_id": proposal.pk}


@act(lapse_invitation)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    invitation = stage.some(Invitation, lambda row: row.state == InvitationState.SENT)
    return clock(invitation.organisation_id), {"invitation_id": invitation.pk}


@act(award_proposal, often=4, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    sent = {row.outtask_id for row in stage.house.all(Brief) if row.state == BriefState.SENT}
    proposal = stage.some(Proposal, lambda row: row.state == ProposalState.OFFERED and row.outtask_id in sent)
    return stage.lead(proposal.organisation_id), {"proposal_id": proposal.pk, "reasons": stage.words()}


# ---- agreeing ----


def terms_of(stage: Stage, minor: int, currency: str) -> Terms:
    """Terms that add up to an amount: sometimes a part without a price, sometimes conditions."""
    parts = stage.chance.randint(1, 3)
    amounts = [minor // parts] * (parts - 1) + [minor - minor // parts * (parts - 1)]
    if stage.chance.random() < 0.2:
        amounts.append(0)
    look = (criterion("Reads well", "by_hand", {}),)
    count = (criterion("A CSV file", "file_present", {"pattern": "*.csv", "least": 1}),)
    stages = tuple(
        MilestoneTerms(
            f"Part {order}",
            stage.day(2, 30),
            Money(amount, currency),
            stage.chance.choice([(), (), look, count]),
        )
        for order, amount in enumerate(amounts, 1)
    )
    return Terms(
        scope=f"{stage.chance.choice(WHAT)} ({stage.chance.randint(1, 999)})",
        milestones=stages,
        exit=ExitTerms(14, 30, Money(0, currency)),
        service_levels=(ServiceLevelTerms(Metric.ON_TIME, Decimal(95)),),
    )


@act(draft_agreement, often=6, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    drafted = {row.award_id for row in stage.house.all(Agreement)}
    award = stage.some(Award, lambda row: row.ended_at is None and row.pk not in drafted)
    outtask = stage.house.get(OutTask, award.outtask_id)
    assert outtask is not None, "held by a foreign key"
    terms = terms_of(stage, outtask.amount_minor, outtask.currency) if stage.chance.random() < 0.7 else None
    return stage.lead(award.organisation_id), {"outtask_id": award.outtask_id, "terms": terms}


def _asked_for(stage: Stage) -> set[UUID]:
    return {row.agreement_id for row in stage.house.all(PurchaseRequest) if row.state in LIVE}


def _revision(stage: Stage, agreement: Row) -> Inputs:
    minor = stage.chance.choice([agreement.amount_minor, 12_300, 300_000])
    return {
        "agreement_id": agreement.pk,
        "version": agreement.version,
        "terms": terms_of(stage, minor, agreement.currency),
        "change_note": stage.words(),
    }


@act(revise_agreement)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    asked = _asked_for(stage)
    free = {AgreementState.DRAFT, AgreementState.OFFERED, AgreementState.SIGNED}
    agreement = stage.some(Agreement, lambda row: row.state in free and row.pk not in asked)
    return stage.lead(agreement.organisation_id), _revision(stage, agreement)


@act(revise_after_signing)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    asked = _asked_for(stage)
    signed = {AgreementState.SIGNED, AgreementState.IN_FORCE}
    agreement = stage.some(Agreement, lambda row: row.state in signed and row.pk in asked)
    return stage.lead(agreement.organisation_id), _revision(stage, agreement)


def version_of(stage: Stage, agreement: Row) -> Row:
    (version,) = stage.house.of(AgreementVersion, agreement_id=agreement.pk, number=agreement.version)
    return version


@act(sign_as_client, often=6, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    agreement = stage.some(Agreement, lambda row: row.state == AgreementState.DRAFT)
    version = version_of(stage, agreement)
    return stage.lead(agreement.organisation_id), {
        "agreement_id": agreement.pk,
        "version": version.number,
        "sha256": version.sha256,
    }


def _offered(stage: Stage) -> tuple[Row, Actor]:
    agreement = stage.some(
        Agreement,
        lambda row: (
            row.state == AgreementState.OFFERED
            or (row.form == Form.ORDER and row.state == AgreementState.IN_FORCE)
        ),
    )
    guest = stage.guest(lambda row: row.subject_id == agreement.pk and row.purpose == Purpose.SIGN)
    return agreement, guest


@act(sign_as_provider, often=8, leads_on=True)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    agreement, guest = _offered(stage)
    version = version_of(stage, agreement)
    return guest, {
        "agreement_id": agreement.pk,
        "version": version.number,
        "sha256": version.sha256,
        "name": "Marek Solan",
    }


@act(object_to_agreement)
def _(stage: Stage) -> tuple[Actor, Inputs]:
    agreement, guest = _offered(stage)
    return guest, {"agreement_id": agreement.pk, "version": agreement.version, "reason": stage.words()}
