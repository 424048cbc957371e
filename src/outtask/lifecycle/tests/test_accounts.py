"""An account that is noted takes back what was approved for the one before: state, journal, page and mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from outtask.deliver.tests.underway import Underway, begin, refused, says
from outtask.followers import notices
from outtask.followers.engine import drain
from outtask.journal.models import Entry
from outtask.journal.recording import Outcome
from outtask.journal.verify import verify
from outtask.lifecycle.accounts import note_bank_account
from outtask.lifecycle.spending import approve_request
from outtask.lifecycle.tests import life as lives
from outtask.models import Approval, BankAccount, Invoice, Mail, Member, OutTask, Payment, Provider
from outtask.pay.tests.test_actions import approves, invoices, pays
from outtask.people.states import Role
from outtask.spend.actions import make_rule
from tests.world import World

IBAN = "GB82 WEST 1234 5698 7654 32"


@pytest.fixture
def under(world: World) -> Underway:
    """Two milestones of three accepted."""
    under = begin(world, prices=(18_000, 84_000, 5_000))
    under.delivers(1)
    under.delivers(2)
    return under


def note(world: World, provider: Provider, account: str = IBAN, by: str = "nadia") -> Outcome:
    """An hour after whatever happened before."""
    world.now += timedelta(hours=1)
    return note_bank_account(actor=world.actor(by), now=world.now, provider_id=provider.pk, account=account)


def invoice(outcome: Outcome) -> Invoice:
    return Invoice.objects.get(pk=outcome["id"])


def test_what_was_approved_for_another_account_is_to_be_approved_again(under: Underway) -> None:
    world = under.world
    sent, waiting = invoices(under, 1), invoices(under, 2, number="INV-43")
    approves(under, sent)
    before = invoice(sent).approved_at
    done = note(world, world.kestrel)
    assert done["to_approve_again"] == 1
    assert (invoice(sent).state, invoice(sent).approved_at) == ("received", before), "who approved it stays"
    assert invoice(waiting).approved_at is None
    told = says("invoice.approval_voided")
    assert (told["invoice"], told["amount"]["minor"]) == (sent["id"], 18_000)
    assert UUID(told["bank_account"]) == BankAccount.objects.get().pk
    with refused("wrong_state"):
        pays(under, sent)
    approves(under, sent)
    assert invoice(sent).state == "approved" and invoice(sent).approved_at == world.now
    assert pays(under, sent)["held"] is False
    assert verify(world.organisation.pk).fault is None


def test_what_is_paid_or_went_to_somebody_else_stays(under: Underway) -> None:
    world = under.world
    sent = invoices(under, 1)
    approves(under, sent)
    assert note(world, world.marek)["to_approve_again"] == 0
    assert invoice(sent).state == "approved"
    pays(under, sent)
    assert note(world, world.kestrel)["to_approve_again"] == 0
    assert invoice(sent).state == "paid" and Payment.objects.exists()
    assert not Entry.objects.filter(kind="invoice.approval_voided").exists()


@pytest.fixture
def half(world: World) -> lives.Life:
    """Two have to say yes; Joseph has, and Imke is asked."""
    make_rule(actor=world.actor("imke"), now=world.now, name="Two", demand="two")
    life = lives.referred(world)
    life.approves("joseph")
    return life


def test_a_first_yes_of_two_counts_no_more_and_both_are_asked_again(half: lives.Life) -> None:
    world, before = half.world, half.decide_link
    assert note(world, world.kestrel)["to_decide_again"] == 0, "they have no part in it"
    assert note(world, world.marek)["to_decide_again"] == 1
    assert Approval.objects.get().voided_at == world.now
    row = half.request
    assert (row.state, row.version, row.decider) == ("referred", 2, world.member("joseph"))
    link = half.decide_link
    assert (link.pk != before.pk, link.member, link.version) == (True, world.member("joseph"), 2)
    told = says("request.approval_voided")
    assert (told["request"], told["version"]) == (row.reference, 2)
    assert UUID(told["bank_account"]) == BankAccount.objects.latest("id").pk
    assert OutTask.objects.get(pk=row.outtask_id).due_on == row.decide_by.date()
    with refused("stale_version"):
        approve_request(actor=world.actor("imke"), now=world.now, request_id=row.pk, version=1)
    given: dict[str, Any] = {"now": world.now, "request_id": row.pk, "version": 2}
    assert not approve_request(actor=world.actor("joseph"), **given)["committed"]
    assert approve_request(actor=world.actor("imke"), **given)["committed"]
    assert verify(world.organisation.pk).fault is None
    page = world.client("imke").get(reverse("request", args=[row.reference])).content.decode()
    assert "what was approved has changed" in page


def test_an_account_is_noted_also_where_nobody_else_could_decide_any_more(half: lives.Life) -> None:
    """Joseph may promise nothing by now, Imke is an auditor: she stays asked, and is told why not."""
    world = half.world
    Member.objects.filter(pk=world.member("joseph").pk).update(limit_minor=None)
    Member.objects.filter(pk=world.member("imke").pk).update(role=Role.AUDITOR)
    assert note(world, world.marek)["to_decide_again"] == 1
    assert (half.request.version, half.request.decider) == (2, world.member("imke"))
    assert Approval.objects.get().voided_at is not None


def test_a_request_that_nobody_has_approved_is_left_alone(world: World) -> None:
    life = lives.referred(world)
    assert note(world, world.marek)["to_decide_again"] == 0
    assert life.request.version == 1


def test_the_page_says_that_it_is_decided_from_the_beginning(half: lives.Life) -> None:
    world = half.world
    address = reverse("provider-account", args=[world.marek.pk])
    pressed = world.client("nadia").post(address, {"account": IBAN}, follow=True)
    assert "1 request is decided from the beginning" in pressed.content.decode()


def test_the_out_task_waits_for_finance_again(world: World) -> None:
    under = begin(world, prices=[18_000])
    under.delivers(1)
    sent = invoices(under, 1)
    approves(under, sent)
    step = OutTask.objects.filter(pk=under.outtask.pk).values_list("next_step", flat=True)
    assert step.get() == "pay_invoice"
    note(world, world.kestrel)
    assert step.get() == "approve_invoice"


def test_the_page_says_why_and_who(under: Underway) -> None:
    world = under.world
    sent = invoices(under, 1)
    approves(under, sent)
    world.now += timedelta(hours=1)
    pressed = world.client("nadia").post(
        reverse("provider-account", args=[world.kestrel.pk]), {"account": IBAN}, follow=True
    )
    assert "1 approved invoice is to be approved again" in pressed.content.decode()
    page = world.client("dunstan").get(reverse("invoice", args=[sent["id"]])).content.decode()
    assert "To be approved again" in page and "•••• 5432" in page
    assert world.member("nadia").name in page and world.member("dunstan").name in page
    approves(under, sent)
    page = world.client("dunstan").get(reverse("invoice", args=[sent["id"]])).content.decode()
    assert "To be approved again" not in page


def test_whoever_approves_invoices_is_told_by_mail(under: Underway) -> None:
    world = under.world
    sent = invoices(under, 1)
    approves(under, sent)
    note(world, world.kestrel)
    drain(notices.FOLLOWERS, world.now)
    mail = Mail.objects.get(subject__contains="is to be approved again")
    assert mail.to_email == world.member("dunstan").person.email
    facts = dict(mail.context["facts"])
    assert facts == {"Paid to another account": "•••• 5432", "Noted by": world.member("nadia").name}
