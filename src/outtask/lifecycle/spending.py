"""Asking for the money of a signed agreement, and approving it: what happens together when money is promised.

A composite, because a commitment puts the agreement in force (agree), moves money (spend) and opens the
milestones with a link for the provider (deliver) in one act.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from outtask.agree.actions import enter_into_force, offer_order
from outtask.agree.models import Agreement
from outtask.agree.queries import document_of, version_of
from outtask.agree.states import AGREEMENT
from outtask.deliver.actions import open_milestones
from outtask.deliver.queries import duties_on
from outtask.journal.direct import rows_by_key
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.identifiers import new_id
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.outtasks.references import PURCHASE_REQUEST, next_reference
from outtask.people.duties import Duties, Duty, used_exception, why_not_duty
from outtask.people.models import Member
from outtask.people.roles import Right, may
from outtask.spend import line, queries, rules
from outtask.spend.actions.demands import tell_rules
from outtask.spend.actions.ledger import commit
from outtask.spend.actions.requests import (
    Deciding,
    base_and_budget,
    deciding,
    digits_of,
    move,
    open_budget_of,
    record_decision,
    refer,
    why_not_proven,
)
from outtask.spend.demand_rules import Rule, needs_two, why_not_again, why_not_alone, why_not_own_by_rule
from outtask.spend.demands import fired_on
from outtask.spend.limit_rules import why_not_within
from outtask.spend.line import Power, Today
from outtask.spend.models import Commitment, PurchaseRequest
from outtask.spend.states import Decision
from outtask.watch.actions import watch_request
from outtask.watch.queries import why_held


@action
def ask_to_spend(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    agreement_id: UUID,
    budget_id: UUID,
    reason: str = "",
    category: str = "",
) -> Outcome:
    """Ask for the money of a signed agreement: committed at once within the member's limits, else referred.

    Which of the two it is can only be known after the lock, so the entry takes its kind there. category:
    digits of a CPV code, which limits for a category count; without one every such limit does. Gives `id` and
    `request` (the reference) of the request, `committed`, and `why` it was referred: which limit, how much of
    it is used, until when.
    """
    with recording("request.referred", actor=actor, on=(Agreement, agreement_id), now=now, key=key) as entry:
        agreement: Agreement = entry.subject
        duties = duties_on(agreement.outtask_id, entry.organisation_id)
        refuse_if(
            may(actor, Right.REQUEST),
            AGREEMENT.why_not(agreement.state, "commit"),
            why_not_duty(actor.person_id, Duty.REQUEST, duties),
        )
        assert actor.id is not None, "who may ask is a member"
        before = queries.latest_request_id(agreement.pk)
        request = new_request(
            entry, agreement, actor.id, budget_id, reason, digits_of(category), after=before
        )
        _mark(entry, request, Duty.REQUEST, duties)
        why = promise_or_refer(entry, request)
        entry.gives(id=request.pk, request=request.reference, committed=why is None, why=str(why or ""))
    return entry.outcome


def promise_or_refer(entry: Recording, request: PurchaseRequest) -> Refusal | None:
    """Part: commit a request just made when its asker's limits cover it, else refer it; gives why it was.

    The entry of the action becomes that of the request: committed within the limit, or referred.
    """
    today = Today.at(entry.organisation_id, entry.now)
    found = fired_on(request, today)
    held = watch_request(entry, request) or why_not_alone(found)
    why = held or _commit_within_limit(entry, request, today)
    if why is not None:
        entry.becomes("request.referred")
        entry.says(**_referred(entry, request, today))
    tell_rules(entry, request, found)
    return why


def refer_beside(entry: Recording, request: PurchaseRequest) -> None:
    """Part: refer a request just made, whatever its asker's limits cover; told beside the act."""
    today = Today.at(entry.organisation_id, entry.now)
    watch_request(entry, request)
    entry.also_says("request.referred", request, **_referred(entry, request, today))
    tell_rules(entry, request, fired_on(request, today))


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
    by_mail: bool = False,
    proven: bool = False,
) -> Outcome:
    """Say yes to exactly the version that was seen; referred further up when the limit no longer covers it.

    by_link, by_mail: how it came. proven: whether a second factor was shown just before, which the
    organisation may ask for above a value. Gives `request` (its reference), `committed`, and `why` it was
    referred on, or waits for a second person.
    """
    with recording(
        "request.approved", actor=actor, on=(PurchaseRequest, request_id), now=now, key=key
    ) as entry:
        request: PurchaseRequest = entry.subject
        decision = deciding(entry, request, version)
        power = decision.power
        duties = duties_on(request.outtask_id, entry.organisation_id)
        refuse_if(may(actor, Right.APPROVE))
        refuse_if(rules.why_not_decide(decision.facts, "approve"), rules.why_not_long(note, "note"))
        refuse_if(why_not_duty(actor.person_id, Duty.APPROVE, duties), _why_not_in_place(power, duties))
        refuse_if(*why_held(entry.organisation_id, request.pk), why_not_proven(decision, proven))
        found = fired_on(request, decision.today)
        refuse_if(
            why_not_own_by_rule(found, themselves=request.requested_by_id == actor.id),
            why_not_again(gave_first=actor.id in line.firsts_of(request)),
        )
        tell_rules(entry, request, found)
        above = why_not_within(power.approver, decision.wanted)
        if above is not None:
            _refer_on(entry, request, duties, decision)
        elif needs_two(found) and line.first_yes(request) is None:
            above = why_not_alone(found)
            _first_of_two(entry, request, duties, Yes(decision, found, note, by_link, by_mail))
        else:
            _last_yes(entry, request, duties, Yes(decision, found, note, by_link, by_mail))
        entry.gives(request=request.reference, committed=above is None, why=str(above or ""))
    return entry.outcome


