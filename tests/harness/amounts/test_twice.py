"""The same form and the same call sent twice by a flaky phone: one act, answered alike."""

from __future__ import annotations

from outtask.catalogue.actions import note_price
from outtask.catalogue.tests.shelf import into_cart
from outtask.kernel.money import Money
from outtask.models import Entry, PurchaseRequest
from tests.harness.amounts.api import SENT, pounds
from tests.harness.amounts.ground import Ground
from tests.harness.amounts.pages import PAGES
from tests.harness.amounts.test_amounts import ground
from tests.harness.tenants.undoing import undone

__all__ = ["ground"]

FOUNDING = {"people.forms.OrganisationFields.budget"}
"""Keys are those of an organisation, so founding one has none; it commits no money."""


def test_a_form(ground: Ground) -> None:  # the fixture
    wrong: list[str] = []
    for name, page in PAGES.items():
        if name in FOUNDING:
            continue
        with undone():
            browser, path = ground.browsers[page.who], page.path(ground)
            prefix = "factor-" if page.named.startswith("factor-") else ""
            form = page.beside(ground) | {page.named: page.good, f"{prefix}key": "phone"}
            first, entries = browser.post(path, form), Entry.objects.count()
            again = browser.post(path, form)
            led = {answer.headers.get("Location") for answer in (first, again)}
            done = (first.status_code, again.status_code, len(led), Entry.objects.count())
            if done != (303, 303, 1, entries):
                wrong.append(f"{name}: {done}")
    assert not wrong, "\n".join(wrong)


def test_a_call(ground: Ground) -> None:  # the fixture
    wrong: list[str] = []
    for name, sent in SENT.items():
        with undone():
            caller, path = ground.callers[sent.who], sent.path.format(**ground.ids)
            body = sent.body(ground, sent.good if sent.plain else pounds(sent.good))
            first = caller.send(sent.method, path, body, Idempotency_Key="phone")
            entries = Entry.objects.count()
            again = caller.send(sent.method, path, body, Idempotency_Key="phone")
            if first.status_code >= 300 or again.json() != first.json() or Entry.objects.count() != entries:
                wrong.append(f"{name}: {first.status_code}, {again.status_code}")
            other = caller.send(sent.method, path, body | {"version": 2}, Idempotency_Key="phone")
            if other.status_code < 400:
                wrong.append(f"{name}: another input with the same key was taken")
    assert not wrong, "\n".join(wrong)


def test_a_cart_whose_price_changed(ground: Ground) -> None:  # the fixture
    """Refused however often it is sent; accepted at the new price it is ordered once."""
    into_cart(ground.world, ground.item, 2)
    price = Money(1_100, "GBP")
    note_price(actor=ground.world.actor("imke"), now=ground.world.now, item_id=ground.item.pk, price=price)
    joseph, asked = ground.callers["joseph"], PurchaseRequest.objects.count()
    given = {
        "provider_id": str(ground.world.kestrel.pk), "currency": "GBP",
        "budget_id": str(ground.world.budget.pk),
    }  # fmt: skip
    for _ in range(2):
        refused = joseph.post("/cart/orders", given, Idempotency_Key="phone")
        assert (refused.status_code, refused.json()["code"]) == (409, "price_changed")
    seen = {"quantity": 2, "price": pounds(1_100)}
    assert joseph.send("PUT", f"/cart/{ground.item.pk}", seen).status_code == 200
    done = [joseph.post("/cart/orders", given, Idempotency_Key="phone").json() for _ in range(2)]
    assert done[0] == done[1] and done[0]["committed"]
    assert PurchaseRequest.objects.count() == asked + 1
    assert PurchaseRequest.objects.latest("id").amount_minor == 2_640
