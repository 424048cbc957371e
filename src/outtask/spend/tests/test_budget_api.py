"""Budgets, transfers and the books over the API: the same acts, the same refusals as on the pages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from outtask.api.tests.callers import Caller, token_for
from outtask.lifecycle.tests import life as lives
from outtask.models import Budget, Closing
from outtask.spend.tests.test_tree import part
from tests.world import World


@pytest.fixture(autouse=True)
def at_the_time_of_the_world(now: Any, time_machine: Any) -> None:
    time_machine.move_to(now, tick=False)


@pytest.fixture
def callers(world: World) -> dict[str, Caller]:
    return {name: Caller(token_for(world.member(name), world.now)) for name in ("imke", "dunstan", "joseph")}


def pounds(minor: int) -> dict[str, Any]:
    return {"minor": minor, "currency": "GBP"}


def test_a_part_from_its_opening_to_its_next_period(world: World, callers: dict[str, Caller]) -> None:
    dunstan, top = callers["dunstan"], f"/budgets/{world.budget.pk}"
    made = dunstan.post(f"{top}/parts", {"name": "Shelves", "amount": pounds(50_000)})
    assert made.status_code == 201
    address = f"/budgets/{made.json()['id']}"
    assert dunstan.post(f"{address}/moves", {"amount": pounds(-20_000)}).status_code == 201
    assert dunstan.get(address).json()["free"] == pounds(30_000)
    kept = {"keeper_id": None, "rollover": "free", "starts_on": "2026-01-01", "ends_on": "2026-11-24"}
    assert dunstan.send("PUT", address, kept).status_code == 200
    foretold = dunstan.get(f"{address}/forecast").json()
    assert (foretold["used_at_end"], foretold["why_not"]) == (pounds(0), "")
    following = dunstan.post(f"{address}/next", {"name": "Shelves on", "starts_on": "2026-11-25"})
    assert dunstan.get(f"/budgets/{following.json()['id']}").json()["free"] == pounds(30_000)
    refused = dunstan.post(f"{address}/next", {"name": "Again", "starts_on": "2026-11-25"})
    assert (refused.status_code, refused.json()["code"]) == (409, "followed")


def test_a_transfer_over_the_api(world: World, callers: dict[str, Caller]) -> None:
    photographs = part(world)
    asked = {"source_id": str(world.budget.pk), "target_id": str(photographs.pk), "amount": pounds(500)}
    made = callers["joseph"].post("/transfers", asked)
    address = f"/transfers/{made.json()['id']}"
    refused = callers["joseph"].post(f"{address}/approval", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert callers["dunstan"].post(f"{address}/approval", {"note": "Fine."}).status_code == 201
    assert callers["joseph"].get(address).json()["state"] == "done"
    again = callers["joseph"].post("/transfers", asked).json()["id"]
    assert callers["joseph"].post(f"/transfers/{again}/withdrawal", {}).status_code == 200
    third = callers["joseph"].post("/transfers", asked).json()["id"]
    assert callers["imke"].post(f"/transfers/{third}/refusal", {}).json()["code"] == "words_missing"
    assert [row["id"] for row in callers["imke"].get("/transfers?state=asked").json()["items"]] == [third]
    assert Budget.objects.get(pk=photographs.pk).free_minor == 100_500


def test_the_books_over_the_api(world: World, callers: dict[str, Caller]) -> None:
    lives.committed(world)
    dunstan = callers["dunstan"]
    balance = dunstan.get("/trial-balance?last=2026-11-23").json()
    (sheet,) = balance["sheets"]
    assert sheet["totals"]["authorised"] == pounds(-1_200_000)
    assert dunstan.get("/trial-balance").json()["sheets"][0]["totals"]["committed"] == pounds(41_200)
    assert len(dunstan.get("/postings").json()["items"]) == 2
    assert len(dunstan.get("/postings?last=2026-11-23").json()["items"]) == 1
    made = dunstan.post("/closings", {"through": "2026-11-23"})
    closing = Closing.objects.get(pk=made.json()["id"])
    assert (closing.through, closing.sha256) == (date(2026, 11, 23), balance["sha256"])
    refused = callers["joseph"].post(f"/closings/{closing.pk}/reopening", {"reason": "Mine"})
    assert refused.status_code == 403
    assert dunstan.post(f"/closings/{closing.pk}/reopening", {"reason": "Forgotten."}).status_code == 201
    assert dunstan.get("/closings").json()["items"][0]["reopen_reason"] == "Forgotten."
    assert dunstan.get("/trial-balance/paper").content.startswith(b"%PDF-")
    assert dunstan.get("/postings/table").headers["Content-Type"].startswith("text/csv")
