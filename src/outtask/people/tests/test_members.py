"""Changing and removing members: rows and one entry, or neither."""

from datetime import datetime

import pytest

from outtask.kernel.identifiers import new_id
from outtask.kernel.refusal import Refused
from outtask.people import actions, holdings
from outtask.people.links import Holder, make_link
from outtask.people.states import Purpose
from outtask.people.tests.traces import last, refused
from tests.world import World

pytestmark = pytest.mark.django_db


def change(world: World, now: datetime, who: str, whom: str, **more):
    member = world.member(whom)
    inputs = {"role": member.role, "limit_minor": member.limit_minor, "reports_to_id": member.reports_to_id}
    return actions.change_member(actor=world.actor(who), now=now, member_id=member.pk, **(inputs | more))


def test_change_member(world: World, now: datetime) -> None:
    change(
        world,
        now,
        "nadia",
        "roisin",
        role="manager",
        limit_minor=90_000,
        reports_to_id=world.member("imke").pk,
    )
    roisin = world.member("roisin")
    before = roisin.reports_to_id
    roisin.refresh_from_db()
    assert (roisin.role, roisin.limit_minor, roisin.reports_to) == ("manager", 90_000, world.member("imke"))
    kind, says = last(world.organisation.pk)
    assert kind == "member.changed"
    assert says == {
        "who": "Roisin Tully",
        "role": "manager",
        "role_before": "requester",
        "limit": {"minor": 90_000, "currency": "GBP"},
        "limit_before": {"minor": 20_000, "currency": "GBP"},
        "reports_to": str(world.member("imke").pk),
        "reports_to_before": str(before),
    }


@pytest.mark.parametrize(
    ("who", "whom", "more", "expected"),
    [
        ("joseph", "roisin", {}, ["not_allowed"]),
        ("nadia", "nadia", {"limit_minor": 10**9}, ["own_role"]),
        ("nadia", "imke", {"role": "admin"}, ["owners_only", "last_owner"]),
        ("nadia", "roisin", {"role": "owner"}, ["owners_only"]),
        ("imke", "imke", {"role": "admin"}, ["last_owner"]),
        ("imke", "roisin", {"limit_minor": -5}, ["limit_range"]),
    ],
)
def test_changes_that_are_refused(
    world: World, now: datetime, who: str, whom: str, more: dict, expected: list[str]
) -> None:
    assert refused(change, world=world, now=now, who=who, whom=whom, **more) == expected


def test_nobody_refers_in_a_circle(world: World, now: datetime) -> None:
    given = {"world": world, "now": now, "who": "imke", "whom": "joseph"}
    assert refused(change, **given, reports_to_id=world.member("roisin").pk) == ["reports_in_circle"]
    assert refused(change, **given, reports_to_id=world.member("oskar").pk) == ["boss_absent"]


def test_remove_member_closes_the_gap(world: World, now: datetime, by) -> None:
    joseph, roisin, imke = (world.member(name) for name in ("joseph", "roisin", "imke"))
    change_owner = {
        "kind": "agent",
        "name": "Pagewright",
        "relation": "new",
        "email": "pagewright@harbour.example",
    }
    by("imke", actions.change_provider, provider_id=world.pagewright.pk, owned_by_id=imke.pk, **change_owner)
    link = make_link(
        Holder(joseph.name, joseph.person.email, member=joseph),
        Purpose.DECIDE,
        organisation_id=world.organisation.pk,
        outtask_id=None,
        subject_type="purchaserequest",
        subject_id=new_id(),
        now=now,
    )
    by("imke", actions.remove_member, member_id=joseph.pk)
    for row in (joseph, roisin, link):
        row.refresh_from_db()
    assert joseph.left_at == now
    assert roisin.reports_to == imke
    assert link.revoked_at == now
    assert last(world.organisation.pk) == ("member.left", {"who": "Joseph Adeyemi", "role": "manager"})
    given = {"actor": world.actor("imke"), "now": now, "member_id": joseph.pk}
    assert refused(actions.remove_member, **given) == ["member_gone"]


@pytest.mark.parametrize(
    ("who", "whom", "expected"),
    [
        ("imke", "imke", ["last_owner"]),
        ("nadia", "imke", ["owners_only", "last_owner"]),
        ("roisin", "ada", ["not_allowed"]),
        ("imke", "joseph", ["answers_for_programs"]),
    ],
)
def test_who_is_not_removed(world: World, now: datetime, who: str, whom: str, expected: list[str]) -> None:
    given = {"actor": world.actor(who), "now": now, "member_id": world.member(whom).pk}
    assert refused(actions.remove_member, **given) == expected


def test_a_member_may_leave(world: World, by) -> None:
    by("roisin", actions.remove_member, member_id=world.member("roisin").pk)
    assert last(world.organisation.pk)[0] == "member.left"


def test_nobody_leaves_while_something_waits_for_them(
    world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = world.member("ada")
    monkeypatch.setattr(holdings, "_HOLDINGS", {})
    holdings.register(
        holdings.Holding(
            "decisions_wait",
            "%(count)s requests wait for their decision.",
            lambda member_id: 3 if member_id == ada.pk else 0,
        )
    )
    given = {"actor": world.actor("imke"), "now": now}
    with pytest.raises(Refused, match="3 requests wait for their decision"):
        actions.remove_member(**given, member_id=ada.pk)
    actions.remove_member(**given, member_id=world.member("dunstan").pk)
