"""Invoices and payments: what is written, who may, and what the database holds when rules are passed by."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from outtask.deliver.tests.underway import Underway, a_file, begin, refused, says
from outtask.journal.recording import NotFound, Outcome
from outtask.kernel.actor import Actor
from outtask.kernel.refusal import Refused
from outtask.models import Agreement, Budget, Commitment, Invoice, InvoiceLine, OutTask, Payment
from outtask.pay.actions import approve_invoice, record_payment, return_invoice, send_invoice
from outtask.people.states import Role
from tests.world import World


def invoices(
    under: Underway, *orders: int, by: Actor | None = None, number: str = "INV-42", **more: Any
) -> Outcome:
    return send_invoice(
        actor=by or under.guest,
        now=under.world.now,
        outtask_id=under.outtask.pk,
        number=number,
        milestone_ids=[under.milestone(order).pk for order in orders],
        dated_on=under.world.now.date(),
        **more,
    )


def approves(under: Underway, outcome: Outcome, by: str = "dunstan") -> None:
    approve_invoice(actor=under.world.actor(by), now=under.world.now, invoice_id=UUID(outcome["id"]))


def pays(under: Underway, outcome: Outcome, by: str = "dunstan", **more: Any) -> Outcome:
    given = {"paid_on": under.world.now.date(), "bank_reference": "BACS 7731"} | more
    return record_payment(
        actor=under.world.actor(by), now=under.world.now, invoice_id=UUID(outcome["id"]), **given
    )


@pytest.fixture
def under(world: World) -> Underway:
    """Two milestones of three accepted."""
    under = begin(world, prices=(18_000, 84_000, 5_000))
    under.delivers(1)
    under.delivers(2)
    return under


def test_the_provider_sends_an_invoice_for_what_was_accepted(under: Underway) -> None:
    outcome = invoices(under, 1, 2, file=a_file("invoice.pdf"))
    invoice = Invoice.objects.get(pk=outcome["id"])
    assert (invoice.amount_minor, invoice.currency, invoice.state) == (102_000, "GBP", "received")
    assert invoice.due_on == under.world.now.date() + timedelta(days=14)
    assert invoice.recorded_by is None
    assert invoice.file is not None
    assert (invoice.file.name, invoice.file.shared) == ("invoice.pdf", True)
    assert under.money() == (102_000, 102_000, 0)
    told = says("invoice.received")
    assert told["amount"] == {"minor": 102_000, "currency": "GBP"}
    assert told["milestones"] == 2


def test_a_member_may_type_in_what_came_by_post(under: Underway) -> None:
    actor = under.world.actor("dunstan")
    outcome = invoices(under, 1, by=actor)
    assert Invoice.objects.get(pk=outcome["id"]).recorded_by_id == actor.id


@pytest.mark.parametrize("role", list(Role))
def test_which_members_may(under: Underway, role: Role) -> None:
    actor = under.world.becomes("joseph" if role is Role.REQUESTER else "dunstan", role)
    if role in {Role.REQUESTER, Role.AUDITOR}:
        with refused("not_allowed"):
            invoices(under, 1, by=actor)
    else:
        invoices(under, 1, by=actor)


def test_what_is_not_accepted_is_not_invoiced(under: Underway) -> None:
    with refused("not_accepted"):
        invoices(under, 1, 3)
    assert not Invoice.objects.exists()
    assert under.money() == (102_000, 0, 0)


def test_a_milestone_is_invoiced_once(under: Underway) -> None:
    invoices(under, 1)
    with refused("invoiced_already"):
        invoices(under, 1, 2, number="INV-43")


def test_naming_a_milestone_twice_counts_it_once(under: Underway) -> None:
    invoices(under, 1, 1)
    assert Invoice.objects.get().amount_minor == 18_000


def test_a_number_used_before_is_refused_in_any_spelling(under: Underway) -> None:
    invoices(under, 1)
    with refused("number_used") as caught:
        invoices(under, 2, number="inv 0042")
    assert caught.value.refusal.facts["number"] == "INV-42"
    assert caught.value.refusal.field == "number"


def test_another_provider_may_use_the_same_number(under: Underway) -> None:
    invoices(under, 1)
    other = begin(under.world, prices=[100], provider=under.world.marek, number=2)
    other.delivers(1)
    invoices(other, 1)
    assert Invoice.objects.count() == 2


def test_guests_see_and_invoice_their_own_alone(under: Underway) -> None:
    invoices(under, 1)
    other = begin(under.world, prices=[100], provider=under.world.marek, number=2)
    for model in (Invoice, InvoiceLine):
        assert not model.objects.visible_to(other.guest).exists()
        assert model.objects.visible_to(under.guest).count() == 1
    with pytest.raises(NotFound):
        invoices(under, 2, by=other.guest, number="INV-43")
    with refused("milestone_unknown"):
        send_invoice(
            actor=other.guest,
            now=under.world.now,
            outtask_id=other.outtask.pk,
            number="INV-43",
            milestone_ids=[under.milestone(2).pk, other.milestone().pk],
            dated_on=under.world.now.date(),
        )


def test_guests_neither_approve_nor_pay(under: Underway) -> None:
    outcome = invoices(under, 1)
    given = {"actor": under.guest, "now": under.world.now, "invoice_id": UUID(outcome["id"])}
    with refused("not_allowed"):
        approve_invoice(**given)
    with refused("not_allowed"):
        return_invoice(**given, reason="x")
    with refused("not_allowed"):
        record_payment(**given, paid_on=under.world.now.date(), bank_reference="x")


def test_an_invoice_is_approved_and_paid(under: Underway) -> None:
    outcome = invoices(under, 1)
    approves(under, outcome)
    invoice = Invoice.objects.get()
    assert (invoice.state, invoice.approved_by_id) == ("approved", under.world.actor("dunstan").id)
    assert not pays(under, outcome)["completes"]
    payment = Payment.objects.get()
    assert (payment.amount_minor, payment.bank_reference) == (18_000, "BACS 7731")
    assert under.money() == (102_000, 18_000, 18_000)
    budget = Budget.objects.get(pk=under.world.budget.pk)
    assert (budget.committed_minor, budget.owed_minor, budget.paid_minor) == (5_000, 84_000, 18_000)
    assert says("invoice.paid")["paid_on"] == under.world.now.date().isoformat()
    assert OutTask.objects.get(pk=under.outtask.pk).stage == "deliver"


def test_nothing_is_paid_before_it_is_approved(under: Underway) -> None:
    outcome = invoices(under, 1)
    with refused("wrong_state"):
        pays(under, outcome)
    assert not Payment.objects.exists()


def test_nothing_is_paid_or_approved_twice(under: Underway) -> None:
    outcome = invoices(under, 1)
    approves(under, outcome)
    with refused("wrong_state"):
        approves(under, outcome)
    pays(under, outcome)
    with refused("wrong_state"):
        pays(under, outcome)
    assert under.money() == (102_000, 18_000, 18_000)


def test_the_last_payment_ends_the_agreement(under: Underway) -> None:
    under.delivers(3)
    first, rest = invoices(under, 1), invoices(under, 2, 3, number="INV-43")
    for outcome in (first, rest):
        approves(under, outcome)
    assert not pays(under, first)["completes"]
    assert pays(under, rest)["completes"]
    assert Agreement.objects.get(pk=under.agreement.pk).state == "ended"
    assert says("invoice.paid")["completes"] == 1
    outtask = OutTask.objects.get(pk=under.outtask.pk)
    assert (outtask.stage, outtask.ending) == ("measure", "done")


def test_a_last_milestone_without_a_price_ends_it_by_acceptance(world: World) -> None:
    under = begin(world, prices=(18_000, 0))
    under.delivers(1)
    outcome = invoices(under, 1)
    approves(under, outcome)
    assert not pays(under, outcome)["completes"]
    under.delivers(2)
    assert Agreement.objects.get(pk=under.agreement.pk).state == "ended"


def test_what_was_accepted_is_paid_after_the_work_was_taken_back(under: Underway) -> None:
    Agreement.objects.filter(pk=under.agreement.pk).update(state="ended")
    outcome = invoices(under, 1)
    approves(under, outcome)
    assert not pays(under, outcome)["completes"]
    assert under.money() == (102_000, 18_000, 18_000)


@pytest.mark.parametrize("approved", [False, True])
def test_an_invoice_goes_back_and_comes_again(under: Underway, approved: bool) -> None:
    outcome = invoices(under, 1)
    if approved:
        approves(under, outcome)
    actor = under.world.actor("dunstan")
    return_invoice(actor=actor, now=under.world.now, invoice_id=UUID(outcome["id"]), reason="Wrong address.")
    assert under.money() == (102_000, 0, 0)
    assert Invoice.objects.get().return_reason == "Wrong address."
    again = invoices(under, 1, 2)
    assert again["amount_minor"] == 102_000
    assert under.money() == (102_000, 102_000, 0)


def test_what_is_paid_does_not_go_back(under: Underway) -> None:
    outcome = invoices(under, 1)
    approves(under, outcome)
    pays(under, outcome)
    with refused("wrong_state"):
        return_invoice(
            actor=under.world.actor("dunstan"),
            now=under.world.now,
            invoice_id=UUID(outcome["id"]),
            reason="x",
        )


def test_an_invoice_that_does_not_match_is_not_approved(under: Underway) -> None:
    outcome = invoices(under, 1)
    InvoiceLine.objects.update(amount_minor=17_000)
    with refused("no_match"):
        approves(under, outcome)


def test_the_same_form_twice_sends_one_invoice(under: Underway) -> None:
    first = invoices(under, 1, key="k")
    assert invoices(under, 1, key="k")["id"] == first["id"]
    with refused("key_used_otherwise"):
        invoices(under, 2, key="k")


@pytest.mark.parametrize(
    ("change", "field"),
    [({"paid_on": date(2026, 11, 25)}, "paid_on"), ({"bank_reference": ""}, "bank_reference")],
)
def test_a_payment_needs_a_day_that_came_and_a_reference(
    under: Underway, change: dict[str, Any], field: str
) -> None:
    outcome = invoices(under, 1)
    approves(under, outcome)
    with pytest.raises(Refused) as caught:
        pays(under, outcome, **change)
    assert caught.value.refusal.field == field


# -- the database stands behind the rules -------------------------------------------------------------------


def test_the_database_refuses_more_invoiced_than_accepted(under: Underway) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.filter(pk=under.commitment.pk).update(invoiced_minor=102_001)


def test_the_database_refuses_more_paid_than_invoiced(under: Underway) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.filter(pk=under.commitment.pk).update(paid_minor=1)


def test_the_database_refuses_a_milestone_on_two_invoices(under: Underway) -> None:
    invoices(under, 1)
    invoices(under, 2, number="INV-43")
    first = InvoiceLine.objects.get(amount_minor=18_000)
    with pytest.raises(IntegrityError), transaction.atomic():
        InvoiceLine.objects.filter(amount_minor=84_000).update(milestone=first.milestone)


def test_the_database_refuses_a_number_twice(under: Underway) -> None:
    invoices(under, 1)
    second = invoices(under, 2, number="INV-43")
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=second["id"]).update(number_key="inv42")


def test_the_database_refuses_a_second_payment(under: Underway) -> None:
    outcome = invoices(under, 1)
    approves(under, outcome)
    pays(under, outcome)
    paid = Payment.objects.get()
    paid.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(
            organisation=under.world.organisation,
            invoice=paid.invoice,
            amount_minor=1,
            currency="GBP",
            paid_on=paid.paid_on,
            recorded_by=under.world.member("dunstan"),
            recorded_at=under.world.now,
        )
