"""Who may decide in whose place, from when to when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from outtask.kernel.refusal import Refusal
from outtask.people import delegation_rules as rules
from outtask.people.delegation_rules import Absence

JOSEPH, DUNSTAN, NADIA = (UUID(int=number) for number in range(1, 4))
TODAY = date(2026, 11, 24)
USUAL = Absence(JOSEPH, DUNSTAN, TODAY, TODAY + timedelta(days=7), by=JOSEPH)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"ends_on": TODAY}, []),
        ({"starts_on": TODAY - timedelta(days=3)}, []),
        ({"up_to_minor": 0}, []),
        ({"up_to_minor": -1}, ["limit_range"]),
        ({"up_to_minor": 10**15 + 1}, ["limit_range"]),
        ({"giver_approves": False}, ["nothing_to_hand_over"]),
        ({"taker": JOSEPH}, ["delegated_to_themselves"]),
        ({"taker_here": False, "taker_approves": False}, ["taker_absent"]),
        ({"taker_approves": False}, ["taker_does_not_approve"]),
        ({"ends_on": TODAY - timedelta(days=1)}, ["ends_first"]),
        (
            {"starts_on": TODAY - timedelta(days=9), "ends_on": TODAY - timedelta(days=1)},
            ["ends_in_the_past"],
        ),
        ({"ends_on": TODAY + timedelta(days=365)}, []),
        ({"ends_on": TODAY + timedelta(days=366)}, ["absence_long"]),
        ({"overlaps": (TODAY, TODAY)}, ["away_already"]),
        ({"reason": "x" * 2_001}, ["words_long"]),
        # an admin notes it for somebody, but never names themselves
        ({"by": NADIA}, []),
        ({"by": NADIA, "taker": NADIA}, ["taken_not_given"]),
        ({"by": NADIA, "taker": NADIA, "by_owner": True}, []),
        ({"giver_approves": False, "taker_here": False, "up_to_minor": -1}, None),
    ],
)
def test_what_is_wrong_with_an_absence(changes: dict[str, object], codes: list[str] | None) -> None:
    found = [refusal.code for refusal in rules.why_not_delegate(replace(USUAL, **changes), TODAY)]  # type: ignore[arg-type]
    assert found == (codes if codes is not None else ["nothing_to_hand_over", "taker_absent", "limit_range"])


@pytest.mark.parametrize(
    ("today", "ended", "holds"),
    [
        (TODAY - timedelta(days=1), False, False),
        (TODAY, False, True),
        (TODAY + timedelta(days=7), False, True),
        (TODAY + timedelta(days=8), False, False),
        (TODAY, True, False),
    ],
)
def test_both_days_are_in_it(today: date, ended: bool, holds: bool) -> None:
    assert rules.in_force(USUAL.starts_on, USUAL.ends_on, today, ended=ended) is holds


@given(starts=some.dates(), length=some.integers(0, 400), today=some.dates())
def test_what_can_be_noted_can_be_ended(starts: date, length: int, today: date) -> None:
    if starts > date.max - timedelta(days=401):
        return
    absence = replace(USUAL, starts_on=starts, ends_on=starts + timedelta(days=length))
    answer: Refusal | None = rules.why_not_end(absence.ends_on, today, ended=False)
    if not rules.why_not_delegate(absence, today):
        assert answer is None
    assert rules.why_not_end(absence.ends_on, today, ended=True) is not None
