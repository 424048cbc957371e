"""What an organisation may tune its detectors to: exact tables, and what holds of all of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.watch.rules import DEFAULTS, is_just_below, over_progress, split
from outtask.watch.rules import Progress as Done
from outtask.watch.tests.material import ASKED, asked
from outtask.watch.tuning_rules import (
    DAYS,
    LONGEST_REASON,
    USUAL,
    Change,
    Terms,
    looks_for_less,
    why_not_tune,
    written,
)

MORE = replace(USUAL, split_days=14)
CHANGE = Change(MORE, USUAL, "A shop of two.", seen=0, version=0)

terms = st.builds(
    Terms,
    **{name: st.integers(1, 366) for name in DAYS},
    just_below=st.integers(1, 500).map(lambda tenths: Decimal(tenths) / 10),
    over=st.integers(0, 200).map(lambda tenths: Decimal(tenths) / 10),
).filter(lambda one: one.alike_split_days >= one.split_days)


def why_not(**changes: Any) -> list[tuple[str, str | None]]:
    """Code and field of what stands against these values, a reason and all."""
    own = {name: changes.pop(name) for name in ("reason", "seen", "guarded", "proven") if name in changes}
    found = why_not_tune(replace(CHANGE, wanted=replace(MORE, **changes), **own))
    return [(refusal.code, refusal.field) for refusal in found]


def test_what_is_usual_is_what_detectors_do_by_themselves() -> None:
    assert USUAL.parameters == DEFAULTS
    assert (USUAL.just_below, USUAL.over) == (Decimal(5), Decimal(0))


def test_percentages_become_shares() -> None:
    tuned = replace(USUAL, just_below=Decimal("2.5"), over=Decimal("0.1")).parameters
    assert (tuned.just_below, tuned.over) == (Fraction(1, 40), Fraction(1, 1000))


@pytest.mark.parametrize("name", DAYS)
@pytest.mark.parametrize(
    ("count", "fine"), [(-1, False), (0, False), (1, True), (366, True), (367, False), (10**40, False)]
)
def test_days(name: str, count: int, fine: bool) -> None:
    # Looking back for like words goes along, so that it is never the shorter one.
    along = {"alike_split_days": 366} if name == "split_days" else {"split_days": 1}
    assert why_not(**{**along, name: count}) == ([] if fine else [("days_range", name)])


@pytest.mark.parametrize(("any_words", "like_words", "fine"), [(60, 60, True), (60, 59, False), (1, 1, True)])
def test_like_words_are_looked_for_as_far_back(any_words: int, like_words: int, fine: bool) -> None:
    found = why_not(split_days=any_words, alike_split_days=like_words)
    assert found == ([] if fine else [("alike_shorter", "alike_split_days")])


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("just_below", "0", "percent_range"),
        ("just_below", "-0.1", "percent_range"),
        ("just_below", "0.1", ""),
        ("just_below", "2.50", ""),
        ("just_below", "2.55", "percent_fine"),
        ("just_below", "5E+1", ""),
        ("just_below", "50.1", "percent_range"),
        ("just_below", "NaN", "percent_range"),
        ("just_below", "1E-999999", "percent_fine"),
        ("just_below", f"2.{'0' * 40}1", "percent_fine"),
        ("over", "-0.1", "percent_range"),
        ("over", "-0", ""),
        ("over", "0.05", "percent_fine"),
        ("over", "20", ""),
        ("over", "20.1", "percent_range"),
        ("over", "Infinity", "percent_range"),
        ("over", "sNaN", "percent_range"),
    ],
)
def test_percentages(name: str, value: str, code: str) -> None:
    assert why_not(**{name: Decimal(value)}) == ([(code, name)] if code else [])


def test_each_fault_is_told_on_its_field() -> None:
    found = why_not(split_days=0, new_days=400, over=Decimal(99), reason=" ")
    assert [field for _, field in found] == ["split_days", "new_days", "over", "reason"]


@pytest.mark.parametrize(
    ("reason", "found"),
    [
        ("", [("reason_missing", "reason")]),
        ("\n ", [("reason_missing", "reason")]),
        ("x" * LONGEST_REASON, []),
        ("x" * (LONGEST_REASON + 1), [("reason_long", "reason")]),
    ],
)
def test_it_is_said_why(reason: str, found: list[Any]) -> None:
    assert why_not(reason=reason) == found


def test_nobody_tunes_what_they_have_not_seen() -> None:
    assert why_not(seen=1, split_days=0) == [("changed_meanwhile", None)]


def test_what_is_so_already() -> None:
    assert why_not(split_days=7) == [("nothing_to_do", None)]
    assert why_not(split_days=7, just_below=Decimal("5.0"), over=Decimal("-0")) == [("nothing_to_do", None)]


@pytest.mark.parametrize(
    ("changes", "less"),
    [
        ({"split_days": 6}, True),
        ({"split_days": 8}, False),
        ({"alike_split_days": 29}, True),
        ({"new_days": 6}, True),
        ({"bank_days": 29}, True),
        ({"bank_days": 366, "new_days": 6}, True),
        ({"just_below": Decimal("4.9")}, True),
        ({"just_below": Decimal(50)}, False),
        ({"over": Decimal("0.1")}, True),
    ],
)
def test_looking_for_less_needs_a_second_factor_where_one_is_asked_for(
    changes: dict[str, Any], less: bool
) -> None:
    wanted = {"split_days": 7} | changes
    assert looks_for_less(replace(USUAL, **wanted), USUAL) is less
    assert why_not(**wanted) == []
    assert why_not(**wanted, guarded=True) == ([("second_factor", None)] if less else [])
    assert why_not(**wanted, guarded=True, proven=True) == []


def test_percentages_are_written_plainly() -> None:
    plain = {"5.0": "5", "2.5": "2.5", "50": "50", "0.0": "0", "-0": "0"}
    assert {text: written(Decimal(text)) for text in plain} == plain


@given(before=terms, wanted=terms)
def test_what_may_be_tuned_one_way_may_be_tuned_back(before: Terms, wanted: Terms) -> None:
    there = why_not_tune(Change(wanted, before, "Why", seen=3, version=3))
    back = why_not_tune(Change(before, wanted, "Why", seen=3, version=3))
    assert [one.code for one in there] == [one.code for one in back]
    assert [one.code for one in there] == (["nothing_to_do"] if wanted == before else [])
    if wanted != before:
        assert looks_for_less(wanted, before) or looks_for_less(before, wanted), (
            "one of the two looks for less"
        )


@given(
    before=terms,
    wanted=terms,
    ago=st.integers(0, 400),
    amount=st.integers(1, 100_000),
    accepted=st.integers(0, 100_000),
)
def test_what_does_not_look_for_less_holds_everything_that_was_held(
    before: Terms, wanted: Terms, ago: int, amount: int, accepted: int
) -> None:
    if looks_for_less(wanted, before):
        return
    then, now = before.parameters, wanted.parameters
    other = asked(1, ago, amount=amount, text=ASKED.text)
    assert not split(ASKED, [other], then) or split(ASKED, [other], now)
    assert not is_just_below(amount, 100_000, then) or is_just_below(amount, 100_000, now)
    done = Done(committed=accepted, accepted=accepted, invoiced=amount)
    assert not over_progress(done, then) or over_progress(done, now)
