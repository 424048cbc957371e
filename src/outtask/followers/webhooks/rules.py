"""What a webhook may be, and when it tries again. Pure: facts in, a value, a refusal or None out."""

from __future__ import annotations

from collections.abc import Collection, Set
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from uuid import UUID

from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_

MOST_OPEN = 20
LONGEST_DESCRIPTION = 200
MOST_REPLAYED = 5_000
"""How many entries one act sends anew."""
EARLIER_SIGNS_FOR = timedelta(hours=24)
"""How long the earlier secret still signs beside the new one."""

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""After the first try, the second, and so on: ten tries over three days and four hours."""
LONGEST_PAUSE = PAUSES[-1]
JITTER = 0.1
"""By how much a pause grows at most, so that what failed together does not come back together."""
WAITS_AS_TOLD = frozenset({429, 503})
"""Answers whose `Retry-After` is heeded (RFC 9110 §10.2.3)."""
GONE = 410


def why_not_endpoint(*, scheme: str, kinds: Set[str], known: Set[str], description: str) -> list[Refusal]:
    """Everything that is wrong with an endpoint but its address. known: the names a webhook tells."""
    unknown = ", ".join(sorted(kinds - known))
    found = [
        Refusal(
            "webhook_http",
            N_("What is sent there would be readable on its way. Give an address that begins with https://."),
            "address",
        )
        if scheme != "https"
        else None,
        Refusal(
            "kinds_unknown",
            N_("Outtask tells of nothing by this name: %(unknown)s. Choose from the list."),
            "kinds",
            {"unknown": unknown[:200]},
        )
        if unknown
        else None,
        Refusal(
            "description_long",
            N_("Use %(most)s characters at most."),
            "description",
            {"most": LONGEST_DESCRIPTION},
        )
        if len(description) > LONGEST_DESCRIPTION
        else None,
        Refusal("hidden_character", N_("There is a hidden character in it. Write it anew."), "description")
        if not description.isprintable()
        else None,
    ]
    return [refusal for refusal in found if refusal is not None]


def why_not_another(live: int) -> Refusal | None:
    """live: how many the organisation has already."""
    if live < MOST_OPEN:
        return None
    return Refusal(
        "webhooks_many",
        N_("There are %(live)s webhooks already. Close one that is no longer used."),
        facts={"live": live},
    )


def why_not_act(closed_at: datetime | None) -> Refusal | None:
    """A closed endpoint stays as it was."""
    if closed_at is None:
        return None
    return Refusal("webhook_closed", N_("This webhook is closed. Add another for the same address."))


def why_not_rotate(earlier_ends_at: datetime | None, now: datetime) -> Refusal | None:
    """One rotation at a time: a third secret would leave the receiver that knows the first without one."""
    if earlier_ends_at is None or earlier_ends_at <= now:
        return None
    return Refusal(
        "rotation_under_way",
        N_("The secret was replaced a short while ago. The next one can follow at %(ends)s."),
        facts={"ends": earlier_ends_at},
    )


def why_not_replay(ways: Collection[str], first: int | None, last: int | None) -> Refusal | None:
    """ways: which of the three ways to say what is sent anew were given."""
    if len(ways) != 1:
        return Refusal(
            "replay_unclear",
            N_("Say one thing: a delivery, an instant since when all that failed, or two places of the log."),
        )
    if "first" in ways and (first is None or last is None or not 0 <= first <= last):
        return Refusal(
            "places_order", N_("Give two places of the log, the smaller one first."), field="first"
        )
    return None


def why_not_so_many(count: int) -> Refusal | None:
    """count: how many would be sent anew."""
    if count == 0:
        return Refusal(
            "nothing_to_replay", N_("There is nothing to send anew. Choose another instant or place.")
        )
    if count > MOST_REPLAYED:
        return Refusal(
            "replay_large",
            N_("That would send more than %(most)s messages. Choose a shorter stretch, then the rest."),
            facts={"most": MOST_REPLAYED},
        )
    return None


def pause_after(tries: int, delivery_id: UUID, asked: timedelta | None = None) -> timedelta | None:
    """How long to wait after this many tries; None when that was the last.

    asked: what the receiver asked for; heeded up to a day, and never shorter than the timetable.
    """
    if not 1 <= tries <= len(PAUSES):
        return None
    pause = PAUSES[tries - 1]
    pause += pause * JITTER * _chance(delivery_id, tries)
    return max(pause, min(asked, LONGEST_PAUSE)) if asked else pause


def _chance(delivery_id: UUID, tries: int) -> float:
    """From 0 up to 1, spread evenly over rows, and the same again for the same row and try."""
    drawn = sha256(delivery_id.bytes + tries.to_bytes(2, "big")).digest()
    return int.from_bytes(drawn[:4], "big") / 2**32


def asked_to_wait(status: int, retry_after: str, now: datetime) -> timedelta | None:
    """What a `Retry-After` asks for: seconds or a date; None when there is none to heed."""
    text = retry_after.strip()
    if status not in WAITS_AS_TOLD or not text:
        return None
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:9]))
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(at - now, timedelta(0))
