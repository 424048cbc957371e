"""The catalogue over the API: the same acts, the same refusals as on the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from outtask.api.tests.callers import Caller, token_for
from outtask.catalogue.tests.shelf import into_cart, on_sale, subscribed_item
from outtask.catalogue.tests.test_table import FILE
from outtask.models import CatalogueItem, PurchaseRequest
from tests.world import World


@pytest.fixture(autouse=True)
def at_the_time_of_the_world(now: Any, time_machine: Any) -> None:
    time_machine.move_to(now, tick=False)


@pytest.fixture
def callers(world: World) -> dict[str, Caller]:
    return {name: Caller(token_for(world.member(name), world.now)) for name in ("imke", "joseph", "ada")}


def pounds(minor: int) -> dict[str, Any]:
    return {"minor": minor, "currency": "GBP"}


def test_an_item_from_its_adding_to_its_withdrawal(world: World, callers: dict[str, Caller]) -> None:
    imke = callers["imke"]
    given = {
        "provider_id": str(world.kestrel.pk), "code": "A", "name": "Box", "kind": "good",
        "price": pounds(1_250), "tax_percent": "20", "category": "44617100-9", "notice_days": 30,
    }  # fmt: skip
    made = imke.post("/items", given)
    assert made.status_code == 201
    address = f"/items/{made.json()['id']}"
    item = imke.get(address).json()
    assert (item["price"], item["category"], item["plan"]) == (pounds(1_250), "446171", None)
    refused = imke.post(f"{address}/prices", {"price": pounds(1_300), "from_on": "2026-11-25"})
    assert (refused.status_code, refused.json()["code"]) == (409, "notice_too_short")
    noted = imke.post(f"{address}/prices", {"price": pounds(1_300)})
    assert noted.json()["from_on"] == "2026-12-24"
    assert [one["price"]["minor"] for one in imke.get(f"{address}/prices").json()["items"]] == [1_300, 1_250]
    said = {"name": "Strong box", "tax_percent": "20", "notice_days": 30}
    assert imke.send("PUT", address, said).status_code == 200
    assert imke.get("/items?q=strong").json()["items"][0]["name"] == "Strong box"
    assert callers["ada"].post(f"{address}/withdrawal", {}).status_code == 403
    assert imke.post(f"{address}/withdrawal", {}).status_code == 201
    assert imke.get("/items").json()["items"] == []
    assert imke.get(address).json()["withdrawn_at"] is not None


def test_a_list_is_looked_at_and_taken_in(world: World, callers: dict[str, Caller]) -> None:
    imke = callers["imke"]

    def upload() -> dict[str, Any]:
        return {"file": SimpleUploadedFile("list.csv", FILE, content_type="text/csv")}

    seen = imke.upload("/catalogues/preview", upload()).json()
    assert (seen["created"], seen["rows_left_out"]) == (3, 1)
    assert (seen["errors"][0]["row"], seen["errors"][0]["column"]) == (5, "provider")
    assert not CatalogueItem.objects.exists()
    taken = imke.upload("/catalogues", upload())
    assert taken.status_code == 201
    assert (taken.json()["created"], taken.json()["left_out"]) == (3, 1)
    assert imke.upload("/catalogues", upload()).json()["unchanged"] == 3


def test_a_cart_is_filled_emptied_and_ordered(world: World, callers: dict[str, Caller]) -> None:
    item, other = on_sale(world), on_sale(world, "B")
    joseph = callers["joseph"]
    wrong = joseph.send("PUT", f"/cart/{item.pk}", {"quantity": 2, "price": pounds(1)})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "price_changed")
    for each in (item, other):
        sent = joseph.send("PUT", f"/cart/{each.pk}", {"quantity": 2, "price": pounds(1_250)})
        assert sent.status_code == 200
    assert joseph.send("DELETE", f"/cart/{other.pk}", {}).status_code == 200
    assert [line["item_id"] for line in joseph.get("/cart").json()["items"]] == [str(item.pk)]
    assert callers["imke"].get("/cart").json()["items"] == []
    given = {
        "provider_id": str(world.kestrel.pk), "currency": "GBP", "budget_id": str(world.budget.pk),
    }  # fmt: skip
    done = joseph.post("/cart/orders", given).json()
    assert (done["ordered"], done["committed"]) == (1, True)
    assert done["request"] == PurchaseRequest.objects.get().reference
    assert joseph.post("/cart/orders", given).json()["code"] == "cart_empty"


def test_subscriptions_over_the_api(world: World, callers: dict[str, Caller]) -> None:
    into_cart(world, subscribed_item(world, trial_days=14))
    joseph = callers["joseph"]
    given = {
        "provider_id": str(world.kestrel.pk), "currency": "GBP", "budget_id": str(world.budget.pk),
    }  # fmt: skip
    done = joseph.post("/cart/orders", given).json()
    assert (done["ordered"], done["request"]) == (1, None)
    [row] = joseph.get("/subscriptions").json()["items"]
    assert (row["renews_on"], row["last_day"]) == ("2026-12-08", "2026-12-07")
    address = f"/subscriptions/{row['id']}"
    assert joseph.get(address).json() == row
    assert joseph.post(f"{address}/cancellation", {}).json()["ends_on"] == "2026-12-08"
    assert joseph.post(f"{address}/cancellation", {}).json()["code"] == "cancelled_already"
    assert joseph.get("/subscriptions?ended=true").json()["items"] == []
