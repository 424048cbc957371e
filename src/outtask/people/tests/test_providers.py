"""Providers and their links: rows and one entry, or neither."""

from datetime import datetime
from uuid import UUID

import pytest

from outtask.journal.recording import NotFound
from outtask.kernel.identifiers import new_id
from outtask.models import (
    Entry,
    Link,
    Provider,
)
from outtask.people import actions
from outtask.people.links import Holder, make_link
from outtask.people.states import Purpose
from outtask.people.tests.traces import last, refused
from tests.world import World

pytestmark = pytest.mark.django_db


def test_add_provider(world: World, now: datetime, by) -> None:
    done = by(
        "roisin",
        actions.add_provider,
        kind="person",
        name=" Ines Moreau ",
        email="Ines@Moreau.example",
        key="k",
    )
    ines = Provider.objects.get(pk=done["id"])
    assert (ines.name, ines.email, ines.relation, ines.added_at) == (
        "Ines Moreau",
        "ines@moreau.example",
        "new",
        now,
    )
    assert last(world.organisation.pk) == (
        "provider.added",
        {"provider": str(ines.pk), "name": "Ines Moreau", "kind": "person"},
    )
    again = by(
        "roisin",
        actions.add_provider,
        kind="person",
        name=" Ines Moreau ",
        email="Ines@Moreau.example",
        key="k",
    )
    assert again.repeated
    assert again["id"] == done["id"]


@pytest.mark.parametrize(
    ("who", "inputs", "expected"),
    [
        ("ada", {"kind": "firm", "name": "New"}, ["not_allowed"]),
        ("roisin", {"kind": "firm", "name": "kestrel DATA ltd"}, ["provider_twice"]),
        ("roisin", {"kind": "firm", "name": "New", "email": "WORK@kestrel.example"}, ["provider_twice"]),
        ("roisin", {"kind": "program", "name": "New"}, ["owner_missing"]),
        ("roisin", {"kind": "program", "name": "New", "owned_by_id": UUID(int=1)}, ["owner_absent"]),
    ],
)
def test_providers_that_are_not_added(
    world: World, now: datetime, who: str, inputs: dict, expected: list[str]
) -> None:
    assert refused(actions.add_provider, actor=world.actor(who), now=now, **inputs) == expected


def test_a_namesake_is_added_anyway(world: World, by) -> None:
    by("roisin", actions.add_provider, kind="firm", name="Kestrel Data Ltd", anyway=True)
    assert Provider.objects.filter(name="Kestrel Data Ltd").count() == 2


def test_change_provider(world: World, by) -> None:
    by(
        "roisin",
        actions.change_provider,
        provider_id=world.kestrel.pk,
        kind="firm",
        name="Kestrel Data Ltd",
        email="hello@kestrel.example",
        relation="regular",
        country="GB",
    )
    world.kestrel.refresh_from_db()
    assert (world.kestrel.email, world.kestrel.relation, world.kestrel.country) == (
        "hello@kestrel.example",
        "regular",
        "GB",
    )
    assert last(world.organisation.pk) == (
        "provider.changed",
        {"name": "Kestrel Data Ltd", "kind": "firm", "relation": "regular"},
    )


def link_to(world: World, provider: Provider, purpose: Purpose, now: datetime) -> Link:
    return make_link(
        Holder("Nell Farrow", "nell@kestrel.example", provider=provider),
        purpose,
        organisation_id=world.organisation.pk,
        outtask_id=None,
        subject_type="invitation",
        subject_id=new_id(),
        now=now,
    )


def test_blocking_ends_questions_and_leaves_work(world: World, now: datetime, by) -> None:
    question, work = (link_to(world, world.kestrel, p, now) for p in (Purpose.PROPOSE, Purpose.DELIVER))
    by("roisin", actions.block_provider, provider_id=world.kestrel.pk, reason="Late three times.")
    for row in (world.kestrel, question, work):
        row.refresh_from_db()
    assert (world.kestrel.relation, question.revoked_at, work.revoked_at) == ("blocked", now, None)
    assert last(world.organisation.pk) == (
        "provider.blocked",
        {"name": "Kestrel Data Ltd", "reason": "Late three times."},
    )
    given = {"actor": world.actor("roisin"), "now": now, "provider_id": world.kestrel.pk}
    kept = {"kind": "firm", "name": "Kestrel Data Ltd", "relation": "regular"}
    assert refused(actions.change_provider, **given, **kept) == ["blocked"]
    assert refused(actions.block_provider, **given, reason="Again.") == ["blocked_already"]
    by("roisin", actions.unblock_provider, provider_id=world.kestrel.pk)
    world.kestrel.refresh_from_db()
    assert world.kestrel.relation == "occasional"
    assert refused(actions.unblock_provider, **given) == ["not_blocked"]


def test_close_link(world: World, now: datetime, by) -> None:
    link = link_to(world, world.kestrel, Purpose.PROPOSE, now)
    given = {"now": now, "link_id": link.pk}
    assert refused(actions.close_link, actor=world.actor("ada"), **given) == ["not_allowed"]
    by("joseph", actions.close_link, link_id=link.pk)
    link.refresh_from_db()
    assert link.revoked_at == now
    assert last(world.organisation.pk) == ("link.closed", {"who": "Nell Farrow", "purpose": "propose"})
    assert refused(actions.close_link, actor=world.actor("joseph"), **given) == ["closed_already"]


def test_another_organisation_sees_nothing_of_it(world: World, now: datetime) -> None:
    link = link_to(world, world.kestrel, Purpose.PROPOSE, now)
    stranger = {"actor": world.actor("oskar"), "now": now}
    attempts = [
        (actions.close_link, {"link_id": link.pk}),
        (actions.block_provider, {"provider_id": world.kestrel.pk, "reason": "x"}),
        (actions.remove_member, {"member_id": world.member("roisin").pk}),
        (actions.withdraw_invitation, {"invitation_id": new_id()}),
    ]
    before = Entry.objects.count()
    for action, inputs in attempts:
        with pytest.raises(NotFound):
            action(**stranger, **inputs)
    assert Entry.objects.count() == before