def new_request(
    entry: Recording,
    agreement: Agreement,
    asker_id: UUID,
    budget_id: UUID,
    reason: str,
    category: str,
    *,
    after: UUID | None = None,
) -> PurchaseRequest:
    """Part: write the request with its amounts in the organisation's and the budget's currency.

    after: the request before it under the same agreement, if there was one.
    """
    amount = Money(agreement.amount_minor, agreement.currency)
    live = queries.live_request(agreement.pk)
    refuse_if(*rules.why_not_ask(rules.Ask(amount, reason, live.reference if live else "")))
    budget = open_budget_of(entry, budget_id)
    base_minor, budget_minor = base_and_budget(entry, amount, budget)
    made: PurchaseRequest = PurchaseRequest.objects.create(
        id=new_id(after),
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
        category=category,
        requested_by_id=asker_id,
        requested_at=entry.now,
    )
    return made


def _commit_within_limit(entry: Recording, request: PurchaseRequest, today: Today) -> Refusal | None:
    """Commit when the requester's own limits cover it; else why they do not, and nothing is written."""
    asker = line.approver_of(request.requested_by, today)
    above = why_not_within(asker, line.spending_of(request, today))
    if above is not None:
        refuse_if(above if above.code == "no_rate" else None)
        return above
    entry.becomes("request.committed_within_limit")
    record_decision(entry, request, Decision.WITHIN_LIMIT, Power(asker), request.reason, by_link=False)
    commitment = _commit(entry, request)
    base = today.organisation.currency
    entry.says(
        request=request.reference,
        amount=Money(request.amount_minor, request.currency),
        budget=request.budget_id,
        limit=None if asker.limit_minor is None else Money(asker.limit_minor, base),
        commitment=commitment.pk,
    )
    return None


def _referred(entry: Recording, request: PurchaseRequest, today: Today) -> dict[str, Any]:
    """Put it before whoever decides first; gives what "request.referred" says of it."""
    # Read again: now that the request is there, its asker holds a duty and will not be asked to decide.
    duties = duties_on(request.outtask_id, entry.organisation_id)
    decider = refer(entry, request, request.requested_by, duties, today)
    return {
        "request": request.reference,
        "amount": Money(request.amount_minor, request.currency),
        "budget": request.budget_id,
        "decider": decider.pk,
        "version": request.version,
    }


