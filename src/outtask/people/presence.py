"""Whether whoever acts may still act: asked inside every action, after the lock.

A page lets somebody in by what it reads when the request comes. Until the action has its turn a link may be
closed, a token ended, a membership over, a role changed; nothing that was read before the lock is trusted.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.journal.direct import rows_by_key
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.people import links, tokens
from outtask.people.models import Link, Member, Token

# Whoever comes back is a member who left, until this very act is done.
JOINING = "member.joined"


def why_not_any_more(kind: str, actor: Actor, now: datetime) -> Refusal | None:
    """A refusal when the link, the token or the membership by which the actor came is not what it was."""
    if actor.is_guest:
        link = Link.objects.select_related("member").filter(pk=actor.id).first()
        return links.why_closed(link, now) if link else None
    if actor.is_program:
        return _why_not_by_token(actor.id, now)
    if actor.is_member and actor.id is not None and kind != JOINING:
        return _why_not_as_member(actor, actor.id) or _why_not_by_token(actor.token_id, now)
    return None


def _why_not_by_token(token_id: UUID | None, now: datetime) -> Refusal | None:
    if token_id is None:
        return None
    token = Token.objects.select_related("member", "provider").filter(pk=token_id).first()
    return tokens.why_closed(token, now) if token else None


def _why_not_as_member(actor: Actor, member_id: UUID) -> Refusal | None:
    for member in rows_by_key(Member, [member_id]):  # none yet while an organisation is founded
        if member.left_at is not None:
            return Refusal("member_left", N_("You are no longer a member here."))
        if member.role != actor.role:
            reason = N_("Your role was changed a moment ago. Look again at what you may do, then try again.")
            return Refusal("role_changed", reason)
    return None
