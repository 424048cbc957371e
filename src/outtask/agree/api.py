"""Statements of work for programs: draft, read, change, sign, on both sides."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.http.response import HttpResponseBase
from pydantic import Field

from outtask.agree import actions, queries
from outtask.agree.documents import Document, ExitTerms, Metric, MilestoneTerms, ServiceLevelTerms, Terms
from outtask.agree.models import Agreement, AgreementVersion
from outtask.agree.rules import MOST_DAYS
from outtask.agree.states import AgreementState, Form, Party
from outtask.agree.views.papers import pdf
from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import (
    Amount,
    AmountGiven,
    Day,
    Done,
    Given,
    Number,
    Sha256,
    Shown,
    Version,
    Whole,
    upto,
)
from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.actor import Actor
from outtask.lifecycle.revising import revise_after_signing
from outtask.outtasks.queries import outtask_of
from outtask.people.roles import Right
from outtask.source.api.shapes import CriterionGiven, CriterionShown, criteria_of
from outtask.source.criteria import MOST_CRITERIA
from outtask.source.rules import LONGEST_MILESTONE, LONGEST_TEXT, MOST_MILESTONES

room = Room("Statements of work")
ROUTERS = (room,)

_AGREEMENT = "/out-tasks/{slug:reference}/agreement"
Days = Annotated[Whole, Field(ge=0, le=MOST_DAYS)]


class MilestoneTermsShown(Shown):
    """A dated part of the work, its price, and what must be true for it to be accepted."""

    title: str
    due: date
    amount: Amount
    criteria: list[CriterionShown]


class ServiceLevelShown(Shown):
    """A measured promise: shares at least, times at most."""

    metric: Metric
    comparator: str
    target: Decimal


class ExitShown(Shown):
    """The way back, and what it costs."""

    transition_days: int
    retrieval_days: int
    fee: Amount
    text: str


class DocumentShown(Shown):
    """What both sign."""

    reference: str
    title: str
    client: str
    provider: str
    provider_kind: str
    scope: str
    milestones: list[MilestoneTermsShown]
    total: Amount
    service_levels: list[ServiceLevelShown]
    notice_days: int
    exit: ExitShown
    payment_days: int
    language: str


class SignatureShown(Shown):
    """A party's yes to this version."""

    party: Party
    name: str
    signed_at: datetime


class AgreementShown(Shown):
    """A version of the statement of work. `sha256` is of its bytes; whoever signs names it."""

    id: UUID
    out_task: str
    provider_id: UUID | None
    form: Form
    state: AgreementState
    latest_version: int
    version: int
    sha256: str
    change_note: str
    document: DocumentShown
    signatures: list[SignatureShown]


class MilestoneTermsGiven(Given):
    """A dated part of the work, its price, and what must be true for it to be accepted."""

    title: Annotated[str, upto(LONGEST_MILESTONE, 1)]
    due: Day
    amount: AmountGiven
    criteria: Annotated[list[CriterionGiven], Field(max_length=MOST_CRITERIA)] = []


class ServiceLevelGiven(Given):
    """A measured promise: shares in percent at least, times in hours at most."""

    metric: Metric
    target: Number


class ExitGiven(Given):
    """The way back, and what it costs."""

    transition_days: Days
    retrieval_days: Days
    fee: AmountGiven
    text: Annotated[str, upto(LONGEST_TEXT)] = ""


class TermsGiven(Given):
    """What is negotiated. The rest of the document follows from the out-task and its parties."""

    scope: Annotated[str, upto(LONGEST_TEXT, 1)]
    milestones: Annotated[list[MilestoneTermsGiven], Field(min_length=1, max_length=MOST_MILESTONES)]
    exit: ExitGiven
    service_levels: Annotated[list[ServiceLevelGiven], Field(max_length=len(Metric))] = []
    notice_days: Days = 14
    payment_days: Days = 14

    @property
    def terms(self) -> Terms:
        leaving = self.exit
        return Terms(
            scope=self.scope,
            milestones=tuple(
                MilestoneTerms(one.title, one.due, one.amount.money, criteria_of(one.criteria))
                for one in self.milestones
            ),
            exit=ExitTerms(leaving.transition_days, leaving.retrieval_days, leaving.fee.money, leaving.text),
            service_levels=tuple(ServiceLevelTerms(one.metric, one.target) for one in self.service_levels),
            notice_days=self.notice_days,
            payment_days=self.payment_days,
        )


class Drafting(Given):
    """The terms to begin with; without them the brief and the proposal say what they are."""

    terms: TermsGiven | None = None


class Revising(Given):
    """New terms. `version` is the one you have read."""

    version: Version
    terms: TermsGiven
    change_note: Annotated[str, upto(500)] = ""


class Drafted(Done):
    """The version that was made, and the digest to sign it by."""

    version: int
    sha256: str


class ClientSigning(Given):
    """Exactly what was read."""

    version: Version
    sha256: Sha256


class ProviderSigning(ClientSigning):
    """Exactly what was read, and the name that stands as the signature."""

    name: Annotated[str, upto(200, 1)]


class Objecting(Given):
    """Why this version is not signed."""

    version: Version
    reason: Annotated[str, upto(LONGEST_TEXT)]


@room.one(_AGREEMENT, AgreementShown)
def agreement(call: Call, reference: str) -> AgreementShown:
    """Read the statement of work of an out-task.

    Members read its latest version; a provider reads the latest that the client has signed.
    """
    row = _agreement(call, reference)
    return _shown(row, _version(call.actor, row, None), reference)


