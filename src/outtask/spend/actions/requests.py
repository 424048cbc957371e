"""Purchase requests after they were asked: referring, rejecting, asking, answering, editing, withdrawing.

Asking and approving commit money and open milestones in one act, so they stand in `lifecycle.spending`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from outtask.agree.actions import drop_order
from outtask.journal.direct import insert, rows_by_key, update
from outtask.journal.prepared import prepared_write
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.people.duties import Duties
from outtask.people.links import Holder, make_link
from outtask.people.models import Link, Member, Organisation
from outtask.people.queries import absence_of
from outtask.people.roles import Right, may
from outtask.people.states import Purpose, Role
from outtask.source.queries import today_of
from outtask.spend import demand_rules, limit_rules, line, queries, rules
from outtask.spend.limit_rules import TIME_TO_DECIDE, Approver, Spending
from outtask.spend.line import Power, Today
from outtask.spend.models import Approval, Budget, PurchaseRequest
from outtask.spend.states import PURCHASE_REQUEST, Decision, RequestState

SUBJECT = "purchaserequest"


# ---- parts ----


def refer(entry: Recording, request: PurchaseRequest, asker: Member, duties: Duties, today: Today) -> Member:
    """Put the request before the first above `asker` whose limits cover it, by a fresh link; returns who.

    The link goes to whoever decides in their place while they are away; it is for the version that stands,
    and older ones decide nothing any more. Refused when nobody's limits do.
    """
    wanted, besides = line.spending_of(request, today), line.firsts_of(request)
    answer = line.decider_for(asker, wanted, duties, today, besides)
    if isinstance(answer, Refusal):
        raise Refused(limit_rules.why_no_second(answer) if besides else answer)
    return put_before(entry, request, answer)


def put_before(entry: Recording, request: PurchaseRequest, chosen: Approver) -> Member:
    """Let it be decided by one member, or by whoever stands in for them, with all the time there is."""
    members = Member.objects.select_related("person")
    request.decider, request.decide_by = members.get(pk=chosen.id), entry.now + TIME_TO_DECIDE
    request.save(update_fields=["decider", "decide_by"])
    called = request.decider if chosen.taker is None else members.get(pk=chosen.taker)
    call_upon(entry, request, called, request.decide_by)
    return request.decider


def call_upon(entry: Recording, request: PurchaseRequest, called: Member, until: datetime) -> None:
    """A fresh link to decide; the ones before show what became of the request from now on."""
    spend_links(entry, request)
    make_link(
        Holder(called.person.name, called.person.email, member=called),
        Purpose.DECIDE,
        organisation_id=entry.organisation_id,
        outtask_id=request.outtask_id,
        subject_type=SUBJECT,
        subject_id=request.pk,
        version=request.version,
        now=entry.now,
        expires_at=until,
    )


def spend_links(entry: Recording, request: PurchaseRequest) -> None:
    """The links to decide have done their work: from now on they show what became of the request."""
    _spend(request.pk, entry.now)


@prepared_write()
def _spend(request_id: UUID, now: datetime) -> tuple[QuerySet[Link], dict[str, datetime]]:
    links = Link.objects.filter(subject_type=SUBJECT, subject_id=request_id, spent_at__isnull=True)
    return links, {"spent_at": now}


def record_decision(
    entry: Recording,
    request: PurchaseRequest,
    decision: Decision,
    power: Power,
    note: str,
    by_link: bool,
    *,
    rules: Sequence[UUID] = (),
    by_mail: bool = False,
) -> Approval:
    """The dated fact of a decision, with the limit it was taken under and in whose place it was taken.

    rules: of the organisation, that fell on it.
    """
    # What repeats is placed by the clock, and then too by the limit of whoever asked for it.
    who = request.requested_by_id if entry.actor.is_clock else entry.actor.id
    assert who is not None, "whoever decides is a member"
    made = Approval(
        organisation_id=entry.organisation_id,
        request=request,
        version=request.version,
        decision=decision,
        decided_by_id=who,
        limit_minor=power.approver.limit_minor,
        note=note.strip(),
        by_link=by_link,
        by_mail=by_mail,
        rules=[str(rule) for rule in rules],
        delegation=power.delegation,
        decided_at=entry.now,
    )
    insert([made])
    if power.delegation is not None:
        entry.also_says(
            "decision.delegated",
            request,
            request=request.reference,
            delegation=power.delegation.pk,
            who=entry.keep(power.delegation.giver.name),
        )
    return made


def move(entry: Recording, request: PurchaseRequest, act: str) -> None:
    """Follow the transition table. A settled request waits for nobody; a question stops the clock."""
    request.state = PURCHASE_REQUEST.after(RequestState(request.state), act)
    if request.state in rules.SETTLED:
        request.decider = None
        spend_links(entry, request)
    if request.state in PURCHASE_REQUEST.terminal:
        drop_order(entry, request.agreement)
    if request.state != RequestState.REFERRED:
        request.decide_by = None
    update(request, "state", "decider", "decide_by")


def void(entry: Recording, request: PurchaseRequest) -> None:
    """What was asked for changed: decisions no longer count."""
    Approval.objects.filter(request=request, voided_at__isnull=True).update(voided_at=entry.now)
    move(entry, request, "void")


@dataclass(frozen=True)
class Deciding:
    """What a decision is judged on, read after the lock: the facts, the day, the amount, the power."""

    facts: rules.DecisionFacts
    today: Today
    wanted: Spending
    power: Power


def deciding(entry: Recording, request: PurchaseRequest, seen_version: int) -> Deciding:
    """Everything about the member who wants to decide on this version of a request."""
    today = Today.at(entry.organisation_id, entry.now)
    assert entry.actor.id is not None, "whoever decides is a member"
    (member,) = rows_by_key(Member, [entry.actor.id])
    wanted = line.spending_of(request, today)
    absence = absence_of(request.decider_id, today.day)
    facts = rules.DecisionFacts(
        state=request.state,
        version=request.version,
        seen_version=seen_version,
        person=member.pk,
        is_owner=member.role == Role.OWNER,
        call=line.call_of(request, absence, member),
    )
    return Deciding(facts, today, wanted, line.power_over(absence, member, wanted, today))


def why_not_proven(decision: Deciding, proven: bool) -> Refusal | None:
    """Whether the organisation asks for a second factor here that was not shown."""
    from_minor = decision.today.organisation.second_factor_from_minor
    return demand_rules.why_not_proven(decision.wanted.need, from_minor, proven)


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


def digits_of(category: str) -> str:
    """What is bought, as limits compare it; Refused when it is no code."""
    digits = limit_rules.category_of(category)
    if isinstance(digits, Refusal):
        raise Refused(digits)
    return digits


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
    by_mail: bool = False,
    proven: bool = False,
) -> Outcome:
    """Say no, with a reason the requester reads. proven: whether a second factor was shown just before."""
    with recording(
        "request.rejected", actor=actor, on=(PurchaseRequest, request_id), now=now, key=key
    ) as entry:
        request: PurchaseRequest = entry.subject
        refuse_if(may(actor, Right.APPROVE))
        decision = deciding(entry, request, version)
        refuse_if(rules.why_not_turn_own_down(request.requested_by_id, actor.id))
        refuse_if(rules.why_not_decide(decision.facts, "reject"), rules.why_not_words(note, "note"))
        refuse_if(why_not_proven(decision, proven))
        record_decision(entry, request, Decision.REJECT, decision.power, note, by_link, by_mail=by_mail)
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
        decision = deciding(entry, request, version)
        refuse_if(rules.why_not_decide(decision.facts, "ask"), rules.why_not_words(question, "note"))
        record_decision(entry, request, Decision.ASK, decision.power, question, by_link)
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
        decider = refer_anew(entry, request)
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


def refer_anew(entry: Recording, request: PurchaseRequest) -> Member:
    """From the requester up, by the limits of today: whoever decided before may have left since."""
    duties = queries.duties(request.outtask_id, entry.organisation_id)
    today = Today.at(entry.organisation_id, entry.now)
    return refer(entry, request, request.requested_by, duties, today)
