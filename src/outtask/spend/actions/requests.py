"""Purchase requests after they were asked: referring, rejecting, asking, answering, editing, withdrawing.

Asking and approving commit money and open milestones in one act, so they stand in `lifecycle.spending`.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.kernel.words import N_
from outtask.people.links import Holder, make_link, revoke_links
from outtask.people.models import Member, Organisation
from outtask.people.roles import Right, may
from outtask.people.states import Purpose
from outtask.spend import queries, rules
from outtask.spend.models import Approval, Budget, PurchaseRequest
from outtask.spend.states import PURCHASE_REQUEST, Decision, RequestState


def refer(entry: Recording, request: PurchaseRequest, decider_id: UUID) -> None:
    """Put the request before a decider: a fresh link for the version that stands, the older links closed."""
    revoke_links(entry.now, subject_type="purchaserequest", subject_id=request.pk)
    decider = Member.objects.select_related("person").get(pk=decider_id)
    request.decider = decider
    link = make_link(
        Holder(decider.person.name, decider.person.email, member=decider),
        Purpose.DECIDE,
        organisation_id=entry.organisation_id,
        outtask_id=request.outtask_id,
        subject_type="purchaserequest",
        subject_id=request.pk,
        version=request.version,
        now=entry.now,
    )
    request.decide_by = link.expires_at
    request.save(update_fields=["decider", "decide_by"])


def record_decision(
    entry: Recording,
    request: PurchaseRequest,
    decision: Decision,
    person: rules.Approver,
    note: str,
    by_link: bool,
) -> Approval:
    """The dated fact of a decision, with the limit it was taken under."""
    return Approval.objects.create(
        organisation_id=entry.organisation_id,
        request=request,
        version=request.version,
        decision=decision,
        decided_by_id=person.id,
        limit_minor=person.limit_minor,
        note=note,
        by_link=by_link,
        decided_at=entry.now,
    )


def move(request: PurchaseRequest, act: str) -> None:
    """Follow the transition table; nobody decides a settled request any more."""
    request.state = PURCHASE_REQUEST.after(RequestState(request.state), act)
    if request.state in PURCHASE_REQUEST.terminal or request.state == RequestState.COMMITTED:
        request.decider = None
    request.save(update_fields=["state", "decider"])


def void(entry: Recording, request: PurchaseRequest) -> None:
    """What was asked for changed: decisions no longer count, links close."""
    revoke_links(entry.now, subject_type="purchaserequest", subject_id=request.pk)
    Approval.objects.filter(request=request, voided_at__isnull=True).update(voided_at=entry.now)
    move(request, "void")


def decision_facts(entry: Recording, request: PurchaseRequest, seen_version: int) -> rules.DecisionFacts:
    """The facts a decision is judged on, read after the lock."""
    member = Member.objects.select_related("person").get(pk=entry.actor.id)
    promised = queries.committed_for_need(request.outtask_id, without=request.pk)
    return rules.DecisionFacts(
        state=request.state,
        version=request.version,
        seen_version=seen_version,
        decider_id=request.decider_id,
        person=queries.approver_of(member),
        cumulative_base=promised + request.base_minor,
    )


def _words(text: str, field: str) -> Refusal | None:
    if text.strip():
        return None
    return Refusal("words_missing", N_("Write a sentence, so that they know why."), field=field)


@action
def reject_request(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    request_id: UUID,
    version: int,
    note: str,
    by_link: bool = False,
) -> Outcome:
    """Say no, with a reason the requester reads."""
    with recording(
        "request.rejected", actor=actor, on=(PurchaseRequest, request_id), now=now, key=key
    ) as entry:
        request: PurchaseRequest = entry.subject
        refuse_if(may(actor, Right.APPROVE))
        facts = decision_facts(entry, request, version)
        refuse_if(rules.why_not_decide(facts, "reject"), _words(note, "note"))
        record_decision(entry, request, Decision.REJECT, facts.person, note, by_link)
        revoke_links(now, subject_type="purchaserequest", subject_id=request.pk)
        move(request, "reject")
        entry.says(request=request.reference, version=request.version, note=entry.keep(note))
    return entry.outcome


@action
def ask_about_request(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    request_id: UUID,
    version: int,
    question: str,
    by_link: bool = False,
) -> Outcome:
    """Ask the requester before deciding; the deadline waits for the answer."""
    with recording("request.asked", actor=actor, on=(PurchaseRequest, request_id), now=now, key=key) as entry:
        request: PurchaseRequest = entry.subject
        refuse_if(may(actor, Right.APPROVE))
        facts = decision_facts(entry, request, version)
        refuse_if(rules.why_not_decide(facts, "ask"), _words(question, "note"))
        record_decision(entry, request, Decision.ASK, facts.person, question, by_link)
        move(request, "ask")
        entry.says(request=request.reference, version=request.version, question=entry.keep(question))
    return entry.outcome


@action
def answer_request(*, actor: Actor, now: datetime, key: Key = None, request_id: UUID, answer: str) -> Outcome:
    """Answer the decider's question; a fresh link goes to them and the deadline begins again."""
    with recording(
        "request.answered", actor=actor, on=(PurchaseRequest, request_id), now=now, key=key
    ) as entry:
        request: PurchaseRequest = entry.subject
        refuse_if(
            may(actor, Right.REQUEST),
            PURCHASE_REQUEST.why_not(request.state, "answer"),
            _words(answer, "answer"),
        )
        decider_id = request.decider_id
        assert decider_id is not None, "a request that was asked about has a decider"
        move(request, "answer")
        refer(entry, request, decider_id)
        entry.says(request=request.reference, answer=entry.keep(answer), decider=decider_id)
    return entry.outcome


