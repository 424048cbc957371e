"""Who delivers is part of what is approved: named later, they are decided about, or the promise stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from outtask.agree.orders import Line
from outtask.agree.queries import document_of, version_of
from outtask.journal.recording import NotFound, Outcome
from outtask.journal.verify import verify
from outtask.kernel.money import Money
from outtask.lifecycle.naming import name_provider
from outtask.lifecycle.repeating import Every, Plan
from outtask.lifecycle.spending import approve_request
from outtask.lifecycle.tests.orders import WHOLE, buys, kinds, receives, refused, returns, sums, told
from outtask.models import (
    Agreement,
    Approval,
    Commitment,
    Hold,
    Link,
    Milestone,
    OutTask,
    Provider,
    PurchaseRequest,
    Repeat,
)
from outtask.people.states import Relation
from outtask.spend.actions import make_rule, reject_request
from outtask.watch.actions import dispose_hold
from tests.world import World

SHELF = Line("Shelves", 1, "", Money(12_000, "GBP"))
DESK = (Line("Desk", 1, "", Money(30_000, "GBP")),)


def latest() -> PurchaseRequest:
    return PurchaseRequest.objects.latest("id")


def names(world: World, who: str = "roisin", provider: Provider | None = None, **more: Any) -> Outcome:
    row = latest()
    given = {"request_id": row.pk, "version": row.version, "provider_id": (provider or world.marek).pk}
    return name_provider(actor=world.actor(who), now=world.now, **(given | more))


def approves(world: World, who: str = "joseph") -> Outcome:
    row = latest()
    return approve_request(
        actor=world.actor(who), now=world.now, request_id=row.pk, version=row.version
    )  # fmt: skip


@pytest.fixture
def approved(world: World) -> PurchaseRequest:
    """Roisin, who may promise 200, asked for 300 without saying from whom, and Joseph said yes."""
    buys(world, "roisin", provider_id=None, lines=DESK)
    assert approves(world)["committed"]
    world.now += timedelta(hours=1)
    return latest()


def test_within_the_limit_the_promise_stands_and_the_order_goes_out(world: World) -> None:
    buys(world, provider_id=None)
    outcome = names(world, "joseph")
    assert (outcome["request"], outcome["committed"], outcome["why"]) == (latest().reference, True, "")
    assert Agreement.objects.get().provider == OutTask.objects.get().provider == world.marek
    assert sorted(Link.objects.values_list("purpose", flat=True)) == ["deliver", "sign"]
    assert kinds()[-1] == "order.provider_named"
    assert sums()[0] == WHOLE
    with refused("named_already"):
        names(world, "joseph", world.kestrel)


def test_what_somebody_approved_without_them_is_asked_for_anew(
    world: World, approved: PurchaseRequest
) -> None:
    outcome = names(world)
    anew = latest()
    assert (outcome.kind, outcome["request"], outcome["committed"]) == (
        "order.asked_anew", anew.reference, False,
    )  # fmt: skip
    assert "approved while nobody was named" in outcome["why"]
    approved.refresh_from_db()
    assert (approved.state, anew.state, anew.decider) == ("void", "referred", world.member("joseph"))
    assert (anew.requested_by, anew.amount_minor, anew.agreement_version) == (
        world.member("roisin"), 30_000, 2,
    )  # fmt: skip
    assert Approval.objects.get().voided_at == world.now
    assert sums() == (0, 0, 0, 1_200_000)
    assert Milestone.objects.get().state == "cancelled"
    agreement = Agreement.objects.get()
    assert (agreement.state, agreement.provider) == ("signed", world.marek)
    assert document_of(version_of(agreement)).provider == world.marek.name
    assert not Link.objects.filter(purpose__in=["sign", "deliver"]).exists(), "nothing goes to them yet"
    assert (OutTask.objects.get().stage, OutTask.objects.get().next_step) == ("approve", "decide_request")
    assert kinds()[-4:] == ["order.asked_anew", "milestone.cancelled", "order.changed", "request.referred"]
    assert told("order.asked_anew").says["released"] == Money(30_000, "GBP")

    assert approves(world)["committed"]
    assert (sums()[0], Commitment.objects.count()) == (30_000, 2)
    assert Milestone.objects.filter(state="open").get().agreement_version == 2
    assert sorted(Link.objects.filter(spent_at=None).values_list("purpose", flat=True)) == ["deliver", "sign"]
    assert OutTask.objects.get().next_step == "hand_in"
    assert verify(world.organisation.pk).fault is None


def test_the_one_who_is_asked_anew_may_say_no(world: World, approved: PurchaseRequest) -> None:
    names(world)
    row = latest()
    reject_request(
        actor=world.actor("joseph"), now=world.now, request_id=row.pk, version=1, note="Not from them."
    )
    assert (latest().state, Agreement.objects.get().state) == ("rejected", "ended")
    assert sums()[0] == 0


def test_a_rule_that_falls_on_the_name_asks_somebody_else(world: World) -> None:
    """Made after the promise, it falls on nobody known; a new one is looked at before they get the order."""
    buys(world, "roisin", provider_id=None)
    Provider.objects.filter(pk=world.kestrel.pk).update(relation=Relation.REGULAR)
    make_rule(actor=world.actor("imke"), now=world.now, name="New", demand="decide", new_provider=True)
    outcome = names(world)
    assert "The rule “New” asks that somebody else decides this." in outcome["why"]
    assert (latest().state, sums()[0]) == ("referred", 0)
    assert kinds()[-1] == "rule.applied"
    assert approves(world)["committed"]
    assert Approval.objects.latest("id").rules


def test_a_rule_that_does_not_fall_on_the_name_lets_the_promise_stand(world: World) -> None:
    buys(world, "roisin", provider_id=None)
    Provider.objects.filter(pk=world.kestrel.pk).update(relation=Relation.REGULAR)
    make_rule(actor=world.actor("imke"), now=world.now, name="New", demand="decide", new_provider=True)
    assert names(world, provider=world.kestrel)["committed"]


def test_the_name_that_makes_it_the_second_of_two_is_decided_by_somebody_else(world: World) -> None:
    """Within the limit and without a name it was ordered at once; with it, it is a part of one purchase."""
    assert buys(world, "roisin", lines=(SHELF,))["committed"]
    world.now += timedelta(hours=1)
    assert buys(world, "roisin", lines=(SHELF,), provider_id=None)["committed"]
    outcome = names(world, provider=world.kestrel)
    assert (outcome["committed"], "Held for review" in outcome["why"]) == (False, True)
    hold = Hold.objects.get()
    assert (hold.subject_id, hold.detector, sums()[0]) == (latest().pk, "split", 12_000)
    with refused("held"):
        approves(world)
    dispose_hold(
        actor=world.actor("imke"), now=world.now, hold_id=hold.pk, disposition="sound", note="Two rooms."
    )
    assert approves(world)["committed"]
    assert verify(world.organisation.pk).fault is None


def test_while_it_waits_it_is_asked_anew_with_the_name_in_its_text(world: World) -> None:
    buys(world, "roisin", provider_id=None, lines=DESK)
    outcome = names(world)
    assert (latest().version, outcome["committed"], outcome["why"]) == (2, False, "")
    assert document_of(version_of(Agreement.objects.get())).provider == world.marek.name
    with refused("stale_version"):
        approve_request(actor=world.actor("joseph"), now=world.now, request_id=latest().pk, version=1)
    assert approves(world)["committed"]


def test_nobody_else_names_them(world: World, approved: PurchaseRequest) -> None:
    """Who decides, decides about what somebody else asked for: so they choose no provider for it."""
    with refused("not_yours"):
        names(world, "joseph")
    with pytest.raises(NotFound):
        names(world, provider_id=world.foreign.pk)
    assert sums()[0] == 30_000


def test_what_came_goes_back_first(world: World, approved: PurchaseRequest) -> None:
    receives(world, 1, 1)
    with refused("received_already"):
        names(world)
    assert (approved.state, sums()[:2]) == ("committed", (0, 30_000))
    returns(world, 1, wanted=True)
    assert not names(world)["committed"]


def test_what_came_within_the_limit_is_from_whoever_is_named(world: World) -> None:
    buys(world, "roisin", provider_id=None)
    receives(world, 2, 1)
    assert names(world)["committed"]
    assert sums()[1] == 2_500


def test_what_repeats_goes_on_from_the_request_that_stands(world: World) -> None:
    plan = Plan(Every.MONTH, None, 3)
    buys(world, "roisin", provider_id=None, lines=DESK, repeat=plan)
    approves(world)
    names(world)
    assert Repeat.objects.get().request == latest()


def test_the_same_naming_sent_twice_is_one(world: World, approved: PurchaseRequest) -> None:
    given = {"request_id": approved.pk, "version": 1, "key": "phone-1"}
    first, again = names(world, **given), names(world, **given)
    assert (again.repeated, again["request"]) == (True, first["request"])
    assert PurchaseRequest.objects.count() == 2


def test_the_page_says_what_naming_will_do_and_what_it_did(world: World, approved: PurchaseRequest) -> None:
    address = reverse("outtask-order", args=[OutTask.objects.get().reference])
    page = world.client("joseph").get(address).content.decode()
    assert "Only the person who asked" in page and 'aria-describedby="no-name"' in page
    roisin = world.client("roisin")
    page = roisin.get(address).content.decode()
    assert "Naming somebody asks for its money anew." in page and "no-name" not in page
    form = {"act": "name", "version": "1", "provider": str(world.marek.pk)}
    page = roisin.post(address, form, follow=True).content.decode()
    assert "It was approved while nobody was named" in page and latest().reference in page
    assert "whoever decides has it by e-mail" in page and "The order goes out when its money" in page
    page = world.client("joseph").get(reverse("request", args=[latest().reference])).content.decode()
    assert f"{approved.reference}, which counts no more" in page
    timeline = world.client("imke").get(reverse("outtask", args=[OutTask.objects.get().reference]))
    assert "Marek" in timeline.content.decode()
