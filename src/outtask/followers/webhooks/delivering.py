"""From the journal to the receivers: what is put in line, what is sent, and what becomes of it.

At least once. A delivery is put in line in the transaction in which the follower's cursor moves on, and
marked delivered after the receiver has answered. A worker that dies in between leaves it claimed; when the
claim is over it is sent again, under the same `webhook-id`.

Sending holds no transaction open: each delivery is claimed by a conditional write, sent through the fetcher
that calls nothing but the public internet, then settled by another write.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Protocol

import structlog
from django.db.models import Min

from outtask.files import fetcher
from outtask.files.fetcher import Posted
from outtask.followers.engine import Follower
from outtask.followers.models import WebhookDelivery, WebhookEndpoint
from outtask.followers.schedule import Timed
from outtask.followers.states import DELIVERY, DeliveryState
from outtask.followers.webhooks import actions, payload, rules, signing
from outtask.followers.webhooks.keys import secrets_of
from outtask.journal.models import Entry
from outtask.journal.reading import Told, read
from outtask.kernel.actor import clock
from outtask.kernel.refusal import Refused

TIMEOUT = 10.0  # seconds for one try, everything together
MOST_ANSWER = 4096  # bytes of an answer that are read
CLAIM = timedelta(minutes=2)
"""How long one worker has for a delivery before another may take it over."""
AT_ONCE = 16
MOST_TO_ONE = 4
ROUND = 20.0  # seconds after which other duties of the clock get their turn

log = structlog.get_logger(__name__)
# One sender a process: a second thread would only wait for the same slow receivers.
_sending = threading.Lock()


class Post(Protocol):
    """The part of `outtask.files.fetcher.post` that is used here."""

    def __call__(
        self, url: str, body: bytes, headers: Mapping[str, str], *, timeout: float, max_bytes: int
    ) -> Posted: ...


@dataclass(frozen=True)
class Answer:
    """What came of one try: the receiver's answer, or why there was none."""

    status: int | None
    error: str = ""
    asked: timedelta | None = None

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status <= 299


def put_in_line(told: Told, now: datetime) -> None:
    """A delivery for every endpoint that wants this entry; reading the entry twice puts none in twice."""
    endpoints = WebhookEndpoint.objects.filter(
        organisation_id=told.organisation_id, closed_at__isnull=True, since_seq__lte=told.seq
    )
    for endpoint in endpoints:
        if payload.is_wanted(told.kind, endpoint.kinds):
            WebhookDelivery.objects.get_or_create(
                endpoint=endpoint,
                entry_id=told.id,
                replay=0,
                defaults={
                    "organisation_id": told.organisation_id,
                    "seq": told.seq,
                    "next_at": now if endpoint.sends_since is not None else None,
                    "made_at": now,
                },
            )


def send_waiting(now: datetime, post: Post = fetcher.post) -> int:
    """Try whatever is due, for a while; returns how many got through."""
    if not _sending.acquire(blocking=False):
        return 0
    try:
        return _send_rounds(now, post)
    finally:
        _sending.release()


def _send_rounds(now: datetime, post: Post) -> int:
    began, through = monotonic(), 0
    while monotonic() - began < ROUND and (batch := _due(now)):
        # Made anew for each round, so that nothing is left behind when one of them fails.
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as pool:
            tried = [(one, _try(one, now, post, pool)) for one in batch if _claim(one, now)]
            through += sum(_settle(one, _answer(trying, now), now) for one, trying in tried)
    return through


