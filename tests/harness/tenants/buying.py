"""What an organisation has bought: one order that repeats, and one that waits for a decision."""

from __future__ import annotations

from typing import Any

from outtask.agree.orders import Line
from outtask.kernel.money import Money
from outtask.lifecycle.ordering import request_purchase
from outtask.lifecycle.repeating import Every, Plan
from outtask.models import OutTask, Repeat
from tests.world import World


def ordered(world: World, owner: str) -> dict[str, str]:
    """One order that goes out again and again, and one whose money waits for a decision."""
    given: dict[str, Any] = {"now": world.now, "budget_id": world.budget.pk, "provider_id": world.kestrel.pk}
    shelf = Line("Shelf", 2, "pieces", Money(1_000, "GBP"))
    desk = Line("Desk", 1, "", Money(170_000, "GBP"))
    plan = Plan(Every.MONTH)
    joseph = world.actor("joseph")
    placed = request_purchase(actor=joseph, title="Shelves", lines=(shelf,), repeat=plan, **given)
    waits = request_purchase(actor=joseph, title="A desk", lines=(desk,), **given)
    for one in (placed, waits):
        OutTask.objects.filter(pk=one["outtask_id"]).update(owner=world.member(owner))
    return {
        "ordering": placed["outtask"],
        "order_request": waits["request"],
        "repeat": str(Repeat.objects.get(request_id=placed["id"]).pk),
    }
