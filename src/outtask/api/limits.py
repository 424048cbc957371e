"""How many requests a token may make in a minute.

Each process counts for itself and shares its count with the others over the cache in lots of `LOT`, so that a
read does not cost a write. With several processes the limit is therefore exact to `LOT` for each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from uuid import UUID

from django.core.cache import cache

PER_MINUTE = 600
LOT = 20
KEPT = 2_000
"""How many tokens are counted before those of minutes gone by are forgotten."""


@dataclass(slots=True)
class Window:
    """The count of one token in one minute: what came here, and what the others told of theirs."""

    minute: int
    own: int = 0
    others: int = 0

    @property
    def used(self) -> int:
        return self.own + self.others


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a token stands: requests left, and seconds until it begins anew."""

    limit: int
    left: int
    seconds: int

    @property
    def exceeded(self) -> bool:
        return self.left < 0

    @property
    def headers(self) -> dict[str, str]:
        """As the IETF's draft on rate limit fields has them."""
        return {
            "RateLimit-Policy": f'"token";q={self.limit};w=60',
            "RateLimit": f'"token";r={max(self.left, 0)};t={self.seconds}',
        }


_windows: dict[UUID, Window] = {}
_lock = Lock()


def count(token_id: UUID, now: datetime) -> Standing:
    """Count one request."""
    minute, second = divmod(int(now.timestamp()), 60)
    with _lock:
        window = _windows.get(token_id)
        if window is None or window.minute != minute:
            _forget(minute)
            window = _windows[token_id] = Window(minute)
        window.own += 1
        shares = window.own % LOT == 0
        used = window.used
    if shares:
        _share(token_id, window)
    return Standing(PER_MINUTE, PER_MINUTE - used, 60 - second)


def _share(token_id: UUID, window: Window) -> None:
    place = f"api-count:{token_id.hex}:{window.minute}"
    cache.add(place, 0, timeout=120)
    total = cache.incr(place, LOT)
    window.others = max(0, total - window.own)


def _forget(minute: int) -> None:
    if len(_windows) < KEPT:
        return
    for token_id in [token_id for token_id, window in _windows.items() if window.minute != minute]:
        del _windows[token_id]
