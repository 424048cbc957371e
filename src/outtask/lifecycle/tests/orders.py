"""Somebody buys something: what tests of orders begin with."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from outtask.agree.orders import Line
from outtask.deliver.actions import close_order, receive_line, return_line
from outtask.journal.reading import read
from outtask.journal.recording import Outcome
from outtask.kernel.money import Money
from outtask.kernel.refusal import Refused
from outtask.lifecycle.ordering import request_purchase
from outtask.models import (
    Agreement,
    Budget,
    Entry,
    Milestone,
    OutTask,
    PurchaseRequest,
)
from tests.world import World

CHAIRS = Line("Chair, oak", 10, "pieces", Money(1_000, "GBP"), Decimal(20))
LAMP = Line("Lamp", 1, "", Money(2_500, "GBP"))
WHOLE = 12_000 + 2_500


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda problem: problem.refusal.code == code)


def buys(world: World, who: str = "joseph", **more: Any) -> Outcome:
    given: dict[str, Any] = {
        "title": "Chairs for the reading room",
        "lines": (CHAIRS, LAMP),
        "budget_id": world.budget.pk,
        "provider_id": world.kestrel.pk,
    }
    return request_purchase(actor=world.actor(who), now=world.now, **(given | more))


def request() -> PurchaseRequest:
    return PurchaseRequest.objects.get()


def line(number: int) -> Milestone:
    return Milestone.objects.get(order=number)


def kinds() -> list[str]:
    return list(
        Entry.objects.filter(outtask_id=OutTask.objects.get().pk)
        .order_by("seq")
        .values_list("kind", flat=True)
    )


def told(kind: str) -> Any:
    return read(list(Entry.objects.filter(kind=kind).order_by("seq")))[-1]


def receives(world: World, number: int, quantity: int, who: str = "nadia", **more: Any) -> Outcome:
    return receive_line(
        actor=world.actor(who), now=world.now, milestone_id=line(number).pk, quantity=quantity, **more
    )


def returns(world: World, number: int, wanted: bool, **more: Any) -> Outcome:
    given = {"reasons": "Scratched."} | more
    return return_line(
        actor=world.actor("nadia"), now=world.now, milestone_id=line(number).pk, wanted=wanted, **given
    )


def closes(world: World, who: str = "joseph", reasons: str = "They stopped making it.") -> Outcome:
    return close_order(
        actor=world.actor(who), now=world.now, agreement_id=Agreement.objects.get().pk, reasons=reasons
    )


def sums() -> tuple[int, int, int, int]:
    budget = Budget.objects.get(name="Online shop 2026")
    return budget.committed_minor, budget.owed_minor, budget.paid_minor, budget.free_minor
