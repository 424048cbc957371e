"""The pages of the catalogue: search, an item, comparing, the cart, subscriptions, importing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from outtask.catalogue.actions import note_price
from outtask.catalogue.models import CartLine, CatalogueItem, Subscription
from outtask.catalogue.tests.shelf import into_cart, on_sale, pounds, subscribed_item, subscribes
from outtask.catalogue.tests.test_clock import ticks
from outtask.catalogue.tests.test_table import FILE
from outtask.followers.notices import follow
from outtask.journal.models import Entry
from outtask.journal.reading import read
from outtask.kernel.money import Money
from outtask.models import Mail, PurchaseRequest
from outtask.spend.actions import note_rate
from tests.world import World


@pytest.fixture(autouse=True)
def at_the_time_of_the_world(now: Any, time_machine: Any) -> None:
    time_machine.move_to(now, tick=False)


def text(page: Any) -> str:
    return unescape(page.content.decode())


def got(client: Client, address: str) -> str:
    page = client.get(address)
    assert page.status_code == 200, address
    return text(page)


def test_an_empty_catalogue_says_how_to_begin(world: World) -> None:
    assert "Import a price list" in got(world.client("imke"), "/catalogue")
    auditor = got(world.client("ada"), "/catalogue")
    assert "Ask somebody who is" in auditor
    assert "/catalogue/import" not in auditor


def test_searching_by_words_kind_category_provider_and_price(world: World) -> None:
    on_sale(world, "BOX", name="Archive box")
    on_sale(world, "TUBE", 300, name="Map tube", provider_id=world.marek.pk, category="22")
    subscribed_item(world, "WEB", name="Web shop")
    client = world.client("joseph")

    def found(query: str) -> list[str]:
        return [row.item.code for row in client.get(f"/catalogue?{query}").context["rows"]]

    assert found("") == ["BOX", "TUBE", "WEB"]
    assert found("q=archive+bo") == ["BOX"]
    assert found("q=TUBE") == ["TUBE"]
    assert found("kind=subscription") == ["WEB"]
    assert found("category=446") == ["BOX"]
    assert found(f"provider={world.marek.pk}") == ["TUBE"]
    assert found("most=3.00") == ["TUBE"]
    assert found("kind=nonsense&most=lots") == ["BOX", "TUBE", "WEB"]
    assert "Nothing in the catalogue fits." in got(client, "/catalogue?q=zebra")


def test_a_long_catalogue_is_paged_by_key(world: World) -> None:
    for number in range(52):
        on_sale(world, f"B-{number:02}", name=f"Box {number:02}")
    client = world.client("joseph")
    first = client.get("/catalogue?q=box")
    second = client.get("/catalogue" + first.context["page"].next)
    assert [row.item.code for row in second.context["rows"]] == ["B-50", "B-51"]


def test_the_table_is_what_was_found(world: World) -> None:
    on_sale(world, "BOX")
    on_sale(world, "TUBE", name="Map tube")
    answer = world.client("joseph").get("/catalogue/catalogue.csv?q=tube")
    assert answer["Content-Disposition"] == 'attachment; filename="catalogue.csv"'
    lines = b"".join(answer).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("Kestrel Data Ltd,TUBE,Map tube,")


def test_an_item_shows_its_prices_and_goes_into_the_cart(world: World) -> None:
    item = on_sale(world)
    note_price(actor=world.actor("imke"), now=world.now, item_id=item.pk, price=pounds(1_300))
    client = world.client("joseph")
    page = got(client, f"/catalogue/items/{item.pk}")
    assert "£15.00 with 20% tax." in page
    assert "Coming" in page
    assert "£13.00" in page
    sent = {"quantity": "3", "price_minor": "1250", "key": "k"}
    done = client.post(f"/cart/items/{item.pk}", sent, follow=True)
    assert "Order from Kestrel Data Ltd, £45.00" in text(done)
    wrong = client.post(f"/cart/items/{item.pk}", sent | {"price_minor": "1000", "key": "l"})
    assert wrong.status_code == 422
    assert "costs £12.50, not £10.00" in text(wrong)
    none = client.post(f"/cart/items/{item.pk}", sent | {"quantity": "0", "key": "m"})
    assert none.status_code == 422


def test_adding_changing_pricing_withdrawing_by_page(world: World) -> None:
    client = world.client("imke")
    sent = {
        "provider": str(world.kestrel.pk), "code": "A-1", "name": "Archive box", "kind": "good",
        "currency": "EUR", "price": "12,50", "tax_percent": "20", "notice_days": "30", "trial_days": "0",
        "cancel_days": "0", "category": "446171",
    }  # fmt: skip
    assert client.post("/catalogue/items/new", sent | {"plan": "free", "key": "a"}).status_code == 422
    done = client.post("/catalogue/items/new", sent | {"key": "b"})
    item = CatalogueItem.objects.get()
    assert done["Location"] == f"/catalogue/items/{item.pk}"
    assert item.prices.get().price_minor == 1_250
    changed = {name: sent[name] for name in ("tax_percent", "notice_days", "trial_days", "cancel_days")}
    short = client.post(f"/catalogue/items/{item.pk}/change", changed | {"name": "Box", "notice_days": "1"})
    assert "Buyers were promised 30 days of notice." in text(short)
    assert client.post(f"/catalogue/items/{item.pk}/change", changed | {"name": "Box"}).status_code == 303
    risen = {"price": "13.00", "from_on": "2026-11-25"}
    page = client.post(f"/catalogue/items/{item.pk}/price", risen)
    assert page.status_code == 422
    assert "A rise from €12.50 to €13.00 needs 30 days of notice." in text(page)
    assert client.post(f"/catalogue/items/{item.pk}/price", {"price": "11.00"}).status_code == 303
    client.post(f"/catalogue/items/{item.pk}/withdrawal", {"key": "c"})
    assert "No longer sold" in got(client, f"/catalogue/items/{item.pk}")
    assert not client.get("/catalogue").context["rows"]


def test_side_by_side_in_our_currency_with_the_rate(world: World) -> None:
    one = on_sale(world, "ONE", 1_250)
    other = on_sale(world, "TWO", price=Money(1_000, "EUR"), provider_id=world.marek.pk)
    strange = on_sale(world, "SEK", price=Money(1_000, "SEK"))
    rate = {"currency": "EUR", "per_unit": Decimal("0.85"), "day": world.now.date()}
    note_rate(actor=world.actor("imke"), now=world.now, **rate)
    client = world.client("joseph")
    page = got(client, f"/catalogue/compare?item={one.pk}&item={other.pk}&item=nonsense")
    assert "£15.00" in page
    assert "about £10.20" in page
    assert "€12.00, at 0.85" in page
    assert "nothing accepted yet" in page
    assert "there is no rate for it" in got(client, f"/catalogue/compare?item={one.pk}&item={strange.pk}")
    assert "Tick two to four items" in got(client, f"/catalogue/compare?item={one.pk}")


def test_a_cart_is_ordered_by_one_press_for_each_provider(world: World) -> None:
    into_cart(world, on_sale(world), 2)
    into_cart(world, on_sale(world, "M", provider_id=world.marek.pk))
    client = world.client("joseph")
    page = client.get("/cart")
    assert [group.provider.name for group in page.context["groups"]] == ["Kestrel Data Ltd", "Marek Solan"]
    form = page.context["groups"][0].form
    sent = {
        "provider": str(world.kestrel.pk),
        "currency": "GBP",
        "budget": str(world.budget.pk),
        "key": form["key"].value(),
    }
    done = client.post("/cart/orders", sent)
    request = PurchaseRequest.objects.get()
    assert done["Location"] == f"/requests/{request.reference}"
    assert client.post("/cart/orders", sent)["Location"] == done["Location"]
    assert PurchaseRequest.objects.count() == 1
    assert CartLine.objects.get().item.code == "M"
    empty = client.post("/cart/orders", sent | {"key": "other"})
    assert empty.status_code in {409, 422}
    assert client.post("/cart/orders", {"provider": "x"})["Location"] == "/cart"


def test_a_changed_price_is_shown_beside_the_one_that_was_seen_and_accepted(world: World) -> None:
    item = on_sale(world)
    into_cart(world, item, 2)
    note_price(actor=world.actor("imke"), now=world.now, item_id=item.pk, price=pounds(1_100))
    client = world.client("joseph")
    page = got(client, "/cart")
    assert "cost £12.50 when you saw it and costs £11.00 now. Accept the new price first." in page
    assert "Accept £11.00" in page
    accepted = client.post(f"/cart/items/{item.pk}", {"quantity": "2", "price_minor": "1100"}, follow=True)
    assert "Order from Kestrel Data Ltd, £26.40" in text(accepted)
    gone = client.post(f"/cart/items/{item.pk}/removal", {"key": "r"}, follow=True)
    assert "Your cart is empty." in text(gone)


def test_what_is_free_begins_without_a_budget(world: World) -> None:
    item = subscribed_item(world, minor=0, plan="free", period="", cancel_days=0)
    into_cart(world, item)
    client = world.client("joseph")
    assert "No money is committed now." in got(client, "/cart")
    sent = {"provider": str(world.kestrel.pk), "currency": "GBP"}
    done = client.post("/cart/orders", sent, follow=True)
    assert "One subscription began" in text(done) or "1 subscription began." in text(done)


def test_what_renews_when_and_cancelling_it(world: World) -> None:
    row = subscribes(world, quantity=2)
    client = world.client("joseph")
    page = got(client, "/subscriptions")
    assert "£48.00" in page
    assert "£576.00" in page
    assert "10 Dec" in page
    done = client.post(f"/subscriptions/{row.pk}/cancellation", {"key": "k"}, follow=True)
    assert "Cancelled. It ends on Thu 24 Dec" in text(done)
    assert Subscription.objects.get().cancelled_on is not None
    assert "Ends Thu 24 Dec" in got(client, "/subscriptions")
    assert "You subscribe to nothing." in got(world.client("roisin"), "/subscriptions")
    assert "No subscription has ended." in got(client, "/subscriptions?show=ended")


def test_importing_by_page(world: World) -> None:
    client = world.client("imke")
    upload = {"file": SimpleUploadedFile("list.csv", FILE, content_type="text/csv")}
    sent = client.post("/catalogue/import", upload)
    page = client.get(sent["Location"])
    assert "Import 3 items" in text(page)
    assert "Row 5, column “provider”" in text(page)
    assert not CatalogueItem.objects.exists()
    sha256 = page.context["form"]["sha256"].value()
    done = client.post("/catalogue/import/preview", {"sha256": sha256, "key": "k"}, follow=True)
    assert "3 items imported: 3 new, 0 changed." in text(done)
    again = client.post("/catalogue/import/preview", {"sha256": sha256, "key": "k"}, follow=True)
    assert "3 items imported" in text(again)
    broken = {"file": SimpleUploadedFile("list.csv", b"PK\x03\x04", content_type="text/csv")}
    assert client.get(client.post("/catalogue/import", broken)["Location"]).status_code == 422


def test_the_holder_is_told_by_mail(world: World) -> None:
    row = subscribes(world)
    ticks(date(2026, 12, 1))
    for told in read(Entry.objects.filter(kind="subscription.warned")):
        follow(told, world.now)
        follow(told, world.now)
    mail = Mail.objects.get(subject__contains="renews on")
    assert (mail.member, mail.context["amount"]) == (row.member, "£20.00")
    assert mail.context["path"] == "/subscriptions"
