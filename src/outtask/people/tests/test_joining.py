"""Inviting, joining, and the exception from separate duties: rows and one entry, or neither."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.contrib.auth.hashers import check_password, make_password

from outtask.models import (
    Member,
    MemberInvitation,
    Person,
    SeparationException,
)
from outtask.people import actions, queries
from outtask.people.links import hash_of, invitation_token_for, token_for
from outtask.people.tests.traces import entries, found, last, refused
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation(world: World, by) -> MemberInvitation:
    done = by(
        "imke",
        actions.invite_member,
        email="Sefa@Harbour.example",
        name="Sefa Lund",
        role="finance",
        limit_minor=50_000,
        reports_to_id=world.member("joseph").pk,
    )
    return MemberInvitation.objects.get(pk=done["id"])


def test_an_invitation_is_kept_without_its_token(
    world: World, invitation: MemberInvitation, now: datetime
) -> None:
    assert invitation.email == "sefa@harbour.example"
    assert invitation.expires_at == now + timedelta(days=14)
    assert invitation.token_hash == hash_of(invitation_token_for(invitation.pk))
    assert invitation_token_for(invitation.pk) != token_for(invitation.pk)
    assert last(world.organisation.pk) == (
        "member.invited",
        {
            "invitation": str(invitation.pk),
            "who": "Sefa Lund",
            "role": "finance",
            "limit": {"minor": 50_000, "currency": "GBP"},
        },
    )


@pytest.mark.parametrize(
    ("who", "inputs", "expected"),
    [
        ("joseph", {"role": "requester"}, ["not_allowed"]),
        ("nadia", {"role": "owner"}, ["owners_only"]),
        ("imke", {"role": "king"}, ["role_unknown"]),
        ("imke", {"role": "finance", "limit_minor": -1}, ["limit_range"]),
        ("imke", {"role": "finance", "name": "a" * 201}, ["name_long"]),
        ("imke", {"role": "finance", "reports_to_id": UUID(int=1)}, ["boss_absent"]),
        ("imke", {"role": "finance", "email": "JOSEPH@harbour.example"}, ["member_already"]),
        ("imke", {"role": "finance", "email": "sefa@harbour.example"}, ["invited_already"]),
        ("imke", {"role": "finance", "email": "nobody"}, ["address_form"]),
    ],
)
def test_who_is_not_invited(
    world: World, invitation: MemberInvitation, now: datetime, who: str, inputs: dict, expected: list[str]
) -> None:
    given = {"actor": world.actor(who), "now": now, "email": "new@harbour.example"} | inputs
    assert refused(actions.invite_member, **given) == expected


def test_an_invitation_that_ended_can_be_sent_again(world: World, invitation: MemberInvitation) -> None:
    later = invitation.expires_at
    actions.invite_member(actor=world.actor("imke"), now=later, email="sefa@harbour.example", role="finance")
    assert MemberInvitation.objects.filter(email="sefa@harbour.example").count() == 2


def accept(invitation: MemberInvitation, now: datetime, person: Person | None = None, **more):
    inputs = {} if person else {"name": "Sefa Lund", "password_hash": make_password("a long enough one")}
    return actions.accept_invitation(
        actor=queries.coming_member(invitation, person),
        now=now,
        invitation_id=invitation.pk,
        **(inputs | more),
    )


def test_a_newcomer_joins(world: World, invitation: MemberInvitation, now: datetime) -> None:
    done = accept(invitation, now)
    member = Member.objects.get(pk=done["member_id"])
    assert (member.role, member.limit_minor, member.reports_to) == ("finance", 50_000, world.member("joseph"))
    assert (member.person.email, member.person.name, member.person.zone) == (
        "sefa@harbour.example",
        "Sefa Lund",
        "Europe/London",
    )
    assert check_password("a long enough one", member.person.password)
    invitation.refresh_from_db()
    assert (invitation.state, invitation.member, invitation.settled_at) == ("accepted", member, now)
    kind, says = last(world.organisation.pk)
    assert (kind, says["who"], says["member"]) == ("member.joined", "Sefa Lund", str(member.pk))


def test_an_invitation_is_accepted_once(world: World, invitation: MemberInvitation, now: datetime) -> None:
    accept(invitation, now)
    person = Person.objects.get(email="sefa@harbour.example")
    assert refused(accept, invitation=invitation, now=now, person=person) == ["wrong_state"]


def test_who_has_an_account_joins_with_it(world: World, now: datetime) -> None:
    """Oskar of next door works for both; a newcomer cannot set a password over his."""
    oskar = world.member("oskar").person
    done = actions.invite_member(actor=world.actor("imke"), now=now, email=oskar.email, role="auditor")
    invitation = MemberInvitation.objects.get(pk=done["id"])
    assert refused(accept, invitation=invitation, now=now) == ["sign_in_first"]
    assert refused(accept, invitation=invitation, now=now, person=world.member("ada").person) == [
        "other_address"
    ]
    before = oskar.password
    accept(invitation, now, oskar)
    oskar.refresh_from_db()
    assert oskar.password == before
    assert {member.organisation.name for member in queries.memberships_of(oskar)} == {
        "Harbour Row Books",
        "Fold & Bind",
    }


def test_a_withdrawn_invitation_admits_nobody(
    world: World, invitation: MemberInvitation, now: datetime, by
) -> None:
    by("nadia", actions.withdraw_invitation, invitation_id=invitation.pk)
    assert last(world.organisation.pk) == ("invitation.withdrawn", {"who": "Sefa Lund"})
    assert refused(accept, invitation=invitation, now=now) == ["wrong_state"]
    given = {"actor": world.actor("nadia"), "now": now, "invitation_id": invitation.pk}
    assert refused(actions.withdraw_invitation, **given) == ["wrong_state"]


def test_who_left_comes_back_as_themselves(world: World, now: datetime, by) -> None:
    ada = world.member("ada")
    by("imke", actions.remove_member, member_id=ada.pk)
    done = by("imke", actions.invite_member, email=ada.person.email, role="finance")
    again = accept(MemberInvitation.objects.get(pk=done["id"]), now, ada.person)
    assert again["member_id"] == str(ada.pk)
    ada.refresh_from_db()
    assert (ada.left_at, ada.role) == (None, "finance")


def test_the_exception_ends_when_somebody_joins(now: datetime) -> None:
    found(now)
    owner = Member.objects.get()
    actions.declare_exception(actor=owner.actor, now=now, reason="I am alone here.")
    assert queries.open_exception(owner.organisation_id) is not None
    done = actions.invite_member(actor=owner.actor, now=now, email="second@tidewater.example", role="admin")
    later = now + timedelta(hours=1)
    accept(MemberInvitation.objects.get(pk=done["id"]), later)
    assert SeparationException.objects.get().until == later
    assert [kind for kind, _ in entries(owner.organisation_id)][-2:] == ["member.joined", "exception.ended"]


def test_declaring_and_ending_the_exception(now: datetime) -> None:
    found(now)
    owner = Member.objects.get()
    who = {"actor": owner.actor, "now": now}
    assert refused(actions.end_exception, **who) == ["none_declared"]
    actions.declare_exception(**who, reason=" I am alone here. ")
    assert last(owner.organisation_id) == ("exception.declared", {"reason": "I am alone here."})
    assert refused(actions.declare_exception, **who, reason="Again.") == ["declared_already"]
    actions.end_exception(**who)
    assert last(owner.organisation_id) == ("exception.ended", {})
    assert queries.open_exception(owner.organisation_id) is None


def test_an_organisation_of_several_declares_none(world: World, now: datetime) -> None:
    given = {"actor": world.actor("imke"), "now": now, "reason": "Quicker."}
    assert refused(actions.declare_exception, **given) == ["not_alone"]
