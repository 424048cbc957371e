"""The reference people read: the OpenAPI document as pages, without any script."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from outtask.api.problems import SORTS
from outtask.api.root import api

ADDRESS = "https://outtask.example"
DEEP = 6


@dataclass(frozen=True)
class Field:
    """One line of a shape: `exit.fee.minor`, what it is, what it means."""

    name: str
    kind: str
    required: bool
    meaning: str


@dataclass(frozen=True)
class Operation:
    """One operation as the reference shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    parameters: tuple[Field, ...]
    body_type: str
    body: tuple[Field, ...]
    answer: str
    answer_type: str
    answer_fields: tuple[Field, ...]
    example: str

    @property
    def tone(self) -> str:
        return {"GET": "", "DELETE": "bad"}.get(self.method, "now")


@dataclass(frozen=True)
class Noun:
    """The operations of one noun, on one page."""

    name: str
    operations: tuple[Operation, ...]

    @property
    def slug(self) -> str:
        return slugify(self.name)


@functools.cache
def nouns() -> tuple[Noun, ...]:
    """The whole API; the document does not change while the process lives."""
    document: Mapping[str, Any] = json.loads(json.dumps(api.get_openapi_schema()))
    reader = Reader(document["components"])
    by_noun: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            by_noun[told["tags"][0]].append(reader.operation(path, method, told))
    return tuple(Noun(name, tuple(operations)) for name, operations in by_noun.items())


@dataclass(frozen=True)
class Reader:
    """Reads operations out of a document with these components."""

    components: Mapping[str, Any]

    def operation(self, path: str, method: str, told: Mapping[str, Any]) -> Operation:
        body_type, body = self._content(told.get("requestBody", {}))
        status, response = next(
            (status, one) for status, one in told["responses"].items() if status.startswith("2")
        )
        answer_type, answer = self._content(response)
        fields = tuple(self.fields(answer))
        return Operation(
            id=told["operationId"],
            method=method.upper(),
            path=path,
            summary=told["summary"],
            description=told.get("description", ""),
            scope=told.get("x-scope", "read"),
            parameters=tuple(self._parameter(one) for one in told["parameters"]),
            body_type=body_type,
            body=tuple(self.fields(body)),
            answer=f"{status} {response['description']}",
            answer_type=answer_type,
            answer_fields=fields,
            example=self._example(path, method.upper(), body_type, body),
        )

    def _parameter(self, told: Mapping[str, Any]) -> Field:
        shape = self._resolved(told["schema"])
        name = f"{told['name']} ({told['in']})"
        return Field(name, self.kind(shape), told.get("required", False), told.get("description", ""))

    def _content(self, told: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        for media_type, content in told.get("content", {}).items():
            return media_type, self._resolved(content["schema"])
        return "", {}

    def fields(self, shape: Mapping[str, Any], before: str = "", deep: int = 0) -> Iterator[Field]:
        """The parts of a shape and of what they are made of."""
        required = set(shape.get("required", ()))
        for name, raw in shape.get("properties", {}).items():
            part = self._resolved(raw)
            place = f"{before}{name}"
            yield Field(place, self.kind(part), name in required, _meaning(part, raw))
            inner = self._resolved(part.get("items", {})) if part.get("type") == "array" else part
            if inner.get("properties") and deep < DEEP:
                mark = "[]." if inner is not part else "."
                yield from self.fields(inner, place + mark, deep + 1)

    def kind(self, shape: Mapping[str, Any]) -> str:
        """What a part is, in a few words."""
        if "enum" in shape:
            shown = [json.dumps(value) for value in shape["enum"][:14]]
            return " | ".join(shown) + (" | …" if len(shape["enum"]) > len(shown) else "")
        if shape.get("type") == "array":
            return f"list of {self.kind(self._resolved(shape.get('items', {})))}"
        name = str(shape.get("format") or shape.get("type") or "any value")
        return f"{name} or null" if shape.get("nullable") else name

    def _resolved(self, shape: Mapping[str, Any]) -> Mapping[str, Any]:
        """A shape without references; "or null" becomes a mark on the other half."""
        if "$ref" in shape:
            target: Mapping[str, Any] = self.components["schemas"][shape["$ref"].rpartition("/")[2]]
            return self._resolved(target)
        if len(shape.get("allOf", ())) == 1:
            return {**self._resolved(shape["allOf"][0]), **_without(shape, "allOf")}
        halves = [self._resolved(one) for one in shape.get("anyOf", ())]
        solid = [one for one in halves if one.get("type") != "null"]
        if len(solid) == 1 and len(halves) > 1:
            return {**solid[0], **_without(shape, "anyOf"), "nullable": True}
        return shape

    def _example(self, path: str, method: str, body_type: str, body: Mapping[str, Any]) -> str:
        """A call with curl, with what has to be given and nothing else."""
        lines = [f"curl {ADDRESS}{path}", '-H "Authorization: Bearer $OUTTASK_TOKEN"']
        if method != "GET":
            lines[0] = f"curl -X {method} {ADDRESS}{path}"
            lines.append('-H "Idempotency-Key: $(uuidgen)"')
        if body_type == "application/json":
            lines.append("--json '" + json.dumps(self._sample(body), ensure_ascii=False) + "'")
        elif body_type:
            lines += [f"-F {name}={self._form_sample(one)}" for name, one in self._needed(body)]
        return " \\\n  ".join(lines)

    def _needed(self, shape: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
        required = shape.get("required", ())
        parts = shape.get("properties", {})
        return [(name, self._resolved(parts[name])) for name in parts if name in required]

    def _form_sample(self, shape: Mapping[str, Any]) -> Any:
        inner = self._resolved(shape["items"]) if shape.get("type") == "array" else shape
        return "@file" if inner.get("format") == "binary" else self._sample(inner)

    def _sample(self, shape: Mapping[str, Any]) -> Any:
        if "enum" in shape:
            return "GBP" if "GBP" in shape["enum"] else shape["enum"][0]
        if shape.get("type") == "object":
            return {name: self._sample(one) for name, one in self._needed(shape)}
        if shape.get("type") == "array":
            return [self._sample(self._resolved(shape["items"]))]
        samples = {"date": "2026-12-04", "uuid": "…"}
        plain = {"integer": 1, "boolean": True}
        return samples.get(shape.get("format", "")) or plain.get(shape.get("type", ""), "…")


def _meaning(part: Mapping[str, Any], raw: Mapping[str, Any]) -> str:
    said = str(raw.get("description") or part.get("description") or "")
    limits = {"minLength": "from", "maxLength": "to", "minimum": "from", "maximum": "to"}
    bounds = [f"{word} {part[name]}" for name, word in limits.items() if name in part]
    unit = "characters" if "maxLength" in part else ""
    return ". ".join(filter(None, [said.rstrip("."), " ".join(filter(None, [*bounds, unit]))]))


def _without(shape: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in shape.items() if key != name}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every operation in a line, how to begin, and the sorts of problems."""
    return render(request, "api/reference.html", {"nouns": nouns(), "sorts": SORTS})


@require_safe
def noun_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The operations of one noun."""
    found = next((noun for noun in nouns() if noun.slug == slug), None)
    if found is None:
        raise Http404("no such noun")
    return render(request, "api/noun.html", {"noun": found, "nouns": nouns()})
