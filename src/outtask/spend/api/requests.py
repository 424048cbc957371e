"""Requests to spend for programs."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from outtask.agree.queries import agreement_of
from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import (
    Amount,
    Done,
    Given,
    Id,
    Made,
    Shown,
    Version,
    upto,
)
from outtask.journal.recording import NotFound, Outcome
from outtask.lifecycle import editing
from outtask.lifecycle.spending import approve_request, ask_to_spend
from outtask.outtasks.queries import outtask_of
from outtask.people.queries import decides_for
from outtask.people.roles import Right
from outtask.spend import actions
from outtask.spend.line import Today, waiting_for
from outtask.spend.models import Approval, PurchaseRequest
from outtask.spend.rules import LONGEST_WORDS
from outtask.spend.states import Decision, RequestState

requests = Room("Purchase requests")

_REQUEST = "/requests/{slug:reference}"


class DecisionShown(Shown):
    """One decision on one version of a request."""

    version: int
    decision: Decision
    decided_by_id: UUID
    # The absence in which they decided for somebody, and for whom.
    delegation_id: UUID | None
    in_place_of_id: UUID | None
    note: str
    by_link: bool
    by_mail: bool
    # Rules of the organisation that fell on it.
    rule_ids: list[UUID]
    decided_at: datetime
    voided_at: datetime | None


class RequestShown(Shown):
    """Asking to spend the money of one version of a statement of work."""

    id: UUID
    reference: str
    out_task: str
    state: RequestState
    version: int
    amount: Amount
    budget_id: UUID
    reason: str
    category: str
    requested_by_id: UUID
    requested_at: datetime
    decider_id: UUID | None
    decide_by: datetime | None
    decisions: list[DecisionShown]

    @classmethod
    def of(cls, row: PurchaseRequest) -> Self:
        decisions = sorted(row.approvals.all(), key=lambda one: one.pk)
        return cls(
            id=row.pk,
            reference=row.reference,
            out_task=row.outtask.reference,
            state=RequestState(row.state),
            version=row.version,
            amount=Amount.of(row.amount_minor, row.currency),
            budget_id=row.budget_id,
            reason=row.reason,
            category=row.category,
            requested_by_id=row.requested_by_id,
            requested_at=row.requested_at,
            decider_id=row.decider_id,
            decide_by=row.decide_by,
            decisions=[_decision(one) for one in decisions],
        )


def _decision(row: Approval) -> DecisionShown:
    return DecisionShown(
        version=row.version,
        decision=Decision(row.decision),
        decided_by_id=row.decided_by_id,
        delegation_id=row.delegation_id,
        in_place_of_id=row.delegation.giver_id if row.delegation is not None else None,
        note=row.note,
        by_link=row.by_link,
        by_mail=row.by_mail,
        rule_ids=[UUID(rule) for rule in row.rules],
        decided_at=row.decided_at,
        voided_at=row.voided_at,
    )


class Whose(StrEnum):
    """Which requests to list."""

    ALL = "all"
    MINE = "mine"
    TO_DECIDE = "to-decide"


class Asking(Given):
    """From which budget, and why. `category`: two to eight digits of a CPV code, which limits count by."""

    budget_id: Id
    reason: Annotated[str, upto(LONGEST_WORDS)] = ""
    category: Annotated[str, upto(10)] = ""


class Asked(Made):
    """The request. `committed`: whether the limits covered it, so that nobody has to decide.

    `why`: which limit did not, how much of it is used, and until when; empty when it is committed.
    """

    request: str
    committed: bool
    why: str


class Approving(Given):
    """Yes to exactly the version that was read."""

    version: Version
    note: Annotated[str, upto(LONGEST_WORDS)] = ""


class Approved(Done):
    """`committed` is false when it was referred further up, or waits for a second yes: `why`."""

    request: str
    committed: bool
    why: str


class Rejecting(Given):
    """No to the version that was read, and why."""

    version: Version
    note: Annotated[str, upto(LONGEST_WORDS)]


class Questioning(Given):
    """What has to be known first, of the version that was read."""

    version: Version
    question: Annotated[str, upto(LONGEST_WORDS)]


class Answering(Given):
    """What the decider wanted to know."""

    answer: Annotated[str, upto(LONGEST_WORDS)]


class EditedRequest(Asking):
    """Budget and reason as they shall be. `version` is the one you have read."""

    version: Version


@requests.many("/requests", RequestShown)
def request_list(call: Call, show: Whose = Whose.ALL) -> Any:
    """List requests to spend, the latest first."""
    rows = PurchaseRequest.objects.visible_to(call.actor).select_related("outtask")
    rows = rows.prefetch_related("approvals__delegation")
    if show is Whose.MINE:
        return rows.filter(requested_by_id=call.actor.id)
    if show is Whose.TO_DECIDE:
        today = Today.at(call.actor.organisation_id, call.now)
        return rows.filter(waiting_for(decides_for(call.actor.id, today.day)))
    return rows


@requests.one(_REQUEST, RequestShown)
def request(call: Call, reference: str) -> RequestShown:
    """Read one request to spend, with the decisions on it."""
    return RequestShown.of(_request(call, reference))


@requests.act(
    "/out-tasks/{slug:reference}/requests",
    Asked,
    status=201,
    scope=Right.REQUEST,
    at="/requests/{request}",
)
def ask(call: Call, reference: str, body: Asking) -> Outcome:
    """Ask for the money of the signed statement of work.

    Committed at once within the limit of whoever asks; else it is put before somebody whose limit covers it.
    """
    agreement = agreement_of(outtask_of(call.actor, reference), call.actor)
    if agreement is None:
        raise NotFound("agreement")
    return act(call, ask_to_spend, agreement_id=agreement.pk, **body.model_dump())


@requests.act(_REQUEST, method="PUT", scope=Right.REQUEST, about=request)
def edit_request(call: Call, reference: str, body: EditedRequest) -> Outcome:
    """Change budget or reason before the decision; it is referred anew."""
    return act(call, editing.edit_request, request_id=_request(call, reference).pk, **body.model_dump())


@requests.act(f"{_REQUEST}/approval", Approved, status=201, scope=Right.APPROVE, about=request)
def approve(call: Call, reference: str, body: Approving) -> Outcome:
    """Approve a request to spend."""
    return act(call, approve_request, request_id=_request(call, reference).pk, **body.model_dump())


@requests.act(f"{_REQUEST}/rejection", scope=Right.APPROVE, about=request)
def reject_request(call: Call, reference: str, body: Rejecting) -> Outcome:
    """Reject a request to spend."""
    return act(call, actions.reject_request, request_id=_request(call, reference).pk, **body.model_dump())


@requests.act(f"{_REQUEST}/question", scope=Right.APPROVE, about=request)
def ask_about_request(call: Call, reference: str, body: Questioning) -> Outcome:
    """Ask the requester something before deciding."""
    pk = _request(call, reference).pk
    return act(call, actions.ask_about_request, request_id=pk, **body.model_dump())


@requests.act(f"{_REQUEST}/answer", scope=Right.REQUEST, about=request)
def answer_request(call: Call, reference: str, body: Answering) -> Outcome:
    """Answer the decider's question."""
    return act(call, actions.answer_request, request_id=_request(call, reference).pk, answer=body.answer)


@requests.act(f"{_REQUEST}/withdrawal", scope=Right.REQUEST, about=request)
def withdraw_request(call: Call, reference: str) -> Outcome:
    """Take a request back before it is decided."""
    return act(call, actions.withdraw_request, request_id=_request(call, reference).pk)


def _request(call: Call, reference: str) -> PurchaseRequest:
    row: PurchaseRequest | None = (
        PurchaseRequest.objects.visible_to(call.actor)
        .select_related("outtask")
        .filter(reference=reference)
        .first()
    )
    if row is None:
        raise NotFound("request")
    return row
