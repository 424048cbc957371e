"""What is changed before it is decided is looked at as if it were asked for now: held, lifted, held again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from outtask.agree.orders import Line
from outtask.deliver.actions import receive_line
from outtask.journal.models import Entry
from outtask.journal.recording import Outcome
from outtask.journal.verify import verify
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.lifecycle.editing import edit_request
from outtask.lifecycle.naming import name_provider
from outtask.lifecycle.ordering import change_order
from outtask.lifecycle.spending import approve_request
from outtask.lifecycle.tests.orders import buys, refused
from outtask.models import Hold, Milestone, Provider, PurchaseRequest
from outtask.pay.actions import approve_invoice, send_invoice
from outtask.spend.actions import reject_request
from outtask.watch.actions import dispose_hold
from outtask.watch.queries import records_for
from tests.world import World


def costs(minor: int) -> tuple[Line]:
    return (Line("Shelves", 1, "", Money(minor, "GBP")),)


def latest() -> PurchaseRequest:
    return PurchaseRequest.objects.latest("id")


@pytest.fixture
def above(world: World) -> World:
    """Roisin, who may promise 200, has bought for 120 and asks Joseph for 300 from somebody else."""
    assert buys(world, who="roisin", lines=costs(12_000))["committed"]
    asked = buys(world, who="roisin", lines=costs(30_000), provider_id=world.marek.pk)
    assert not asked["committed"] and not Hold.objects.exists()
    return world


def changes(world: World, minor: int, provider: Provider | None) -> Outcome:
    return change_order(
        actor=world.actor("roisin"),
        now=world.now,
        request_id=latest().pk,
        version=latest().version,
        lines=costs(minor),
        provider_id=provider.pk if provider else None,
    )


def edits(world: World, **more: Any) -> Outcome:
    given: dict[str, Any] = {"budget_id": world.budget.pk, "reason": "They were first."} | more
    return edit_request(
        actor=world.actor("roisin"),
        now=world.now,
        request_id=latest().pk,
        version=latest().version,
        **given,
    )


def approves(world: World) -> Outcome:
    return approve_request(
        actor=world.actor("joseph"), now=world.now, request_id=latest().pk, version=latest().version
    )


def watched(kind: str) -> int:
    return Entry.objects.filter(kind=kind).count()


def test_a_request_edited_into_a_part_is_held(above: World) -> None:
    changes(above, 15_000, above.kestrel)
    hold = Hold.objects.get()
    assert (hold.detector, hold.subject_id, hold.evidence["total"]) == ("split", latest().pk, 27_000)
    assert hold.evidence["by"] == str(above.member("roisin").person_id)
    with refused("held"):
        approves(above)


def test_lifted_when_it_is_no_part_any_more_and_held_again_when_it_is(above: World) -> None:
    changes(above, 15_000, above.kestrel)
    above.now += timedelta(hours=1)
    changes(above, 15_000, above.marek)
    hold = Hold.objects.get()
    assert (hold.disposition, hold.disposed_by, hold.disposed_at) == ("lifted", None, above.now)
    assert watched("watch.lifted") == 1
    record = records_for(above.actor("imke"))[0]
    assert (record.waiting, record.disposed, record.precision) == (0, 0, None), "nobody looked"
    page = above.client("imke").get(reverse("watch")).content.decode()
    assert "What was asked for changed" in page and "Changed since" in page

    above.now += timedelta(hours=1)
    changes(above, 14_000, above.kestrel)
    hold = Hold.objects.get()
    assert (hold.disposition, hold.held_at, hold.evidence["total"]) == ("", above.now, 26_000)
    assert (watched("watch.held"), hold.disposed_at) == (2, None)
    changes(above, 13_000, above.kestrel)
    assert Hold.objects.get().evidence["total"] == 25_000 and watched("watch.held") == 2

    changes(above, 13_000, above.marek)
    assert approves(above)["committed"]
    assert verify(above.organisation.pk).fault is None


def test_what_somebody_said_of_it_stays(above: World) -> None:
    changes(above, 15_000, above.kestrel)
    given = {"disposition": "sound", "note": "Two shelves, two rooms."}
    dispose_hold(actor=above.actor("imke"), now=above.now, hold_id=Hold.objects.get().pk, **given)
    changes(above, 14_500, above.kestrel)
    changes(above, 14_500, above.marek)
    assert Hold.objects.get().disposition == "sound"
    assert (watched("watch.held"), watched("watch.lifted")) == (1, 0)
    assert approves(above)["committed"]


def test_nobody_says_lifted_of_a_hold(above: World) -> None:
    changes(above, 15_000, above.kestrel)
    with refused("disposition_unknown"):
        dispose_hold(
            actor=above.actor("imke"), now=above.now, hold_id=Hold.objects.get().pk,
            disposition="lifted", note="Gone.",
        )  # fmt: skip


def test_what_came_in_between_counts(world: World) -> None:
    """Referred first, then a small one at once; changed to be small, the first is the second part."""
    buys(world, who="roisin", lines=costs(30_000), provider_id=world.kestrel.pk)
    first = latest()
    world.now += timedelta(hours=1)
    assert buys(world, who="roisin", lines=costs(12_000))["committed"]
    world.now += timedelta(hours=1)
    change_order(
        actor=world.actor("roisin"), now=world.now, request_id=first.pk, version=1,
        lines=costs(15_000), provider_id=world.kestrel.pk,
    )  # fmt: skip
    assert Hold.objects.get().subject_id == first.pk


def test_leaving_the_provider_out_first_hides_no_part(world: World) -> None:
    """Nobody is named, so it stands alone; once they are named it is the second of two from them."""
    assert buys(world, who="roisin", lines=costs(12_000))["committed"]
    buys(world, who="roisin", lines=costs(30_000), provider_id=None)
    changes(world, 15_000, None)
    assert not Hold.objects.exists()
    name_provider(
        actor=world.actor("roisin"), now=world.now, request_id=latest().pk,
        version=latest().version, provider_id=world.kestrel.pk,
    )  # fmt: skip
    assert Hold.objects.get().detector == "split"


def test_what_is_held_of_a_promise_holds_its_invoices(world: World) -> None:
    """As it was held before names were decided about: promised, and nobody has looked yet."""
    assert buys(world, who="roisin", lines=costs(15_000))["committed"]
    row = latest()
    hold = Hold.objects.create(
        organisation=world.organisation, outtask_id=row.outtask_id, detector="split",
        subject_type="purchaserequest", subject_id=row.pk, held_at=world.now,
        evidence={"parts": [row.reference], "total": 15_000, "limit": 14_000},
    )  # fmt: skip
    milestone = Milestone.objects.get(agreement=row.agreement)
    given: dict[str, Any] = {"now": world.now, "milestone_id": milestone.pk, "quantity": 1}
    receive_line(actor=world.actor("nadia"), note="Both shelves are up.", **given)
    sent = send_invoice(
        actor=world.actor("dunstan"), now=world.now, outtask_id=row.outtask_id, number="K-1",
        milestone_ids=[milestone.pk], dated_on=world.now.date(),
    )  # fmt: skip
    approval: dict[str, Any] = {"now": world.now, "invoice_id": UUID(sent["id"])}
    for kept in Hold.objects.exclude(pk=hold.pk):
        said = {"disposition": "sound", "note": "I have seen them."}
        dispose_hold(actor=world.actor("imke"), now=world.now, hold_id=kept.pk, **said)
    with refused("held"):
        approve_invoice(actor=world.actor("dunstan"), **approval)
    page = world.client("dunstan").get(reverse("invoice", args=[sent["id"]])).content.decode()
    assert "£150.00" in page and "Held for review" in page
    dispose_hold(
        actor=world.actor("imke"), now=world.now, hold_id=hold.pk, disposition="sound", note="Two rooms.",
    )  # fmt: skip
    approve_invoice(actor=world.actor("dunstan"), **approval)
    assert verify(world.organisation.pk).fault is None


def test_words_that_become_alike_are_looked_at_too(world: World) -> None:
    """Within 30 days only what is asked for in like words is one purchase; the words may come later."""
    buys(world, who="roisin", title="Shelves", reason="For the cellar and the attic.", lines=costs(12_000))
    world.now += timedelta(days=10)
    title = "A delivery of envelopes and stamps for the letters of the year"
    buys(world, who="roisin", title=title, lines=costs(30_000))
    changes(world, 15_000, world.kestrel)
    assert not Hold.objects.exists()
    same = PurchaseRequest.objects.earliest("id")
    type(same.outtask).objects.filter(pk=latest().outtask_id).update(title=same.outtask.title)
    edits(world, reason=same.reason)
    assert Hold.objects.get().evidence["alike"] is True


def test_a_refused_edit_holds_and_lifts_nothing(above: World) -> None:
    changes(above, 15_000, above.kestrel)
    reject_request(
        actor=above.actor("joseph"), now=above.now, request_id=latest().pk,
        version=latest().version, note="Not now.",
    )  # fmt: skip
    with pytest.raises(Refused):
        changes(above, 15_000, above.marek)
    assert Hold.objects.get().disposition == ""
