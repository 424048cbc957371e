"""Exit readiness: the number, its parts, its weakest part; and where it is shown."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.journal.recording import Outcome
from outtask.kernel.actor import clock
from outtask.kernel.refusal import Refused
from outtask.lifecycle.tests import life as lives
from outtask.models import Provider
from outtask.people.states import Relation
from outtask.spend.tests.test_pages import sound
from outtask.takeback.actions import Rehearsed, record_drill
from outtask.takeback.calc import exit_readiness
from outtask.takeback.readiness import CAP, IN_PACK, WEIGHTS, Facts, Part, readiness, together
from outtask.takeback.readiness_facts import facts_of, readiness_here, readiness_of
from outtask.takeback.telling import told
from tests.world import World

BEST = Facts(
    drilled_days_ago=0, offers=2, days_left=90, days_needed=28, signed=True, retrieval_days=30, free=True,
    files=3, rehearsed=True,
)  # fmt: skip


def value(part: Part, **facts: Any) -> Fraction:
    return next(one.value for one in readiness(Facts(**facts)).values if one.part is part)


def test_weights_make_one() -> None:
    assert sum(WEIGHTS.values()) == 1


def test_the_best_there_is() -> None:
    found = readiness(BEST)
    assert (found.score, found.capped) == (1, False)
    assert found.weakest.part is Part.PACK  # named all the same


@pytest.mark.parametrize(
    ("part", "facts", "expected"),
    [
        (Part.PACK, {"missing": frozenset()}, 1),
        (Part.PACK, {"missing": frozenset({"files"})}, Fraction(4, 5)),
        (Part.PACK, {"missing": frozenset(IN_PACK)}, 0),
        (Part.DRILL, {}, 0),
        (Part.DRILL, {"drilled_days_ago": 0}, 1),
        (Part.DRILL, {"drilled_days_ago": 73}, Fraction(4, 5)),
        (Part.DRILL, {"drilled_days_ago": 365}, 0),
        (Part.DRILL, {"drilled_days_ago": 4_000}, 0),
        (Part.ALTERNATIVES, {}, 0),
        (Part.ALTERNATIVES, {"offers": 1}, Fraction(1, 2)),
        (Part.ALTERNATIVES, {"others": 1}, Fraction(1, 4)),
        (Part.ALTERNATIVES, {"offers": 1, "others": 9}, 1),
        (Part.ACCESS, {}, 1),
        (Part.ACCESS, {"files": 1, "links": 3}, Fraction(1, 4)),
        (Part.TIME, {}, 1),
        (Part.TIME, {"days_needed": 28}, 1),
        (Part.TIME, {"days_needed": 28, "days_left": 14}, Fraction(1, 2)),
        (Part.TIME, {"days_needed": 28, "days_left": -3}, 0),
        (Part.TIME, {"days_needed": 0, "days_left": 0}, 1),
        (Part.RIGHTS, {}, 0),
        (Part.RIGHTS, {"retrieval_days": 29}, 0),
        (Part.RIGHTS, {"retrieval_days": 30, "signed": True}, Fraction(2, 3)),
        (Part.RIGHTS, {"retrieval_days": 30, "signed": True, "free": True}, 1),
    ],
)
def test_values(part: Part, facts: dict[str, Any], expected: Fraction) -> None:
    assert value(part, **facts) == expected


def test_critical_work_is_capped_until_leaving_was_rehearsed() -> None:
    facts = {"offers": 2, "signed": True, "retrieval_days": 30, "free": True, "critical": True}
    found = readiness(Facts(**facts))
    assert (found.score, found.capped) == (CAP, True)
    assert readiness(Facts(**facts, rehearsed=True)).score > CAP


FACTS = st.builds(
    Facts,
    missing=st.frozensets(st.sampled_from(sorted(IN_PACK))),
    drilled_days_ago=st.none() | st.integers(0, 1_000),
    offers=st.integers(0, 5), others=st.integers(0, 5), files=st.integers(0, 9), links=st.integers(0, 9),
    days_left=st.none() | st.integers(-99, 999), days_needed=st.none() | st.integers(0, 99),
    signed=st.booleans(), retrieval_days=st.none() | st.integers(0, 99), free=st.booleans(),
    critical=st.booleans(), rehearsed=st.booleans(),
)  # fmt: skip


@given(FACTS)
def test_it_lies_between_nothing_and_all_and_names_its_weakest_part(facts: Facts) -> None:
    found = readiness(facts)
    assert 0 <= found.score <= 1 and [one.part for one in found.values] == list(Part)
    assert all(found.weakest.value <= one.value for one in found.values)
    if facts.critical and not facts.rehearsed:
        assert found.score <= CAP
    else:
        assert found.score == sum(one.value * one.weight for one in found.values)
    assert told(found).weakest.reason


@given(FACTS, st.integers(0, 400), st.integers(0, 400))
def test_a_drill_is_worth_less_each_day(facts: Facts, one: int, other: int) -> None:
    early, late = sorted((one, other))
    assert value(Part.DRILL, drilled_days_ago=early) >= value(Part.DRILL, drilled_days_ago=late)


@given(st.lists(FACTS, max_size=5), st.none() | st.integers(0, 400))
def test_together_is_the_mean_with_the_drill_of_the_organisation(
    several: list[Facts], ago: int | None
) -> None:
    found = together([readiness(facts) for facts in several], ago)
    assert [one.part for one in found.values] == list(Part)
    assert next(one for one in found.values if one.part is Part.DRILL).value == value(
        Part.DRILL, drilled_days_ago=ago
    )
    assert 0 <= found.score <= 1
    if not several:
        assert found.weakest.part is Part.DRILL or found.score == 1
    assert told(found).rows


def test_by_json() -> None:
    found = exit_readiness({"missing": ["files"], "drilled_days_ago": 73})
    assert found["parts"][1]["value"] == 0.8 and found["weakest"] == "alternatives"


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({"luck": 1}, "luck"),
        ({"offers": -1}, "offers"),
        ({"offers": True}, "offers"),
        ({"days_left": "soon"}, "days_left"),
        ({"missing": ["hope"]}, "missing"),
        ({"signed": 1}, "signed"),
    ],
)
def test_input_that_does_not_do(given_: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        exit_readiness(given_)
    assert refused.value.refusal.field == field


# ---- of real work ----


def drilled(world: World, days_ago: int, problem: str = "") -> Outcome:
    return record_drill(
        actor=clock(world.organisation.pk), now=world.now - timedelta(days=days_ago), drill_id=None,
        rehearsed=Rehearsed(problem, 5_000, "ab" * 32, 10, 3, 2),
    )  # fmt: skip


def test_the_facts_of_work_under_way(world: World) -> None:
    life = lives.part_accepted(world)
    (facts,) = facts_of([life.outtask], world.now).values()
    assert facts.missing == frozenset() and facts.signed and facts.free
    assert (facts.offers, facts.others, facts.files, facts.links) == (1, 1, 1, 0)
    assert (facts.drilled_days_ago, facts.critical, facts.rehearsed) == (None, False, False)
    assert readiness_of(life.outtask, world.now).weakest.part is Part.DRILL

    drilled(world, 400, problem="Something was lost.")
    assert readiness_of(life.outtask, world.now).weakest.part is Part.DRILL
    drilled(world, 73)
    Provider.objects.exclude(pk=world.marek.pk).update(relation=Relation.BLOCKED)
    (facts,) = facts_of([life.outtask], world.now).values()
    assert (facts.drilled_days_ago, facts.offers, facts.others) == (73, 0, 0)
    found, count = readiness_here(world.actor("imke"), world.now)
    assert count == 1 and found.weakest.part is Part.ALTERNATIVES


def test_next_door_counts_for_nothing(world: World) -> None:
    lives.part_accepted(world)
    found, count = readiness_here(world.actor("oskar"), world.now)
    assert count == 0 and found.weakest.part is Part.DRILL


def test_it_stands_beside_the_way_back(world: World) -> None:
    life = lives.part_accepted(world)
    text = sound(world.client("imke").get(f"/out-tasks/{life.outtask.reference}/handover"))
    for said in (
        "How ready you are",
        "The weakest part",
        "Leaving rehearsed",
        "Everything it takes is there",
    ):
        assert said in text


@pytest.mark.parametrize("stage", ["draft_brief", "proposed", "drafted", "sent_back"])
def test_every_stage_has_facts(world: World, stage: str) -> None:
    life = lives.STAGES[stage](world)
    assert facts_of([life.outtask], world.now).keys() == {life.outtask_id}


def test_a_few_queries_whatever_the_number(world: World, django_assert_max_num_queries: Any) -> None:
    for stage in (lives.part_accepted, lives.committed, lives.signed):
        stage(world)
    with django_assert_max_num_queries(16):
        readiness_here(world.actor("imke"), world.now)
