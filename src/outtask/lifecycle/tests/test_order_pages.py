"""The pages of buying: the shortest form, the whole one, what is foreseen, the order with what has come."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from outtask.agree.orders import MOST_LINES, Line
from outtask.kernel.money import Money
from outtask.lifecycle.repeating import Every, Plan
from outtask.lifecycle.tests.orders import LAMP, buys, line, request
from outtask.lifecycle.tests.test_receiving import invoice
from outtask.models import (
    Agreement,
    Budget,
    File,
    Link,
    Milestone,
    OutTask,
    PurchaseRequest,
    Repeat,
    Signature,
)
from outtask.people.links import address_of
from tests.world import World

NO_ROWS = {"lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0"}
DESK = Line("Desk", 1, "", Money(30_000, "GBP"))


def shortest(world: World, **more: Any) -> dict[str, Any]:
    given = {
        "title": "A kettle",
        "amount": "24.50",
        "budget": str(world.budget.pk),
        "currency": "GBP",
        "key": "k1",
    }
    return given | NO_ROWS | more


def rows(*lines: tuple[str, str, str, str, str]) -> dict[str, str]:
    data = {"lines-TOTAL_FORMS": str(len(lines)), "lines-INITIAL_FORMS": "0"}
    for index, values in enumerate(lines):
        for name, value in zip(("what", "quantity", "unit", "price", "tax"), values, strict=True):
            data[f"lines-{index}-{name}"] = value
    return data


def order_page() -> str:
    return reverse("outtask-order", args=[OutTask.objects.get().reference])


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_shortest_form_is_what_and_how_much(world: World) -> None:
    client = world.client("joseph")
    page = text(client.get("/requests/new"))
    assert f'type="hidden" name="budget" value="{world.budget.pk}"' in page
    response = client.post("/requests/new", shortest(world))
    assert response.headers["Location"] == order_page()
    assert (request().amount_minor, request().state) == (2_450, "committed")
    assert "Ordered." in text(client.get(order_page()))


def test_with_several_budgets_one_is_chosen(world: World) -> None:
    Budget.objects.create(organisation=world.organisation, name="Second", currency="GBP", opened_at=world.now)
    page = text(world.client("joseph").get("/requests/new"))
    assert "From which budget?" in page
    response = world.client("joseph").post("/requests/new", shortest(world, budget=""))
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("who", "amount", "words"),
    [
        ("joseph", "24.50", "Within your limit: the money is committed at once"),
        ("roisin", "300.00", "it goes to Joseph Adeyemi"),
        ("roisin", "", "Above it, somebody decides"),
    ],
)
def test_what_will_happen_is_said_before(world: World, who: str, amount: str, words: str) -> None:
    response = world.client(who).post("/requests/new?look", shortest(world, amount=amount))
    assert response.status_code == 200
    assert words in text(response)
    assert not OutTask.objects.exists()


def test_the_whole_form_orders_all_of_it(world: World) -> None:
    more = {
        "amount": "",
        "provider": str(world.marek.pk),
        "needed_by": "2026-12-18",
        "reason": "Ours broke.",
        "category": "39",
        "every": "month",
        "times": "3",
    } | rows(("Kettle", "2", "pieces", "10.00", "20"), ("", "1", "", "", ""), ("Cups", "12", "", "1.25", ""))
    from django.core.files.uploadedfile import SimpleUploadedFile

    more["files"] = SimpleUploadedFile("offer.txt", b"two kettles")
    response = world.client("joseph").post("/requests/new", shortest(world, **more))
    assert response.status_code == 303
    row = request()
    assert (row.amount_minor, row.reason, row.category) == (2_400 + 1_500, "Ours broke.", "39")
    assert row.agreement.provider == world.marek
    assert list(Milestone.objects.order_by("order").values_list("title", "quantity")) == [
        ("Kettle", 2),
        ("Cups", 12),
    ]
    assert str(line(1).due_on) == "2026-12-18"
    assert File.objects.get().name == "offer.txt"
    assert (Repeat.objects.get().every, Repeat.objects.get().times) == ("month", 3)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"amount": "-5"}, "amount above zero"),
        ({"amount": "0"}, "amount above zero"),
        ({"amount": "NaN"}, "not an amount"),
        ({"amount": "10.001"}, "can be read in two ways"),
        ({"amount": "10.0001"}, "too exact"),
        ({"amount": "1e3"}, "exponent"),
        ({"amount": "10000000000001"}, "largest amount"),
        ({"amount": "€ 5"}, "but this amount is in GBP"),
        ({"amount": ""}, "Say how much it is"),
        ({"title": ""}, "Say what you want to buy"),
        ({"needed_by": "2020-01-01"}, "This day is over"),
        ({"category": "x"}, "digits"),
        ({"every": "week", "times": "0"}, "from 1 to 520"),
        ({"amount": "5"} | rows(("Cup", "1", "", "1.00", "")), "Leave this empty"),
        ({"amount": ""} | rows(("Cup", "1", "", "", "")), "Say what one costs"),
        ({"amount": ""} | rows(("", "1", "", "1.00", "")), "Say what you want to buy"),
        ({"amount": ""} | rows(("Cup", "0", "", "1.00", "")), "quantity from 1"),
        ({"amount": ""} | rows(("Cup", "1", "", "1.00", "101")), "from 0 to 100"),
        ({"amount": ""} | rows(("Cup", "x", "", "1.00", "")), "whole number"),
    ],
)
def test_what_is_wrong_is_said_where_it_is_and_nothing_typed_is_lost(
    world: World, more: dict[str, str], words: str
) -> None:
    response = world.client("joseph").post("/requests/new", shortest(world, **more))
    assert (response.status_code, words in text(response)) == (422, True)
    assert "A kettle" in text(response) or not more.get("title", "x")
    assert not OutTask.objects.exists()


def test_the_same_page_sent_twice_orders_once(world: World) -> None:
    client = world.client("joseph")
    first, second = (client.post("/requests/new", shortest(world)) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert PurchaseRequest.objects.count() == 1


def test_more_lines_come_without_script(world: World) -> None:
    data = shortest(world, more="lines") | rows(("Kettle", "2", "", "10.00", ""))
    page = text(world.client("joseph").post("/requests/new", data))
    assert 'value="Kettle"' in page
    assert "lines-1-what" in page and "lines-2-what" not in page
    assert "A kettle" in page


def test_a_form_takes_as_many_lines_as_an_order_may_have(world: World) -> None:
    client = world.client("joseph")
    cups = [("Cup", "1", "", "0.10", "")] * MOST_LINES
    assert client.post("/requests/new", shortest(world, amount="") | rows(*cups)).status_code == 303
    assert Milestone.objects.count() == MOST_LINES
    page = text(client.post("/requests/new", shortest(world, amount="", more="lines") | rows(*cups)))
    assert f"lines-{MOST_LINES - 1}-what" in page and "Another line" not in page
    more = client.post("/requests/new", shortest(world, amount="", key="k2") | rows(*cups, cups[0]))
    assert (more.status_code, "at most 100" in text(more)) == (422, True)
    assert OutTask.objects.count() == 1


def test_what_stands_on_an_invoice_says_why_it_does_not_go_back(world: World) -> None:
    buys(world)
    client = world.client("nadia")
    received(world, client)
    invoice(world)
    page = text(client.get(order_page()))
    assert "This is on invoice K-1. Return that invoice first" in page
    assert page.count("btn primary") == 1


def test_without_a_budget_the_page_leads_to_one(world: World) -> None:
    Budget.objects.update(closed_at=world.now)
    assert "There is no budget yet" in text(world.client("joseph").get("/requests/new"))


def test_who_may_not_ask_is_told(world: World) -> None:
    client = world.client("ada")
    assert client.get("/requests/new").status_code == 200
    assert client.post("/requests/new", shortest(world)).status_code == 422
    assert not OutTask.objects.exists()


def test_the_request_shows_its_lines_and_duplicates(world: World) -> None:
    buys(world, "roisin", lines=(DESK, LAMP))
    client, row = world.client("roisin"), request()
    page = text(client.get(f"/requests/{row.reference}"))
    assert "Desk" in page and "£325.00" in page and "Change the lines" in page
    again = text(client.get(f"/requests/new?from={row.reference}"))
    assert 'value="Desk"' in again and 'value="300.00"' in again
    assert client.get("/requests/new?from=PR-26-000099-X").status_code == 404


def test_the_lines_are_changed_on_a_page(world: World) -> None:
    buys(world, "roisin", lines=(DESK,))
    client, row = world.client("roisin"), request()
    address = f"/requests/{row.reference}/lines"
    assert 'value="Desk"' in text(client.get(address))
    data = {"version": "1", "provider": "", "note": "Smaller."} | rows(("Desk", "1", "", "280.00", ""))
    assert client.post(address, data).status_code == 303
    row.refresh_from_db()
    assert (row.amount_minor, row.version) == (28_000, 2)
    stale = client.post(address, data)
    assert (stale.status_code, "changed meanwhile" in text(stale)) == (422, True)
    assert world.client("joseph").get(address).status_code == 200


def received(world: World, client: Client, number: str = "1", quantity: str = "4") -> Any:
    return client.post(
        order_page(),
        {"act": "receive", "milestone": number, "quantity": quantity, "note": "", "key": f"r{number}"},
    )


def test_an_order_is_received_sent_back_and_closed_on_its_page(world: World) -> None:
    buys(world)
    client = world.client("nadia")
    page = text(client.get(order_page()))
    assert "Receive: Chair, oak" in page and "Not here yet" in page
    assert received(world, client).status_code == 303
    assert line(1).quantity == 4
    too_many = received(world, client, "3", "99")
    assert (too_many.status_code, 'value="99"' in text(too_many)) == (422, True)
    back = {"act": "return", "milestone": "1", "quantity": "3", "reasons": "Scratched", "wanted": "on"}
    again = client.post(order_page(), back | {"reasons": ""})
    assert (again.status_code, 'value="3"' in text(again)) == (422, True)
    assert client.post(order_page(), back).status_code == 303
    assert (line(1).state, line(1).quantity, line(4).state) == ("accepted", 1, "changes_requested")
    assert client.post(order_page(), back | {"quantity": "1"}).status_code == 303
    assert line(1).state == "changes_requested"
    joseph = world.client("joseph")
    assert "somebody else does this part" in text(joseph.get(order_page()))
    assert joseph.post(order_page(), {"act": "close", "reasons": "Too late."}).status_code == 303
    assert Agreement.objects.get().state == "ended"
    assert client.get(order_page()).status_code == 200
    assert (
        client.post(order_page(), {"act": "receive", "milestone": "77", "quantity": "1"}).status_code == 404
    )


def test_a_provider_is_named_and_a_repeat_is_ended_on_the_page(world: World) -> None:
    buys(world, provider_id=None, repeat=Plan(Every.WEEK))
    client = world.client("joseph")
    assert "Who delivers it?" in text(client.get(order_page()))
    named = {"act": "name", "version": "1", "provider": str(world.marek.pk)}
    assert client.post(order_page(), named).status_code == 303
    assert "Marek Solan" in text(client.get(order_page()))
    assert client.post(order_page(), {"act": "end"}).status_code == 303
    assert Repeat.objects.get().next_on is None
    assert client.get(order_page()).status_code == 200


def test_a_statement_has_no_page_of_an_order(world: World) -> None:
    from outtask.lifecycle.tests import life as lives

    lives.signed(world)
    assert world.client("joseph").get(order_page()).status_code == 404


def test_the_provider_reads_prints_and_confirms_by_link(world: World) -> None:
    buys(world)
    address = address_of(Link.objects.get(purpose="sign"))
    guest = Client()
    page = text(guest.get(address, follow=True))
    assert "orders this for" in page and "Chair, oak" in page and "Something is not right?" not in page
    assert guest.get(f"{address}/agreement.pdf").content.startswith(b"%PDF")
    version = Agreement.objects.get().versions.get()
    data = {"act": "sign", "name": "Ann Kestrel", "read": "on", "version": "1", "sha256": version.sha256}
    assert guest.post(address, data).status_code == 303
    assert Signature.objects.filter(party="provider").exists()
    assert "Confirmed." in text(guest.get(address, follow=True))


def test_the_provider_reads_at_the_work_what_came_and_what_is_due(world: World) -> None:
    buys(world)
    nadia, guest = world.client("nadia"), Client()
    received(world, nadia)
    nadia.post(
        order_page(),
        {"act": "return", "milestone": "1", "quantity": "1", "reasons": "Scratched", "wanted": "on"},
    )
    address = address_of(Link.objects.get(purpose="deliver"))
    page = text(guest.get(address, follow=True))
    assert "Say that it is delivered" in page and "Hand in milestone" not in page
    assert "Order, version 1" in page and "Not here yet" in page
    assert "“Chair, oak” was received." in text(guest.get(f"{address}/milestones/1"))
    assert "came back. Deliver it again by" in text(guest.get(f"{address}/milestones/4"))


def test_members_read_and_print_the_order_as_a_document(world: World) -> None:
    buys(world, provider_id=None)
    client, reference = world.client("joseph"), OutTask.objects.get().reference
    page = text(client.get(f"/out-tasks/{reference}/agreement"))
    assert "Chair, oak" in page and "the order holds all the same" in page
    assert client.get(f"/out-tasks/{reference}/agreement.pdf").content.startswith(b"%PDF")
    assert client.get(f"/out-tasks/{reference}").status_code == 200
    assert client.get(f"/out-tasks/{reference}/milestones/1").status_code == 200
    assert client.get(f"/out-tasks/{reference}/agreement/edit").status_code in {200, 409, 404}
