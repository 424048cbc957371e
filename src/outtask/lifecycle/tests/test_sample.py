"""The sample organisation: work in every stage, a journal that verifies, and nothing left when it goes."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client

from outtask.cli import FAILED, REFUSED, main
from outtask.cli.ground import DONE
from outtask.files.storage import store_pieces
from outtask.journal.verify import verify
from outtask.kernel.refusal import Refused
from outtask.lifecycle import sample
from outtask.lifecycle.needs import needs_of
from outtask.lifecycle.sample_catalogue import ITEMS
from outtask.lifecycle.sample_shop import DATA, Shop
from outtask.lifecycle.tests.published import everything, says, source, takes_in
from outtask.lifecycle.tests.test_importing import TENDER
from outtask.models import (
    Blob,
    Budget,
    CartLine,
    CatalogueItem,
    Entry,
    File,
    Handover,
    ImportedRecord,
    Invoice,
    ItemPrice,
    Judgement,
    Member,
    Milestone,
    Organisation,
    OutTask,
    Person,
    Process,
    SpendRule,
    Subscription,
)
from outtask.people.roles import Right, may
from outtask.spend.states import Demand
from outtask.takeback.states import HandoverState
from tests.world import SIGN_IN, World

PAGES = (
    "home",
    "outtasks",
    "providers",
    "processes",
    "budgets",
    "requests",
    "invoices",
    "imports",
    "members",
    "catalogue",
    "cart",
    "subscriptions",
    "rules",
)


@pytest.fixture
def shop(db: None, now: Any) -> Organisation:
    """The sample as it stands, alone in the installation."""
    sample.fill(now)
    found: Organisation = Organisation.objects.get(is_sample=True)
    return found


def owner(shop: Organisation) -> Member:
    found: Member = Member.objects.get(organisation=shop, role="owner")
    return found


def test_the_shop_as_it_stands(shop: Organisation, now: Any) -> None:
    """One look at everything: filling it takes seconds."""
    look_at_the_stages()
    look_at_the_money()
    look_at_the_shelf(shop, now)
    look_at_the_journal(shop, now)
    titles = [str(need.title) for need in needs_of(owner(shop).actor, now.date())]
    assert len(titles) >= 6
    assert any(title.startswith("Approve £1,840.00") for title in titles)
    assert any(title.startswith("Answer Marek") for title in titles)
    assert owner(shop).person.email == "imke@sample.example"
    assert not any(one.has_usable_password() for one in Person.objects.all())
    with pytest.raises(Refused) as refused:
        sample.fill(now)
    assert refused.value.refusal.code == "sample_there"


def look_at_the_stages() -> None:
    own = OutTask.objects.filter(source_key="")
    assert Counter(own.values_list("stage", "next_step")) == {
        ("source", "send_brief"): 1,
        ("source", "choose_proposal"): 1,
        ("agree", "provider_signs"): 1,
        ("approve", "decide_request"): 1,
        ("deliver", "hand_in"): 2,
        ("verify", "check_milestone"): 1,
        ("pay", "approve_invoice"): 1,
        ("measure", "see_service"): 1,
        ("take_back", "hand_on"): 1,
    }
    assert ImportedRecord.objects.count() == 8
    assert Process.objects.count() == 88
    assert Judgement.objects.count() == 10
    assert Handover.objects.get().state == HandoverState.PACKED
    assert Counter(Invoice.objects.values_list("state", flat=True)) == {"paid": 2, "received": 2}


def look_at_the_money() -> None:
    online, town = Budget.objects.order_by("name")
    assert (online.committed_minor, online.owed_minor, online.paid_minor) == (6_400, 0, 114_000)
    # A month of parcels and the takings are owed; the second month came free when it was taken back.
    # Twelve of twenty packs came, and a month of the list of new titles is promised.
    assert (town.committed_minor, town.owed_minor, town.paid_minor) == (11_040 + 3_480, 47_200 + 16_560, 0)


def look_at_the_shelf(shop: Organisation, now: Any) -> None:
    """A price that rises after its notice, a cart at the price of today, a renewal ahead, a rule."""
    assert CatalogueItem.objects.count() == len(ITEMS)
    rise = ItemPrice.objects.order_by("-id")[0]
    assert (rise.item.code, rise.price_minor, rise.from_on > now.date()) == ("FB-BOX-A4", 460, True)
    cart = CartLine.objects.filter(member=owner(shop)).order_by("id")
    assert list(cart.values_list("item__code", "quantity", "price_minor")) == [
        ("FB-BOX-A4", 40, 420),
        ("FB-SPINE", 2, 3_800),
    ]
    running = Subscription.objects.get()
    assert running.member == owner(shop)
    assert timedelta() < running.renews_on - now.date() <= timedelta(days=14)
    parts = Milestone.objects.filter(order_line=1, title__startswith="Padded").order_by("order")
    assert list(parts.values_list("state", "quantity")) == [("accepted", 12), ("open", 8)]
    assert SpendRule.objects.get().demand == Demand.TWO


def look_at_the_journal(shop: Organisation, now: Any) -> None:
    assert verify(shop.pk).fault is None
    times = list(Entry.objects.order_by("seq").values_list("at", flat=True))
    assert times == sorted(times)
    assert times[-1] == now
    assert times[0] < now - timedelta(days=50)
    assert says("sample.filled") == [{}]


@pytest.mark.parametrize("hour", [0, 12, 23])
@pytest.mark.parametrize("days", [0, 3, 4, 5, 128])
def test_it_fits_any_day(db: None, now: Any, days: int, hour: int) -> None:
    """Weekends, the day clocks change, just after midnight: no act lies ahead, none on a day off."""
    then = (now + timedelta(days=days)).replace(hour=hour, minute=1)
    shop = Shop(then, UUID(int=1))
    for before in range(1, 46):
        at = shop.at(before, 18)
        assert at < then
        assert shop.day(before).weekday() < 5
        assert shop.day(-before) > then.date() - timedelta(days=1)


def test_it_is_filled_on_a_sunday_at_midnight(db: None, now: Any) -> None:
    sample.fill((now + timedelta(days=5)).replace(hour=0, minute=1))
    assert OutTask.objects.filter(stage="measure", ending="done").count() == 1


def test_every_page_of_it_opens(shop: Organisation) -> None:
    client = Client()
    client.force_login(owner(shop).person, backend=SIGN_IN)
    from django.urls import reverse

    addresses = [reverse(name) for name in PAGES]
    addresses += [
        reverse("outtask", args=[reference])
        for reference in OutTask.objects.values_list("reference", flat=True)
    ]
    addresses += [
        reverse("timeline", args=[reference])
        for reference in OutTask.objects.values_list("reference", flat=True)
    ]
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(
        addresses, 200
    )


def test_a_step_that_fails_leaves_nothing(db: None, now: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(shop: Shop) -> Any:
        yield shop.at(20, 12)
        raise RuntimeError("the shop burnt down")

    before = rows()
    monkeypatch.setattr(sample, "STORIES", (*sample.STORIES, breaks))
    with pytest.raises(RuntimeError):
        sample.fill(now)
    assert rows() == before


def rows() -> dict[str, int]:
    """How many rows each table of ours has."""
    return {
        model.__name__: model._default_manager.count()
        for model in apps.get_app_config("outtask").get_models()
    }


def test_removing_takes_all_of_it_and_nothing_else(world: World) -> None:
    takes_in(world, source(TENDER))
    takes_in(world, source(TENDER), by="oskar")
    before = rows()
    others = everything(world.organisation), everything(world.foreign)
    sample.fill(world.now)
    shop = Organisation.objects.get(is_sample=True)
    paths = [Path(settings.HOME, "files", blob.path) for blob in Blob.objects.all()]
    assert len(paths) > 5
    assert all(path.is_file() for path in paths)
    sample.remove(owner(shop).actor, world.now)
    assert rows() == before
    assert not any(path.exists() for path in paths)
    assert (everything(world.organisation), everything(world.foreign)) == others
    assert verify(world.organisation.pk).fault is None


def test_bytes_and_people_that_others_use_stay(world: World) -> None:
    data = DATA.joinpath("alt-text.csv").read_bytes()
    stored = store_pieces([data], "alt-text.csv")
    blob = Blob.objects.create(sha256=stored.sha256, size=stored.size, kept_at=world.now)
    File.objects.create(organisation=world.organisation, blob=blob, name="ours.csv", added_at=world.now)
    sample.fill(world.now)
    shop = Organisation.objects.get(is_sample=True)
    guest = Member.objects.create(
        organisation=shop, person=world.member("oskar").person, role="auditor", joined_at=world.now
    )
    sample.remove(owner(shop).actor, world.now)
    assert Person.objects.filter(pk=guest.person_id).exists()
    assert Path(settings.HOME, "files", blob.path).read_bytes() == data


def test_only_the_sample_is_removed_and_only_by_who_manages_it(world: World) -> None:
    with pytest.raises(Refused) as refused:
        sample.remove(world.actor("imke"), world.now)
    assert refused.value.refusal.code == "no_sample"
    sample.fill(world.now)
    shop = Organisation.objects.get(is_sample=True)
    roisin = Member.objects.get(organisation=shop, role="requester").actor
    assert may(roisin, Right.MANAGE_ORGANISATION) is not None
    with pytest.raises(Refused):
        sample.remove(roisin, world.now)
    assert Organisation.objects.filter(pk=shop.pk).exists()


def test_the_first_page_fills_it_and_settings_remove_it(db: None, client: Client) -> None:
    assert client.post("/welcome/sample").status_code == 303
    home = client.get("/").content.decode()
    assert "Harbour Row Books" in home
    assert client.post("/settings/organisation/sample/removal").status_code == 303
    assert not Organisation.objects.exists()
    assert not Person.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_command_fills_and_removes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--json"]) == DONE
    told = json.loads(capsys.readouterr().out)
    assert Person.objects.get(email=told["email"]).check_password(told["password"])
    assert main(["demo"]) == REFUSED
    assert main(["demo", "--remove"]) == DONE
    assert capsys.readouterr().out == "Removed Harbour Row Books.\n"
    assert not Organisation.objects.exists()
    assert main(["demo", "--remove"]) == FAILED
