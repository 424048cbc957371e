"""Nothing an organisation has can be forgotten: every table and every field is declared."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from outtask.takeback.archive.columns import columns_of
from outtask.takeback.archive.coverage import (
    APP,
    JOURNAL,
    LEFT_OUT,
    NOT_OURS,
    TABLES,
    Way,
    field_of,
    table_named,
)
from outtask.takeback.archive.restoring import RESTORED
from outtask.takeback.archive.schema import schemas


def ours() -> list[type[models.Model]]:
    return list(apps.get_app_config(APP).get_models())


def test_every_table_of_ours_is_declared_once() -> None:
    declared = [table.name for table in TABLES] + [*JOURNAL, *LEFT_OUT]
    assert sorted(declared) == sorted(str(model._meta.model_name) for model in ours())


def test_every_field_is_declared_once() -> None:
    for table in TABLES:
        there = [field.name for field in table.model._meta.concrete_fields]
        assert sorted([*table.fields, *table.left_out]) == sorted(there), table.name


def test_tables_of_others_are_left_out_with_a_reason() -> None:
    theirs = {
        config.label for config in apps.get_app_configs() if config.label != APP and list(config.get_models())
    }
    assert theirs <= set(NOT_OURS)


def test_every_reason_is_a_sentence() -> None:
    reasons = [why for table in TABLES for why in table.left_out.values()]
    for why in [*reasons, *LEFT_OUT.values(), *NOT_OURS.values()]:
        assert why.endswith(".") and len(why) > 20, why


def test_what_is_pointed_at_comes_first() -> None:
    seen: set[str] = set()
    for table in TABLES:
        seen.add(table.name)
        for column in columns_of(table):
            assert column.to is None or column.to in seen, f"{table.name}.{column.name} → {column.to}"


def test_what_belongs_to_an_organisation_is_found_by_it() -> None:
    for table in TABLES:
        if table.way is Way.OWN:
            assert "organisation" in table.fields, table.name


def test_what_is_left_out_can_be_restored() -> None:
    for table in TABLES:
        for name in table.left_out:
            field = field_of(table, name)
            may_be_empty = field.null or field.primary_key or table.way is Way.KEYS
            assert may_be_empty or (table.name, name) in RESTORED, f"{table.name}.{name}"


def test_every_table_has_a_schema() -> None:
    assert len(schemas()) == len(TABLES) + 1
    assert table_named("no such table") is None
