"""Tokens of programs: made of chance, shown once, found again by their SHA-256."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db.models import Q

from outtask.kernel.actor import Actor, ActorKind
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.people.links import hash_of
from outtask.people.models import Token
from outtask.people.states import Relation

PREFIX = "ot_"
"""What every token begins with, so that scanners of leaked secrets know one."""
NOTED_EVERY = timedelta(minutes=1)


def fresh() -> str:
    """A new token: 256 bits of chance."""
    return PREFIX + secrets.token_urlsafe(32)


def token_of(secret: str) -> Token | None:
    """The token with this secret, live or not.

    Looked up by its hash, so that the time it takes tells nothing about the secret itself.
    """
    if not secret.startswith(PREFIX):
        return None
    rows = Token.objects.select_related("member__person", "provider__owned_by", "organisation")
    found: Token | None = rows.filter(token_hash=hash_of(secret)).first()
    return found


def why_closed(token: Token, now: datetime) -> Refusal | None:
    """Why a token opens nothing any more."""
    if token.revoked_at is not None:
        return Refusal("token_revoked", N_("This token was ended. Make a new one under Settings."))
    if token.expires_at <= now:
        return Refusal("token_expired", N_("This token has reached its end. Make a new one under Settings."))
    if token.member is not None and token.member.left_at is not None:
        return Refusal("member_left", N_("Whoever made this token is no longer a member."))
    if token.provider is not None and token.provider.relation == Relation.BLOCKED:
        return Refusal("provider_blocked", N_("The provider of this token is blocked."))
    return None


def actor_of(token: Token, now: datetime) -> Actor:
    """Who acts by this token: its member within its scopes, or its provider as a program."""
    scopes = frozenset(token.scopes)
    if token.member is not None:
        member = token.member
        return Actor(
            ActorKind.MEMBER,
            token.organisation_id,
            id=member.pk,
            role=member.role,
            person_id=member.person_id,
            scopes=scopes,
            token_id=token.pk,
        )
    assert token.provider is not None
    owner = token.provider.owned_by
    return Actor(
        ActorKind.PROGRAM,
        token.organisation_id,
        id=token.pk,
        provider_id=token.provider_id,
        person_id=owner.person_id if owner else None,
        scopes=scopes,
        came_at=now,
    )


def note_use(token: Token, now: datetime) -> None:
    """Remember when it was last used, at most once a minute. Telemetry: no action, no entry."""
    before = now - NOTED_EVERY
    if token.last_used_at is not None and token.last_used_at > before:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=before)
    Token.objects.filter(stale, pk=token.pk).update(last_used_at=now)
