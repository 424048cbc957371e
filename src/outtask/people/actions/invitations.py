"""Inviting somebody to become a member, taking that back, and joining."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.identifiers import new_id
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people import joining, queries, rules
from outtask.people.actions.members import placed
from outtask.people.links import hash_of, invitation_token_for
from outtask.people.models import Member, MemberInvitation, Organisation, Person, SeparationException
from outtask.people.roles import Right, may
from outtask.people.states import MEMBER_INVITATION, InvitationState

WORKS_FOR = timedelta(days=14)


@action
def invite_member(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    email: str,
    role: str,
    name: str = "",
    limit_minor: int | None = None,
    reports_to_id: UUID | None = None,
) -> Outcome:
    """Invite somebody by e-mail for 14 days; limit_minor in the organisation's currency.

    The mail is sent by a follower of the journal, which derives the address (`links.invitation_address`).
    """
    with recording("member.invited", actor=actor, now=now, key=key) as entry:
        address = rules.plain_address(email)
        refuse_if(
            may(actor, Right.MANAGE_PEOPLE),
            rules.why_not_manage(actor.role, target_role=None, new_role=role),
            rules.why_not_address(email),
            rules.why_not_name(name) if name.strip() else None,
            rules.why_not_role(role),
            rules.why_not_limit(limit_minor),
            rules.why_not_report_to(None, reports_to_id, queries.line_of(entry.organisation_id)),
            _why_not_invite(entry, address),
        )
        place = Place(role, limit_minor, reports_to_id)
        invitation = write_invitation(entry, address, name, place)
        entry.says(**told_of(entry, invitation))
        entry.gives(id=invitation.pk)
    return entry.outcome


@dataclass(frozen=True)
class Place:
    """Where somebody who is invited will stand. reports_to_email: of who has yet to join as well.

    limits: further limits to set when they join, each with period, category, minor and currency.
    """

    role: str
    limit_minor: int | None = None
    reports_to_id: UUID | None = None
    reports_to_email: str = ""
    limits: Sequence[Mapping[str, object]] = ()


def write_invitation(entry: Recording, email: str, name: str, place: Place) -> MemberInvitation:
    """Part: invite one address; whoever calls has asked every rule. `told_of` is what the entry says."""
    pk = new_id()
    invitation: MemberInvitation = MemberInvitation.objects.create(
        id=pk,
        organisation_id=entry.organisation_id,
        email=email,
        name=name.strip(),
        role=place.role,
        limit_minor=place.limit_minor,
        reports_to_id=place.reports_to_id,
        reports_to_email=place.reports_to_email,
        limits=[dict(limit) for limit in place.limits],
        invited_by_id=entry.actor.id,
        invited_at=entry.now,
        expires_at=entry.now + WORKS_FOR,
        token_hash=hash_of(invitation_token_for(pk)),
    )
    return invitation


def told_of(entry: Recording, invitation: MemberInvitation) -> dict[str, object]:
    """What an entry `member.invited` says."""
    return {
        "invitation": invitation.pk,
        "who": entry.keep(invitation.name or invitation.email),
        "role": invitation.role,
        "limit": _limit(entry, invitation.limit_minor),
    }


def _why_not_invite(entry: Recording, address: str) -> Refusal | None:
    """An invitation that has ended does not stand in the way of another."""
    here = {"organisation_id": entry.organisation_id}
    sent = MemberInvitation.objects.filter(**here, state=InvitationState.SENT, expires_at__gt=entry.now)
    return rules.why_not_invite(
        address,
        members=set(
            Member.objects.filter(**here, left_at__isnull=True).values_list("person__email", flat=True)
        ),
        invited=set(sent.values_list("email", flat=True)),
    )


def _limit(entry: Recording, limit_minor: int | None) -> Money | None:
    if limit_minor is None:
        return None
    return Money(limit_minor, Organisation.objects.get(pk=entry.organisation_id).currency)


@action
def withdraw_invitation(*, actor: Actor, now: datetime, key: Key = None, invitation_id: UUID) -> Outcome:
    """Take an invitation back; its address then tells so."""
    on = (MemberInvitation, invitation_id)
    with recording("invitation.withdrawn", actor=actor, on=on, now=now, key=key) as entry:
        invitation: MemberInvitation = entry.subject
        refuse_if(may(actor, Right.MANAGE_PEOPLE), MEMBER_INVITATION.why_not(invitation.state, "withdraw"))
        invitation.state = MEMBER_INVITATION.after(invitation.state, "withdraw")
        invitation.settled_at = now
        invitation.save(update_fields=["state", "settled_at"])
        entry.says(who=entry.keep(invitation.name or invitation.email))
    return entry.outcome


@action
def accept_invitation(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    invitation_id: UUID,
    name: str = "",
    password_hash: str = "",
) -> Outcome:
    """Join the organisation that invited; with a second member a declared exception ends.

    actor: from `queries.coming_member`; when its person exists they are signed in, else the person is made
        from `name` and `password_hash` with the invited address.
    """
    on = (MemberInvitation, invitation_id)
    with recording("member.joined", actor=actor, on=on, now=now, key=key) as entry:
        invitation: MemberInvitation = entry.subject
        person = queries.person_of(actor)
        refuse_if(
            rules.why_not_accept(queries.acceptance_of(invitation, person), now),
            rules.why_not_name(name) if person is None else None,
        )
        person = person or _person(actor, invitation, name, password_hash)
        member = _join(entry, invitation, person)
        _take_up_line(entry, member, invitation)
        joining.take_part(entry, member, invitation)
        _end_exception(entry)
        entry.says(
            member=member.pk,
            who=entry.keep(person.name),
            role=member.role,
            limit=_limit(entry, member.limit_minor),
        )
        entry.gives(member_id=member.pk, person_id=person.pk, organisation_id=entry.organisation_id)
    return entry.outcome


def _person(actor: Actor, invitation: MemberInvitation, name: str, password_hash: str) -> Person:
    # Two organisations may invite the same newcomer, who accepts both at once: each holds only its own lock.
    person, made = Person.objects.get_or_create(
        email=invitation.email,
        defaults={
            "id": actor.person_id,
            "name": name.strip(),
            "password": password_hash,
            "zone": Organisation.objects.get(pk=invitation.organisation_id).zone,
        },
    )
    refuse_if(
        None
        if made
        else Refusal(
            "sign_in_first",
            N_("There is an account for %(email)s. Sign in with it, then accept."),
            facts={"email": invitation.email},
        )
    )
    return person


def _join(entry: Recording, invitation: MemberInvitation, person: Person) -> Member:
    """A member who left and comes back is the same member, so that what they did before stays theirs."""
    boss: Member | None = invitation.reports_to
    member: Member
    member, _ = Member.objects.update_or_create(
        organisation_id=entry.organisation_id,
        person=person,
        defaults={
            "role": invitation.role,
            "limit_minor": invitation.limit_minor,
            "reports_to": boss if boss is not None and boss.left_at is None else None,
            "joined_at": entry.now,
            "left_at": None,
        },
        create_defaults={
            "id": entry.actor.id,
            "role": invitation.role,
            "limit_minor": invitation.limit_minor,
            "reports_to": boss if boss is not None and boss.left_at is None else None,
            "joined_at": entry.now,
        },
    )
    invitation.state = MEMBER_INVITATION.after(invitation.state, "accept")
    invitation.settled_at = entry.now
    invitation.member = member
    invitation.save(update_fields=["state", "settled_at", "member"])
    return member


def _take_up_line(entry: Recording, member: Member, invitation: MemberInvitation) -> None:
    """Refer to whom the invitation named by address, and be referred to by those who named this one.

    Whoever was given another line since keeps that; a circle is never closed.
    """
    here = Member.objects.filter(organisation_id=entry.organisation_id, left_at__isnull=True)
    if invitation.reports_to_email and member.reports_to_id is None:
        _refer_to(entry, member, here.filter(person__email=invitation.reports_to_email).first())
    named = MemberInvitation.objects.filter(
        organisation_id=entry.organisation_id,
        state=InvitationState.ACCEPTED,
        reports_to_email=member.person.email,
    )
    for each in here.filter(pk__in=named.values("member_id"), reports_to__isnull=True).order_by("id"):
        if _refer_to(entry, each, member):
            entry.also_says("member.changed", each, **placed(entry, each, each.role, each.limit_minor, None))


def _refer_to(entry: Recording, member: Member, boss: Member | None) -> bool:
    if boss is None or rules.why_not_report_to(member.pk, boss.pk, queries.line_of(entry.organisation_id)):
        return False
    member.reports_to = boss
    member.save(update_fields=["reports_to"])
    return True


def _end_exception(entry: Recording) -> None:
    exception: SeparationException | None = queries.open_exception(entry.organisation_id)
    if exception is None or len(queries.line_of(entry.organisation_id)) < 2:
        return
    exception.until = entry.now
    exception.save(update_fields=["until"])
    entry.also_says("exception.ended", exception)
