"""The page of what is held, and where it shows on what it holds up."""

from __future__ import annotations

from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from outtask.deliver.tests.underway import begin
from outtask.models import Hold
from outtask.pay.tests.test_actions import approves, invoices
from outtask.people.links import token_for
from outtask.watch.tests.test_holding import IBAN, note, split
from tests.world import World


def text(client: Client, where: str) -> str:
    return unescape(client.get(where).content.decode())


@pytest.fixture(autouse=True)
def stand_still(world: World, time_machine: Any) -> None:
    """Pages are opened at the instant at which everything else happens."""
    time_machine.move_to(world.now, tick=False)


def test_everybody_who_may_see_it_reads_why(world: World) -> None:
    life = split(world)
    page = text(world.client("dunstan"), reverse("watch"))
    assert "Perhaps one purchase in parts" in page and life.outtask.title in page
    assert "£1,236.00 together, and each passes under £1,000.00" in page
    assert reverse("request", args=[life.request.reference]) in page
    assert "All is well" in page and "disabled" not in page
    reasons = {"joseph": "You had a part in what is held", "ada": "Your role does not allow this"}
    for name, reason in reasons.items():
        page = text(world.client(name), reverse("watch"))
        assert reason in page and page.count("disabled aria-describedby") == 2
    assert (
        "Perhaps one purchase in parts"
        not in text(world.client("oskar"), reverse("watch")).split("record")[0]
    )


def test_disposing_on_the_page(world: World) -> None:
    split(world)
    client, hold = world.client("dunstan"), Hold.objects.get()
    where = reverse("hold-disposition", args=[hold.pk])
    again = client.post(where, {"disposition": "sound", "note": " "})
    assert again.status_code == 422 and "Held as" in again.content.decode()
    assert client.post(where, {"note": "Seen"}).status_code == 422
    assert client.post(where, {"disposition": "sound", "note": "Three rooms."}).status_code == 303
    hold.refresh_from_db()
    assert (hold.disposition, hold.note) == ("sound", "Three rooms.")
    page = text(client, reverse("watch"))
    assert "Three rooms." in page and "0 of 1" in page
    stranger = world.client("oskar")
    foreign, absent = (
        stranger.post(reverse("hold-disposition", args=[pk]), {"disposition": "sound", "note": "x"})
        for pk in (hold.pk, uuid4())
    )
    assert (foreign.status_code, foreign.content) == (404, absent.content)


def test_it_shows_on_the_request_and_to_whoever_decides(world: World) -> None:
    life = split(world)
    page = text(world.client("imke"), reverse("request", args=[life.request.reference]))
    assert "Held for review" in page and "£1,236.00 together" in page
    assert 'value="approve" disabled' in page
    by_link = text(Client(), reverse("guest", args=[token_for(life.decide_link.pk)]))
    assert "Held for review" in by_link and 'value="approve" disabled' in by_link


def test_it_shows_on_the_invoice_and_at_home(world: World) -> None:
    under = begin(world)
    under.hands_in(1, note="All done.")
    under.accepts(1)
    sent = invoices(under, 1)
    page = text(world.client("dunstan"), reverse("invoice", args=[sent["id"]]))
    assert "accepted without a file, a link or a check that passed" in page
    assert "Somebody who had no part in it looks first" in page
    need = "Look at what is held: accepted with nothing to look at"
    assert need in text(world.client("dunstan"), reverse("home"))
    assert need not in text(world.client("nadia"), reverse("home")), "she accepted it"
    assert need not in text(world.client("ada"), reverse("home"))


def test_a_payment_that_is_held_says_so(world: World) -> None:
    note(world, world.kestrel, IBAN, by="imke")
    under = begin(world)
    under.delivers(1)
    sent = invoices(under, 1)
    approves(under, sent, by="imke")
    client = world.client("imke")
    given = {"paid_on": "2026-11-24", "bank_reference": "BACS 1"}
    assert client.post(reverse("invoice-payment", args=[sent["id"]]), given).status_code == 303
    page = text(client, reverse("invoice", args=[sent["id"]]))
    assert "Held for review, not recorded" in page and "noted the bank account within 30 days" in page


def test_the_account_is_masked_everywhere(world: World) -> None:
    client, where = world.client("nadia"), reverse("provider-account", args=[world.kestrel.pk])
    assert client.post(where, {"account": "GB00 0"}).status_code == 422
    assert client.post(where, {"account": IBAN}).status_code == 303
    page = text(client, reverse("provider", args=[world.kestrel.pk]))
    assert "•••• 5432" in page and "Noted by Nadia Brook" in page and "12345698" not in page
    assert "is paid to another account" not in page or "12345698" not in page
    auditor = world.client("ada")
    assert "Note the account" not in text(auditor, reverse("provider", args=[world.marek.pk]))
    assert auditor.post(where, {"account": IBAN}).status_code == 422
    assert world.client("oskar").post(where, {"account": IBAN}).status_code == 404


def test_the_open_ones_come_first_and_the_list_is_paged(world: World) -> None:
    split(world)
    old = Hold.objects.get()
    done = {"disposition": "sound", "disposed_by": world.member("dunstan"), "disposed_at": world.now}
    Hold.objects.filter(pk=old.pk).update(**done)
    for _ in range(25):
        Hold.objects.create(
            organisation=world.organisation, outtask=old.outtask, detector="no_evidence",
            subject_type="milestone", subject_id=uuid4(), evidence={}, held_at=world.now,
        )  # fmt: skip
    first = world.client("dunstan").get(reverse("watch"))
    assert len(first.context["rows"]) == 20 and first.context["page"].next
    last = world.client("dunstan").get(reverse("watch") + first.context["page"].next)
    assert [row.hold.disposition for row in last.context["rows"]] == [""] * 5 + ["sound"]
