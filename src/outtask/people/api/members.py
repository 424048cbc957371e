"""Members and those who were invited."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Amount, Given, Id, Made, Shown, Whole, upto
from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.money import LARGEST_MINOR
from outtask.people import actions
from outtask.people.models import Member, MemberInvitation
from outtask.people.roles import Right
from outtask.people.states import InvitationState, Role

JoiningState = StrEnum("JoiningState", {state.name: state.value for state in InvitationState})  # type: ignore[misc]  # made at run time
"""States of an invitation to join, under a name that no other invitation has in the document."""

room, invitations = Room("Members"), Room("Invitations to join")

_MEMBER = "/members/{uuid:member_id}"
_INVITATION = "/member-invitations/{uuid:invitation_id}"

Limit = Annotated[Whole, Field(ge=0, le=LARGEST_MINOR)]


class MemberShown(Shown):
    """A person in the organisation. Without a limit everything is referred; an owner's is the budgets."""

    id: UUID
    name: str
    email: str
    role: Role
    limit: Amount | None
    reports_to_id: UUID | None
    joined_at: datetime
    left_at: datetime | None

    @classmethod
    def of(cls, row: Member) -> Self:
        return cls(
            id=row.pk,
            name=row.person.name,
            email=row.person.email,
            role=Role(row.role),
            limit=Amount.maybe(row.limit_minor, row.organisation.currency),
            reports_to_id=row.reports_to_id,
            joined_at=row.joined_at,
            left_at=row.left_at,
        )


class Place(Given):
    """Role, limit in minor units of the organisation's currency, and whom they refer to."""

    role: Role
    limit_minor: Limit | None = None
    reports_to_id: Id | None = None


class NewInvitation(Place):
    """Whom to invite, by e-mail."""

    email: Annotated[str, upto(254, 3)]
    name: Annotated[str, upto(200)] = ""


class MemberInvitationShown(Shown):
    """An invitation to become a member; its link works until it ends."""

    id: UUID
    email: str
    name: str
    role: Role
    state: JoiningState
    invited_by_id: UUID
    invited_at: datetime
    expires_at: datetime
    member_id: UUID | None

    @classmethod
    def of(cls, row: MemberInvitation) -> Self:
        return cls(
            id=row.pk,
            email=row.email,
            name=row.name,
            role=Role(row.role),
            state=JoiningState(row.state),
            invited_by_id=row.invited_by_id,
            invited_at=row.invited_at,
            expires_at=row.expires_at,
            member_id=row.member_id,
        )


@room.many("/members", MemberShown)
def member_list(call: Call) -> Any:
    """List members, also those who left, the latest first."""
    return Member.objects.visible_to(call.actor).select_related("person", "organisation")


@room.one(_MEMBER, MemberShown)
def member(call: Call, member_id: UUID) -> MemberShown:
    """Read one member."""
    row = Member.objects.visible_to(call.actor).filter(pk=member_id).first()
    if row is None:
        raise NotFound("member")
    return MemberShown.of(row)


@room.act(_MEMBER, method="PUT", scope=Right.MANAGE_PEOPLE, about=member)
def change_member(call: Call, member_id: UUID, body: Place) -> Outcome:
    """Set role, limit and line of a member. Tokens that carry more than the new role end."""
    return act(call, actions.change_member, member_id=member_id, **_place(body))


@room.act(_MEMBER, method="DELETE", scope=Right.MANAGE_PEOPLE, about=member)
def remove_member(call: Call, member_id: UUID) -> Outcome:
    """End a membership, its links and its tokens."""
    return act(call, actions.remove_member, member_id=member_id)


@invitations.many("/member-invitations", MemberInvitationShown)
def member_invitation_list(call: Call) -> Any:
    """List invitations to join, the latest first."""
    return MemberInvitation.objects.visible_to(call.actor)


@invitations.one(_INVITATION, MemberInvitationShown)
def member_invitation(call: Call, invitation_id: UUID) -> MemberInvitationShown:
    """Read one invitation to join."""
    row = MemberInvitation.objects.visible_to(call.actor).filter(pk=invitation_id).first()
    if row is None:
        raise NotFound("invitation")
    return MemberInvitationShown.of(row)


@invitations.act(
    "/member-invitations", Made, status=201, scope=Right.MANAGE_PEOPLE, at="/member-invitations/{id}"
)
def invite_member(call: Call, body: NewInvitation) -> Outcome:
    """Invite somebody by e-mail, for 14 days."""
    return act(call, actions.invite_member, email=body.email, name=body.name, **_place(body))


@invitations.act(f"{_INVITATION}/withdrawal", scope=Right.MANAGE_PEOPLE, about=member_invitation)
def withdraw_invitation(call: Call, invitation_id: UUID) -> Outcome:
    """Take an invitation back."""
    return act(call, actions.withdraw_invitation, invitation_id=invitation_id)


def _place(body: Place) -> dict[str, Any]:
    return {
        "role": body.role.value,
        "limit_minor": body.limit_minor,
        "reports_to_id": body.reports_to_id,
    }
