"""What a token may be. Pure: facts in, a refusal or None out."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime, timedelta

from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.people.states import ProviderKind, Relation

LONGEST_NAME = 100
LONGEST_LIFE = timedelta(days=365)
MOST_LIVE = 50
"""How many live tokens one member or provider can have."""


def why_not_by_token(is_member: bool, by_token: bool) -> Refusal | None:
    """A token is made by a person who signed in: one that got lost must not outlive its end."""
    if is_member and not by_token:
        return None
    return Refusal("sign_in_first", N_("A token cannot make another. Sign in and make it under Settings."))


def why_not_make(
    *, name: str, scopes: Set[str], carried: Set[str], expires_at: datetime, now: datetime, live: int
) -> tuple[Refusal, ...]:
    """Everything that is wrong at once. carried: the rights of whom the token acts for."""
    beyond = ", ".join(sorted(scopes - carried))
    found = [
        Refusal("name_missing", N_("Name it after what uses it."), "name") if not name.strip() else None,
        Refusal("name_long", N_("Use %(most)s characters at most."), "name", {"most": LONGEST_NAME})
        if len(name.strip()) > LONGEST_NAME
        else None,
        Refusal("hidden_character", N_("There is a hidden character in this name."), "name")
        if not name.strip().isprintable()
        else None,
        Refusal(
            "scopes_beyond",
            N_("A token carries no more than its holder may do. Leave out: %(beyond)s."),
            "scopes",
            {"beyond": beyond},
        )
        if beyond
        else None,
        _why_not_end(expires_at, now),
        Refusal(
            "tokens_many",
            N_("There are %(live)s tokens already. End one that is no longer used."),
            facts={"live": live},
        )
        if live >= MOST_LIVE
        else None,
    ]
    return tuple(refusal for refusal in found if refusal is not None)


def _why_not_end(expires_at: datetime, now: datetime) -> Refusal | None:
    if expires_at <= now:
        return Refusal("end_past", N_("Choose an end that is still to come."), "expires_at")
    if expires_at > now + LONGEST_LIFE:
        return Refusal("end_far", N_("A token lives a year at most. Choose an earlier end."), "expires_at")
    return None


def why_not_program(kind: str, relation: str) -> Refusal | None:
    """Whether a provider can hold a token at all."""
    if kind not in {ProviderKind.PROGRAM, ProviderKind.AGENT}:
        return Refusal(
            "not_a_program",
            N_("Only a program or AI agent holds a token. People get links by e-mail."),
            "provider_id",
        )
    if relation == Relation.BLOCKED:
        return Refusal("blocked", N_("This provider is blocked. Unblock them first."), "provider_id")
    return None
