"""Statements made once send what the ORM would send."""

from __future__ import annotations

from typing import Any, cast
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from outtask.journal import direct
from outtask.lifecycle.tests import life as lives
from outtask.models import Budget, Member
from tests.world import World


def test_every_value_is_sent_as_its_field_says(world: World) -> None:
    lives.accepted(world)
    compared = 0
    for model in apps.get_app_config("outtask").get_models():
        for row in model._default_manager.all():
            for column in direct._all_columns(model):
                value = column.field.get_db_prep_save(getattr(row, column.attname), connection)
                given = direct._given(column, row)
                # PostgreSQL wraps JSON, and a wrapper is equal to itself alone.
                assert type(given) is type(value), (model, column.attname)
                assert getattr(given, "obj", given) == getattr(value, "obj", value), (model, column.attname)
                compared += 1
    assert compared > 500


def test_rows_come_in_the_order_of_their_keys_and_none_for_no_keys(world: World) -> None:
    members = sorted(member.pk for member in world.members.values())
    assert [row.pk for row in direct.rows_by_key(Member, reversed(members))] == members
    assert direct.rows_by_key(Member, [uuid4(), members[0]])[0].pk == members[0]
    assert direct.rows_by_key(Member, []) == []


def test_adding_brings_the_sums_back_and_the_database_holds_the_limit(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    budget = cast("Any", world.budget)
    stale = Budget.objects.get(pk=budget.pk)
    with django_assert_num_queries(1):
        direct.add(budget, authorised_minor=500, committed_minor=300)
    direct.add(stale, committed_minor=-100)
    stood = Budget.objects.get(pk=budget.pk)
    assert stale.committed_minor == stood.committed_minor == budget.committed_minor - 100
    with pytest.raises(IntegrityError), transaction.atomic():
        direct.add(budget, committed_minor=stood.free_minor + 1)
