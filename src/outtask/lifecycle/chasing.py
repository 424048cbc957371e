"""Requests that wait too long: whoever decides is reminded, then the next one up is asked, then it runs out.

The clock does it. A composite, since who may be asked depends on the duties of every stage.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.deliver.queries import duties_on
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people.models import Member
from outtask.spend import limit_rules, line
from outtask.spend.actions.requests import call_upon, put_before, void
from outtask.spend.line import Today
from outtask.spend.models import PurchaseRequest


@action
def remind_decider(*, actor: Actor, now: datetime, key: Key = None, request_id: UUID) -> Outcome:
    """Send whoever decides a fresh link: at half time, and when it is another than had the link before.

    Somebody who went away, or came back, passes the link on by this; the day to decide by stays.
    """
    with recording(
        "request.reminded", actor=actor, on=(PurchaseRequest, request_id), now=now, key=key
    ) as entry:
        request: PurchaseRequest = entry.subject
        waiting = line.waiting_of(request, Today.at(entry.organisation_id, now))
        refuse_if(_why_not_clock(actor), limit_rules.why_not_remind(waiting, now))
        called = Member.objects.select_related("person").get(pk=waiting.called)
        assert request.decide_by is not None, "asked by the rule"
        call_upon(entry, request, called, request.decide_by)
        entry.says(request=request.reference, version=request.version)
        if waiting.link_of is not None and waiting.link_of != called.pk:
            entry.becomes("request.handed_over")
            entry.says(who=entry.keep(called.name))
    return entry.outcome


@action
def escalate_request(*, actor: Actor, now: datetime, key: Key = None, request_id: UUID) -> Outcome:
    """Ask the next one up when the time to decide is over; when nobody is left, the request runs out.

    Whoever let the time pass decides it no more, unless they are an owner. One that ran out is void, and its
    money can be asked for anew.
    """
    with recording(
        "request.escalated", actor=actor, on=(PurchaseRequest, request_id), now=now, key=key
    ) as entry:
        request: PurchaseRequest = entry.subject
        today = Today.at(entry.organisation_id, now)
        waiting = line.waiting_of(request, today)
        refuse_if(_why_not_clock(actor), limit_rules.why_not_escalate(waiting, now))
        duties = duties_on(request.outtask_id, entry.organisation_id)
        answer = line.next_decider(request, duties, today)
        entry.says(request=request.reference, version=request.version)
        if isinstance(answer, Refusal):
            _runs_out(entry, request)
        else:
            entry.says(decider=put_before(entry, request, answer).pk)
    return entry.outcome


def _runs_out(entry: Recording, request: PurchaseRequest) -> None:
    entry.becomes("request.expired")
    void(entry, request)


def _why_not_clock(actor: Actor) -> Refusal | None:
    if actor.is_clock:
        return None
    return Refusal("clock_only", N_("Time alone does this."))
