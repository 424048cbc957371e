"""What each detector says, to the minor unit and the minute, and that nothing else sways it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from outtask.kernel.refusal import Refusal
from outtask.watch import rules
from outtask.watch.rules import (
    Asked,
    Bill,
    Disposal,
    Finding,
    Parameters,
    Progress,
    Record,
    Shown,
    is_just_below,
)
from outtask.watch.states import Detector
from outtask.watch.tests.material import ASKED, BILL, PAYING, asked, bill, days

TWO = (asked(1, 3), asked(2, 1))


def evidence(finding: Finding | None) -> dict[str, Any] | None:
    return dict(finding.evidence) if finding else None


# ---- one need in parts ----


@pytest.mark.parametrize(
    ("changes", "others", "found"),
    [
        ({}, TWO, True),
        ({"amount": 20_000}, TWO, False),  # together the limit exactly
        ({"amount": 20_001}, TWO, True),
        ({"amount": 100_001}, TWO, False),  # above the limit by itself: referred anyway
        ({"limit": None}, TWO, False),
        ({}, (asked(1, 3), asked(2, 1, provider="other")), False),
        ({}, (asked(1, 3), asked(2, 1, team="other")), False),
        ({}, (asked(1, 3), asked(2, 1, agreement="a9")), False),  # draws on one agreement
        ({}, (asked(1, 3), asked(2, 1, person="joseph")), True),  # the team counts, not the person
        ({}, (asked(1, 3), asked(2, 1, amount=100_001)), False),  # that one passed under no limit
        ({}, (asked(1, 3), asked(2, -1)), False),  # what comes later
        ({}, (asked(1, 3), asked(2, 7)), True),
        ({}, (asked(1, 3, text="Ink"), asked(2, 7 + 1 / 1440, text="Paper")), False),
        ({}, (asked(1, 9), asked(2, 30)), True),  # in like words within 30 days
        ({}, (asked(1, 9), asked(2, 30 + 1 / 1440)), False),
        ({}, (asked(1, 9), asked(2, 20, text="Ink for the press")), False),
        ({"text": ""}, (asked(1, 9, text=""), asked(2, 20, text="")), False),
    ],
)
def test_split(changes: dict[str, Any], others: tuple[Asked, ...], found: bool) -> None:
    assert (rules.split(replace(ASKED, **changes), others) is not None) is found


def test_the_evidence_of_a_split_names_the_latest_that_suffice() -> None:
    many = [asked(number, number) for number in range(1, 8)]
    assert evidence(rules.split(ASKED, many)) == {
        "requests": ["r2", "r1", "r9"], "total": 120_000, "limit": 100_000, "days": 7, "alike": False,
    }  # fmt: skip
    alike = evidence(rules.split(ASKED, [asked(1, 20), asked(2, 8)]))
    assert alike is not None and (alike["days"], alike["alike"]) == (30, True)


# ---- just below ----


@pytest.mark.parametrize(
    ("amount", "near"), [(94_999, False), (95_000, True), (100_000, True), (100_001, False)]
)
def test_within_five_percent_under_the_limit(amount: int, near: bool) -> None:
    assert is_just_below(amount, 100_000) is near


@pytest.mark.parametrize(
    ("amounts", "found"),
    [
        ((97_000, 10_000, 98_000, 10_000), True),
        ((97_000, 10_000, 10_000, 10_000), False),
        ((97_000, 98_000, 10_000, 10_000, 10_000), False),  # only one of them is among the last five
        ((97_000, 98_000), True),
        ((101_000, 102_000), False),
    ],
)
def test_three_of_the_last_five(amounts: tuple[int, ...], found: bool) -> None:
    before = [asked(n, len(amounts) - n, amount=amount) for n, amount in enumerate(amounts)]
    now = replace(ASKED, amount=96_000)
    assert (rules.just_below(now, before) is not None) is found
    assert rules.just_below(replace(now, amount=50_000), before) is None  # itself it is not near
    assert rules.just_below(replace(now, limit=None), before) is None
    assert rules.just_below(now, [replace(one, person="joseph") for one in before]) is None


# ---- duplicates ----


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "same_number"),
        ({"number": "inv 412"}, "same_number"),
        ({"number": "INV412"}, "same_number"),
        ({"number": "INV-0421"}, "digits_swapped"),
        ({"number": "INV-241"}, None),
        ({"number": "INV-0413"}, None),
        ({"number": "IVN-0412"}, None),  # letters are no digits
        ({"amount": 18_001}, None),
        ({"currency": "EUR"}, None),
        ({"provider": "other"}, None),
        ({"provider": "other", "accounts": frozenset({"NL1"})}, "same_number"),
        ({"provider": "other", "accounts": frozenset({"NL2"})}, None),
        ({"provider": "other", "accounts": frozenset({"NL1"}), "number": "INV-421"}, "digits_swapped"),
        ({"at": days(-1)}, None),
    ],
)
def test_duplicate(changes: dict[str, Any], why: str | None) -> None:
    now = replace(BILL, accounts=frozenset({"NL1"}))
    finding = rules.duplicate(now, [replace(bill(1), **changes)])
    assert (finding.evidence["why"] if finding else None) == why
    if finding:
        assert finding.evidence["invoice"] == "i1"
        assert finding.evidence["shared_account"] is (changes.get("provider") == "other")


def test_the_plainest_and_first_duplicate_is_named() -> None:
    others = [
        bill(1, 9, provider="other", accounts=frozenset({"NL1"})),
        bill(2, 8, number="INV-421"),
        bill(3, 2),
        bill(4, 5),
    ]
    finding = rules.duplicate(replace(BILL, accounts=frozenset({"NL1"})), others)
    assert finding is not None and finding.evidence["invoice"] == "i4"


# ---- the others ----


@pytest.mark.parametrize(
    ("progress", "exceeds"),
    [
        (Progress(100_000, 100_000, 100_000), None),
        (Progress(100_000, 60_000, 60_001), "accepted"),
        (Progress(100_000, 100_001, 100_000), "committed"),
    ],
)
def test_over_progress(progress: Progress, exceeds: str | None) -> None:
    finding = rules.over_progress(progress)
    assert (finding.evidence["exceeds"] if finding else None) == exceeds
    assert rules.over_progress(progress, Parameters(over=Fraction(1, 10))) is None


@pytest.mark.parametrize(
    ("shown", "found"), [((0, 0, 0), True), ((1, 0, 0), False), ((0, 1, 0), False), ((0, 0, 1), False)]
)
def test_no_evidence(shown: tuple[int, int, int], found: bool) -> None:
    assert (rules.no_evidence(Shown(*shown)) is not None) is found


@pytest.mark.parametrize(
    ("known", "paid", "found"),
    [(0, 0, True), (7, 0, True), (7 + 1 / 1440, 0, False), (1, 1, False), (400, 0, False), (-1, 0, True)],
)
def test_new_and_fast(known: float, paid: int, found: bool) -> None:
    finding = rules.new_fast(replace(PAYING, known_since=days(known), paid_before=paid))
    assert (finding is not None) is found
    assert finding is None or finding.evidence["days"] == max(int(known), 0)


@pytest.mark.parametrize(
    ("noted", "found"),
    [
        ([("dunstan", 30)], True),
        ([("dunstan", 30 + 1 / 1440)], False),
        ([("imke", 1)], False),
        ([("imke", 1), ("dunstan", 20), ("dunstan", 50)], True),
        ([], False),
    ],
)
def test_bank_changed(noted: list[tuple[str, float]], found: bool) -> None:
    paying = replace(PAYING, noted=[(person, days(ago)) for person, ago in noted])
    assert (rules.bank_changed(paying) is not None) is found


# ---- nothing else sways them ----

WORDS = some.sampled_from(["Scan the deeds of the harbour", "Scan the deeds of the town", "Ink", ""])
REQUESTS = some.lists(
    some.builds(
        asked,
        some.integers(1, 30),
        some.integers(0, 40 * 24).map(lambda hours: hours / 24),
        person=some.sampled_from(["imke", "joseph"]),
        team=some.sampled_from(["shop", "press"]),
        provider=some.sampled_from(["kestrel", "marek"]),
        amount=some.integers(1, 120_000),
        limit=some.sampled_from([None, 50_000, 100_000]),
        text=WORDS,
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)
BILLS = some.lists(
    some.builds(
        bill,
        some.integers(1, 30),
        some.integers(0, 9),
        provider=some.sampled_from(["kestrel", "marek"]),
        number=some.sampled_from(["12", "21", "INV-012", "inv 12", "INV12", "A7"]),
        amount=some.sampled_from([100, 200]),
        accounts=some.sampled_from([frozenset(), frozenset({"NL1"}), frozenset({"NL1", "NL2"})]),
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)
DETECTORS: list[Callable[[Asked, Any], Finding | None]] = [rules.split, rules.just_below]


@given(REQUESTS, some.randoms())
def test_the_order_of_requests_does_not_matter(others: list[Asked], chance: Any) -> None:
    shuffled = chance.sample(others, len(others))
    for detector in DETECTORS:
        assert detector(ASKED, others) == detector(ASKED, shuffled)


@given(BILLS, some.randoms())
def test_the_order_of_invoices_does_not_matter(others: list[Bill], chance: Any) -> None:
    now = replace(BILL, number="12", amount=100, accounts=frozenset({"NL1"}))
    assert rules.duplicate(now, others) == rules.duplicate(now, chance.sample(others, len(others)))


@given(REQUESTS, some.integers(2, 1000))
def test_a_currency_with_smaller_units_changes_nothing(others: list[Asked], times: int) -> None:
    def scaled(one: Asked) -> Asked:
        return replace(one, amount=one.amount * times, limit=one.limit and one.limit * times)

    for detector in DETECTORS:
        for one in others:
            plain, greater = detector(one, others), detector(scaled(one), [scaled(other) for other in others])
            assert (plain is None) == (greater is None)
            assert (
                plain is None or greater is None or plain.evidence["requests"] == greater.evidence["requests"]
            )


@given(REQUESTS, REQUESTS)
def test_what_has_nothing_to_do_with_it_changes_nothing(others: list[Asked], unrelated: list[Asked]) -> None:
    apart = [
        replace(one, id=f"x{one.id}", person="ada", team="cellar", provider="nobody") for one in unrelated
    ]
    for detector in DETECTORS:
        assert detector(ASKED, others) == detector(ASKED, [*others, *apart])


@given(some.integers(0, 10**15), some.integers(0, 10**15), some.integers(0, 10**15))
def test_progress_in_smaller_units_is_the_same(committed: int, accepted: int, invoiced: int) -> None:
    plain = rules.over_progress(Progress(committed, accepted, invoiced))
    finer = rules.over_progress(Progress(committed * 100, accepted * 100, invoiced * 100))
    assert (plain is None) == (finer is None)


# ---- holds ----


def codes(answers: list[Refusal]) -> list[str]:
    return [answer.code for answer in answers]


def test_each_open_hold_is_a_reason() -> None:
    assert rules.why_not_held([]) == []
    told = rules.why_not_held({Detector.SPLIT, Detector.DUPLICATE})
    assert codes(told) == ["held", "held"]
    assert "perhaps a duplicate" in str(told[0]) and "in parts" in str(told[1])
    assert set(rules.LABELS) == set(Detector)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"disposed": True}, ["disposed_already"]),
        ({"person": "imke"}, ["separate_duties"]),
        ({"person": "imke", "exception": True}, []),
        ({"disposition": "fine"}, ["disposition_unknown"]),
        ({"note": "  "}, ["note_missing"]),
        ({"note": "x" * 2_001}, ["note_long"]),
        (
            {"note": "", "disposition": "", "person": "imke"},
            ["separate_duties", "disposition_unknown", "note_missing"],
        ),
    ],
)  # fmt: skip
def test_who_may_dispose_and_how(changes: dict[str, Any], expected: list[str]) -> None:
    disposal = Disposal(False, "sound", "Two rooms, two offers.", "joseph", frozenset({"imke"}))
    assert codes(rules.why_not_dispose(replace(disposal, **changes))) == expected


def test_precision_is_the_share_of_faults_among_what_was_looked_at() -> None:
    assert Record(Detector.SPLIT, waiting=3).precision is None
    assert Record(Detector.SPLIT, waiting=3, sound=3, fault=1).precision == Fraction(1, 4)
