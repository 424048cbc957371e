"""A JSON Schema (2020-12) for each kind of line in an archive, generated from the models."""

from __future__ import annotations

import inspect
import json
from functools import cache
from typing import Any

from outtask.takeback.archive.columns import columns_of
from outtask.takeback.archive.coverage import TABLES, Table

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ENTRIES = "journal/entries.jsonl"


def schema_of(table: Table) -> dict[str, Any]:
    """The schema of one line of a table: every field is there, and no other."""
    columns = columns_of(table)
    return {
        "$schema": DIALECT,
        "title": table.name,
        "description": _first_words(inspect.getdoc(table.model) or ""),
        "type": "object",
        "properties": {column.name: column.schema for column in columns},
        "required": [column.name for column in columns],
        "additionalProperties": False,
        "$comment": "; ".join(f"{name} is left out: {why}" for name, why in table.left_out.items()),
    }


def schema_of_entries() -> dict[str, Any]:
    """The schema of a line of the journal."""
    return {
        "$schema": DIALECT,
        "title": "entry",
        "description": "One line of the journal: exactly the bytes that were hashed, as text or in base64.",
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "body": {"type": "string"},
            "body64": {"type": "string", "contentEncoding": "base64"},
        },
        "required": ["id"],
        "oneOf": [{"required": ["body"]}, {"required": ["body64"]}],
        "additionalProperties": False,
    }


@cache
def schemas() -> dict[str, bytes]:
    """Every schema as the archive holds it, by the name of its member."""
    found = {f"schema/{table.name}.schema.json": schema_of(table) for table in TABLES}
    found["schema/entries.schema.json"] = schema_of_entries()
    return {
        name: json.dumps(schema, indent=1, ensure_ascii=False).encode() + b"\n"
        for name, schema in sorted(found.items())
    }


def _first_words(text: str) -> str:
    """The first paragraph of a docstring on one line."""
    return " ".join(text.split("\n\n")[0].split())
