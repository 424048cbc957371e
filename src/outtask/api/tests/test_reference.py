"""The document and the reference made from it: whole, valid, and without anything from elsewhere."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from openapi_spec_validator import validate

from outtask.api.problems import DOCUMENTED, SORTS
from outtask.api.reference import nouns
from outtask.api.root import api

DOCUMENT: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema()))
OPERATIONS = [
    (f"{method.upper()} {path}", told)
    for path, methods in DOCUMENT["paths"].items()
    for method, told in methods.items()
]


def test_it_is_a_valid_document_of_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    validate(DOCUMENT)
    assert len(OPERATIONS) > 100


@pytest.mark.parametrize(("name", "told"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_every_operation_says_what_can_go_wrong(name: str, told: dict[str, Any]) -> None:
    assert {str(status) for status in DOCUMENTED} <= set(told["responses"])
    assert told["security"][0].keys() == {"bearer"}
    assert told["summary"] and told["tags"]
    if not name.startswith("GET") and "preview" not in name:
        headers = {one["name"] for one in told["parameters"] if one["in"] == "header"}
        assert "Idempotency-Key" in headers


def test_ids_of_operations_are_their_own() -> None:
    ids = [told["operationId"] for _, told in OPERATIONS]
    assert len(ids) == len(set(ids))


def test_anybody_reads_it(db: None) -> None:
    assert Client().get("/api/v1/openapi.json").json()["info"]["title"] == "Outtask"


def test_the_index_names_every_operation_and_problem(db: None) -> None:
    page = Client().get("/api/v1/reference").content.decode()
    for name, told in OPERATIONS:
        assert name in page
        assert f'#{told["operationId"]}"' in page
    for sort in SORTS:
        assert f'id="problem-{sort.name}"' in page
        assert sort.type.startswith("/api/v1/reference#")


@pytest.mark.parametrize("noun", nouns(), ids=lambda noun: noun.slug)
def test_each_noun_has_its_page(db: None, noun: Any) -> None:
    response = Client().get(f"/api/v1/reference/{noun.slug}")
    page = response.content.decode()
    assert response.status_code == 200
    for operation in noun.operations:
        assert f'id="{operation.id}"' in page
        assert "curl" in operation.example
    # No script, nothing from elsewhere, nothing that the policy of pages forbids.
    assert "<script" not in page and " style=" not in page and " onclick=" not in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)


def test_what_is_no_noun(db: None) -> None:
    assert Client().get("/api/v1/reference/nothing").status_code == 404
    assert Client().post("/api/v1/reference").status_code == 405
