"""The OpenAPI document: what ninja writes, completed with the problems, in the order of the rooms."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from ninja.openapi.schema import OpenAPISchema

from outtask.api import limits
from outtask.api.problems import DOCUMENTED, MEDIA_TYPE, SORTS

DESCRIPTION = """\
Everything the pages do, by the same rules, for programs.

Send `Authorization: Bearer ot_…` with a token made under Settings, Tokens. A token has scopes and an end; it
never does more than its holder may. Every act is an entry in the journal of the organisation, and its answer
names it. Send an `Idempotency-Key` with an act to make it safe to send again, and `If-Match` with an ETag to
act only on what you have seen. Lists go on at `next` until it is null. Problems follow RFC 9457.
"""

PROBLEM = {
    "type": "object",
    "description": "What went wrong, by RFC 9457.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "The sort of problem."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong and what to do, in the reader's words."},
        "code": {"type": "string", "description": "The same for the same reason, for programs."},
        "request_id": {"type": "string", "description": "Under which the call stands in the log."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON Pointer (RFC 6901) into the body."},
                    "parameter": {"type": "string", "description": "The parameter or header it is about."},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}


class Document(OpenAPISchema):
    """What ninja writes; two shapes of one name are a mistake of the builder and not silently one."""

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        for name, shape in definitions.items():
            if self.schemas.setdefault(name, shape) != shape:
                raise ValueError(f"Two shapes are called {name!r} in the API.")


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The document with the problems of every operation, and with nothing left to guess."""
    components = document["components"]
    components["schemas"]["Problem"] = PROBLEM
    components["responses"] = {name: _response(status) for status, name in _names().items()}
    for scheme in components.get("securitySchemes", {}).values():
        scheme["description"] = "A token made under Settings, Tokens. It begins with ot_."
    for path in document["paths"].values():
        for operation in path.values():
            for status, name in _names().items():
                operation["responses"].setdefault(status, {"$ref": f"#/components/responses/{name}"})
            if scope := operation.get("x-scope"):
                operation["security"] = [{"bearer": [scope]}]
    document["tags"] = _tags(document)
    document["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    return {key: value for key, value in document.items() if value != []}


def _names() -> dict[int, str]:
    return {status: HTTPStatus(status).phrase.replace(" ", "") for status in DOCUMENTED}


def _response(status: int) -> dict[str, Any]:
    sorts = [sort for sort in SORTS if sort.status == status]
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    response: dict[str, Any] = {"description": " Or: ".join(sort.title for sort in sorts), "content": content}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        said = f"More than {limits.PER_MINUTE} requests in a minute with one token."
        response |= {"description": said, "headers": _RETRY}
    return response


def _tags(document: dict[str, Any]) -> list[dict[str, str]]:
    """Each noun once, in the order in which they come."""
    named = [
        tag for path in document["paths"].values() for operation in path.values() for tag in operation["tags"]
    ]
    return [{"name": tag} for tag in dict.fromkeys(named)]
