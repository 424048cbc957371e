"""Items, prices and carts: what is written, and the entry that tells of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from outtask.agree.orders import totals_of
from outtask.agree.queries import document_of, version_of
from outtask.catalogue.actions import (
    change_item,
    note_price,
    take_from_cart,
    withdraw_item,
)
from outtask.catalogue.models import CartLine, CatalogueItem, ItemPrice, Subscription
from outtask.catalogue.tests.shelf import TODAY, into_cart, on_sale, orders, pounds, subscribed_item
from outtask.journal.models import Entry
from outtask.journal.reading import Told, read
from outtask.journal.recording import NotFound
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.models import Agreement, Budget, OutTask, PurchaseRequest
from outtask.people.actions import block_provider
from outtask.spend.states import RequestState
from tests.world import World


def last(world: World, kind: str) -> Told:
    entry = Entry.objects.filter(organisation=world.organisation, kind=kind).order_by("-seq")[0]
    return read([entry])[0]


def refused(call: Any, **inputs: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(**inputs)
    return caught.value.refusal.code


def prices(world: World, item: CatalogueItem, minor: int, **more: Any) -> Any:
    return note_price(actor=world.actor("imke"), now=world.now, item_id=item.pk, price=pounds(minor), **more)


def test_an_item_stands_with_its_first_price(world: World) -> None:
    item = on_sale(world)
    assert (item.category, item.currency, item.tax_percent) == ("446171", "GBP", Decimal(20))
    price = ItemPrice.objects.get(item=item)
    assert (price.price_minor, price.from_on) == (1_250, TODAY)
    told = last(world, "item.added")
    assert told.says == {"item": item.pk, "name": item.name, "price": pounds(1_250)}


def test_a_code_stands_once_for_a_provider(world: World) -> None:
    on_sale(world)
    assert refused(on_sale, world=world) == "code_taken"
    on_sale(world, provider_id=world.marek.pk)


@pytest.mark.parametrize("name", ["ada", "dunstan"])
def test_who_manages_no_providers_manages_no_items(world: World, name: str) -> None:
    item = on_sale(world)
    who = {"actor": world.actor(name), "now": world.now, "item_id": item.pk}
    assert refused(change_item, name="x", **who) == "not_allowed"
    assert refused(note_price, price=pounds(1), **who) == "not_allowed"
    assert refused(withdraw_item, **who) == "not_allowed"


def test_a_change_names_its_columns_and_keeps_the_rest(world: World) -> None:
    item = on_sale(world)
    given = {"name": "Strong box", "unit": "box", "tax_percent": Decimal(20), "category": "446171"}
    change_item(actor=world.actor("imke"), now=world.now, item_id=item.pk, notice_days=60, **given)
    item.refresh_from_db()
    assert (item.name, item.notice_days) == ("Strong box", 60)
    assert last(world, "item.changed").says["columns"] == "name notice_days"


def test_a_price_is_another_row_and_the_one_before_stays(world: World) -> None:
    item = on_sale(world)
    assert refused(prices, world=world, item=item, minor=1_300, from_on=TODAY) == "notice_too_short"
    done = prices(world, item, 1_300)
    assert done["from_on"] == (TODAY + timedelta(days=30)).isoformat()
    prices(world, item, 1_100)
    rows = ItemPrice.objects.filter(item=item).order_by("id").values_list("price_minor", "from_on")
    assert list(rows) == [(1_250, TODAY), (1_300, TODAY + timedelta(days=30)), (1_100, TODAY)]
    told = last(world, "item.price_noted").says
    assert (told["price"], told["from_on"]) == (pounds(1_100), TODAY)


def test_a_price_in_another_currency_is_another_item(world: World) -> None:
    item = on_sale(world)
    given = {"actor": world.actor("imke"), "now": world.now, "item_id": item.pk}
    assert refused(note_price, price=Money(100, "EUR"), **given) == "currency_other"


def test_withdrawn_is_for_good(world: World) -> None:
    item = on_sale(world)
    into_cart(world, item)
    who = {"actor": world.actor("imke"), "now": world.now, "item_id": item.pk}
    withdraw_item(**who)
    assert refused(withdraw_item, **who) == "item_withdrawn"
    assert refused(note_price, price=pounds(1), **who) == "item_withdrawn"
    assert refused(change_item, name="x", **who) == "item_withdrawn"
    assert refused(into_cart, world=world, item=item) == "item_withdrawn"
    assert refused(orders, world=world) == "item_withdrawn"


def test_a_foreign_item_is_absent(world: World) -> None:
    item = on_sale(world)
    with pytest.raises(NotFound):
        into_cart(world, item, by="oskar")


# ---- carts and orders ----


def test_a_cart_holds_an_item_once_and_is_ones_own(world: World) -> None:
    item = on_sale(world)
    into_cart(world, item, 2)
    into_cart(world, item, 5)
    into_cart(world, item, 1, by="roisin")
    mine = CartLine.objects.get(member=world.member("joseph"))
    assert (mine.quantity, mine.price_minor) == (5, 1_250)
    told = last(world, "cart.filled").says
    assert (told["quantity"], told["price"]) == (1, pounds(1_250))
    take_from_cart(actor=world.actor("joseph"), now=world.now, item_id=item.pk)
    assert not CartLine.objects.filter(member=world.member("joseph")).exists()
    assert CartLine.objects.filter(member=world.member("roisin")).exists()
    gone = {"actor": world.actor("joseph"), "now": world.now, "item_id": item.pk}
    assert refused(take_from_cart, **gone) == "not_in_cart"


def test_only_who_may_ask_to_spend_has_a_cart(world: World) -> None:
    assert refused(into_cart, world=world, item=on_sale(world), by="ada") == "not_allowed"


def test_a_cart_becomes_one_order_within_the_limit(world: World) -> None:
    box, tape = on_sale(world), on_sale(world, "TAPE", 333, tax_percent=Decimal(5), category="4461")
    into_cart(world, box, 3)
    into_cart(world, tape, 7)
    done = orders(world, reason="Spring shipping")
    request = PurchaseRequest.objects.get(pk=done["id"])
    gross = 3_750 + 750 + 2_331 + 117
    assert done["committed"]
    assert done["ordered"] == 2
    assert (request.amount_minor, request.category, request.reason) == (gross, "4461", "Spring shipping")
    agreement = Agreement.objects.get(pk=request.agreement_id)
    document = document_of(version_of(agreement))
    assert [line.item_id for line in document.lines] == [box.pk, tape.pk]
    assert totals_of(document.lines).gross == pounds(gross)
    assert agreement.provider == world.kestrel
    assert not CartLine.objects.exists()
    told = last(world, "cart.ordered").says
    assert (told["name"], told["lines"]) == (world.kestrel.name, 2)


def test_above_the_limit_it_is_referred(world: World) -> None:
    into_cart(world, on_sale(world), 101)
    done = orders(world)
    assert not done["committed"]
    assert PurchaseRequest.objects.get().state == RequestState.REFERRED
    assert not CartLine.objects.exists()


def test_each_provider_and_currency_is_an_order_of_its_own(world: World) -> None:
    into_cart(world, on_sale(world))
    into_cart(world, on_sale(world, "EU", price=Money(900, "EUR")))
    into_cart(world, on_sale(world, "M", provider_id=world.marek.pk))
    orders(world)
    assert {line.item.code for line in CartLine.objects.all()} == {"EU", "M"}


def test_the_same_press_twice_orders_once(world: World) -> None:
    into_cart(world, on_sale(world))
    first = orders(world, key="pressed")
    again = orders(world, key="pressed")
    assert again.repeated
    assert again["id"] == first["id"]
    assert OutTask.objects.count() == 1
    assert refused(orders, world=world) == "cart_empty"


def test_a_price_that_changed_in_the_cart_is_refused_with_both(world: World) -> None:
    item = on_sale(world)
    into_cart(world, item, 2)
    prices(world, item, 1_100)
    with pytest.raises(Refused) as caught:
        orders(world)
    refusal = caught.value.refusal
    assert refusal.code == "price_changed"
    assert (refusal.facts["old"], refusal.facts["new"]) == (pounds(1_250), pounds(1_100))
    assert CartLine.objects.get().quantity == 2
    assert refused(into_cart, world=world, item=item, quantity=2) == "price_changed"
    into_cart(world, item, 2, price=pounds(1_100))
    assert orders(world)["committed"]


def test_from_who_is_blocked_nothing_is_ordered(world: World) -> None:
    item = on_sale(world)
    into_cart(world, item)
    given = {"provider_id": world.kestrel.pk, "reason": "Late"}
    block_provider(actor=world.actor("imke"), now=world.now, **given)
    assert refused(orders, world=world) == "provider_blocked"
    assert refused(into_cart, world=world, item=item) == "provider_blocked"


def test_what_is_paid_needs_a_budget(world: World) -> None:
    into_cart(world, on_sale(world))
    assert refused(orders, world=world, budget_id=None) == "budget_missing"


# ---- plans ----


def test_what_is_free_commits_no_money(world: World) -> None:
    item = subscribed_item(world, minor=0, plan="free", period="", cancel_days=0)
    into_cart(world, item, price=pounds(0))
    done = orders(world, budget_id=None)
    row = Subscription.objects.get()
    assert (row.plan, row.outtask_id, row.renews_on, row.budget_id) == ("free", None, None, None)
    assert not PurchaseRequest.objects.exists()
    assert done.kind == "cart.ordered"
    assert last(world, "subscription.begun").says["subscription"] == row.pk
    assert refused(into_cart, world=world, item=item, price=pounds(0)) == "subscribed_already"


def test_each_use_is_ordered_and_the_subscription_begins_once(world: World) -> None:
    item = subscribed_item(world, plan="per_use", period="", cancel_days=0, unit="scan")
    for quantity in (3, 4):
        into_cart(world, item, quantity)
        orders(world)
    assert Subscription.objects.get().quantity == 3
    assert [row.amount_minor for row in PurchaseRequest.objects.order_by("id")] == [7_200, 9_600]


def test_a_period_is_paid_at_once_and_a_trial_is_not(world: World) -> None:
    into_cart(world, subscribed_item(world), 2)
    into_cart(world, subscribed_item(world, "TRY", trial_days=14))
    orders(world)
    paid, trial = Subscription.objects.order_by("id")
    assert PurchaseRequest.objects.get().amount_minor == 4_800
    assert (paid.outtask, paid.renews_on) == (OutTask.objects.get(), TODAY.replace(month=12))
    assert (trial.outtask, trial.renews_on) == (None, TODAY + timedelta(days=14))
    assert trial.trial_until == TODAY + timedelta(days=13)
    assert (paid.budget, trial.budget) == (world.budget, world.budget)


def test_a_trial_needs_the_budget_of_what_follows(world: World) -> None:
    into_cart(world, subscribed_item(world, trial_days=14))
    assert refused(orders, world=world, budget_id=None) == "budget_missing"


def test_a_trial_takes_no_budget_that_could_not_pay_what_follows(world: World) -> None:
    """No order asks for it yet, so nothing but this says that it is somebody else's, over, or in another
    currency."""
    into_cart(world, subscribed_item(world, trial_days=14))
    given = {"currency": "GBP", "opened_at": world.now}
    theirs = Budget.objects.create(organisation=world.foreign, name="Theirs", **given)
    ours = {"organisation": world.organisation} | given
    over = Budget.objects.create(name="Over", ends_on=TODAY - timedelta(days=1), **ours)
    euros = Budget.objects.create(name="Euros", **ours | {"currency": "EUR"})
    for budget_id, code in [
        (theirs.pk, "no_budget"),
        (uuid4(), "no_budget"),
        (over.pk, "budget_ended"),
        (euros.pk, "wrong_currency"),
    ]:
        assert refused(orders, world=world, budget_id=budget_id) == code
    assert not Subscription.objects.exists()
    orders(world)
    assert Subscription.objects.get().budget == world.budget
