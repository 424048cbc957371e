"""Making and ending the tokens of programs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from outtask.journal.recording import Key, NotFound, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people import token_rules
from outtask.people.models import Member, Provider, Token
from outtask.people.roles import PROGRAM_RIGHTS, Right, may, rights_of


def revoke_tokens(entry: Recording, **which: object) -> None:
    """Part: end every live token that matches; each is told in an entry of its own."""
    for token in Token.objects.filter(revoked_at__isnull=True, **which).order_by("id"):
        _end(entry, token)


def revoke_beyond_role(entry: Recording, member: Member) -> None:
    """Part: end the tokens of a member that carry what their role no longer allows.

    They end whole: a scope that sleeps until the role grows again would be a surprise to everybody.
    """
    carried = {right.value for right in rights_of(member.role)}
    for token in Token.objects.filter(member=member, revoked_at__isnull=True).order_by("id"):
        if not carried.issuperset(token.scopes):
            _end(entry, token)


def _end(entry: Recording, token: Token) -> None:
    token.revoked_at = entry.now
    token.save(update_fields=["revoked_at"])
    entry.also_says("token.revoked", token, token=token.pk, name=entry.keep(token.name))


@action
def make_token(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    name: str,
    scopes: Collection[str],
    expires_at: datetime,
    token_hash: str,
    provider_id: UUID | None = None,
) -> Outcome:
    """Make a token for programs of one's own, or for the program or agent that `provider_id` names.

    token_hash: of the token that `people.tokens.fresh` made; whoever asked shows it once and keeps it not.
    expires_at: the end it must have, a year ahead at most. Reading is always among the scopes. A token never
    makes another. Gives `id`.
    """
    with recording("token.made", actor=actor, now=now, key=key) as entry:
        refuse_if(token_rules.why_not_by_token(actor.is_member, actor.scopes is not None))
        provider = _provider(actor, provider_id)
        refuse_if(may(actor, Right.MANAGE_PROVIDERS) if provider else may(actor, Right.READ))
        wanted = {Right.READ.value, *scopes}
        holder = {"provider": provider} if provider else {"member_id": actor.id}
        refuse_if(
            *token_rules.why_not_make(
                name=name,
                scopes=wanted,
                carried={right.value for right in (PROGRAM_RIGHTS if provider else rights_of(actor.role))},
                expires_at=expires_at,
                now=now,
                live=Token.objects.filter(revoked_at__isnull=True, expires_at__gt=now, **holder).count(),
            ),
            token_rules.why_not_program(provider.kind, provider.relation) if provider else None,
        )
        ordered = [right.value for right in Right if right.value in wanted]
        token: Token = Token.objects.create(
            organisation_id=entry.organisation_id,
            name=name.strip(),
            scopes=ordered,
            token_hash=token_hash,
            made_by_id=actor.id,
            made_at=now,
            expires_at=expires_at,
            **holder,
        )
        told = entry.keep(token.name)
        entry.says(token=token.pk, name=told, scopes=" ".join(ordered), ends=expires_at)
        entry.gives(id=token.pk)
    return entry.outcome


def _provider(actor: Actor, provider_id: UUID | None) -> Provider | None:
    if provider_id is None:
        return None
    found: Provider | None = Provider.objects.visible_to(actor).filter(pk=provider_id).first()
    if found is None:
        raise NotFound("provider")
    return found


@action
def revoke_token(*, actor: Actor, now: datetime, key: Key = None, token_id: UUID) -> Outcome:
    """End a token at once. Whoever signed in ends their own; admins end any."""
    with recording("token.revoked", actor=actor, on=(Token, token_id), now=now, key=key) as entry:
        token: Token = entry.subject
        refuse_if(
            _why_not_theirs(actor, token),
            None
            if token.revoked_at is None
            else Refusal("revoked_already", N_("This token was ended before.")),
        )
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        entry.says(token=token.pk, name=entry.keep(token.name))
    return entry.outcome


def _why_not_theirs(actor: Actor, token: Token) -> Refusal | None:
    if token.provider_id is not None:
        return may(actor, Right.MANAGE_PROVIDERS)
    theirs = token.member_id == actor.id and actor.scopes is None
    return None if theirs else may(actor, Right.MANAGE_PEOPLE)
