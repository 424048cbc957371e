"""Two people choose at the same moment, on two connections."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from outtask.kernel.refusal import Refused
from outtask.models import Award, Entry, Proposal
from outtask.source.actions import award_proposal
from outtask.source.tests import steps


@pytest.mark.django_db(transaction=True)
def test_one_of_two_is_chosen_and_the_other_is_told(world: Any) -> None:
    brief = steps.sent(world)
    offers = [steps.offered(world, brief, one) for one in (world.marek, world.kestrel)]
    together = Barrier(2)

    def choose(who: str, proposal_id: UUID) -> str:
        try:
            together.wait(timeout=30)
            award_proposal(
                actor=world.actor(who), now=world.now, proposal_id=proposal_id, reasons=steps.REASONS
            )
            return "chosen"
        except Refused as refused:
            return refused.refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as people:
        told = list(people.map(choose, ("imke", "joseph"), [offer.pk for offer in offers]))
    assert sorted(told) == ["already_awarded", "chosen"]
    assert Award.objects.count() == Entry.objects.filter(kind="proposal.awarded").count() == 1
    assert Proposal.objects.filter(state="chosen").count() == 1
