"""Saying who delivers an order that was placed without a provider.

A decision is about the provider too: whoever decided without knowing them is asked again. A composite,
because that gives the commitment back (spend) and stops what it had opened (deliver).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.agree.actions import offer_order
from outtask.agree.models import Agreement
from outtask.agree.queries import document_of, version_of
from outtask.deliver.actions import cancel_milestones, open_delivery
from outtask.journal.recording import Key, NotFound, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.lifecycle import order_rules
from outtask.lifecycle.models import Repeat
from outtask.lifecycle.ordering import ask_anew, write_anew
from outtask.lifecycle.spending import new_request, refer_beside
from outtask.outtasks.models import OutTask
from outtask.people.models import Provider
from outtask.people.roles import Right, may
from outtask.spend import rules
from outtask.spend.actions.ledger import release
from outtask.spend.actions.requests import void
from outtask.spend.demand_rules import why_not_alone
from outtask.spend.demands import fired_on
from outtask.spend.line import Today
from outtask.spend.models import Commitment, PurchaseRequest
from outtask.spend.queries import decided_by_others
from outtask.spend.states import UNDECIDED, RequestState
from outtask.watch.actions import why_watched


@action
def name_provider(
    *, actor: Actor, now: datetime, key: Key = None, request_id: UUID, version: int, provider_id: UUID
) -> Outcome:
    """Say who delivers an order that was placed without a provider, until something of it is invoiced.

    While it waits for a decision it is referred anew, with the name in its text. What is committed stays so,
    and the provider gets the order, unless somebody else has to decide now that they are named: then what was
    decided is void, its money is free again, and a new request is referred. Gives `request` (the reference of
    the one that stands), `committed`, and `why` it was asked for anew.
    """
    kind = "order.provider_named"
    with recording(kind, actor=actor, on=(Provider, provider_id), now=now, key=key) as entry:
        provider: Provider = entry.subject
        request = _request(entry, request_id)
        agreement: Agreement = request.agreement
        entry.outtask_id = request.outtask_id
        commitment: Commitment | None = getattr(request, "commitment", None)
        refuse_if(
            may(actor, Right.REQUEST),
            order_rules.why_not_name(_naming(request, commitment)),
            rules.why_not_own(request.requested_by_id, actor.id),
            rules.why_not_stale(version, request.version),
        )
        refuse_if(order_rules.why_not_provider(provider.relation, provider.name))
        agreement.provider = provider  # what follows is judged with the name
        why = None
        if commitment is None:
            _write_name(entry, request, provider)
            ask_anew(entry, request)
        elif (why := _why_anew(request, entry)) is None:
            _send_out(entry, agreement)
        else:
            refuse_if(order_rules.why_not_name_anew(commitment.accepted_minor))
            request = _begin_anew(entry, request, commitment)
        entry.says(name=entry.keep(provider.name), provider=provider.pk)
        committed = request.state == RequestState.COMMITTED
        entry.gives(request=request.reference, committed=committed, why=str(why or ""))
    return entry.outcome


def _naming(request: PurchaseRequest, commitment: Commitment | None) -> order_rules.Naming:
    """An order as the rule about naming looks at it."""
    agreement: Agreement = request.agreement
    return order_rules.Naming(
        form=agreement.form,
        live=request.state in {*UNDECIDED, RequestState.COMMITTED},
        ended=agreement.ended_at is not None,
        named=agreement.provider_id is not None,
        invoiced_minor=commitment.invoiced_minor if commitment else 0,
    )


def _request(entry: Recording, request_id: UUID) -> PurchaseRequest:
    rows = PurchaseRequest.objects.visible_to(entry.actor).filter(pk=request_id)
    found: PurchaseRequest | None = rows.first()
    if found is None:
        raise NotFound("request")
    return found


def _why_anew(request: PurchaseRequest, entry: Recording) -> Refusal | None:
    """Why the promise does not stand for this provider; None when its asker may make it alone."""
    found = fired_on(request, Today.at(entry.organisation_id, entry.now))
    return (
        order_rules.why_decided_anew(decided_by_others(request.pk))
        or why_not_alone(found)
        or why_watched(request, entry.now)
    )


def _send_out(entry: Recording, agreement: Agreement) -> None:
    """The promise stands: the provider gets the order, and the link to deliver."""
    agreement.save(update_fields=["provider"])
    OutTask.objects.filter(pk=agreement.outtask_id).update(provider=agreement.provider)
    open_delivery(entry, agreement)
    offer_order(entry, agreement)


def _begin_anew(entry: Recording, before: PurchaseRequest, commitment: Commitment) -> PurchaseRequest:
    """What was decided is void and its money free; the order with the name is asked for by a new request."""
    agreement, provider = before.agreement, before.agreement.provider
    assert provider is not None, "named just now"
    entry.becomes("order.asked_anew")
    void(entry, before)
    cancel_milestones(entry, agreement)
    released = release(entry, commitment)
    _write_name(entry, before, provider)
    made = new_request(
        entry,
        agreement,
        before.requested_by_id,
        before.budget_id,
        before.reason,
        before.category,
        after=before.pk,
    )
    Repeat.objects.filter(request=before).update(request=made)
    refer_beside(entry, made)
    entry.says(request=before.reference, released=released)
    return made


def _write_name(entry: Recording, request: PurchaseRequest, provider: Provider) -> None:
    document = document_of(version_of(request.agreement))
    write_anew(entry, request, document.lines, document.terms.milestones[0].due, provider)
