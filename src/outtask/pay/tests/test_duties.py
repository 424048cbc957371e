"""Of request, approve, accept and pay, one person holds at most one per out-task: every pair is tried."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from outtask.deliver.tests.underway import Underway, begin, says
from outtask.journal.models import Entry
from outtask.kernel.refusal import Refused
from outtask.models import Approval, Commitment, SeparationException
from outtask.pay.tests.test_actions import approves, invoices, pays
from outtask.people.duties import Duty
from outtask.people.models import Member
from outtask.spend.states import Decision
from tests.world import World

PERSON = "imke"
"""An owner, whose role allows all of it: only the duties stand between."""


def requested_by(under: Underway, name: str) -> None:
    request = Commitment.objects.get(pk=under.commitment.pk).request
    request.requested_by = under.world.member(name)
    request.save()


def approved_by(under: Underway, name: str) -> None:
    Approval.objects.create(
        organisation=under.world.organisation,
        request=under.commitment.request,
        version=1,
        decision=Decision.APPROVE,
        decided_by=under.world.member(name),
        decided_at=under.world.now,
    )


def accepted_by(under: Underway, name: str) -> None:
    under.delivers(1, by=name)


def invoice_approved_by(under: Underway, name: str) -> None:
    if under.milestone(1).state == "open":
        under.delivers(1)
    approves(under, invoices(under, 1), by=name)


def paid_by(under: Underway, name: str) -> None:
    if under.milestone(1).state == "open":
        under.delivers(1)
    outcome = invoices(under, 1)
    approves(under, outcome)
    pays(under, outcome, by=name)


ACTS: dict[str, tuple[Duty, Callable[[Underway, str], None]]] = {
    "request": (Duty.REQUEST, requested_by),
    "approve": (Duty.APPROVE, approved_by),
    "accept": (Duty.ACCEPT, accepted_by),
    "approve invoice": (Duty.PAY, invoice_approved_by),
    "pay": (Duty.PAY, paid_by),
}
ENFORCED_HERE = ("accept", "approve invoice", "pay")


def then_accept(under: Underway) -> None:
    under.hands_in(2)
    under.accepts(2, by=PERSON)


def then_approve_invoice(under: Underway) -> None:
    if under.milestone(1).state == "open":
        under.delivers(1)
    approves(under, invoices(under, 1), by=PERSON)


def then_pay(under: Underway) -> None:
    if under.milestone(1).state == "open":
        under.delivers(1)
    outcome = invoices(under, 1)
    approves(under, outcome)
    pays(under, outcome, by=PERSON)


THEN: dict[str, Callable[[Underway], None]] = {
    "accept": then_accept,
    "approve invoice": then_approve_invoice,
    "pay": then_pay,
}
PAIRS = [
    (first, second) for first, second in permutations(ACTS, 2)
    if second in THEN and ACTS[first][0] is not ACTS[second][0]
]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_nobody_holds_two_duties(world: World, first: str, second: str) -> None:
    under = begin(world, prices=(18_000, 84_000))
    ACTS[first][1](under, PERSON)
    before = under.money()
    with pytest.raises(Refused) as caught:
        THEN[second](under)
    assert caught.value.refusal.code == "separate_duties"
    assert under.money()[2] == before[2]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_declared_exception_lets_one_person_do_it_and_is_marked(
    world: World, first: str, second: str
) -> None:
    SeparationException.objects.create(
        organisation=world.organisation,
        declared_by=world.member(PERSON),
        reason="Only one here.",
        since=world.now,
    )
    under = begin(world, prices=(18_000, 84_000))
    ACTS[first][1](under, PERSON)
    THEN[second](under)
    kind = {"accept": "milestone.accepted", "approve invoice": "invoice.approved", "pay": "invoice.paid"}[
        second
    ]
    assert says(kind)["exception"] == 1


def test_one_person_may_approve_the_invoice_and_pay_it(world: World) -> None:
    under = begin(world, prices=(18_000,))
    under.delivers(1)
    outcome = invoices(under, 1)
    approves(under, outcome, by=PERSON)
    pays(under, outcome, by=PERSON)
    assert says("invoice.paid")["exception"] == 0


def test_one_person_may_accept_every_milestone(world: World) -> None:
    under = begin(world, prices=(18_000, 84_000))
    under.delivers(1)
    under.delivers(2)
    assert under.money() == (102_000, 0, 0)


def test_duties_are_those_of_one_out_task(world: World) -> None:
    first = begin(world, requester=PERSON)
    second = begin(world, number=2)
    second.delivers(1, by=PERSON)
    with pytest.raises(Refused):
        first.delivers(1, by=PERSON)


def test_the_owner_of_an_agent_does_not_accept_its_work(world: World) -> None:
    under = begin(world, provider=world.pagewright, requester="imke")
    under.hands_in(1)
    with pytest.raises(Refused) as caught:
        under.accepts(1, by="joseph")
    assert caught.value.refusal.code == "delivered_it"
    under.accepts(1, by="nadia")


def test_the_owner_of_an_agent_does_not_accept_it_under_an_exception_either(world: World) -> None:
    SeparationException.objects.create(
        organisation=world.organisation, declared_by=world.member("imke"), reason="Few here.", since=world.now
    )
    under = begin(world, provider=world.pagewright, requester="imke")
    under.hands_in(1)
    with pytest.raises(Refused) as caught:
        under.accepts(1, by="joseph")
    assert caught.value.refusal.code == "delivered_it"


def test_a_returned_invoice_leaves_no_duty(world: World) -> None:
    from outtask.pay.actions import return_invoice

    under = begin(world, prices=(18_000, 84_000))
    under.delivers(1)
    outcome = invoices(under, 1)
    approves(under, outcome, by=PERSON)
    given: dict[str, Any] = {
        "actor": world.actor(PERSON),
        "now": world.now,
        "invoice_id": UUID(outcome["id"]),
    }
    return_invoice(**given, reason="Wrong address.")
    under.delivers(2, by=PERSON)
    assert Entry.objects.filter(kind="milestone.accepted").count() == 2


def test_a_person_is_the_same_in_every_membership(world: World) -> None:
    under = begin(world, requester=PERSON)
    under.hands_in(1)
    twin = Member.objects.get(pk=world.member("nadia").pk)
    twin.person = world.member(PERSON).person
    with pytest.raises(Refused) as caught:
        from outtask.deliver.actions import accept_milestone

        accept_milestone(
            actor=twin.actor, now=world.now, milestone_id=under.milestone().pk, submission_number=1
        )
    assert caught.value.refusal.code == "separate_duties"
