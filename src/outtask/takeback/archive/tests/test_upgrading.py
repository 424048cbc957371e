"""Archives of older versions: made in the shape that their migration left, taken in as they would be now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db.migrations.loader import MigrationLoader

from outtask.takeback.archive import taking_in
from outtask.takeback.archive.coverage import APP, TABLES
from outtask.takeback.archive.damage import Damaged
from outtask.takeback.archive.manifest import NAME, Manifest
from outtask.takeback.archive.tests.material import Members, put, resealed, rows, with_rows, zipped
from outtask.takeback.archive.upgrading import STEPS, upgrade, versions

# The archive they read was made in a database.
pytestmark = pytest.mark.django_db
FIRST = "0001_initial"


def shape(version: str) -> dict[str, set[str]]:
    """The fields of every table after a migration, from the migrations themselves."""
    state = MigrationLoader(None).project_state((APP, version))
    return {name: set(model.fields) for (app, name), model in state.models.items() if app == APP}


def as_of(version: str, members: Members) -> Members:
    """The archive as an older version would have written it."""
    there = dict(members)
    fields = shape(version)
    for table in TABLES:
        if table.name not in fields:
            del there[table.member]
            del there[f"schema/{table.name}.schema.json"]
        elif set(table.fields) - fields[table.name]:
            past = [older(version, table.name, row) for row in rows(there, table.name)]
            there = with_rows(there, table.name, past)
    sealed = resealed(there)
    manifest = Manifest.from_bytes(sealed[NAME])
    parts = {name: part for name, part in manifest.members.items() if name in there}
    return sealed | {NAME: replace(manifest, schema=version, members=parts).to_bytes()}


def older(version: str, table: str, row: dict[str, Any]) -> dict[str, Any]:
    if table == "importedrecord":
        row = row | {"understood": row["understood"] | {"statements": row["statements"]}}
    return {name: value for name, value in row.items() if name in shape(version)[table]}


def test_every_migration_has_a_step() -> None:
    assert [FIRST, *STEPS] == list(versions())


def test_steps_add_what_migrations_added() -> None:
    fields = shape(FIRST)
    for table in TABLES:
        if table.name in fields:
            old = {name: None for name in table.fields if name in fields[table.name]}
            if table.name == "importedrecord":
                old |= {"understood": {"statements": "kept", "stage": "agree"}}  # type: ignore[dict-item]
            assert upgrade(FIRST, table.name, old).keys() == set(table.fields), table.name


def test_what_a_publisher_said_moves_to_its_place() -> None:
    line = {"understood": {"statements": "kept", "stage": "agree"}}
    assert upgrade(FIRST, "importedrecord", line) == {"understood": {"stage": "agree"}, "statements": "kept"}


def test_the_present_version_is_left_alone() -> None:
    assert upgrade(versions()[-1], "organisation", {"id": 1}) == {"id": 1}


def test_an_archive_of_the_first_version_is_taken_in(tmp_path: Path, members: Members) -> None:
    first = as_of(FIRST, members)
    with taking_in.checked(put(tmp_path, zipped(first))) as found:
        assert found.manifest.schema == FIRST
        assert found.staged.first("SELECT compares FROM organisation")[0] == 0
        for table in TABLES:
            there = len(rows(members, table.name)) if table.member in first else 0
            assert found.staged.count(table) == there, table.name


def test_an_archive_from_before_detectors_were_tuned(tmp_path: Path, members: Members) -> None:
    before = "0007_added_up"
    old = as_of(before, members)
    assert set(members) - set(old) == {"tables/tuning.jsonl", "schema/tuning.schema.json"}
    with taking_in.checked(put(tmp_path, zipped(old))) as found:
        assert found.manifest.schema == before
        for table in TABLES:
            there = 0 if table.name == "tuning" else len(rows(members, table.name))
            assert found.staged.count(table) == there, table.name


def test_a_line_that_is_not_of_its_version(tmp_path: Path, members: Members) -> None:
    there = as_of(FIRST, members)
    manifest = Manifest.from_bytes(there[NAME])
    bad = with_rows(there, "importedrecord", [{"id": 1}])
    sealed = resealed(bad)
    told = replace(Manifest.from_bytes(sealed[NAME]), schema=manifest.schema)
    with pytest.raises(Damaged, match=r"tables/importedrecord\.jsonl, line 1"):
        taking_in.checked(put(tmp_path, zipped(sealed | {NAME: told.to_bytes()})))
