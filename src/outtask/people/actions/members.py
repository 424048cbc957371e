"""What a member may do and spend, whom they refer to, and leaving."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from outtask.journal.recording import Key, Outcome, Recording, action, recording
from outtask.kernel.actor import Actor
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal, refuse_if
from outtask.kernel.words import N_
from outtask.people import holdings, queries, rules
from outtask.people.actions.delegations import end_delegations
from outtask.people.actions.tokens import revoke_beyond_role, revoke_tokens
from outtask.people.links import revoke_links
from outtask.people.models import Member, MemberInvitation, Organisation, Provider
from outtask.people.roles import Right, may
from outtask.people.states import InvitationState


@action
def change_member(
    *,
    actor: Actor,
    now: datetime,
    key: Key = None,
    member_id: UUID,
    role: str,
    limit_minor: int | None,
    reports_to_id: UUID | None,
) -> Outcome:
    """Set role, limit (organisation's currency; None: everything is referred) and whom they refer to."""
    with recording("member.changed", actor=actor, on=(Member, member_id), now=now, key=key) as entry:
        member: Member = entry.subject
        refuse_if(
            may(actor, Right.MANAGE_PEOPLE),
            _why_gone(member),
            rules.why_not_manage(
                actor.role, target_role=member.role, new_role=role, themselves=member.pk == actor.id
            ),
            rules.why_not_role(role),
            rules.why_not_without_owner(member.role, role, queries.owners_in(entry.organisation_id)),
            rules.why_not_limit(limit_minor),
            rules.why_not_report_to(member.pk, reports_to_id, queries.line_of(entry.organisation_id)),
        )
        entry.says(**place_member(entry, member, role, limit_minor, reports_to_id))
    return entry.outcome


def place_member(
    entry: Recording, member: Member, role: str, limit_minor: int | None, reports_to_id: UUID | None
) -> dict[str, object]:
    """Part: give a member their place; whoever calls has asked every rule. Gives what the entry says."""
    before = (member.role, member.limit_minor, member.reports_to_id)
    member.role, member.limit_minor, member.reports_to_id = role, limit_minor, reports_to_id
    member.save(update_fields=["role", "limit_minor", "reports_to"])
    revoke_beyond_role(entry, member)
    return placed(entry, member, *before)


def placed(
    entry: Recording, member: Member, role: str, limit_minor: int | None, reports_to_id: UUID | None
) -> dict[str, object]:
    """What an entry `member.changed` says of a member who stood as given and stands as they are."""
    currency = Organisation.objects.get(pk=entry.organisation_id).currency
    return {
        "who": entry.keep(member.name),
        "role": member.role,
        "role_before": role,
        "limit": _money(member.limit_minor, currency),
        "limit_before": _money(limit_minor, currency),
        "reports_to": member.reports_to_id,
        "reports_to_before": reports_to_id,
    }


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)


def _why_gone(member: Member) -> Refusal | None:
    if member.left_at is None:
        return None
    return Refusal("member_gone", N_("This person is no longer a member. Invite them again."))


@action
def remove_member(*, actor: Actor, now: datetime, key: Key = None, member_id: UUID) -> Outcome:
    """End a membership: links end, those who referred to them now refer to whom they referred to.

    A member may leave of their own accord. Refused while they are the only owner, answer for a program, or
    while anything still waits for them (`holdings`): a decision is never passed on silently to somebody who
    did not ask for it. Access ends at once, since every request asks for a membership that has not ended; a
    session stays good for the other organisations of the same person.
    """
    with recording("member.left", actor=actor, on=(Member, member_id), now=now, key=key) as entry:
        member: Member = entry.subject
        themselves = member.pk == actor.id
        refuse_if(
            None if themselves and actor.scopes is None else may(actor, Right.MANAGE_PEOPLE),
            _why_gone(member),
            rules.why_not_manage(actor.role, target_role=member.role, new_role=None, themselves=themselves),
            rules.why_not_without_owner(member.role, None, queries.owners_in(entry.organisation_id)),
            _why_not_answering(member),
            *holdings.why_not_leave(member.pk),
        )
        _close_the_gap(entry, member)
        member.left_at = now
        member.save(update_fields=["left_at"])
        entry.says(who=entry.keep(member.name), role=member.role)
        entry.gives(person_id=member.person_id)
    return entry.outcome


def _why_not_answering(member: Member) -> Refusal | None:
    owned = Provider.objects.filter(owned_by=member).count()
    if not owned:
        return None
    return Refusal(
        "answers_for_programs",
        N_("They answer for %(count)s programs or AI agents. Give those to another member first."),
        facts={"count": owned},
    )


def _close_the_gap(entry: Recording, member: Member) -> None:
    revoke_links(entry.now, member=member)
    revoke_tokens(entry, member=member)
    end_delegations(entry, member)
    Member.objects.filter(reports_to=member).update(reports_to_id=member.reports_to_id)
    waiting = MemberInvitation.objects.filter(state=InvitationState.SENT)
    waiting.filter(reports_to=member).update(reports_to_id=member.reports_to_id)
