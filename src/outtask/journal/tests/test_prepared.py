"""A read that is built once gives what the same read would give, for every actor and every value."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from django.db.models import F
from pytest_django import DjangoAssertNumQueries

from outtask.journal import prepared as preparing
from outtask.journal.prepared import prepared, prepared_write, several
from outtask.kernel.actor import Actor
from outtask.lifecycle.tests import life as lives
from outtask.models import Delegation, Link, Member, Organisation, OutTask
from outtask.people.actions import delegate
from tests.world import World

BUILT: list[str] = []


class Way(StrEnum):
    UP = "up"
    DOWN = "down"


@prepared("reference")
def seen(actor: Actor, reference: str | None) -> Any:
    BUILT.append("seen")
    rows = OutTask.objects.visible_to(actor).select_related("owner__person").order_by("id")
    return rows if reference is None else rows.filter(reference=reference)


@prepared()
def ids(organisation_id: UUID, way: Way, most: int) -> Any:
    BUILT.append("ids")
    rows = Member.objects.filter(organisation_id=organisation_id).values_list("pk", flat=True)
    return rows.order_by("id" if way is Way.UP else "-id")[:most]


@prepared()
def named(members: tuple[UUID, ...]) -> Any:
    BUILT.append("named")
    return Member.objects.filter(pk__in=members).values_list("pk", "person__name")


@pytest.fixture(autouse=True)
def unbuilt() -> None:
    BUILT.clear()
    for read in (seen, ids, named):
        read._statements.clear()


def test_every_actor_sees_what_they_would(world: World) -> None:
    lives.referred(world)
    guests = [link.actor for link in Link.objects.all()]
    assert guests
    references: list[str | None] = [None, "OT-26-999999", OutTask.objects.order_by("-id")[0].reference]
    found = 0
    for actor in [*(member.actor for member in world.members.values()), *guests]:
        for reference in references:
            rows = OutTask.objects.visible_to(actor).order_by("id")
            wanted = list(rows if reference is None else rows.filter(reference=reference))
            for _ in range(2):
                assert seen(actor, reference) == wanted, (actor, reference)
                assert seen.first(actor, reference) == (wanted[0] if wanted else None)
            found += len(wanted)
    assert found


def test_a_shape_is_built_once_and_its_values_are_new_each_time(world: World) -> None:
    own, next_door = world.organisation.pk, world.foreign.pk
    members = {member.pk for member in world.members.values() if member.organisation_id == own}
    assert set(ids(own, Way.UP, 100)) == members
    assert ids(next_door, Way.UP, 100) == [world.member("oskar").pk]
    assert BUILT == ["ids"]
    assert ids(own, Way.DOWN, 100) == ids(own, Way.UP, 100)[::-1]
    assert len(ids(own, Way.DOWN, 2)) == 2
    assert BUILT == ["ids"] * 3


def test_related_rows_come_with_it(world: World, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    lives.referred(world)
    for _ in range(2):
        with django_assert_num_queries(1):
            [row] = seen(world.actor("imke"), None)
            assert row.owner.person.name


def test_several_ids_share_few_shapes(world: World) -> None:
    names = {member.pk: member.person.name for member in world.members.values()}
    for many in range(len(names) + 1):
        some = list(names)[:many]
        assert dict(several(named, some)) == {pk: names[pk] for pk in some}
    assert len(BUILT) == 4  # for 1, 2, 4 and 8


def test_days_and_instants_are_values(world: World) -> None:
    joseph, dunstan = world.member("joseph"), world.member("dunstan")
    days = {"starts_on": date(2026, 11, 24), "ends_on": date(2026, 11, 30)}
    delegate(actor=joseph.actor, now=world.now, giver_id=joseph.pk, taker_id=dunstan.pk, **days)

    @prepared()
    def begun(day: date, at: Any) -> Any:
        return Delegation.objects.filter(starts_on__lte=day, ends_on__gte=day, made_at__lte=at)

    assert begun(date(2026, 11, 23), world.now) == []
    assert len(begun(date(2026, 11, 24), world.now)) == 1
    assert begun(date(2026, 11, 24), world.now.replace(year=2025)) == []


def test_nothing_is_asked_for_what_cannot_be(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    @prepared()
    def nobody(organisation_id: UUID) -> Any:
        return Member.objects.filter(organisation_id=organisation_id).none()

    with django_assert_num_queries(0):
        assert nobody(world.organisation.pk) == []
        assert nobody(world.organisation.pk) == []


def test_a_read_that_depends_on_a_value_is_refused(world: World) -> None:
    @prepared("reference")
    def picky(reference: str) -> Any:
        return OutTask.objects.none() if reference == "OT-26-000001" else OutTask.objects.all()

    @prepared()
    def in_two(organisation_id: UUID) -> Any:
        return OutTask.objects.filter(organisation_id=organisation_id).prefetch_related("awards")

    with pytest.raises(TypeError, match="compare them in the database"):
        picky("OT-26-000001")
    with pytest.raises(TypeError, match="is organisation_id a value"):
        in_two(world.organisation)
    with pytest.raises(TypeError, match="cannot prefetch"):
        in_two(world.organisation.pk)

    @prepared()
    def counted(organisation_id: UUID) -> Any:
        return Member.objects.filter(organisation_id=organisation_id).values("role")

    @prepared()
    def led_to(organisation_id: UUID) -> Any:
        return world.budget.postings.filter(organisation_id=organisation_id)

    with pytest.raises(TypeError, match="models, tuples or single values"):
        counted(world.organisation.pk)
    with pytest.raises(TypeError, match="begins at a model"):
        led_to(world.organisation.pk)


def test_rows_know_their_state_their_annotations_and_each_other(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    @prepared()
    def with_names(organisation_id: UUID) -> Any:
        rows = Member.objects.filter(organisation_id=organisation_id).order_by("id")
        return rows.annotate(called=F("person__name"))

    for _ in range(2):
        rows = with_names(world.organisation.pk)
        assert all(not row._state.adding and row._state.db == "default" for row in rows)
        with django_assert_num_queries(1):  # the persons of all, when that of one is asked for
            assert [row.person.name for row in rows] == [row.called for row in rows]


def test_a_write_is_built_once_and_tells_how_many(world: World) -> None:
    @prepared_write("zone")
    def moved(organisation_id: UUID, zone: str) -> Any:
        BUILT.append("moved")
        return Organisation.objects.filter(pk=organisation_id), {"zone": zone}

    @prepared_write()
    def gone(member_id: UUID, day: date) -> Any:
        return Delegation.objects.filter(giver_id=member_id, ends_on__lt=day), None

    assert moved(world.organisation.pk, "Asia/Tokyo") == moved(world.foreign.pk, "Asia/Dubai") == 1
    assert moved(world.member("imke").pk, "Asia/Dubai") == 0
    zones = dict(Organisation.objects.values_list("pk", "zone"))
    assert zones == {world.organisation.pk: "Asia/Tokyo", world.foreign.pk: "Asia/Dubai"}
    assert BUILT == ["moved"]

    joseph, dunstan = world.member("joseph"), world.member("dunstan")
    days = {"starts_on": date(2026, 11, 24), "ends_on": date(2026, 11, 30)}
    delegate(actor=joseph.actor, now=world.now, giver_id=joseph.pk, taker_id=dunstan.pk, **days)
    assert gone(joseph.pk, date(2026, 11, 30)) == gone(dunstan.pk, date(2026, 12, 1)) == 0
    assert Delegation.objects.count() == 1
    assert gone(joseph.pk, date(2026, 12, 1)) == 1
    assert not Delegation.objects.exists()


def test_shapes_do_not_pile_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "MOST_SHAPES", 3)
    for most in range(1, 20):
        assert len(ids(world.organisation.pk, Way.UP, most)) == min(most, 6)
        assert len(ids._statements) <= 4
