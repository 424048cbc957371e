"""Where a process stands, by its facts."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.lifecycle.ocds.shapes import Outcome, Stage
from outtask.lifecycle.ocds.stage import AWARD, CONTRACT, TENDER, Contract, Facts, where_it_stands

C = Contract
CLOSED = Stage.CLOSED


@pytest.mark.parametrize(
    ("facts", "stage", "outcome"),
    [
        (Facts(), Stage.DECIDE, None),
        (Facts("planning"), Stage.DECIDE, None),
        (Facts("planned"), Stage.DECIDE, None),
        (Facts("active"), Stage.SOURCE, None),
        (Facts(""), Stage.SOURCE, None),
        (Facts("some word"), Stage.SOURCE, None),
        (Facts("complete"), Stage.SOURCE, None),
        (Facts("under_contract"), Stage.DELIVER, None),
        (Facts("cancelled"), CLOSED, Outcome.CANCELLED),
        (Facts("withdrawn"), CLOSED, Outcome.WITHDRAWN),
        (Facts("unsuccessful"), CLOSED, Outcome.UNSUCCESSFUL),
        (Facts("complete", ["active"]), Stage.AGREE, None),
        (Facts("complete", [""]), Stage.AGREE, None),
        (Facts(None, ["active", "unsuccessful"]), Stage.AGREE, None),
        (Facts("active", ["pending"]), Stage.SOURCE, None),
        (Facts("active", ["unsuccessful"]), Stage.SOURCE, None),
        (Facts("complete", ["unsuccessful"]), CLOSED, Outcome.UNSUCCESSFUL),
        (Facts("complete", ["cancelled", "cancelled"]), CLOSED, Outcome.CANCELLED),
        (Facts("complete", ["cancelled", "unsuccessful"]), CLOSED, Outcome.UNSUCCESSFUL),
        (Facts("complete", ["unsuccessful", "pending"]), Stage.SOURCE, None),
        (Facts("cancelled", ["active"]), CLOSED, Outcome.CANCELLED),
        (Facts("complete", ["active"], [C("pending")]), Stage.AGREE, None),
        (Facts("cancelled", ["active"], [C("pending")]), CLOSED, Outcome.CANCELLED),
        (Facts("complete", ["active"], [C("active")]), Stage.DELIVER, None),
        (Facts("cancelled", ["active"], [C("active")]), Stage.DELIVER, None),
        (Facts(None, [], [C("")]), Stage.DELIVER, None),
        (Facts(None, [], [C("some word")]), Stage.DELIVER, None),
        (Facts(None, [], [C("active", paid=True)]), CLOSED, Outcome.COMPLETED),
        (Facts(None, [], [C("", paid=True)]), CLOSED, Outcome.COMPLETED),
        (Facts(None, [], [C("pending", paid=True)]), Stage.AGREE, None),
        (Facts(None, [], [C("active", paid=True), C("active")]), Stage.DELIVER, None),
        (Facts(None, [], [C("complete")]), CLOSED, Outcome.COMPLETED),
        (Facts(None, [], [C("terminated")]), CLOSED, Outcome.ENDED),
        (Facts(None, [], [C("terminated", paid=True)]), CLOSED, Outcome.COMPLETED),
        (Facts(None, [], [C("terminated"), C("complete")]), CLOSED, Outcome.ENDED),
        (Facts(None, [], [C("terminated"), C("pending")]), Stage.AGREE, None),
        (Facts("cancelled", [], [C("terminated")]), CLOSED, Outcome.ENDED),
        (Facts("complete", ["active"], [C("cancelled")]), CLOSED, Outcome.CANCELLED),
        (Facts(None, [], [C("cancelled"), C("active")]), Stage.DELIVER, None),
    ],
)
def test_where_it_stands(facts: Facts, stage: Stage, outcome: Outcome | None) -> None:
    assert where_it_stands(facts) == (stage, outcome)


CONTRACTS = st.builds(Contract, st.sampled_from(sorted(CONTRACT | {"", "word"})), st.booleans())
ANY = st.builds(
    Facts,
    st.none() | st.sampled_from(sorted(TENDER | {"", "word", "under_contract"})),
    st.lists(st.sampled_from(sorted(AWARD | {"", "word"})), max_size=3),
    st.lists(
        st.builds(Contract, st.sampled_from(sorted(CONTRACT | {"", "word"})), st.booleans()), max_size=3
    ),
)


@given(ANY, st.randoms())
def test_only_a_closed_process_has_an_outcome_and_order_does_not_matter(facts: Facts, chance: Random) -> None:
    stage, outcome = where_it_stands(facts)
    assert (outcome is not None) == (stage is Stage.CLOSED)
    awards, contracts = list(facts.awards), list(facts.contracts)
    chance.shuffle(awards)
    chance.shuffle(contracts)
    assert where_it_stands(Facts(facts.tender, awards, contracts)) == (stage, outcome)
