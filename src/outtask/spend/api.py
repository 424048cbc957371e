"""Budgets, rates and requests to spend for programs."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from outtask.agree.queries import agreement_of
from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import (
    Amount,
    AmountGiven,
    Currency,
    Day,
    Done,
    Given,
    Id,
    Made,
    Number,
    Shown,
    Version,
    upto,
)
from outtask.journal.recording import NotFound, Outcome
from outtask.lifecycle.spending import approve_request, ask_to_spend
from outtask.outtasks.queries import outtask_of
from outtask.people.roles import Right
from outtask.spend import actions
from outtask.spend.models import Approval, Budget, Posting, PurchaseRequest, Rate
from outtask.spend.rules import LONGEST_NAME, LONGEST_WORDS
from outtask.spend.states import UNDECIDED, Account, Decision, RequestState

budgets, rates, requests = Room("Budgets"), Room("Rates"), Room("Purchase requests")
ROUTERS = (budgets, rates, requests)

_BUDGET = "/budgets/{uuid:budget_id}"
_REQUEST = "/requests/{slug:reference}"


class BudgetShown(Shown):
    """A pot in one currency. What is authorised is free, committed, owed or paid."""

    id: UUID
    name: str
    authorised: Amount
    free: Amount
    committed: Amount
    owed: Amount
    paid: Amount
    starts_on: date | None
    ends_on: date | None
    opened_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, row: Budget) -> Self:
        return cls(
            id=row.pk,
            name=row.name,
            authorised=Amount.of(row.authorised_minor, row.currency),
            free=Amount.of(row.free_minor, row.currency),
            committed=Amount.of(row.committed_minor, row.currency),
            owed=Amount.of(row.owed_minor, row.currency),
            paid=Amount.of(row.paid_minor, row.currency),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
        )


class NewBudget(Given):
    """A new pot of money."""

    name: Annotated[str, upto(LONGEST_NAME, 1)]
    authorised: AmountGiven
    starts_on: Day | None = None
    ends_on: Day | None = None


class Putting(Given):
    """Money in, or free money out again when it is negative."""

    amount: AmountGiven


class PostingShown(Shown):
    """One movement between two accounts of a budget, and the entry it stands in."""

    id: UUID
    source: Account
    target: Account
    amount: Amount
    commitment_id: UUID | None
    entry_id: UUID
    posted_at: datetime

    @classmethod
    def of(cls, row: Posting) -> Self:
        return cls(
            id=row.pk,
            source=Account(row.source),
            target=Account(row.target),
            amount=Amount.of(row.amount_minor, row.budget.currency),
            commitment_id=row.commitment_id,
            entry_id=row.entry_id,
            posted_at=row.posted_at,
        )


@budgets.many("/budgets", BudgetShown)
def budget_list(call: Call) -> Any:
    """List budgets, the latest first."""
    return Budget.objects.visible_to(call.actor)


@budgets.one(_BUDGET, BudgetShown)
def budget(call: Call, budget_id: UUID) -> BudgetShown:
    """Read one budget."""
    return BudgetShown.of(_budget(call, budget_id))


@budgets.many(f"{_BUDGET}/postings", PostingShown)
def posting_list(call: Call, budget_id: UUID) -> Any:
    """List the movements of a budget, the latest first."""
    row = _budget(call, budget_id)
    return Posting.objects.visible_to(call.actor).filter(budget=row).select_related("budget")


@budgets.act("/budgets", Made, status=201, scope=Right.MANAGE_BUDGETS, at="/budgets/{id}")
def open_budget(call: Call, body: NewBudget) -> Outcome:
    """Open a budget."""
    given = {"name": body.name, "starts_on": body.starts_on, "ends_on": body.ends_on}
    return act(call, actions.open_budget, authorised=body.authorised.money, **given)


@budgets.act(f"{_BUDGET}/authorisations", status=201, scope=Right.MANAGE_BUDGETS, about=budget)
def authorise(call: Call, budget_id: UUID, body: Putting) -> Outcome:
    """Put money into a budget, or take free money out."""
    return act(call, actions.authorise, budget_id=budget_id, amount=body.amount.money)


def _budget(call: Call, budget_id: UUID) -> Budget:
    row: Budget | None = Budget.objects.visible_to(call.actor).filter(pk=budget_id).first()
    if row is None:
        raise NotFound("budget")
    return row


class RateShown(Shown):
    """What one unit of a currency is worth in the organisation's, from a day on."""

    id: UUID
    currency: str
    per_unit: Decimal
    day: date

    @classmethod
    def of(cls, row: Rate) -> Self:
        return cls(id=row.pk, currency=row.currency, per_unit=row.per_unit, day=row.day)


class NewRate(Given):
    """What one unit of a currency is worth in the organisation's, from a day on."""

    currency: Currency
    per_unit: Number
    day: Day


@rates.many("/rates", RateShown)
def rate_list(call: Call) -> Any:
    """List rates, the latest first."""
    return Rate.objects.visible_to(call.actor)


@rates.act("/rates", status=201, scope=Right.MANAGE_BUDGETS)
def note_rate(call: Call, body: NewRate) -> Outcome:
    """Note a rate."""
    given = {"per_unit": body.per_unit, "day": body.day}
    return act(call, actions.note_rate, currency=str(body.currency), **given)


class DecisionShown(Shown):
    """One decision on one version of a request."""

    version: int
    decision: Decision
    decided_by_id: UUID
    note: str
    by_link: bool
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
        note=row.note,
        by_link=row.by_link,
        decided_at=row.decided_at,
        voided_at=row.voided_at,
    )


class Whose(StrEnum):
    """Which requests to list."""

    ALL = "all"
    MINE = "mine"
    TO_DECIDE = "to-decide"


class Asking(Given):
    """From which budget, and why."""

    budget_id: Id
    reason: Annotated[str, upto(LONGEST_WORDS)] = ""


class Asked(Made):
    """The request. `committed`: whether the limit covered it, so that nobody has to decide."""

    request: str
    committed: bool


class Approving(Given):
    """Yes to exactly the version that was read."""

    version: Version
    note: Annotated[str, upto(LONGEST_WORDS)] = ""


class Approved(Done):
    """`committed` is false when the limit did not cover it, and it was referred further up."""

    request: str
    committed: bool


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
    rows = rows.prefetch_related("approvals")
    if show is Whose.MINE:
        return rows.filter(requested_by_id=call.actor.id)
    return rows.filter(decider_id=call.actor.id, state__in=UNDECIDED) if show is Whose.TO_DECIDE else rows


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
    return act(call, actions.edit_request, request_id=_request(call, reference).pk, **body.model_dump())


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
