"""Changing what is asked for before it is decided: a new version, watched and referred as if it were new.

A composite: the request (spend) is looked at again by the detectors (watch), so that nothing passes them by
being changed after it was asked.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import refuse_if
from outtask.people.roles import Right, may
from outtask.spend import rules
from outtask.spend.actions.requests import base_and_budget, digits_of, move, open_budget_of, refer_anew
from outtask.spend.models import PurchaseRequest
from outtask.spend.states import PURCHASE_REQUEST
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