@action
def withdraw_request(*, actor: Actor, now: datetime, key: Key = None, request_id: UUID) -> Outcome:
    """Take the request back before it is decided."""
    with recording(
        "request.withdrawn", actor=actor, on=(PurchaseRequest, request_id), now=now, key=key
    ) as entry:
        request: PurchaseRequest = entry.subject
        refuse_if(
            may(actor, Right.REQUEST),
            _own(request, actor),
            PURCHASE_REQUEST.why_not(request.state, "withdraw"),
        )
        revoke_links(now, subject_type="purchaserequest", subject_id=request.pk)
        move(request, "withdraw")
        entry.says(request=request.reference)
    return entry.outcome


def _own(request: PurchaseRequest, actor: Actor) -> Refusal | None:
    if request.requested_by_id == actor.id:
        return None
    return Refusal("not_yours", N_("Only the person who asked can change or withdraw the request."))


@action
def edit_request(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    request_id: UUID,
    version: int,
    budget_id: UUID,
    reason: str,
) -> Outcome:
    """Change the budget or the reason before the decision: a new version, asked again; old links see it no more."""
    with recording(
        "request.edited", actor=actor, on=(PurchaseRequest, request_id), now=now, key=key
    ) as entry:
        request: PurchaseRequest = entry.subject
        refuse_if(
            may(actor, Right.REQUEST), _own(request, actor), PURCHASE_REQUEST.why_not(request.state, "edit")
        )
        if request.version != version:
            raise Refused(
                Refusal(
                    "stale_version", N_("The request was changed meanwhile. Open it again."), field="version"
                )
            )
        budget = Budget.objects.visible_to(actor).filter(pk=budget_id, closed_at__isnull=True).first()
        if budget is None:
            raise Refused(Refusal("no_budget", N_("Choose one of the budgets in the list."), field="budget"))
        request.budget = budget
        request.budget_minor = budget_amount(entry, Money(request.amount_minor, request.currency), budget)
        request.reason = reason
        request.version += 1
        request.save(update_fields=["budget", "budget_minor", "reason", "version"])
        decider_id = request.decider_id
        assert decider_id is not None, "an undecided request has a decider"
        move(request, "edit")
        refer(entry, request, decider_id)
        amount = Money(request.amount_minor, request.currency)
        entry.says(request=request.reference, amount=amount, version=request.version, decider=decider_id)
    return entry.outcome


def budget_amount(entry: Recording, amount: Money, budget: Budget) -> int:
    """What the amount sets aside in the budget's currency, at the stored rate of the day; Refused without one."""
    if amount.currency == budget.currency:
        return amount.minor
    organisation = Organisation.objects.get(pk=entry.organisation_id)
    if budget.currency != organisation.currency:
        raise Refused(
            Refusal(
                "wrong_currency",
                N_("Choose a budget kept in %(needed)s or in %(base)s."),
                field="budget",
                facts={"needed": amount.currency, "base": organisation.currency},
            )
        )
    base = queries.base_amount(organisation, amount, entry.now.date())
    if isinstance(base, Refusal):
        raise Refused(base)
    return base
