"""Whoever was let in before the lock may have gone when their turn comes: then nothing is done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from outtask.journal.recording import admissions
from outtask.kernel.refusal import Refused
from outtask.models import Entry, Member, MemberInvitation, Token
from outtask.people import actions
from outtask.people.links import hash_of
from outtask.people.presence import why_not_any_more
from outtask.people.queries import coming_member
from outtask.people.tokens import actor_of, fresh
from outtask.source.actions import decline_invitation
from outtask.source.tests import steps
from tests.world import World


def code(problem: pytest.ExceptionInfo[Refused]) -> str:
    return problem.value.refusal.code


def test_every_action_asks() -> None:
    assert why_not_any_more in admissions


def test_a_link_that_was_closed_meanwhile_does_nothing(world: World) -> None:
    brief = steps.sent(world, world.marek)
    guest = steps.guest(brief, world.marek)
    actions.close_link(actor=world.actor("nadia"), now=world.now, link_id=guest.id)
    entries = Entry.objects.count()
    with pytest.raises(Refused) as problem:
        decline_invitation(
            actor=guest,
            now=world.now,
            invitation_id=steps.invitation(brief, world.marek).pk,
            reason="No time this month.",
        )
    assert code(problem) == "link_revoked"
    assert Entry.objects.count() == entries


def test_a_member_who_left_meanwhile_does_nothing(world: World) -> None:
    ada = world.actor("ada")
    actions.remove_member(actor=world.actor("imke"), now=world.now, member_id=ada.id)
    with pytest.raises(Refused) as problem:
        actions.end_sessions(actor=ada, now=world.now)
    assert code(problem) == "member_left"


def test_a_member_whose_role_changed_meanwhile_does_nothing(world: World) -> None:
    ada, imke = world.actor("ada"), world.actor("imke")
    wanted = {"role": "manager", "limit_minor": None, "reports_to_id": None}
    actions.change_member(actor=imke, now=world.now, member_id=ada.id, **wanted)
    with pytest.raises(Refused) as problem:
        actions.end_sessions(actor=ada, now=world.now)
    assert code(problem) == "role_changed"
    actions.end_sessions(actor=Member.objects.get(pk=ada.id).actor, now=world.now)


def test_who_left_can_come_back(world: World) -> None:
    ada = world.member("ada")
    imke = world.actor("imke")
    actions.remove_member(actor=imke, now=world.now, member_id=ada.pk)
    sent = actions.invite_member(actor=imke, now=world.now, email=ada.person.email, role="auditor")
    invitation = MemberInvitation.objects.get(pk=sent["id"])
    again = coming_member(invitation, ada.person)
    actions.accept_invitation(actor=again, now=world.now, invitation_id=invitation.pk)
    assert Member.objects.get(pk=ada.pk).left_at is None


def test_a_members_token_that_ended_meanwhile_does_nothing(world: World) -> None:
    nadia = world.actor("nadia")
    made = actions.make_token(
        actor=nadia,
        now=world.now,
        name="Nights",
        scopes=["brief"],
        expires_at=world.now + timedelta(days=9),
        token_hash=hash_of(fresh()),
    )
    caller = actor_of(Token.objects.get(pk=made["id"]), world.now)
    actions.revoke_token(actor=nadia, now=world.now, token_id=made["id"])
    brief, entries = steps.sent(world, world.marek), Entry.objects.count()
    with pytest.raises(Refused) as problem:
        actions.close_link(actor=caller, now=world.now, link_id=steps.guest(brief, world.marek).id)
    assert code(problem) == "token_revoked"
    assert Entry.objects.count() == entries


def test_a_providers_token_that_ended_meanwhile_does_nothing(world: World) -> None:
    brief = steps.sent(world, world.pagewright)
    made = actions.make_token(
        actor=world.actor("imke"),
        now=world.now,
        name="Nights",
        scopes=["propose"],
        expires_at=world.now + timedelta(days=9),
        token_hash=hash_of(fresh()),
        provider_id=world.pagewright.pk,
    )
    program = actor_of(Token.objects.get(pk=made["id"]), world.now)
    actions.revoke_token(actor=world.actor("imke"), now=world.now, token_id=program.id)
    with pytest.raises(Refused) as problem:
        decline_invitation(
            actor=program,
            now=world.now,
            invitation_id=steps.invitation(brief, world.pagewright).pk,
            reason="No time this month.",
        )
    assert code(problem) == "token_revoked"
