"""Asking for the money of a signed agreement, and approving it: what must happen together when money is promised.

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
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.kernel.words import N_
from outtask.outtasks.references import PURCHASE_REQUEST, next_reference
from outtask.people.duties import Duty, why_not_duty
from outtask.people.models import Member, Organisation
from outtask.people.roles import Right, may
from outtask.spend import queries, rules
from outtask.spend.actions.ledger import commit
from outtask.spend.actions.requests import budget_amount, decision_facts, move, record_decision, refer
from outtask.spend.models import Budget, Commitment, PurchaseRequest
from outtask.spend.states import Decision, RequestState


@action
def ask_to_spend(
    *, actor: Actor, now: datetime, key: Key = None, agreement_id: UUID, budget_id: UUID, reason: str = ""
) -> Outcome:
    """Ask for the money of a signed agreement: within the member's limit it is committed at once, above it referred.

    Gives `request` (its reference), `id` and `committed` (bool). Which of the two it is can only be known after
    the lock, so the entry takes its kind there.
    """
    with recording("request.referred", actor=actor, on=(Agreement, agreement_id), now=now, key=key) as entry:
        agreement: Agreement = entry.subject
        refuse_if(may(actor, Right.REQUEST), AGREEMENT.why_not(agreement.state, "commit"))
        member = Member.objects.select_related("person", "reports_to__person").get(pk=actor.id)
        request = _new_request(entry, agreement, member, _open_budget(actor, budget_id), reason)
        decider = _decider(entry, request, member)
        amount = Money(request.amount_minor, request.currency)
        if decider.id == member.pk:
            entry.becomes("request.committed_within_limit")
            record_decision(entry, request, Decision.WITHIN_LIMIT, decider, reason, by_link=False)
            commitment = _commit(entry, request, agreement)
            base = Organisation.objects.get(pk=entry.organisation_id).currency
            entry.says(
                request=request.reference,
                amount=amount,
                budget=request.budget_id,
                limit=None if decider.limit_minor is None else Money(decider.limit_minor, base),
                commitment=commitment.pk,
            )
        else:
            refer(entry, request, decider.id)
            entry.says(
                request=request.reference,
                amount=amount,
                budget=request.budget_id,
                decider=decider.id,
                version=1,
            )
        entry.gives(
            id=request.pk, request=request.reference, committed=request.state == RequestState.COMMITTED
        )
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
    """Say yes to exactly the version that was seen; commits when the decider's limit covers it, else refers on."""
    with recording(
        "request.approved", actor=actor, on=(PurchaseRequest, request_id), now=now, key=key
    ) as entry:
        request: PurchaseRequest = entry.subject
        refuse_if(may(actor, Right.APPROVE))
        facts = decision_facts(entry, request, version)
        refuse_if(rules.why_not_decide(facts, "approve"))
        duties = queries.duties(request.outtask_id, entry.organisation_id)
        refuse_if(why_not_duty(actor.person_id, Duty.APPROVE, duties))
        if facts.person.covers(facts.cumulative_base):
            record_decision(entry, request, Decision.APPROVE, facts.person, note, by_link)
            commitment = _commit(entry, request, request.agreement)
            entry.says(
                request=request.reference,
                amount=Money(request.amount_minor, request.currency),
                budget=request.budget_id,
                commitment=commitment.pk,
                version=request.version,
                note=entry.keep(note),
            )
        else:
            _refer_on(entry, request, facts)
        entry.gives(request=request.reference, committed=request.state == RequestState.COMMITTED)
    return entry.outcome


def _open_budget(actor: Actor, budget_id: UUID) -> Budget:
    budget: Budget | None = (
        Budget.objects.visible_to(actor).filter(pk=budget_id, closed_at__isnull=True).first()
    )
    if budget is None:
        raise Refused(Refusal("no_budget", N_("Choose one of the budgets in the list."), field="budget"))
    return budget


def _new_request(
    entry: Recording, agreement: Agreement, member: Member, budget: Budget, reason: str
) -> PurchaseRequest:
    """Write the request with its amounts in the organisation's and the budget's currency."""
    live = PurchaseRequest.objects.filter(
        agreement=agreement, state__in=[RequestState.REFERRED, RequestState.ASKED, RequestState.COMMITTED]
    ).first()
    if live is not None:
        raise Refused(
            Refusal(
                "asked_already",
                N_("The money was asked for already: %(request)s. Open it to see who decides."),
                facts={"request": live.reference},
            )
        )
    amount = Money(agreement.amount_minor, agreement.currency)
    if amount.minor <= 0:
        raise Refused(
            Refusal("nothing_to_spend", N_("The agreement is about no money; there is nothing to commit."))
        )
    organisation = Organisation.objects.get(pk=entry.organisation_id)
    base = queries.base_amount(organisation, amount, entry.now.date())
    if isinstance(base, Refusal):
        raise Refused(base)
    return PurchaseRequest.objects.create(
        organisation_id=entry.organisation_id,
        reference=next_reference(entry.organisation_id, PURCHASE_REQUEST, entry.now),
        outtask_id=agreement.outtask_id,
        agreement=agreement,
        agreement_version=agreement.version,
        budget=budget,
        amount_minor=amount.minor,
        currency=amount.currency,
        base_minor=base,
        budget_minor=budget_amount(entry, amount, budget),
        reason=reason,
        requested_by=member,
        requested_at=entry.now,
    )


def _decider(entry: Recording, request: PurchaseRequest, member: Member) -> rules.Approver:
    needed = queries.committed_for_need(request.outtask_id, without=request.pk) + request.base_minor
    answer = rules.who_decides(
        queries.approver_of(member),
        queries.chain_above(member),
        queries.owners(entry.organisation_id),
        needed,
    )
    if isinstance(answer, Refusal):
        raise Refused(answer)
    return answer


def _commit(entry: Recording, request: PurchaseRequest, agreement: Agreement) -> Commitment:
    """Everything that a promise of money sets going."""
    commitment = commit(entry, request, agreement)
    move(request, "approve")
    enter_into_force(entry, agreement)
    open_milestones(entry, agreement)
    return commitment


def _refer_on(entry: Recording, request: PurchaseRequest, facts: rules.DecisionFacts) -> None:
    """The decider's limit does not cover it (any more): put it before the next one who does."""
    member = Member.objects.select_related("reports_to__person").get(pk=entry.actor.id)
    answer = rules.who_decides(
        queries.approver_of(member),
        queries.chain_above(member),
        queries.owners(entry.organisation_id),
        facts.cumulative_base,
    )
    if isinstance(answer, Refusal):
        raise Refused(answer)
    move(request, "refer")
    refer(entry, request, answer.id)
    entry.becomes("request.referred_on")
    entry.says(request=request.reference, decider=answer.id, version=request.version)
