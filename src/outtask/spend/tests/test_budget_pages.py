"""Pages of budgets without script: the tree, parts, transfers, the next period, the books and their close."""

from __future__ import annotations

import html
from datetime import timedelta
from typing import Any

import pytest

from outtask.lifecycle.tests import life as lives
from outtask.models import Budget, Closing, Transfer
from outtask.spend.actions import ask_transfer
from outtask.spend.tests.test_books import YESTERDAY, closes
from outtask.spend.tests.test_pages import sound
from outtask.spend.tests.test_tree import asked, gbp, part
from tests.world import World

BOOKS = "/budgets/books"


@pytest.fixture(autouse=True)
def at_the_time_of_the_world(now: Any, time_machine: Any) -> None:
    time_machine.move_to(now, tick=False)


@pytest.fixture
def photographs(world: World) -> Budget:
    return part(world, keeper_id=world.member("joseph").pk)


@pytest.mark.parametrize("who", ["imke", "joseph", "roisin", "dunstan", "ada"])
def test_every_page_opens_for_every_role(world: World, photographs: Budget, who: str) -> None:
    lives.committed(world)
    pk = asked(world, world.budget, photographs, 500, "imke")
    closes(world)
    client = world.client(who)
    for address in ("/budgets", "/budgets?show=closed", f"/budgets/{photographs.pk}",
                    f"/budgets/{world.budget.pk}", f"/budgets/{world.budget.pk}/change",
                    f"/budgets/{world.budget.pk}/parts", f"/budgets/{world.budget.pk}/next",
                    "/budgets/transfers", "/budgets/transfers?show=asked", f"/budgets/transfers/{pk}",
                    BOOKS, f"{BOOKS}?first=2026-01-01&last=2026-11-01", f"{BOOKS}/closings"):  # fmt: skip
        sound(client.get(address))


def test_what_is_foreign_is_answered_like_what_is_absent(world: World, photographs: Budget) -> None:
    transfer = asked(world, world.budget, photographs, 500)
    closing = closes(world)["id"]
    oskar = world.client("oskar")
    for address in (f"/budgets/{photographs.pk}/change", f"/budgets/transfers/{transfer}"):
        assert oskar.get(address).status_code == 404
    assert oskar.post(f"{BOOKS}/closings/{closing}/reopening", {"reason": "Mine"}).status_code == 404


def test_the_tree_shows_parts_under_their_pot(world: World, photographs: Budget) -> None:
    text = sound(world.client("ada").get("/budgets"))
    assert text.index("Online shop 2026") < text.index("Photographs")
    text = sound(world.client("ada").get(f"/budgets/{world.budget.pk}"))
    assert "With all its parts" in text and "£12,000.00 limit" in text
    assert "At this pace £0.00 will be used when the period ends" in text
    assert "Imke Vos is told at the 80% mark" in text


def test_a_part_is_opened_given_more_and_changed(world: World) -> None:
    client = world.client("dunstan")
    page = client.post(
        f"/budgets/{world.budget.pk}/parts", {"name": "Shelves", "amount": "1,000.00", "keeper": ""}
    )
    shelves = Budget.objects.get(name="Shelves")
    assert (page.status_code, page.headers["Location"]) == (303, f"/budgets/{shelves.pk}")
    assert "Move money down from Online shop 2026" in sound(client.get(f"/budgets/{shelves.pk}"))
    assert client.post(f"/budgets/{shelves.pk}", {"amount": "-400"}).status_code == 303
    text = sound(client.post(f"/budgets/{shelves.pk}", {"amount": "-601"}), 422)
    assert "Shelves has £600.00 free. Move that much at most." in html.unescape(text)
    told = {"keeper": str(world.member("joseph").pk), "rollover": "free", "ends_on": "2026-12-31"}
    assert client.post(f"/budgets/{shelves.pk}/change", told).status_code == 303
    shelves.refresh_from_db()
    assert (shelves.free_minor, shelves.keeper, shelves.rollover) == (60_000, world.member("joseph"), "free")


def test_a_transfer_is_asked_for_and_decided_on_its_page(world: World, photographs: Budget) -> None:
    told = {"source": str(world.budget.pk), "target": str(photographs.pk), "amount": "250", "reason": "More"}
    page = world.client("joseph").post("/budgets/transfers", told)
    transfer = Transfer.objects.get()
    address = f"/budgets/transfers/{transfer.pk}"
    assert page.headers["Location"] == address
    text = sound(world.client("joseph").get(address))
    assert "disabled" in text and "Withdraw it" in text
    text = sound(world.client("dunstan").post(address, {"decision": "refuse", "note": ""}), 422)
    assert "Write a sentence" in text
    page = world.client("dunstan").post(address, {"decision": "approve", "note": "Fine."})
    assert page.status_code == 303
    assert "“Fine.”" in sound(world.client("joseph").get(address))
    photographs.refresh_from_db()
    assert photographs.free_minor == 125_000


def test_a_wish_is_taken_back(world: World, photographs: Budget) -> None:
    given: dict[str, Any] = {"source_id": world.budget.pk, "target_id": photographs.pk, "amount": gbp(1)}
    pk = ask_transfer(actor=world.actor("joseph"), now=world.now, **given)["id"]
    page = world.client("joseph").post(f"/budgets/transfers/{pk}", {"act": "withdraw"})
    assert (page.status_code, Transfer.objects.get().state) == (303, "withdrawn")


def test_the_next_period_is_offered_with_its_name_and_days(world: World, time_machine: Any) -> None:
    time_machine.move_to(world.now + timedelta(days=37), tick=False)
    client = world.client("dunstan")
    text = sound(client.get(f"/budgets/{world.budget.pk}/next"))
    assert 'value="Online shop 2027"' in text and 'value="2027-12-31"' in text
    told = {"name": "Online shop 2027", "starts_on": "2027-01-01", "ends_on": "2027-12-31"}
    page = client.post(f"/budgets/{world.budget.pk}/next", told)
    following = Budget.objects.get(name="Online shop 2027")
    assert page.headers["Location"] == f"/budgets/{following.pk}"
    assert "Online shop 2027" in sound(client.get(f"/budgets/{world.budget.pk}"))
    assert "Online shop 2026" in sound(client.get("/budgets?show=closed"))
    # What is left in the old one can be moved on.
    told = {"source": str(world.budget.pk), "target": str(following.pk), "amount": "12,000.00"}
    assert client.post("/budgets/transfers", told).status_code == 303


def test_books_files_and_closing(world: World) -> None:
    lives.committed(world)
    client = world.client("dunstan")
    text = sound(client.get(BOOKS))
    assert "−£12,000.00" in text and "£11,588.00" in text and "Total: £0.00" in text
    table = b"".join(client.get(f"{BOOKS}/postings.csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert table.count("\n") == 3
    statement = client.get(f"{BOOKS}/statement.pdf")
    assert (statement.status_code, statement.content[:5]) == (200, b"%PDF-")
    assert sound(client.post(f"{BOOKS}/closings", {"through": "2099-01-01"}), 422)
    assert client.post(f"{BOOKS}/closings", {"through": YESTERDAY.isoformat()}).status_code == 303
    closing = Closing.objects.get()
    address = f"{BOOKS}/closings/{closing.pk}/reopening"
    assert "This field is required" in sound(client.post(address, {"reason": " "}), 422)
    assert client.post(address, {"reason": "An invoice was forgotten."}).status_code == 303
    assert "Opened again" in sound(client.get(f"{BOOKS}/closings"))
