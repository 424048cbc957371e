"""The JSON Schemas in an archive say exactly what an import accepts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from outtask.takeback.archive.columns import Unfit, columns_of
from outtask.takeback.archive.coverage import TABLES
from outtask.takeback.archive.schema import schema_of, schemas
from outtask.takeback.archive.tests.material import Members, rows

# The archive they read was made in a database.
pytestmark = pytest.mark.django_db
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5),
    st.sampled_from([
        2**31, 2**63, -(2**63) - 1, "2026-11-24", "2026-02-30", "2026-11-24T09:00:00.000000Z", "12.50", "1e3",
        "0192d4c6-7a10-7c3e-9f0b-3a8e5d1c2b4f", "0192D4C6-7A10-7C3E-9F0B-3A8E5D1C2B4F", "owner", "YQ==",
        "x" * 9_000,
    ]),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)  # fmt: skip
# What JSON Schema leaves to the reader: a format is a remark there, and base64 too.
FORMATS = Draft202012Validator.FORMAT_CHECKER


def test_each_schema_is_one() -> None:
    for text in schemas().values():
        Draft202012Validator.check_schema(json.loads(text))


def test_each_line_follows_its_schema(members: Members) -> None:
    filled = 0
    for table in TABLES:
        validator = Draft202012Validator(
            json.loads(members[f"schema/{table.name}.schema.json"]), format_checker=FORMATS
        )
        for row in rows(members, table.name):
            validator.validate(row)
        filled += bool(members[table.member])
    assert filled > 25
    entries = Draft202012Validator(json.loads(members["schema/entries.schema.json"]))
    for line in members["journal/entries.jsonl"].splitlines():
        entries.validate(json.loads(line))


COLUMNS = [(table, column) for table in TABLES for column in columns_of(table)]


@given(st.sampled_from(COLUMNS), VALUES)
def test_a_value_fits_the_schema_when_it_fits_the_import(place: Any, value: Any) -> None:
    table, column = place
    try:
        column.taken(value)
        fits = True
    except (Unfit, TypeError):
        fits = False
    schema = schema_of(table)["properties"][column.name]
    valid = Draft202012Validator(schema, format_checker=FORMATS).is_valid(value)
    if schema.get("contentEncoding") == "base64":
        assert valid or not fits
    elif isinstance(value, bool | float):
        assert valid or not fits  # 1.0 is an integer to JSON Schema, and is not written so by us
    elif "pattern" in schema or schema.get("format") in {"uuid", "date"}:
        assert valid or not fits
    else:
        assert valid == fits


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("uuid", "0192d4c6-7a10-7c3e-9f0b-3a8e5d1c2b4f", "0192d4c67a107c3e9f0b3a8e5d1c2b4f"),
        ("date-time", "2026-11-24T09:00:00.000000Z", "2026-11-24T09:00:00Z"),
        ("date", "2026-11-24", "2026-02-30"),
    ],
)
def test_forms(kind: str, good: str, bad: str) -> None:
    column = next(column for _, column in COLUMNS if column.schema.get("format") == kind)
    assert column.taken(good)
    with pytest.raises(Unfit):
        column.taken(bad)
