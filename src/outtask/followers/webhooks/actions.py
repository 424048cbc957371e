"""Looking after webhooks. Each act is journalled and none sends anything; that is done a moment later."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import batched
from typing import Any
from uuid import UUID

from django.db.models import Max

from outtask.files.targets import Target, admit, parse, system_resolver
from outtask.followers.models import WebhookDelivery, WebhookEndpoint
from outtask.followers.states import DELIVERY, DeliveryState
from outtask.followers.webhooks import payload, rules
from outtask.journal.models import Entry
from outtask.journal.recording import Key, NotFound, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refused, refuse_if
from outtask.people.roles import Right, may

SECONDS_FOR_A_NAME = 3.0
CLOSED = "The webhook was closed."

type Wanted = tuple[UUID, int]
"""An entry and its place in the log."""


@action
def add_webhook(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    address: str,
    kinds: Collection[str] = (),
    description: str = "",
) -> Outcome:
    """Tell an address from now on what happens. Gives `id`.

    kinds: webhook names, or `noun.*`; none for everything. Refused on the field it is about, with the reason,
    for an address that is not on the public internet or not https.
    """
    refuse_if(may(actor, Right.MANAGE_ORGANISATION))
    target = _judged(address, kinds, description)
    with recording("webhook.added", actor=actor, now=now, key=key) as entry:
        refuse_if(may(actor, Right.MANAGE_ORGANISATION))
        live = WebhookEndpoint.objects.filter(
            organisation_id=entry.organisation_id, closed_at__isnull=True
        ).count()
        refuse_if(rules.why_not_another(live))
        endpoint: WebhookEndpoint = WebhookEndpoint.objects.create(
            organisation_id=entry.organisation_id,
            address=target.url,
            kinds=sorted(set(kinds)),
            description=description.strip(),
            made_by_id=actor.id,
            made_at=now,
            since_seq=entry.concerned[entry.organisation_id].size,
            sends_since=now,
        )
        _says(entry, endpoint)
        entry.gives(id=endpoint.pk)
    return entry.outcome


@action
def change_webhook(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    endpoint_id: UUID,
    address: str,
    kinds: Collection[str] = (),
    description: str = "",
) -> Outcome:
    """Another address, other kinds, another description. What waits goes to the new address at once."""
    refuse_if(may(actor, Right.MANAGE_ORGANISATION))
    target = _judged(address, kinds, description)
    on = (WebhookEndpoint, endpoint_id)
    with recording("webhook.changed", actor=actor, on=on, now=now, key=key) as entry:
        endpoint = _open(entry)
        moved = endpoint.address != target.url
        endpoint.address, endpoint.kinds = target.url, sorted(set(kinds))
        endpoint.description = description.strip()
        endpoint.save(update_fields=["address", "kinds", "description"])
        if moved and endpoint.sends_since is not None:
            _waiting(endpoint).update(next_at=now)
        _says(entry, endpoint)
    return entry.outcome


@action
def pause_webhook(*, actor: Actor, now: datetime, key: Key = None, endpoint_id: UUID) -> Outcome:
    """Keep what happens in line, and send nothing."""
    on = (WebhookEndpoint, endpoint_id)
    with recording("webhook.paused", actor=actor, on=on, now=now, key=key) as entry:
        endpoint = _open(entry)
        endpoint.sends_since = None
        endpoint.save(update_fields=["sends_since"])
        _waiting(endpoint).update(next_at=None)
        _says(entry, endpoint)
    return entry.outcome


@action
def resume_webhook(*, actor: Actor, now: datetime, key: Key = None, endpoint_id: UUID) -> Outcome:
    """Send again, what waits first."""
    on = (WebhookEndpoint, endpoint_id)
    with recording("webhook.resumed", actor=actor, on=on, now=now, key=key) as entry:
        endpoint = _open(entry)
        endpoint.sends_since, endpoint.failing_since = now, None
        endpoint.save(update_fields=["sends_since", "failing_since"])
        _waiting(endpoint).update(next_at=now)
        _says(entry, endpoint)
    return entry.outcome


@action
def show_webhook_secret(*, actor: Actor, now: datetime, key: Key = None, endpoint_id: UUID) -> Outcome:
    """Note that somebody looks at the secret; whoever asked derives and shows it (`keys.shown_secret`)."""
    on = (WebhookEndpoint, endpoint_id)
    with recording("webhook.secret_shown", actor=actor, on=on, now=now, key=key) as entry:
        _says(entry, _open(entry))
        entry.gives(id=endpoint_id)
    return entry.outcome


@action
def rotate_webhook_secret(*, actor: Actor, now: datetime, key: Key = None, endpoint_id: UUID) -> Outcome:
    """Take a new secret into use. The earlier one signs beside it for a day, so that no message is lost."""
    on = (WebhookEndpoint, endpoint_id)
    with recording("webhook.secret_replaced", actor=actor, on=on, now=now, key=key) as entry:
        endpoint = _open(entry)
        refuse_if(rules.why_not_rotate(endpoint.earlier_ends_at, now))
        endpoint.generation += 1
        endpoint.earlier_ends_at = now + rules.EARLIER_SIGNS_FOR
        endpoint.save(update_fields=["generation", "earlier_ends_at"])
        _says(entry, endpoint, ends=endpoint.earlier_ends_at)
    return entry.outcome


@action
def close_webhook(*, actor: Actor, now: datetime, key: Key = None, endpoint_id: UUID) -> Outcome:
    """Tell an address nothing any more; what waits for it is given up."""
    on = (WebhookEndpoint, endpoint_id)
    with recording("webhook.closed", actor=actor, on=on, now=now, key=key) as entry:
        endpoint = _open(entry)
        _close(endpoint, now)
        _says(entry, endpoint)
    return entry.outcome


@action
def send_test(*, actor: Actor, now: datetime, key: Key = None, endpoint_id: UUID) -> Outcome:
    """Send one message of type `webhook.tested`, whatever the endpoint subscribes to."""
    on = (WebhookEndpoint, endpoint_id)
    with recording("webhook.tested", actor=actor, on=on, now=now, key=key) as entry:
        endpoint = _open(entry)
        _put_in_line(entry, endpoint, [(entry.id, entry.concerned[entry.organisation_id].size)])
        _says(entry, endpoint)
    return entry.outcome


@action
def replay_deliveries(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    endpoint_id: UUID,
    delivery_id: UUID | None = None,
    failed_since: datetime | None = None,
    first: int | None = None,
    last: int | None = None,
) -> Outcome:
    """Send anew one delivery, or all that failed since an instant, or all entries between two places.

    first, last: places of the log, both included; entries from before the webhook was added count too, as
    far as the endpoint subscribes to them. What waits already is sent at once and not twice. Gives `count`.
    """
    on = (WebhookEndpoint, endpoint_id)
    with recording("webhook.replayed", actor=actor, on=on, now=now, key=key) as entry:
        endpoint = _open(entry)
        given = {"delivery": delivery_id, "failed": failed_since, "first": first if last is None else last}
        ways = [name for name, value in given.items() if value is not None]
        refuse_if(rules.why_not_replay(ways, first, last))
        if delivery_id is not None:
            wanted = _the_one(endpoint, delivery_id)
        elif failed_since is not None:
            wanted = _failed(endpoint, failed_since)
        else:
            wanted = _between(endpoint, first or 0, last or 0)
        refuse_if(rules.why_not_so_many(len(wanted)))
        _put_in_line(entry, endpoint, wanted)
        _says(entry, endpoint, count=len(wanted))
        entry.gives(count=len(wanted))
    return entry.outcome


@action
def give_up_delivery(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    delivery_id: UUID,
    status: int | None,
    error: str,
) -> Outcome:
    """The clock notes that an endpoint took none of all tries, or said that it is gone (410) and is closed.

    Refused when the delivery was settled in the meantime.
    """
    on = (WebhookDelivery, delivery_id)
    with recording("webhook.failing", actor=actor, on=on, now=now, key=key) as entry:
        delivery: WebhookDelivery = entry.subject
        refuse_if(may(actor, Right.MANAGE_ORGANISATION), DELIVERY.why_not(delivery.state, "give_up"))
        endpoint = delivery.endpoint
        delivery.state = DELIVERY.after(delivery.state, "give_up")
        delivery.tries, delivery.settled_at, delivery.next_at = delivery.tries + 1, now, None
        delivery.last_status, delivery.last_error = status, error
        delivery.save(update_fields=["state", "tries", "settled_at", "next_at", "last_status", "last_error"])
        if status == rules.GONE:
            entry.becomes("webhook.gone")
            _close(endpoint, now)
        else:
            endpoint.failing_since = now
            endpoint.save(update_fields=["failing_since"])
        _says(entry, endpoint)
    return entry.outcome


# ---- what they share ----


def _judged(address: str, kinds: Collection[str], description: str) -> Target:
    """The address taken apart; asked before the lock, since a name is looked up on the network."""
    try:
        target = parse(address.strip())
    except Refused as refused:
        raise _on_address(refused) from None
    known = payload.names()
    refuse_if(
        *rules.why_not_endpoint(
            scheme=target.scheme, kinds=set(kinds), known=known, description=description.strip()
        )
    )
    try:
        return admit(target.url, resolver=system_resolver, seconds_left=lambda: SECONDS_FOR_A_NAME)
    except Refused as refused:
        raise _on_address(refused) from None


def _on_address(refused: Refused) -> Refused:
    return Refused(*(replace(refusal, field="address") for refusal in refused.refusals))


def _open(entry: Recording) -> WebhookEndpoint:
    """The endpoint an act is about, if the actor may act and it is not closed."""
    endpoint: WebhookEndpoint = entry.subject
    refuse_if(may(entry.actor, Right.MANAGE_ORGANISATION), rules.why_not_act(endpoint.closed_at))
    return endpoint


def _says(entry: Recording, endpoint: WebhookEndpoint, **more: Any) -> None:
    entry.says(webhook=endpoint.pk, host=entry.keep(parse(endpoint.address).host), **more)


def _waiting(endpoint: WebhookEndpoint) -> Any:
    return WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)


def _close(endpoint: WebhookEndpoint, now: datetime) -> None:
    endpoint.closed_at = now
    endpoint.save(update_fields=["closed_at"])
    given_up = DELIVERY.after(DeliveryState.WAITING, "give_up")
    _waiting(endpoint).update(state=given_up, settled_at=now, next_at=None, last_error=CLOSED)


def _the_one(endpoint: WebhookEndpoint, delivery_id: UUID) -> list[Wanted]:
    found = WebhookDelivery.objects.filter(endpoint=endpoint, pk=delivery_id).first()
    if found is None:
        raise NotFound("delivery")
    return [(found.entry_id, found.seq)]


def _failed(endpoint: WebhookEndpoint, since: datetime) -> list[Wanted]:
    """Entries that were given up since then, and neither got through nor wait by now."""
    rows = WebhookDelivery.objects.filter(endpoint=endpoint)
    failed = rows.filter(state=DeliveryState.FAILED, settled_at__gte=since)
    others = rows.exclude(state=DeliveryState.FAILED).values("entry_id")
    found = failed.exclude(entry_id__in=others).order_by("seq").values_list("entry_id", "seq").distinct()
    return list(found[: rules.MOST_REPLAYED + 1])


def _between(endpoint: WebhookEndpoint, first: int, last: int) -> list[Wanted]:
    wanted = [kind.name for kind in payload.told_kinds() if payload.is_wanted(kind, endpoint.kinds)]
    rows = Entry.objects.filter(
        organisation_id=endpoint.organisation_id, seq__gte=first, seq__lte=last, kind__in=wanted
    )
    return list(rows.order_by("seq").values_list("pk", "seq")[: rules.MOST_REPLAYED + 1])


def _put_in_line(entry: Recording, endpoint: WebhookEndpoint, wanted: Sequence[Wanted]) -> None:
    """A further delivery of each entry; those that wait already are only due now."""
    due = entry.now if endpoint.sends_since is not None else None
    for some in batched(wanted, 500):
        ours = WebhookDelivery.objects.filter(endpoint=endpoint, entry_id__in=[pk for pk, _ in some])
        before = dict(ours.values_list("entry_id").annotate(replay=Max("replay")))
        waiting = set(ours.filter(state=DeliveryState.WAITING).values_list("entry_id", flat=True))
        _waiting(endpoint).filter(entry_id__in=waiting).update(next_at=due)
        rows = [
            WebhookDelivery(
                organisation_id=entry.organisation_id,
                endpoint=endpoint,
                entry_id=pk,
                seq=seq,
                replay=before.get(pk, -1) + 1,
                next_at=due,
                made_at=entry.now,
            )
            for pk, seq in some
            if pk not in waiting
        ]
        # The follower may come to an entry in this very moment: then its row stands.
        WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
