"""What the long walk met: a part of a receipt goes back, and the journal told again says so."""

from __future__ import annotations

import pytest

from outtask.lifecycle.tests.test_receiving import (
    test_a_part_of_a_receipt_goes_back_and_the_rest_stays_received as a_part_goes_back,
)
from tests.harness.invariants import House, replay
from tests.world import World


@pytest.mark.parametrize("wanted", [True, False])
def test_the_receipt_that_stays_is_still_accepted(world: World, wanted: bool) -> None:
    a_part_goes_back(world, wanted)
    wrong = replay.the_journal_told_again_leads_to_the_same_states(House.now())
    assert [said for said in wrong if said.startswith("Milestone")] == []
