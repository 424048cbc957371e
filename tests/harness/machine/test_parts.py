"""What the long walk met: parts of receipts, as the invariants see them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from outtask.agree.orders import Line
from outtask.kernel.money import Money
from outtask.lifecycle.tests.orders import buys, receives
from outtask.lifecycle.tests.test_receiving import (
    test_a_part_of_a_receipt_goes_back_and_the_rest_stays_received as a_part_goes_back,
)
from outtask.models import Posting
from outtask.spend.actions import note_rate
from tests.harness.invariants import House, money, replay
from tests.world import World


@pytest.mark.parametrize("wanted", [True, False])
def test_the_receipt_that_stays_is_still_accepted(world: World, wanted: bool) -> None:
    a_part_goes_back(world, wanted)
    wrong = replay.the_journal_told_again_leads_to_the_same_states(House.now())
    assert [said for said in wrong if said.startswith("Milestone")] == []


def test_a_part_may_be_less_than_the_smallest_coin_of_the_budget(world: World) -> None:
    """Of three cents that are worth two pence, the first is none; those that follow make up for it."""
    given = {"currency": "EUR", "per_unit": Decimal("0.5"), "day": date(2026, 11, 1)}
    note_rate(actor=world.actor("dunstan"), now=world.now, **given)
    assert buys(world, lines=(Line("Pin", 3, "", Money(1, "EUR")),))["committed"]
    for order, quantity in ((1, 1), (2, 2)):
        receives(world, order, quantity)
    assert list(Posting.objects.filter(target="owed").values_list("amount_minor", flat=True)) == [2]
    assert list(money.entries_move_what_they_tell(House.now())) == []
