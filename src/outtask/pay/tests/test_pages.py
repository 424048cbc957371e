"""Invoices for members, and the provider's page by link from hand-in to payment."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from outtask.deliver.tests.underway import A_CSV, LOOK, Underway, a_file, begin
from outtask.models import Invoice, Link, Message, Submission
from outtask.pay.tests.test_actions import approves, invoices
from outtask.people.links import token_for
from tests.world import World


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture(autouse=True)
def stand_still(world: World, time_machine: Any) -> None:
    """Pages are opened at the instant at which everything else happens."""
    time_machine.move_to(world.now, tick=False)


@pytest.fixture
def under(world: World) -> Underway:
    under = begin(world, prices=(18_000, 84_000), criteria={2: [LOOK, A_CSV]})
    under.delivers(1)
    return under


# -- members -----------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_will_be_here(world: World) -> None:
    assert "No invoice has come in yet." in text(world.client("dunstan").get(reverse("invoices")))


def test_the_list_by_state(under: Underway) -> None:
    invoices(under, 1)
    client = under.world.client("dunstan")
    assert "INV-42" in text(client.get(reverse("invoices")))
    assert "INV-42" in text(client.get(reverse("invoices") + "?state=received"))
    assert "INV-42" not in text(client.get(reverse("invoices") + "?state=paid"))
    assert "INV-42" not in text(under.world.client("oskar").get(reverse("invoices")))


def test_an_invoice_shows_why_it_matches_and_is_approved_and_paid(under: Underway) -> None:
    outcome = invoices(under, 1, file=a_file("invoice.pdf"))
    client, where = under.world.client("dunstan"), reverse("invoice", args=[outcome["id"]])
    content = text(client.get(where))
    assert content.count("£180.00") >= 4
    assert "agreed, accepted and invoiced say the same" in content
    assert client.post(reverse("invoice-approval", args=[outcome["id"]]), {"key": "a"}).status_code == 303
    where_paid = reverse("invoice-payment", args=[outcome["id"]])
    early = client.post(where_paid, {"paid_on": "2020-01-01", "bank_reference": "x"})
    assert early.status_code == 422
    assert "it was not paid before that" in text(early)
    sent = {"paid_on": "2026-11-24", "bank_reference": "BACS 7731"}
    assert client.post(where_paid, sent).status_code == 303
    assert "BACS 7731" in text(client.get(where))


def test_who_accepted_sees_why_they_cannot_approve(under: Underway) -> None:
    outcome = invoices(under, 1)
    content = text(under.world.client("nadia").get(reverse("invoice", args=[outcome["id"]])))
    assert "You accepted the work here" in content


def test_an_invoice_is_sent_back_with_a_reason(under: Underway) -> None:
    outcome = invoices(under, 1)
    client, where = under.world.client("dunstan"), reverse("invoice-return", args=[outcome["id"]])
    assert client.post(where, {"reason": ""}).status_code == 422
    assert client.post(where, {"reason": "Wrong address."}).status_code == 303
    assert "Wrong address." in text(client.get(reverse("invoice", args=[outcome["id"]])))


def test_a_member_records_an_invoice_that_came_by_post(under: Underway) -> None:
    where = reverse("outtask-invoices", args=[under.outtask.reference])
    client = under.world.client("dunstan")
    assert "Record an invoice" in text(client.get(where))
    sent = {"number": "7", "dated_on": "2099-01-01", "milestones": [str(under.milestone(1).pk)]}
    refused = client.post(where, sent)
    assert refused.status_code == 422
    assert "Date the invoice between" in text(refused)
    first = client.post(where, sent | {"dated_on": "2026-11-24", "key": "by-post"})
    again = client.post(where, sent | {"dated_on": "2026-11-24", "key": "by-post"})
    assert (again.status_code, again.headers["Location"]) == (303, first.headers["Location"])
    assert Invoice.objects.get().recorded_by_id == under.world.member("dunstan").pk
    assert "Nothing is left to invoice now." in text(client.get(where))


@pytest.mark.parametrize("part", ["invoice", "invoice-approval", "invoice-return", "invoice-payment"])
def test_foreign_and_absent_invoices_are_alike(under: Underway, part: str) -> None:
    outcome, stranger = invoices(under, 1), under.world.client("oskar")
    ask = stranger.get if part == "invoice" else stranger.post
    foreign, absent = ask(reverse(part, args=[outcome["id"]])), ask(reverse(part, args=[uuid4()]))
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert foreign.content == absent.content


def test_a_long_list_takes_no_more_queries(under: Underway, django_assert_max_num_queries: Any) -> None:
    invoices(under, 1)
    client = under.world.client("dunstan")
    client.get(reverse("invoices"))
    with django_assert_max_num_queries(20) as one:
        client.get(reverse("invoices"))
    for number in range(2, 6):
        other = begin(under.world, prices=[100], provider=under.world.marek, number=number)
        other.delivers(1)
        invoices(other, 1, number=f"M-{number}")
    with django_assert_max_num_queries(len(one)):
        assert "M-5" in text(client.get(reverse("invoices")))


# -- the provider by link -----------------------------------------------------------------------------------


def base(link: Link) -> str:
    return reverse("guest", args=[token_for(link.pk)])


def test_the_link_opens_on_what_is_to_be_handed_in(under: Underway) -> None:
    response = Client().get(base(under.link))
    assert response.status_code == 200
    content = text(response)
    assert "Milestone 2 is due by" in content
    assert "Hand in milestone 2" in content
    assert "Send an invoice" in content
    assert "noindex" in response["X-Robots-Tag"]


def test_opening_the_link_changes_nothing(under: Underway) -> None:
    from outtask.journal.models import Entry

    before = Entry.objects.count()
    for rest in ("", "/milestones/1", "/milestones/2", "/agreement.pdf"):
        assert Client().get(base(under.link) + rest).status_code == 200
    assert Entry.objects.count() == before


def test_the_guest_hands_in_and_sees_the_checks(under: Underway) -> None:
    guest, where = Client(), f"{base(under.link)}/milestones/2"
    nothing = guest.post(where, {})
    assert nothing.status_code == 422
    assert "There is nothing here yet." in text(nothing)
    sent = {"files": [SimpleUploadedFile("records.csv", b"isbn\n1\n")], "note": "Done."}
    assert guest.post(where, sent).status_code == 303
    assert Submission.objects.get(milestone=under.milestone(2)).handed_in_by_id == under.link.pk
    content = text(guest.get(where))
    assert "Outtask tries this by itself, in a moment." in content
    assert "records.csv" in content


def test_the_guest_fetches_their_own_file_and_no_other(under: Underway) -> None:
    under.hands_in(2)
    file = Submission.objects.get(milestone=under.milestone(2)).submitted_files.get().file
    rest = f"/files/{file.pk}/{file.name}"
    mine = Client().get(base(under.link) + rest)
    assert mine.status_code == 200
    assert mine["Content-Disposition"].startswith("attachment")
    other = begin(under.world, provider=under.world.marek, number=2)
    assert Client().get(base(other.link) + rest).status_code == 404


def test_the_guest_sends_an_invoice_and_sees_it(under: Underway) -> None:
    guest = Client()
    sent = {
        "number": "INV-7",
        "dated_on": under.world.now.date().isoformat(),
        "milestones": [str(under.milestone(1).pk)],
    }
    where = f"{base(under.link)}/invoices"
    late = guest.post(where, sent | {"dated_on": "2026-11-25"})
    assert late.status_code == 422
    assert "INV-7" in text(late)
    assert guest.post(where, sent | {"milestones": [str(uuid4())]}).status_code == 422
    assert not Invoice.objects.exists()
    for _ in range(2):  # the second time because the first answer was lost on its way
        assert guest.post(where, sent | {"key": "sent-by-nell"}).status_code == 303
    assert Invoice.objects.count() == 1
    assert guest.post(where, sent | {"key": "another"}).status_code == 422
    assert "INV-7" in text(guest.get(base(under.link)))


def test_the_guest_sees_when_they_were_paid(under: Underway) -> None:
    from outtask.pay.tests.test_actions import pays

    outcome = invoices(under, 1)
    assert "to be paid by" in text(Client().get(base(under.link)))
    approves(under, outcome)
    pays(under, outcome)
    assert "paid Tue 24 Nov" in text(Client().get(base(under.link)))


def test_the_guest_writes_in_the_thread(under: Underway) -> None:
    sent = {"text": "Which of the two names?", "asks": "on"}
    assert Client().post(f"{base(under.link)}/thread", sent).status_code == 303
    assert Message.objects.get().provider_id == under.world.kestrel.pk


@pytest.mark.parametrize(
    "rest", ["/milestones/9", "/milestones/x", "/files/x/y", "/nothing", "/milestones/99999999"]
)
def test_parts_that_are_not_there_are_absent(under: Underway, rest: str) -> None:
    assert Client().get(base(under.link) + rest).status_code == 404
    assert Client().post(base(under.link) + rest).status_code == 404


def test_a_link_for_the_version_before_shows_nothing_more(under: Underway) -> None:
    from outtask.people.links import revoke_links

    revoke_links(under.world.now, pk=under.link.pk)
    response = Client().get(base(under.link))
    assert response.status_code == 410
    assert "Clean 4,200" not in text(response)
