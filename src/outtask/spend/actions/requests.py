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
from outtask.people.duties import Duties
from outtask.people.links import Holder, make_link
from outtask.people.models import Link, Member, Organisation
from outtask.people.roles import Right, may
from outtask.people.states import Purpose
from outtask.source.queries import today_of
from outtask.spend import queries, rules
from outtask.spend.models import Approval, Budget, PurchaseRequest
from outtask.spend.states import PURCHASE_REQUEST, Decision, RequestState

SUBJECT = "purchaserequest"


# ---- parts ----


def refer(entry: Recording, request: PurchaseRequest, asker: Member, duties: Duties) -> Member:
    """Put the request before the first above `asker` whose limit covers it, by a fresh link; returns who.

    Refused when nobody's does. The link is for the version that stands; older ones decide nothing any more.
    """
    needed = queries.committed_for_need(request.outtask_id, without=request.pk) + request.base_minor
    answer = rules.who_decides(queries.approvers_above(asker, duties), needed)
    if isinstance(answer, Refusal):
        raise Refused(answer)
    decider: Member = Member.objects.select_related("person").get(pk=answer.id)
    spend_links(entry, request)
    link = make_link(
        Holder(decider.person.name, decider.person.email, member=decider),
        Purpose.DECIDE,
        organisation_id=entry.organisation_id,
        outtask_id=request.outtask_id,
        subject_type=SUBJECT,
        subject_id=request.pk,
        version=request.version,
        now=entry.now,
    )
    request.decider, request.decide_by = decider, link.expires_at
    request.save(update_fields=["decider", "decide_by"])
    return decider


def spend_links(entry: Recording, request: PurchaseRequest) -> None:
    """The links to decide have done their work: from now on they show what became of the request."""
    links = Link.objects.filter(subject_type=SUBJECT, subject_id=request.pk, spent_at__isnull=True)
    links.update(spent_at=entry.now)


def record_decision(
    entry: Recording,
    request: PurchaseRequest,
    decision: Decision,
    person: rules.Approver,
    note: str,
    by_link: bool,
) -> Approval:
    """The dated fact of a decision, with the limit it was taken under."""
    made: Approval = Approval.objects.create(
        organisation_id=entry.organisation_id,
        request=request,
        version=request.version,
        decision=decision,
        decided_by_id=person.id,
        limit_minor=person.limit_minor,
        note=note.strip(),
        by_link=by_link,
        decided_at=entry.now,
    )
    return made


def move(entry: Recording, request: PurchaseRequest, act: str) -> None:
    """Follow the transition table. A settled request waits for nobody; a question stops the clock."""
    request.state = PURCHASE_REQUEST.after(RequestState(request.state), act)
    if request.state in rules.SETTLED:
        request.decider = None
        spend_links(entry, request)
    if request.state != RequestState.REFERRED:
        request.decide_by = None
    request.save(update_fields=["state", "decider", "decide_by"])


def void(entry: Recording, request: PurchaseRequest) -> None:
    """What was asked for changed: decisions no longer count."""
    Approval.objects.filter(request=request, voided_at__isnull=True).update(voided_at=entry.now)
    move(entry, request, "void")


def decision_facts(entry: Recording, request: PurchaseRequest, seen_version: int) -> rules.DecisionFacts:
    """The facts a decision is judged on, read after the lock."""
    promised = queries.committed_for_need(request.outtask_id, without=request.pk)
    return rules.DecisionFacts(
        state=request.state,
        version=request.version,
        seen_version=seen_version,
        decider_id=request.decider_id,
        person=queries.approver_of(Member.objects.get(pk=entry.actor.id)),
        cumulative_base=promised + request.base_minor,
    )


def open_budget_of(entry: Recording, budget_id: UUID) -> Budget:
    """A budget that takes new promises; Refused with a reason for any other."""
    budget: Budget | None = (
        Budget.objects.visible_to(entry.actor).filter(pk=budget_id, closed_at__isnull=True).first()
    )
    today = today_of(entry.organisation_id, entry.now)
    refuse_if(rules.why_not_budget(budget is not None, budget.ends_on if budget else None, today))
    assert budget is not None
    return budget


