"""How much was chosen with how much choice: what is noted with an award, and what is counted of old ones."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from outtask.lifecycle.tests import life as lives
from outtask.lifecycle.tests.life import WHOLE
from outtask.models import Award, Proposal
from outtask.source.actions import award_proposal
from outtask.source.states import ProposalState
from outtask.source.tests import steps as sourcing
from outtask.spend.reports import queries
from outtask.spend.reports.choice import Chosen
from outtask.spend.reports.spans import this_year
from tests.world import World

YEAR = this_year(date(2026, 11, 24), ZoneInfo("Europe/London"))


def chosen(world: World, *asked: Any, also_offers: bool = False) -> Proposal:
    """Marek, chosen from a brief that went to these."""
    brief = sourcing.sent(world, *asked)
    hers = sourcing.offered(world, brief, world.marek)
    if also_offers:
        sourcing.offered(world, brief, world.kestrel)
    award_proposal(actor=world.actor("imke"), now=world.now, proposal_id=hers.pk, reasons=sourcing.REASONS)
    return hers


def test_how_much_choice_there_was(world: World) -> None:
    """Marek was the only one asked once, the only one to offer twice, and one of two three times.

    Of awards made before it was noted, it is counted.
    """
    chosen(world, world.marek)
    chosen(world, world.marek, world.kestrel)
    withdrawn = chosen(world, world.marek, world.kestrel, also_offers=True)
    others = Proposal.objects.filter(outtask_id=withdrawn.outtask_id, provider=world.kestrel)
    others.update(state=ProposalState.WITHDRAWN)
    chosen(world, world.marek, world.kestrel, also_offers=True)
    lives.committed(world)
    several = lives.committed(world)
    single = lives.committed(world)
    Proposal.objects.filter(outtask_id=single.outtask_id, provider=world.kestrel).update(
        state=ProposalState.WITHDRAWN
    )
    Award.objects.update(choice="")
    found = queries.single_source(world.actor("imke"), YEAR, "GBP")
    assert found.asked_one == Chosen(awards=1)
    assert found.one_offer == Chosen(awards=3, commitments=1, committed_minor=WHOLE)
    assert found.several == Chosen(awards=3, commitments=2, committed_minor=2 * WHOLE)
    assert (found.share_of_awards, found.share_of_money) == (Fraction(400, 7), Fraction(100, 3))
    assert several.request.base_minor == WHOLE


def test_the_choice_is_noted_with_the_award(world: World) -> None:
    alone = chosen(world, world.marek)
    one_offer = chosen(world, world.marek, world.kestrel)
    several = chosen(world, world.marek, world.kestrel, also_offers=True)
    noted = dict(Award.objects.values_list("proposal_id", "choice"))
    assert noted == {alone.pk: "asked_one", one_offer.pk: "one_offer", several.pk: "several"}
    found = queries.single_source(world.actor("imke"), YEAR, "GBP")
    assert (found.asked_one.awards, found.one_offer.awards, found.several.awards) == (1, 1, 1)


def test_without_an_award_there_is_no_share(world: World) -> None:
    found = queries.single_source(world.actor("imke"), YEAR, "GBP")
    assert (found.share_of_awards, found.share_of_money) == (None, None)
