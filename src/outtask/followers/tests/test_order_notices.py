"""Who is told of an order: its provider once when it is committed, both sides when it goes back or closes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from outtask.catalogue.actions import import_items, note_price
from outtask.catalogue.models import CatalogueItem
from outtask.catalogue.table import ItemRow
from outtask.catalogue.tests.shelf import into_cart, on_sale, orders, pounds, subscribed_item
from outtask.followers.notices.prices import MOST_NAMED
from outtask.followers.tests.test_notices import IMKE, JOSEPH, KESTREL, read_on, subjects
from outtask.journal.models import FollowerCursor
from outtask.lifecycle.naming import name_provider
from outtask.lifecycle.repeating import Every, Plan
from outtask.lifecycle.repeats import place_due
from outtask.lifecycle.tests.orders import CHAIRS, LAMP, buys, closes, receives, request, returns
from outtask.messages.rendering import render
from outtask.models import Link, Mail, Provider
from outtask.people.actions import block_provider
from outtask.people.links import address_of
from outtask.people.states import Purpose
from tests.world import World


def latest(address: str) -> Mail:
    return Mail.objects.filter(to_email=address).latest("id")


def link_to(purpose: Purpose) -> str:
    return address_of(Link.objects.get(purpose=purpose, revoked_at__isnull=True))


@pytest.mark.parametrize("named_later", [False, True])
def test_a_committed_order_is_one_mail_with_both_links(world: World, named_later: bool) -> None:
    buys(world, provider_id=None if named_later else world.kestrel.pk)
    if named_later:
        name_provider(
            actor=world.actor("joseph"), now=world.now + timedelta(hours=1), request_id=request().pk,
            version=request().version, provider_id=world.kestrel.pk,
        )  # fmt: skip
    read_on(world)
    assert [subject.split()[0] for subject in subjects(KESTREL)] == ["Order"]
    rendered = render(latest(KESTREL))
    for part in (rendered.text, rendered.html):
        assert part.index(link_to(Purpose.DELIVER)) < part.index(link_to(Purpose.SIGN))
    FollowerCursor.objects.update(seq=0)
    read_on(world)
    assert Mail.objects.filter(to_email=KESTREL).count() == 1


def test_a_confirmed_order_does_not_offer_to_confirm_it(world: World) -> None:
    buys(world)
    read_on(world)
    Link.objects.filter(purpose=Purpose.SIGN).update(revoked_at=world.now)
    assert "confirm the order" not in render(latest(KESTREL)).text


def test_what_is_received_and_goes_back_is_told_to_both(world: World) -> None:
    buys(world)
    receives(world, 1, 4)
    returns(world, 1, wanted=True)
    read_on(world)
    assert subjects(KESTREL)[1:] == ["They received what you delivered", "Please deliver it again"]
    assert link_to(Purpose.DELIVER) in render(latest(KESTREL)).text
    told = latest(KESTREL).context
    assert (told["amount"], told["quote"]) == ("£48.00", "Scratched.")
    assert ["Sent back", "4 of Chair, oak"] in told["facts"]
    assert subjects(JOSEPH)[-1] == "Something that was received goes back"
    assert latest(JOSEPH).context["path"].endswith("/order")


def test_closing_is_told_to_the_provider_and_to_who_ordered_it(world: World) -> None:
    buys(world)
    closes(world, "imke")
    read_on(world)
    assert subjects(KESTREL)[-1] == "Nothing more of this order is wanted"
    assert ["Not delivered any more", "£145.00"] in latest(KESTREL).context["facts"]
    assert subjects(JOSEPH)[-1] == "Your order was closed"


def test_who_closes_their_own_is_not_told(world: World) -> None:
    buys(world)
    closes(world)
    read_on(world)
    assert "Your order was closed" not in subjects(JOSEPH)


def test_a_repeat_that_could_not_be_placed_is_told(world: World) -> None:
    buys(world, repeat=Plan(Every.WEEK))
    block_provider(actor=world.actor("imke"), now=world.now, provider_id=world.kestrel.pk, reason="Late.")
    place_due(world.now + timedelta(days=8))
    read_on(world)
    assert subjects(JOSEPH)[-1] == "What repeats was not ordered this time"
    assert "is blocked" in latest(JOSEPH).context["quote"]


# ---- prices ----


def dearer(world: World, item: CatalogueItem, minor: int = 1_500, by: str = "nadia") -> None:
    now = world.now + timedelta(hours=1)
    note_price(actor=world.actor(by), now=now, item_id=item.pk, price=pounds(minor))


def read_prices(world: World) -> list[str]:
    read_on(world)
    rows = Mail.objects.filter(subject__startswith="The price").order_by("id")
    return list(rows.values_list("to_email", flat=True))


def test_a_new_price_is_told_to_who_has_it_in_a_cart(world: World) -> None:
    item = on_sale(world)
    into_cart(world, item)
    on_sale(world, "BOX-2")
    dearer(world, item)
    assert read_prices(world) == [JOSEPH]
    assert latest(JOSEPH).context["facts"] == [["Book box BOX-1", "£12.50 becomes £15.00 on Thu 24 Dec"]]


def test_a_new_price_is_told_to_who_subscribes(world: World) -> None:
    item = subscribed_item(world)
    into_cart(world, item)
    orders(world)
    dearer(world, item, 2_500)
    assert read_prices(world) == [JOSEPH]


def test_a_new_price_is_told_to_who_orders_it_again_and_again(world: World) -> None:
    item = on_sale(world)
    buys(world, lines=(replace(CHAIRS, what=item.name), LAMP), repeat=Plan(Every.MONTH))
    dearer(world, item)
    assert read_prices(world) == [JOSEPH]
    Provider.objects.update(name="Somebody")
    other = on_sale(world, "BOX-3", provider_id=world.marek.pk, name=item.name)
    dearer(world, other)
    assert read_prices(world) == [JOSEPH]


def test_who_notes_a_price_and_who_has_nothing_to_do_with_it_hear_nothing(world: World) -> None:
    item = on_sale(world)
    into_cart(world, item, by="imke")
    dearer(world, item, by="imke")
    assert read_prices(world) == []


def test_a_price_list_is_one_mail_that_names_only_what_changes(world: World) -> None:
    rows: list[Any] = []
    for number in range(MOST_NAMED + 3):
        item = on_sale(world, f"BOX-{number}")
        into_cart(world, item)
        price = "12.50" if number == 0 else "13.00"
        rows.append(ItemRow(number + 1, "Kestrel Data Ltd", item.code, {"price": price}))
    given = {"name": "prices.csv", "sha256": "0" * 64, "rows": rows}
    import_items(actor=world.actor("nadia"), now=world.now + timedelta(hours=1), **given)
    assert read_prices(world) == [JOSEPH]
    told = latest(JOSEPH)
    assert told.subject == f"The prices of {MOST_NAMED + 2} things you buy change"
    assert (len(told.context["facts"]), told.context["facts"][-1]) == (MOST_NAMED + 1, ["And others", "2"])
    assert IMKE not in read_prices(world)