def _due(now: datetime) -> list[WebhookDelivery]:
    """Some of what is due: of many endpoints a few each, so that no slow one holds up the others."""
    due = WebhookDelivery.objects.filter(
        state=DeliveryState.WAITING,
        next_at__lte=now,
        endpoint__closed_at__isnull=True,
        endpoint__sends_since__isnull=False,
    )
    first: Any = due.values("endpoint_id").annotate(first=Min("next_at")).order_by("first", "endpoint_id")
    endpoints = [row["endpoint_id"] for row in first[:AT_ONCE]]
    share = max(1, min(MOST_TO_ONE, AT_ONCE // max(1, len(endpoints))))
    return [
        delivery
        for endpoint in endpoints
        for delivery in due.filter(endpoint=endpoint).order_by("next_at", "id")[:share]
    ]


def _claim(delivery: WebhookDelivery, now: datetime) -> bool:
    """Whoever moves the time of the next try first has the delivery; another worker passes it by."""
    as_read = WebhookDelivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.WAITING, next_at=delivery.next_at
    )
    delivery.next_at = now + CLAIM
    return as_read.update(next_at=delivery.next_at) == 1


def _try(
    delivery: WebhookDelivery, now: datetime, post: Post, pool: ThreadPoolExecutor
) -> Future[Posted] | Exception:
    """Sign the message and begin to send it. Only the network is left to the other thread."""
    try:
        endpoint = delivery.endpoint
        body = payload.body_of(read([Entry.objects.get(pk=delivery.entry_id)])[0])
        signed = signing.headers(secrets_of(endpoint, now), payload.message_id(delivery.entry_id), now, body)
    except Exception as problem:  # whatever is wrong with one delivery is kept with it and holds up no other
        return problem
    headers = {"Content-Type": "application/json", **signed}
    return pool.submit(post, endpoint.address, body, headers, timeout=TIMEOUT, max_bytes=MOST_ANSWER)


def _answer(trying: Future[Posted] | Exception, now: datetime) -> Answer:
    try:
        if isinstance(trying, Exception):
            raise trying
        posted = trying.result()
    except Refused as refused:
        return Answer(None, str(refused.refusal)[:300])
    except Exception as problem:  # as above
        log.exception("webhook could not be sent")
        return Answer(None, f"{type(problem).__name__}: {problem}"[:300])
    asked = rules.asked_to_wait(posted.status, posted.retry_after, now)
    return Answer(posted.status, _said(posted), asked)


def _said(posted: Posted) -> str:
    """The beginning of a refusing answer, on one line; of one that takes the message nothing is kept."""
    if 200 <= posted.status <= 299:
        return ""
    text = "".join(sign if sign.isprintable() else " " for sign in posted.beginning.decode(errors="replace"))
    return " ".join(text.split())[:300]


def _settle(delivery: WebhookDelivery, answer: Answer, now: datetime) -> bool:
    """Write what became of a try; whether it got through."""
    if answer.is_taken:
        _delivered(delivery, answer, now)
        return True
    log.warning(
        "webhook not taken", delivery=str(delivery.pk), status=answer.status, tries=delivery.tries + 1
    )
    pause = rules.pause_after(delivery.tries + 1, delivery.pk, answer.asked)
    if answer.status == rules.GONE or pause is None:
        _give_up(delivery, answer, now)
    else:
        _wait(delivery, answer, now + pause)
    return False


def _delivered(delivery: WebhookDelivery, answer: Answer, now: datetime) -> None:
    rows = WebhookDelivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING)
    rows.update(
        state=DELIVERY.after(DeliveryState.WAITING, "deliver"),
        tries=delivery.tries + 1,
        next_at=None,
        last_status=answer.status,
        last_error="",
        settled_at=now,
    )
    healed = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id, failing_since__isnull=False)
    healed.update(failing_since=None)


def _wait(delivery: WebhookDelivery, answer: Answer, until: datetime) -> None:
    """Unless it was given to another worker, put in front, or held back in the meantime."""
    still_ours = WebhookDelivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.WAITING, next_at=delivery.next_at
    )
    still_ours.update(
        tries=delivery.tries + 1, next_at=until, last_status=answer.status, last_error=answer.error
    )


def _give_up(delivery: WebhookDelivery, answer: Answer, now: datetime) -> None:
    """After the last try. The first one of a row is journalled, and so the admins are told once."""
    endpoint = WebhookEndpoint.objects.get(pk=delivery.endpoint_id)
    if endpoint.closed_at is None and (answer.status == rules.GONE or endpoint.failing_since is None):
        try:
            actions.give_up_delivery(
                actor=clock(delivery.organisation_id),
                now=now,
                delivery_id=delivery.pk,
                status=answer.status,
                error=answer.error,
            )
        except Refused:
            log.info("webhook delivery was settled by another", delivery=str(delivery.pk))
        return
    WebhookDelivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING).update(
        state=DELIVERY.after(DeliveryState.WAITING, "give_up"),
        tries=delivery.tries + 1,
        next_at=None,
        last_status=answer.status,
        last_error=answer.error,
        settled_at=now,
    )


FOLLOWERS = (Follower("webhooks", put_in_line),)
TIMED = (Timed("webhooks.send", timedelta(seconds=2), send_waiting),)
