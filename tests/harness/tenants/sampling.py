"""The smallest input that an operation of the API takes, made from its schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from outtask.kernel.identifiers import new_id
from tests.harness.tenants.town import later

PATTERNS = {"^[0-9a-f]{64}$": "0" * 64, r"^-?\d{1,10}(\.\d{1,10})?$": "1.00"}
SPOKEN = {"email": "new@example.org", "currency": "GBP", "zone": "Europe/London"}
"""What a schema cannot say: which texts are addresses, and names of zones."""


@dataclass(frozen=True)
class Input:
    """What is sent with one call."""

    data: Any = None
    content_type: str = ""

    @property
    def sent(self) -> dict[str, Any]:
        if not self.content_type:
            return {}
        if self.content_type == "application/json":
            return {"data": json.dumps(self.data), "content_type": self.content_type}
        return {"data": dict(self.data)}


class Sampler:
    """Makes inputs of one OpenAPI document; `ids` are the things that names such as `budget_id` stand for."""

    def __init__(self, document: Mapping[str, Any], ids: Mapping[str, str]) -> None:
        self.schemas = document["components"]["schemas"]
        self.ids = ids

    def of(self, operation: Mapping[str, Any]) -> Input:
        for content_type, media in operation.get("requestBody", {}).get("content", {}).items():
            return Input(self._value(media["schema"], ""), content_type)
        return Input()

    def _value(self, schema: Mapping[str, Any], name: str) -> Any:
        if "$ref" in schema:
            return self._value(self.schemas[schema["$ref"].rpartition("/")[2]], name)
        for several in ("anyOf", "allOf", "oneOf"):
            if several in schema:
                choices = [one for one in schema[several] if one.get("type") != "null"]
                return self._value(choices[0], name)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return SPOKEN["currency"] if "GBP" in schema["enum"] else schema["enum"][0]
        kinds = {"object": self._object, "array": self._array, "string": self._text}
        made = kinds.get(schema.get("type", "object"))
        if made is not None:
            return made(schema, name)
        return False if schema["type"] == "boolean" else max(1, int(schema.get("minimum", 1)))

    def _object(self, schema: Mapping[str, Any], name: str) -> dict[str, Any]:
        required = schema.get("required", [])
        return {one: self._value(schema["properties"][one], one) for one in required}

    def _array(self, schema: Mapping[str, Any], name: str) -> list[Any]:
        return [self._value(schema["items"], name.removesuffix("s"))]

    def _text(self, schema: Mapping[str, Any], name: str) -> Any:
        if schema.get("format") == "binary":
            return SimpleUploadedFile("rows.csv", b"name\nRepairs\n", "text/csv")
        if schema.get("format") == "uuid":
            return self.ids.get(name) or str(new_id())
        if schema.get("format") == "date":
            return str(later(10))
        if schema.get("pattern") in PATTERNS:
            return PATTERNS[schema["pattern"]]
        return SPOKEN.get(name, "word " * 4)[: schema.get("maxLength", 20)]
