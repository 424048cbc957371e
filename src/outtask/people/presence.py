"""Whether whoever acts may still act: asked inside every action, after the lock.

A page lets somebody in by what it reads when the request comes. Until the action has its turn a link may be
closed, a token ended, a membership over; nothing that was read before the lock is trusted.
"""

from __future__ import annotations

from datetime import datetime

from outtask.journal.direct import rows_by_key
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.people import links, tokens
from outtask.people.models import Link, Member, Token

# Whoever comes back is a member who left, until this very act is done.
JOINING = "member.joined"


def why_not_any_more(kind: str, actor: Actor, now: datetime) -> Refusal | None:
    """A refusal when the link, the token or the membership by which the actor came has ended."""
    if actor.is_guest:
        link = Link.objects.select_related("member").filter(pk=actor.id).first()
        return links.why_closed(link, now) if link else None
    if actor.is_program:
        token = Token.objects.select_related("member", "provider").filter(pk=actor.id).first()
        return tokens.why_closed(token, now) if token else None
    if actor.is_member and actor.id is not None and kind != JOINING:
        gone = any(member.left_at for member in rows_by_key(Member, [actor.id]))
        return Refusal("member_left", N_("You are no longer a member here.")) if gone else None
    return None
