"""Refusals over the API point to what is wrong, wherever in the call it stands."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel

from outtask.api.pointing import places_of
from outtask.api.schemas import AmountGiven
from outtask.api.tests.callers import Caller
from tests.world import World


class Line(BaseModel):
    what: str
    price: AmountGiven


class Order(BaseModel):
    reason: str
    amount: AmountGiven | None = None
    lines: list[Line] = []


class OneAmount(BaseModel):
    reason: str
    amount: AmountGiven | None = None


def with_two(call: Any, order_id: UUID, body: Order) -> None: ...
def with_one(call: Any, order_id: UUID, body: OneAmount) -> None: ...
def reading(call: Any, since: str, amount: str) -> None: ...


@pytest.mark.parametrize(
    ("view", "method", "name", "place"),
    [
        (with_one, "POST", "reason", {"pointer": "#/reason"}),
        (with_one, "POST", "order_id", {"parameter": "order_id"}),
        (with_one, "POST", "currency", {"pointer": "#/amount/currency"}),
        (with_two, "POST", "what", {"pointer": "#/lines"}),
        (with_two, "POST", "price", {"pointer": "#/lines"}),
        (with_two, "POST", "currency", None),
        (with_two, "POST", "body", None),
        (reading, "GET", "amount", {"parameter": "amount"}),
    ],
)
def test_where_a_name_stands(view: Any, method: str, name: str, place: dict[str, str] | None) -> None:
    assert places_of(view, "/orders/{uuid:order_id}", method).get(name) == place


@pytest.mark.django_db
def test_a_currency_without_a_rate(imke: Caller, world: World) -> None:
    line = {"what": "Shelves", "quantity": 1, "price": {"minor": 500, "currency": "JPY"}}
    refused = imke.post("/orders", {"lines": [line], "budget_id": str(world.budget.pk)}).json()
    assert [(one["code"], one["pointer"]) for one in refused["errors"]] == [("no_rate", "#/lines")]
    limit = {"period": "day", "amount": {"minor": 5, "currency": "JPY"}}
    body = {"member_ids": [str(world.member("joseph").pk)], "limits": [limit]}
    refused = imke.post("/members/changes", body).json()
    assert ("no_rate", "#/limits") in [(one["code"], one["pointer"]) for one in refused["errors"]]


@pytest.mark.django_db
def test_what_stands_in_the_address(imke: Caller) -> None:
    refused = imke.get("/reports/spend/total?since=2026-05-01&until=2026-04-01").json()
    assert refused["errors"] == [{"parameter": "until", "code": "ends_first", "detail": refused["detail"]}]
