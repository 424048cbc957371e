"""What no archive holds and the database needs all the same: derived again, or as for a new row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password

from outtask.people.links import hash_of, invitation_token_for, token_for

type Restore = Callable[[str, datetime], Any]
"""From a row's key as it is staged, and the instant of the import."""


def _no_password(key: str, now: datetime) -> str:
    """One that nothing signs in with, until a new one is set."""
    return make_password(None)


def _link(key: str, now: datetime) -> str:
    return hash_of(token_for(UUID(key)))


def _invitation(key: str, now: datetime) -> str:
    return hash_of(invitation_token_for(UUID(key)))


RESTORED: Mapping[tuple[str, str], Restore] = {
    ("person", "password"): _no_password,
    ("person", "sign_outs"): lambda key, now: 0,
    ("link", "token_hash"): _link,
    ("memberinvitation", "token_hash"): _invitation,
    ("blob", "kept_at"): lambda key, now: now,
}
"""Fields that may not be empty; every other one that is left out stays empty or gets its number."""