def base_and_budget(entry: Recording, amount: Money, budget: Budget) -> tuple[int, int]:
    """The amount in the organisation's and in the budget's currency, at the stored rate of the day.

    Refused when there is no rate, or none that leads to the budget's currency.
    """
    organisation = Organisation.objects.get(pk=entry.organisation_id)
    refuse_if(rules.why_not_budget_currency(amount.currency, budget.currency, organisation.currency))
    base = queries.base_amount(organisation, amount, today_of(entry.organisation_id, entry.now))
    if isinstance(base, Refusal):
        raise Refused(base)
    return base, amount.minor if budget.currency == amount.currency else base


# ---- actions ----


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
        refuse_if(rules.why_not_turn_own_down(request.requested_by_id, actor.id))
        refuse_if(rules.why_not_decide(facts, "reject"), rules.why_not_words(note, "note"))
        record_decision(entry, request, Decision.REJECT, facts.person, note, by_link)
        move(entry, request, "reject")
        entry.says(request=request.reference, version=request.version, note=entry.keep(note.strip()))
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
        refuse_if(rules.why_not_decide(facts, "ask"), rules.why_not_words(question, "note"))
        record_decision(entry, request, Decision.ASK, facts.person, question, by_link)
        move(entry, request, "ask")
        entry.says(request=request.reference, version=request.version, question=entry.keep(question.strip()))
    return entry.outcome


@action
def answer_request(*, actor: Actor, now: datetime, key: Key = None, request_id: UUID, answer: str) -> Outcome:
    """Answer the decider's question; a fresh link goes out and the time to decide begins again."""
    with recording(
        "request.answered", actor=actor, on=(PurchaseRequest, request_id), now=now, key=key
    ) as entry:
        request: PurchaseRequest = entry.subject
        refuse_if(
            may(actor, Right.REQUEST),
            rules.why_not_own(request.requested_by_id, actor.id),
            PURCHASE_REQUEST.why_not(request.state, "answer"),
            rules.why_not_words(answer, "answer"),
        )
        move(entry, request, "answer")
        decider = _refer_anew(entry, request)
        entry.says(request=request.reference, answer=entry.keep(answer.strip()), decider=decider.pk)
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
            rules.why_not_own(request.requested_by_id, actor.id),
            PURCHASE_REQUEST.why_not(request.state, "withdraw"),
        )
        move(entry, request, "withdraw")
        entry.says(request=request.reference)
    return entry.outcome


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
    """Change the budget or the reason before the decision: a new version, referred anew.

    A link for the version before decides nothing any more.
    """
    with recording(
        "request.edited", actor=actor, on=(PurchaseRequest, request_id), now=now, key=key
    ) as entry:
        request: PurchaseRequest = entry.subject
        refuse_if(
            may(actor, Right.REQUEST),
            rules.why_not_own(request.requested_by_id, actor.id),
            PURCHASE_REQUEST.why_not(request.state, "edit"),
            rules.why_not_stale(version, request.version),
            rules.why_not_long(reason, "reason"),
        )
        amount = Money(request.amount_minor, request.currency)
        request.budget = open_budget_of(entry, budget_id)
        request.base_minor, request.budget_minor = base_and_budget(entry, amount, request.budget)
        request.reason = reason.strip()
        request.version += 1
        request.save(update_fields=["budget", "base_minor", "budget_minor", "reason", "version"])
        move(entry, request, "edit")
        decider = _refer_anew(entry, request)
        entry.says(request=request.reference, amount=amount, version=request.version, decider=decider.pk)
    return entry.outcome


def _refer_anew(entry: Recording, request: PurchaseRequest) -> Member:
    """From the requester up, by the limits of today: whoever decided before may have left since."""
    duties = queries.duties(request.outtask_id, entry.organisation_id)
    return refer(entry, request, request.requested_by, duties)
