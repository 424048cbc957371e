"""Asking for the money of a signed agreement, and approving it: what happens together when money is promised.

A composite, because a commitment puts the agreement in force (agree), moves money (spend) and opens the
milestones with a link for the provider (deliver) in one act.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.agree.actions import enter_into_force
from outtask.agree.models import Agreement
from outtask.agree.states import AGREEMENT
from outtask.deliver.actions import open_milestones
from outtask.deliver.queries import duties_on
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import refuse_if
from outtask.outtasks.references import PURCHASE_REQUEST, next_reference
from outtask.people.duties import Duties, Duty, used_exception, why_not_duty
from outtask.people.models import Member, Organisation
from outtask.people.roles import Right, may
from outtask.spend import queries, rules
from outtask.spend.actions.ledger import commit
from outtask.spend.actions.requests import (
    base_and_budget,
    decision_facts,
    move,
    open_budget_of,
    record_decision,
    refer,
)
from outtask.spend.models import Commitment, PurchaseRequest
from outtask.spend.states import Decision, RequestState


@action
def ask_to_spend(
    *, actor: Actor, now: datetime, key: Key = None, agreement_id: UUID, budget_id: UUID, reason: str = ""
) -> Outcome:
    """Ask for the money of a signed agreement: committed at once within the member's limit, else referred.

    Which of the two it is can only be known after the lock, so the entry takes its kind there. Gives `id` and
    `request` (the reference) of the request, and `committed`.
    """
    with recording("request.referred", actor=actor, on=(Agreement, agreement_id), now=now, key=key) as entry:
        agreement: Agreement = entry.subject
        duties = duties_on(agreement.outtask_id, entry.organisation_id)
        refuse_if(
            may(actor, Right.REQUEST),
            AGREEMENT.why_not(agreement.state, "commit"),
            why_not_duty(actor.person_id, Duty.REQUEST, duties),
        )
        request = _new_request(entry, agreement, budget_id, reason)
        _mark(entry, request, Duty.REQUEST, duties)
        if not _within_limit(entry, request):
            _referred(entry, request)
        committed = request.state == RequestState.COMMITTED
        entry.gives(id=request.pk, request=request.reference, committed=committed)
    return entry.outcome


@action
def approve_request(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    request_id: UUID,
    version: int,
    note: str = "",
    by_link: bool = False,
) -> Outcome:
    """Say yes to exactly the version that was seen; referred further up when the limit no longer covers it.

    Gives `request` (its reference) and `committed`.
    """
    with recording(
        "request.approved", actor=actor, on=(PurchaseRequest, request_id), now=now, key=key
    ) as entry:
        request: PurchaseRequest = entry.subject
        facts = decision_facts(entry, request, version)
        duties = duties_on(request.outtask_id, entry.organisation_id)
        refuse_if(may(actor, Right.APPROVE))
        refuse_if(rules.why_not_decide(facts, "approve"), rules.why_not_long(note, "note"))
        refuse_if(why_not_duty(actor.person_id, Duty.APPROVE, duties))
        if facts.person.covers(facts.cumulative_base):
            record_decision(entry, request, Decision.APPROVE, facts.person, note, by_link)
            _mark(entry, request, Duty.APPROVE, duties)
            commitment = _commit(entry, request)
            entry.says(
                request=request.reference,
                amount=Money(request.amount_minor, request.currency),
                budget=request.budget_id,
                commitment=commitment.pk,
                version=request.version,
                note=entry.keep(note.strip()),
            )
        else:
            _refer_on(entry, request, duties)
        entry.gives(request=request.reference, committed=request.state == RequestState.COMMITTED)
    return entry.outcome


def _new_request(entry: Recording, agreement: Agreement, budget_id: UUID, reason: str) -> PurchaseRequest:
    """Write the request with its amounts in the organisation's and the budget's currency."""
    amount = Money(agreement.amount_minor, agreement.currency)
    live = queries.live_request(agreement.pk)
    refuse_if(*rules.why_not_ask(rules.Ask(amount, reason, live.reference if live else "")))
    budget = open_budget_of(entry, budget_id)
    base_minor, budget_minor = base_and_budget(entry, amount, budget)
    made: PurchaseRequest = PurchaseRequest.objects.create(
        organisation_id=entry.organisation_id,
        reference=next_reference(entry.organisation_id, PURCHASE_REQUEST, entry.now),
        outtask_id=agreement.outtask_id,
        agreement=agreement,
        agreement_version=agreement.version,
        budget=budget,
        amount_minor=amount.minor,
        currency=amount.currency,
        base_minor=base_minor,
        budget_minor=budget_minor,
        reason=reason.strip(),
        requested_by_id=entry.actor.id,
        requested_at=entry.now,
    )
    return made


def _within_limit(entry: Recording, request: PurchaseRequest) -> bool:
    """Commit when the requester's own limit covers the whole need; nothing is written otherwise."""
    asker = queries.approver_of(request.requested_by)
    needed = queries.committed_for_need(request.outtask_id, without=request.pk) + request.base_minor
    if not asker.covers(needed):
        return False
    entry.becomes("request.committed_within_limit")
    record_decision(entry, request, Decision.WITHIN_LIMIT, asker, request.reason, by_link=False)
    commitment = _commit(entry, request)
    base = Organisation.objects.values_list("currency", flat=True).get(pk=entry.organisation_id)
    entry.says(
        request=request.reference,
        amount=Money(request.amount_minor, request.currency),
        budget=request.budget_id,
        limit=None if asker.limit_minor is None else Money(asker.limit_minor, base),
        commitment=commitment.pk,
    )
    return True


def _referred(entry: Recording, request: PurchaseRequest) -> None:
    # Read again: now that the request is there, its asker holds a duty and will not be asked to decide.
    duties = duties_on(request.outtask_id, entry.organisation_id)
    decider = refer(entry, request, request.requested_by, duties)
    entry.says(
        request=request.reference,
        amount=Money(request.amount_minor, request.currency),
        budget=request.budget_id,
        decider=decider.pk,
        version=request.version,
    )


def _mark(entry: Recording, request: PurchaseRequest, duty: Duty, duties: Duties) -> None:
    """Every use of the declared exception stands in the journal."""
    if used_exception(entry.actor.person_id, duty, duties):
        entry.also_says("exception.used", request, request=request.reference, duty=duty.value)


def _commit(entry: Recording, request: PurchaseRequest) -> Commitment:
    """Everything that a promise of money sets going."""
    commitment = commit(entry, request, request.agreement)
    move(entry, request, "approve")
    enter_into_force(entry, request.agreement)
    open_milestones(entry, request.agreement)
    return commitment


def _refer_on(entry: Recording, request: PurchaseRequest, duties: Duties) -> None:
    """The decider's limit does not cover it (any more): put it before the next one up whose limit does."""
    entry.becomes("request.referred_on")
    move(entry, request, "refer")
    decider = refer(entry, request, Member.objects.get(pk=entry.actor.id), duties)
    entry.says(request=request.reference, decider=decider.pk, version=request.version)
