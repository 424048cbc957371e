"""Links for guests: 256-bit tokens that are derived, mailed and never stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from outtask.journal.direct import insert
from outtask.journal.prepared import prepared_write
from outtask.kernel.identifiers import new_id
from outtask.kernel.refusal import Refusal
from outtask.kernel.words import N_
from outtask.people.models import Link, Member, MemberInvitation, Provider
from outtask.people.states import Purpose

WORKS_FOR = {
    Purpose.PROPOSE: timedelta(days=60),
    Purpose.SIGN: timedelta(days=60),
    Purpose.DELIVER: timedelta(days=730),
    Purpose.DECIDE: timedelta(days=7),
}


def token_for(link_id: UUID) -> str:
    """The secret part of a link's address: HMAC-SHA256 of its id under the installation's secret."""
    return _derived(b"outtask.link:", link_id)


def invitation_token_for(invitation_id: UUID) -> str:
    """The secret part of an invitation's address; another context, so it never opens a link."""
    return _derived(b"outtask.invitation:", invitation_id)


def _derived(context: bytes, pk: UUID) -> str:
    digest = hmac.new(settings.SECRET_KEY.encode(), context + pk.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a link is for: a person of a provider, or a member."""

    name: str
    email: str
    provider: Provider | None = None
    member: Member | None = None


def make_link(
    holder: Holder,
    purpose: Purpose,
    *,
    organisation_id: UUID,
    outtask_id: UUID | None,
    subject_type: str,
    subject_id: UUID,
    version: int = 1,
    now: datetime,
    expires_at: datetime | None = None,
) -> Link:
    """Write a link inside an action under way; the mail that follows derives its address again."""
    pk = new_id()
    link = Link(
        id=pk,
        organisation_id=organisation_id,
        purpose=purpose,
        provider=holder.provider,
        member=holder.member,
        name=holder.name,
        email=holder.email,
        outtask_id=outtask_id,
        subject_type=subject_type,
        subject_id=subject_id,
        version=version,
        token_hash=hash_of(token_for(pk)),
        made_at=now,
        expires_at=expires_at or now + WORKS_FOR[purpose],
    )
    insert([link])
    return link


def revoke_links(now: datetime, **which: object) -> int:
    """Revoke every live link that matches, inside an action under way; returns how many."""
    return Link.objects.filter(revoked_at__isnull=True, **which).update(revoked_at=now)


@prepared_write("subject_type")
def revoke_links_to(
    purpose: Purpose, subject_type: str, subject_id: UUID, now: datetime
) -> tuple[QuerySet[Link], dict[str, datetime]]:
    """Revoke every live link for one purpose to one subject, inside an action under way."""
    links = Link.objects.filter(
        revoked_at__isnull=True, purpose=purpose, subject_type=subject_type, subject_id=subject_id
    )
    return links, {"revoked_at": now}


def link_of(token: str) -> Link | None:
    """The link a token opens, live or not; None when there is none (answered like any absent page)."""
    links = Link.objects.select_related("provider__owned_by", "member__person", "organisation")
    found: Link | None = links.filter(token_hash=hash_of(token)).first()
    return found


def invitation_of(token: str) -> MemberInvitation | None:
    """The invitation to become a member that a token opens, in whatever state; None when there is none."""
    invitations = MemberInvitation.objects.select_related("invited_by__person", "organisation")
    found: MemberInvitation | None = invitations.filter(token_hash=hash_of(token)).first()
    return found


def why_closed(link: Link, now: datetime) -> Refusal | None:
    """Why a link no longer acts: revoked or past its end. What it showed may still be read where allowed."""
    if link.revoked_at is not None:
        return Refusal(
            "link_revoked", N_("This link was closed. If you still need it, ask the person who sent it.")
        )
    if link.expires_at <= now:
        return Refusal("link_expired", N_("This link has ended. Ask the person who sent it for a new one."))
    if link.member is not None and link.member.left_at is not None:
        return Refusal("member_left", N_("The person this link was made for is no longer a member."))
    return None


def address_of(link: Link) -> str:
    """The full address to put into a mail."""
    return f"{settings.BASE_URL}/l/{token_for(link.pk)}"


def invitation_address(invitation: MemberInvitation) -> str:
    """The full address to put into the mail that invites."""
    return f"{settings.BASE_URL}/invitations/{invitation_token_for(invitation.pk)}"