@dataclass(frozen=True)
class Yes:
    """A yes that limits cover: what it was judged on, the rules that fall on it, the words with it."""

    decision: Deciding
    rules: Sequence[Rule]
    note: str
    by_link: bool
    by_mail: bool

    def record(self, entry: Recording, request: PurchaseRequest, as_what: Decision) -> None:
        ids = [rule.id for rule in self.rules]
        how = {"by_link": self.by_link, "by_mail": self.by_mail}
        record_decision(entry, request, as_what, self.decision.power, self.note, **how, rules=ids)


def _last_yes(entry: Recording, request: PurchaseRequest, duties: Duties, yes: Yes) -> None:
    """Nobody else has to be asked: the money is promised."""
    yes.record(entry, request, Decision.APPROVE)
    _mark(entry, request, Duty.APPROVE, duties, yes.decision.power)
    commitment = _commit(entry, request)
    entry.says(
        request=request.reference,
        amount=Money(request.amount_minor, request.currency),
        budget=request.budget_id,
        commitment=commitment.pk,
        version=request.version,
        note=entry.keep(yes.note.strip()),
    )


def _first_of_two(entry: Recording, request: PurchaseRequest, duties: Duties, yes: Yes) -> None:
    """A rule asks for two persons: the yes stands, and the next one up, or an owner, is asked for theirs."""
    entry.becomes("request.approved_first")
    yes.record(entry, request, Decision.FIRST)
    _mark(entry, request, Duty.APPROVE, duties, yes.decision.power)
    move(entry, request, "second")
    whose = Member.objects.get(pk=yes.decision.power.approver.id)
    decider = refer(entry, request, whose, duties, yes.decision.today)
    entry.says(
        request=request.reference,
        amount=Money(request.amount_minor, request.currency),
        decider=decider.pk,
        version=request.version,
        note=entry.keep(yes.note.strip()),
    )


def _why_not_in_place(power: Power, duties: Duties) -> Refusal | None:
    """What is decided in somebody's place is their duty too, so they hold no other one here."""
    giver = power.delegation.giver if power.delegation is not None else None
    if giver is None or why_not_duty(giver.person_id, Duty.APPROVE, duties) is None:
        return None
    reason = N_(
        "%(name)s, in whose place you decide, holds another duty here, so somebody else decides this. Ask"
        " whoever they refer to."
    )
    return Refusal("separate_duties", reason, facts={"name": giver.name})


def _mark(
    entry: Recording, request: PurchaseRequest, duty: Duty, duties: Duties, power: Power | None = None
) -> None:
    """Every use of the declared exception stands in the journal."""
    persons = [entry.actor.person_id]
    if power is not None and power.delegation is not None:
        persons.append(power.delegation.giver.person_id)
    if any(used_exception(person, duty, duties) for person in persons):
        entry.also_says("exception.used", request, request=request.reference, duty=duty.value)


def _commit(entry: Recording, request: PurchaseRequest) -> Commitment:
    """Everything that a promise of money sets going."""
    (agreement,) = rows_by_key(Agreement, [request.agreement_id])
    request.agreement = agreement
    commitment = commit(entry, request, agreement)
    move(entry, request, "approve")
    document = document_of(version_of(agreement))
    enter_into_force(entry, agreement, document)
    open_milestones(entry, agreement, document)
    offer_order(entry, agreement)
    return commitment


def _refer_on(entry: Recording, request: PurchaseRequest, duties: Duties, decision: Deciding) -> None:
    """The limits no longer cover it: put it before the next one up, from whoever's limits they are."""
    entry.becomes("request.referred_on")
    move(entry, request, "refer")
    whose = Member.objects.get(pk=decision.power.approver.id)
    decider = refer(entry, request, whose, duties, decision.today)
    entry.says(request=request.reference, decider=decider.pk, version=request.version)
