"""Keys that were given out: links of guests, tokens of programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Shown
from outtask.journal.recording import NotFound, Outcome
from outtask.people import actions, queries
from outtask.people.models import Link, Token
from outtask.people.roles import Right
from outtask.people.states import Purpose

links, tokens = Room("Links"), Room("Tokens")


class LinkShown(Shown):
    """A key of one person to one thing. Its address is told to that person alone."""

    id: UUID
    purpose: Purpose
    name: str
    email: str
    provider_id: UUID | None
    member_id: UUID | None
    out_task: str | None
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    spent_at: datetime | None

    @classmethod
    def of(cls, row: Link) -> Self:
        return cls(
            id=row.pk,
            purpose=Purpose(row.purpose),
            name=row.name,
            email=row.email,
            provider_id=row.provider_id,
            member_id=row.member_id,
            out_task=row.outtask.reference if row.outtask else None,
            made_at=row.made_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            spent_at=row.spent_at,
        )


class TokenShown(Shown):
    """A key of a program. The token itself was shown once, to whoever made it."""

    id: UUID
    name: str
    scopes: list[Right]
    member_id: UUID | None
    provider_id: UUID | None
    made_by_id: UUID
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def of(cls, row: Token) -> Self:
        return cls(
            id=row.pk,
            name=row.name,
            scopes=[Right(scope) for scope in row.scopes],
            member_id=row.member_id,
            provider_id=row.provider_id,
            made_by_id=row.made_by_id,
            made_at=row.made_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            last_used_at=row.last_used_at,
        )


@links.many("/links", LinkShown)
def link_list(call: Call) -> Any:
    """List the links of guests, the latest first."""
    return Link.objects.visible_to(call.actor).select_related("outtask")


@links.one("/links/{uuid:link_id}", LinkShown)
def link(call: Call, link_id: UUID) -> LinkShown:
    """Read one link."""
    row = Link.objects.visible_to(call.actor).select_related("outtask").filter(pk=link_id).first()
    if row is None:
        raise NotFound("link")
    return LinkShown.of(row)


@links.act("/links/{uuid:link_id}", method="DELETE", scope=Right.MANAGE_PROVIDERS, about=link)
def close_link(call: Call, link_id: UUID) -> Outcome:
    """Close a link before its end."""
    return act(call, actions.close_link, link_id=link_id)


@tokens.many("/tokens", TokenShown)
def token_list(call: Call) -> Any:
    """List tokens, the latest first: your own, or all of them if you manage people."""
    return queries.tokens_for(call.actor)


@tokens.one("/tokens/{uuid:token_id}", TokenShown)
def token(call: Call, token_id: UUID) -> TokenShown:
    """Read what is known of one token."""
    row = queries.tokens_for(call.actor).filter(pk=token_id).first()
    if row is None:
        raise NotFound("token")
    return TokenShown.of(row)


@tokens.act("/tokens/{uuid:token_id}", method="DELETE", scope=Right.MANAGE_PEOPLE, about=token)
def revoke_token(call: Call, token_id: UUID) -> Outcome:
    """End a token at once."""
    return act(call, actions.revoke_token, token_id=token_id)