@room.one(_AGREEMENT + "/versions/{int:number}", AgreementShown)
def agreement_version(call: Call, reference: str, number: int) -> AgreementShown:
    """Read one version of a statement of work."""
    row = _agreement(call, reference)
    return _shown(row, _version(call.actor, row, number), reference)


@room.file(_AGREEMENT + "/versions/{int:number}/paper", "application/pdf")
def agreement_paper(call: Call, reference: str, number: int) -> HttpResponseBase:
    """Fetch one version as a PDF."""
    return pdf(_version(call.actor, _agreement(call, reference), number))


@room.act(_AGREEMENT, Drafted, status=201, scope=Right.AGREE)
def draft_agreement(call: Call, reference: str, body: Drafting) -> Outcome:
    """Draft the statement of work, once a proposal was chosen."""
    outtask = outtask_of(call.actor, reference)
    terms = body.terms.terms if body.terms else None
    return act(call, actions.draft_agreement, outtask_id=outtask.pk, terms=terms)


@room.act(_AGREEMENT, Drafted, method="PUT", scope=Right.AGREE, about=agreement)
def revise_agreement(call: Call, reference: str, body: Revising) -> Outcome:
    """Make a new version, until money is asked for; both sign it afresh."""
    return act(call, actions.revise_agreement, **_revision(call, reference, body))


@room.act(f"{_AGREEMENT}/revision-after-signing", Drafted, scope=Right.AGREE, about=agreement)
def revise_agreement_after_signing(call: Call, reference: str, body: Revising) -> Outcome:
    """Make a new version when money was asked for; it is given back in the same act."""
    return act(call, revise_after_signing, **_revision(call, reference, body))


@room.act(f"{_AGREEMENT}/client-signature", status=201, scope=Right.AGREE, about=agreement)
def sign_as_client(call: Call, reference: str, body: ClientSigning) -> Outcome:
    """Sign for the client; the provider is asked next."""
    pk = _agreement(call, reference).pk
    return act(call, actions.sign_as_client, agreement_id=pk, **body.model_dump())


@room.act(f"{_AGREEMENT}/provider-signature", status=201, scope=Right.SIGN_AS_PROVIDER, about=agreement)
def sign_as_provider(call: Call, reference: str, body: ProviderSigning) -> Outcome:
    """Sign for the provider."""
    pk = _agreement(call, reference).pk
    return act(call, actions.sign_as_provider, agreement_id=pk, **body.model_dump())


@room.act(f"{_AGREEMENT}/objection", scope=Right.SIGN_AS_PROVIDER, about=agreement)
def object_to_agreement(call: Call, reference: str, body: Objecting) -> Outcome:
    """Say why the provider does not sign this version; it is the client's draft again."""
    pk = _agreement(call, reference).pk
    return act(call, actions.object_to_agreement, agreement_id=pk, **body.model_dump())


def _revision(call: Call, reference: str, body: Revising) -> dict[str, Any]:
    return {
        "agreement_id": _agreement(call, reference).pk,
        "version": body.version,
        "terms": body.terms.terms,
        "change_note": body.change_note,
    }


def _agreement(call: Call, reference: str) -> Agreement:
    row = queries.agreement_of(outtask_of(call.actor, reference), call.actor)
    if row is None:
        raise NotFound("agreement")
    return row


def _version(actor: Actor, row: Agreement, number: int | None) -> AgreementVersion:
    """The version asked for. What a client has not signed is none of the provider's business."""
    if actor.is_provider_side:
        offered = queries.offered_versions(row)
        found = [one for one in offered if number is None or one.number == number]
    else:
        wanted = row.version if number is None else number
        found = list(AgreementVersion.objects.filter(agreement=row, number=min(wanted, 2**31 - 1)))
    if not found:
        raise NotFound("version")
    return found[0]


def _shown(row: Agreement, version: AgreementVersion, reference: str) -> AgreementShown:
    signatures = queries.signatures_of(version)
    return AgreementShown(
        id=row.pk,
        out_task=reference,
        provider_id=row.provider_id,
        form=Form(row.form),
        state=AgreementState(row.state),
        latest_version=row.version,
        version=version.number,
        sha256=version.sha256,
        change_note=version.change_note,
        document=document_shown(queries.document_of(version)),
        signatures=[
            SignatureShown(party=party, name=one.name, signed_at=one.signed_at)
            for party, one in sorted(signatures.items())
        ],
    )


def document_shown(document: Document) -> DocumentShown:
    """A statement of work as programs read it."""
    terms = document.terms
    fee = terms.exit.fee
    return DocumentShown(
        reference=document.reference,
        title=document.title,
        client=document.client,
        provider=document.provider,
        provider_kind=document.provider_kind,
        scope=terms.scope,
        milestones=[
            MilestoneTermsShown(
                title=one.title,
                due=one.due,
                amount=Amount.of(one.amount.minor, one.amount.currency),
                criteria=[CriterionShown(**criterion.as_json()) for criterion in one.criteria],
            )
            for one in terms.milestones
        ],
        total=Amount.of(terms.total.minor, terms.total.currency),
        service_levels=[
            ServiceLevelShown(metric=one.metric, comparator=one.comparator, target=one.target)
            for one in terms.service_levels
        ],
        notice_days=terms.notice_days,
        exit=ExitShown(
            transition_days=terms.exit.transition_days,
            retrieval_days=terms.exit.retrieval_days,
            fee=Amount.of(fee.minor, fee.currency),
            text=terms.exit.text,
        ),
        payment_days=terms.payment_days,
        language=document.language,
    )
