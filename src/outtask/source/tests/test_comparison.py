"""Which offer is best, and why."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.kernel.money import Money
from outtask.people.states import ProviderKind, Relation
from outtask.source.comparison import Candidate, Converted, Gate, Question, Record, compare
from outtask.source.rules import Offer, Stage

DUE = date(2026, 12, 11)
CEILING = Money(50_000, "GBP")


def candidate(number: int = 1, **changes: object) -> Candidate:
    price = changes.pop("minor", 40_000)
    ready = changes.pop("ready", DUE)
    money = Money(price, "GBP")  # type: ignore[arg-type]
    whole = {
        "id": UUID(int=number),
        "name": f"Provider {number}",
        "kind": ProviderKind.PERSON,
        "relation": Relation.NEW,
        "offer": Offer(money, ready, (Stage("All", ready, money),)),  # type: ignore[arg-type]
        "price": Converted(money),
    }
    return Candidate(**whole | changes)  # type: ignore[arg-type]


def test_gates_come_before_points() -> None:
    late = candidate(1, ready=DUE + timedelta(days=1))
    dear = candidate(2, minor=50_001)
    foreign = candidate(3, price=None)
    fine = candidate(4)
    seen = compare([late, dear, foreign, fine], by_when=DUE, ceiling=CEILING)
    assert [one.gates for one in seen.offers] == [
        (Gate.LATE,),
        (Gate.ABOVE_CEILING,),
        (Gate.PRICE_UNKNOWN,),
        (),
    ]
    assert [one.score is None for one in seen.offers] == [True, True, True, False]
    assert seen.best and seen.best.candidate is fine


def test_points_are_known_to_the_last() -> None:
    known = candidate(
        minor=37_500,
        ready=DUE - timedelta(days=7),
        relation=Relation.REGULAR,
        record=Record(((True, 0), (True, 365), (False, 365))),
    )
    score = compare([known], by_when=DUE, ceiling=CEILING, usual=0.75).offers[0].score
    assert score
    # quality: (8 * .75 + 1 + .5) / (8 + 1 + .5 + .5) = .75
    expected = {Question.QUALITY: 0.75, Question.PRICE: 0.5, Question.RELATION: 1.0, Question.SLACK: 0.5}
    for question, value in expected.items():
        points, most = score.parts[question]
        assert points == pytest.approx(value * most)
    assert score.total == pytest.approx((0.35 * 0.75 + 0.25 * 0.5 + 0.15 + 0.15 * 0.5) / 0.9 * 100)
    assert sum(most for _, most in score.parts.values()) == pytest.approx(100)


def test_a_tie_has_no_winner() -> None:
    assert compare([candidate(1), candidate(2)], by_when=DUE, ceiling=CEILING).best is None


def test_without_a_ceiling_only_what_nothing_beats_is_best() -> None:
    cheap_late = candidate(1, minor=30_000)
    dear_early = candidate(2, minor=35_000, ready=DUE - timedelta(days=3))
    assert compare([cheap_late, dear_early], by_when=DUE, ceiling=None).best is None
    both = candidate(3, minor=29_000, ready=DUE - timedelta(days=4))
    seen = compare([cheap_late, dear_early, both], by_when=DUE, ceiling=None)
    assert seen.best and seen.best.candidate is both
    assert seen.cheapest and seen.cheapest.candidate is both
    assert seen.earliest and seen.earliest.candidate is both


def test_nothing_offered() -> None:
    seen = compare([], by_when=DUE, ceiling=CEILING)
    assert (seen.offers, seen.best, seen.cheapest, seen.earliest) == ((), None, None, None)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 60_000), st.integers(-20, 5), st.sampled_from(list(Relation)), st.integers(0, 9)
        ),
        min_size=2,
        max_size=6,
    )
)
def test_a_further_offer_never_turns_the_order_of_the_others(
    rows: list[tuple[int, int, Relation, int]],
) -> None:
    offers = [
        candidate(
            number,
            minor=minor,
            ready=DUE + timedelta(days=days),
            relation=relation,
            record=Record(((True, 30),) * good),
        )
        for number, (minor, days, relation, good) in enumerate(rows)
    ]
    every = compare(offers, by_when=DUE, ceiling=CEILING)
    fewer = compare(offers[:-1], by_when=DUE, ceiling=CEILING)
    assert every.offers[:-1] == fewer.offers
    for judged in every.offers:
        assert judged.score is None or 0 <= judged.score.total <= 100 + 1e-9


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4000)), max_size=40), st.floats(0, 1))
def test_quality_stays_a_share(verdicts: list[tuple[bool, int]], usual: float) -> None:
    record = Record(tuple(verdicts))
    assert -1e-9 <= record.quality(usual) <= 1 + 1e-9
    better = Record((*record.verdicts, (True, 0)))
    assert better.quality(usual) >= record.quality(usual) - 1e-9
