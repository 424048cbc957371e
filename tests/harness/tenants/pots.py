"""What an organisation has beside its budgets: money that somebody wants to move, and closed books."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from outtask.kernel.money import Money
from outtask.spend.actions import ask_transfer, close_books
from tests.harness.tenants.planting import word
from tests.world import World


def beside(world: World, tag: str, number: int, budget_id: str, day: date) -> dict[str, str]:
    """A transfer that waits, and books closed through `day`, a later one for each `number`."""
    transfer = ask_transfer(
        actor=world.actor("joseph"),
        now=world.now,
        source_id=UUID(budget_id),
        target_id=world.budget.pk,
        amount=Money(1_000 + number, "GBP"),
        reason=word(tag, "Transfer", "reason"),
    )
    closing = close_books(actor=world.actor("imke"), now=world.now, through=day)
    return {"transfer": str(transfer["id"]), "closing": str(closing["id"])}
