"""Facts for the detectors, as tests change them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from outtask.watch.rules import Asked, Bill, Paying

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ASKED = Asked("r9", "imke", "shop", "kestrel", "a9", 40_000, 100_000, NOON, "Scan the deeds of the harbour")
BILL = Bill("i9", "kestrel", "INV-0412", 18_000, "GBP", NOON)
PAYING = Paying(at=NOON, payer="dunstan", known_since=NOON - timedelta(days=400), paid_before=3)


def days(count: float) -> datetime:
    """So many days before noon."""
    return NOON - timedelta(days=count)


def asked(number: int, ago: float = 1, /, **changes: Any) -> Asked:
    """Another request, so many days ago, of an agreement of its own."""
    made = replace(ASKED, id=f"r{number}", agreement=f"a{number}", at=days(ago))
    return replace(made, **changes)


def bill(number: int, ago: float = 1, /, **changes: Any) -> Bill:
    return replace(BILL, id=f"i{number}", at=days(ago), **changes)
