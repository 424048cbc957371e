"""Changing what is asked for before it is decided: a new version, watched and referred as if it were new.

A composite: the request (spend) is looked at again by the detectors (watch), so that nothing passes them by
being changed after it was asked. What changes beside it, as where its provider is paid, takes back a first
yes of two.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from outtask.deliver.queries import duties_on
from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.people.models import BankAccount
from outtask.people.roles import Right, may
from outtask.spend import line, rules
from outtask.spend.actions.requests import (
    base_and_budget,
    digits_of,
    move,
    open_budget_of,
    put_before,
    refer_anew,
)
from outtask.spend.line import Today
from outtask.spend.models import Approval, PurchaseRequest
from outtask.spend.states import PURCHASE_REQUEST, UNDECIDED, Decision
from outtask.watch.actions import watch_again


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
    category: str = "",
) -> Outcome:
    """Change the budget, the reason or the category before the decision: a new version, referred anew.

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
        request.reason, request.category = reason.strip(), digits_of(category)
        request.save(update_fields=["budget", "base_minor", "budget_minor", "reason", "category"])
        entry.says(**refer_edited(entry, request))
    return entry.outcome


def refer_edited(entry: Recording, request: PurchaseRequest) -> dict[str, Any]:
    """Part: a request that was changed gets a new version, is watched as a new one is, and referred anew.

    Gives what "request.edited" says of it.
    """
    request.version += 1
    request.save(update_fields=["version"])
    move(entry, request, "edit")
    watch_again(entry, request)
    decider = refer_anew(entry, request)
    return {
        "request": request.reference,
        "amount": Money(request.amount_minor, request.currency),
        "version": request.version,
        "decider": decider.pk,
    }


def void_first_approvals(entry: Recording, noted: BankAccount) -> list[PurchaseRequest]:
    """Part: a first yes of two no longer counts where its provider is paid to another account by now.

    Both are asked again. Gives those requests; the caller brings their out-tasks in line.
    """
    waiting = PurchaseRequest.objects.filter(
        agreement__provider_id=noted.provider_id, state__in=UNDECIDED, decider__isnull=False
    )
    found = [row for row in waiting.order_by("id") if line.first_yes(row) is not None]
    for request in found:
        firsts = Approval.objects.filter(request=request, decision=Decision.FIRST, voided_at__isnull=True)
        firsts.update(voided_at=entry.now)
        request.version += 1
        request.save(update_fields=["version"])
        _ask_both(entry, request)
        entry.also_says(
            "request.approval_voided",
            request,
            request=request.reference,
            version=request.version,
            decider=request.decider_id,
            bank_account=noted.pk,
        )
    return found


def _ask_both(entry: Recording, request: PurchaseRequest) -> None:
    """From the first one up again. When nobody's limits cover it by now, whoever was asked stays asked: what
    is noted of a provider is not refused for that."""
    today = Today.at(entry.organisation_id, entry.now)
    duties = duties_on(request.outtask_id, entry.organisation_id)
    asker, wanted = request.requested_by, line.spending_of(request, today)
    answer = line.decider_for(asker, wanted, duties, today)
    move(entry, request, "refer")
    assert request.decider is not None, "asked for above"
    still = line.called(request.decider, duties, today)
    put_before(entry, request, still if isinstance(answer, Refusal) else answer)
