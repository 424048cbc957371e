"""Buying over the API: the same acts, the same refusals, each on its field."""

from __future__ import annotations

from typing import Any

import pytest

from outtask.api.tests.callers import Caller, token_for
from outtask.models import Milestone, OutTask, PurchaseRequest, Repeat
from tests.world import World

LINE: dict[str, Any] = {
    "what": "Kettle",
    "quantity": 2,
    "price": {"minor": 1_000, "currency": "GBP"},
    "tax_percent": "20",
}


@pytest.fixture(autouse=True)
def at_the_time_of_the_world(now: Any, time_machine: Any) -> None:
    time_machine.move_to(now, tick=False)


@pytest.fixture
def callers(world: World) -> dict[str, Caller]:
    names = ("joseph", "roisin", "nadia", "ada")
    return {name: Caller(token_for(world.member(name), world.now)) for name in names}


def buying(world: World, **more: Any) -> dict[str, Any]:
    return {"title": "Kettles", "lines": [LINE], "budget_id": str(world.budget.pk)} | more


def test_an_order_from_its_lines_to_its_closing(world: World, callers: dict[str, Caller]) -> None:
    joseph, nadia = callers["joseph"], callers["nadia"]
    given = buying(world, every="month", times=2)
    made = joseph.post("/orders", given)
    assert (made.status_code, made.json()["committed"], made.json()["why"]) == (201, True, "")
    address = f"/out-tasks/{made.json()['outtask']}"
    shown = joseph.get(f"{address}/order").json()
    assert shown["total"] == {"minor": 2_400, "currency": "GBP"}
    assert shown["lines"][0]["tax"] == {"minor": 400, "currency": "GBP"}
    assert [part["quantity"] for part in shown["parts"]] == [2]
    assert shown["repeat"]["every"] == "month"
    named = {"version": 1, "provider_id": str(world.marek.pk)}
    assert joseph.send("PUT", f"/requests/{made.json()['request']}/provider", named).status_code == 200
    came = nadia.post(f"{address}/milestones/1/receipt", {"quantity": 1})
    assert (came.json()["amount_minor"], came.json()["rest"]) == (1_200, 2)
    leaks = {"wanted": False, "reasons": "Leaks."}
    too_many = nadia.post(f"{address}/milestones/1/return", leaks | {"quantity": 2})
    assert (too_many.status_code, too_many.json()["code"]) == (409, "quantity_out_of_range")
    back = nadia.post(f"{address}/milestones/1/return", leaks | {"quantity": 1})
    assert (back.status_code, back.json()["amount_minor"], back.json()["order"]) == (201, 1_200, 1)
    closed = joseph.post(f"{address}/order/closing", {"reasons": "Enough."})
    assert (closed.status_code, closed.json()["released_minor"]) == (201, 1_200)
    assert set(Milestone.objects.values_list("state", flat=True)) == {"cancelled"}
    assert joseph.send("DELETE", f"/repeats/{shown['repeat']['id']}").status_code == 200
    assert Repeat.objects.get().next_on is None


def test_a_provider_who_is_named_after_the_approval_is_decided_about(
    world: World, callers: dict[str, Caller]
) -> None:
    dear = LINE | {"price": {"minor": 50_000, "currency": "GBP"}}
    made = callers["roisin"].post("/orders", buying(world, lines=[dear])).json()
    decided = callers["joseph"].post(f"/requests/{made['request']}/approval", {"version": 1})
    assert (decided.status_code, decided.json()["committed"]) == (201, True)
    address, named = (
        f"/requests/{made['request']}/provider",
        {"version": 1, "provider_id": str(world.marek.pk)},
    )
    theirs = callers["joseph"].send("PUT", address, named)
    assert (theirs.status_code, theirs.json()["code"]) == (409, "not_yours")
    told = callers["roisin"].send("PUT", address, named).json()
    assert (told["committed"], "while nobody was named" in told["why"]) == (False, True)
    before, anew = PurchaseRequest.objects.order_by("id")
    assert (before.state, anew.state, anew.reference) == ("void", "referred", told["request"])
    assert callers["roisin"].get(f"/out-tasks/{made['outtask']}/order").json()["request"] == anew.reference


def test_lines_are_changed_before_the_decision(world: World, callers: dict[str, Caller]) -> None:
    roisin = callers["roisin"]
    dear = LINE | {"price": {"minor": 50_000, "currency": "GBP"}}
    made = roisin.post("/orders", buying(world, lines=[dear])).json()
    assert made["committed"] is False
    address = f"/requests/{made['request']}/lines"
    changed = roisin.send("PUT", address, {"version": 1, "lines": [dear, LINE]})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    again = roisin.send("PUT", address, {"version": 1, "lines": [dear]})
    assert (again.status_code, again.json()["code"]) == (409, "stale_version")
    assert PurchaseRequest.objects.get().amount_minor == 122_400


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"lines": []}, "#/lines"),
        ({"lines": [LINE | {"quantity": 0}]}, "#/lines"),
        ({"lines": [LINE | {"quantity": 10**7}]}, "#/lines"),
        ({"lines": [LINE | {"price": {"minor": 0, "currency": "GBP"}}]}, "#/lines"),
        ({"lines": [LINE | {"price": {"minor": -5, "currency": "GBP"}}]}, "#/lines"),
        ({"lines": [LINE, LINE | {"price": {"minor": 5, "currency": "EUR"}}]}, "#/lines"),
        ({"lines": [LINE | {"price": {"minor": 10**15, "currency": "GBP"}}]}, "#/lines"),
        ({"lines": [LINE | {"price": {"minor": 10**15 + 1, "currency": "GBP"}}]}, "#/lines/0/price/minor"),
        ({"lines": [LINE | {"price": {"minor": 1.5, "currency": "GBP"}}]}, "#/lines/0/price/minor"),
        ({"lines": [LINE | {"price": {"minor": 5, "currency": "XXX"}}]}, "#/lines/0/price/currency"),
        ({"lines": [LINE | {"tax_percent": "NaN"}]}, "#/lines/0/tax_percent"),
        ({"lines": [LINE | {"tax_percent": "100.5"}]}, "#/lines"),
        ({"needed_by": "2020-01-01"}, "#/needed_by"),
        ({"every": "week", "times": 0}, "#/times"),
        ({"category": "x"}, "#/category"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_ordered(
    world: World, callers: dict[str, Caller], more: dict[str, Any], pointer: str
) -> None:
    refused = callers["joseph"].post("/orders", buying(world, **more))
    assert refused.status_code in {409, 422}
    assert pointer in [one.get("pointer") for one in refused.json()["errors"]]
    assert not OutTask.objects.exists()


def test_the_same_key_orders_once(world: World, callers: dict[str, Caller]) -> None:
    first, again = (
        callers["joseph"].post("/orders", buying(world), Idempotency_Key="phone") for _ in range(2)
    )
    assert first.json() == again.json()
    assert PurchaseRequest.objects.count() == 1


def test_who_may_not_ask_buys_nothing(world: World, callers: dict[str, Caller]) -> None:
    assert callers["ada"].post("/orders", buying(world)).status_code == 403


def test_a_statement_is_no_order(world: World, callers: dict[str, Caller]) -> None:
    from outtask.lifecycle.tests import life as lives

    reference = lives.signed(world).outtask.reference
    assert callers["joseph"].get(f"/out-tasks/{reference}/order").status_code == 404
