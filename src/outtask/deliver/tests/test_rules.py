"""The rules of delivery, by tables. No database."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.deliver import rules
from outtask.deliver.states import CHECK, MILESTONE, SETTLED, CheckState, MilestoneState
from outtask.files.checks.criteria import CheckKind
from outtask.kernel.refusal import Refusal

TODAY = date(2026, 11, 24)
GOOD = rules.HandIn("open", True, 1, (), "")


def code(answer: Refusal | None) -> str:
    return answer.code if answer else ""


@pytest.mark.parametrize(
    ("changes", "expected", "field"),
    [
        ({}, "", None),
        ({"files": 0}, "nothing_handed_in", "files"),
        ({"files": 0, "note": "  \n "}, "nothing_handed_in", "files"),
        ({"files": 0, "note": "Done, see the shop."}, "", None),
        ({"files": 0, "links": ("https://kestrel.example/records",)}, "", None),
        ({"files": rules.MOST_FILES}, "", None),
        ({"files": rules.MOST_FILES + 1}, "files_many", "files"),
        ({"note": "x" * 10_000}, "", None),
        ({"note": "x" * 10_001}, "note_long", "note"),
        ({"links": ("ftp://kestrel.example/a",)}, "url_scheme", "links"),
        ({"links": ("not an address",)}, "url_form", "links"),
        ({"links": ("https://kestrel.example/",) * 21}, "links_many", "links"),
        ({"in_force": False}, "not_in_force", None),
        ({"state": "handed_in"}, "wrong_state", None),
        ({"state": "accepted"}, "wrong_state", None),
        ({"state": "cancelled"}, "wrong_state", None),
        ({"state": "changes_requested"}, "", None),
    ],
)
def test_what_may_be_handed_in(changes: dict[str, object], expected: str, field: str | None) -> None:
    answer = rules.why_not_hand_in(replace(GOOD, **changes))
    assert code(answer) == expected
    assert (answer.field if answer else None) == field


def test_a_refused_link_is_named_with_its_reason() -> None:
    answer = rules.why_not_links(["https://ok.example/", "ftp://kestrel.example/a"])
    assert "“ftp://kestrel.example/a”" in str(answer)


@pytest.mark.parametrize("state", list(MilestoneState))
@pytest.mark.parametrize("act", ["hand_in", "accept", "request_changes", "cancel"])
def test_every_state_with_every_act(state: MilestoneState, act: str) -> None:
    asked = {
        "hand_in": lambda: rules.why_not_hand_in(replace(GOOD, state=state)),
        "accept": lambda: rules.why_not_accept(rules.Judged(state, ["passed"])),
        "request_changes": lambda: rules.why_not_send_back(state, "Shorten two texts.", TODAY, TODAY),
        "cancel": lambda: MILESTONE.why_not(state, "cancel"),
    }[act]()
    assert (asked is None) is MILESTONE.allows(state, act)


def test_only_what_was_ordered_leads_out_of_accepted_and_nothing_out_of_cancelled() -> None:
    assert MILESTONE.terminal == {MilestoneState.CANCELLED}
    out = {act for state, act in MILESTONE.table if state == MilestoneState.ACCEPTED}
    assert (out, SETTLED) == (
        {"send_back", "give_up"},
        {MilestoneState.ACCEPTED, MilestoneState.CANCELLED},
    )


@pytest.mark.parametrize(
    ("checks", "reasons", "expected"),
    [
        ((), "", ""),
        (("passed", "passed"), "", ""),
        (("passed", "waiting"), "", "checks_wait"),
        (("passed", "waiting"), "We need it today.", "checks_wait"),
        (("failed",), "", "reasons_missing"),
        (("failed",), "  ", "reasons_missing"),
        (("unable",), "", "reasons_missing"),
        (("failed", "unable"), "Both are about a file we no longer need.", ""),
        (("failed",), "x" * 10_001, "reasons_long"),
    ],
)
def test_acceptance_waits_for_checks_and_wants_reasons(
    checks: tuple[str, ...], reasons: str, expected: str
) -> None:
    assert code(rules.why_not_accept(rules.Judged("handed_in", checks, reasons))) == expected


@given(st.lists(st.sampled_from(list(CheckState))), st.text(max_size=30))
def test_no_acceptance_over_a_check_without_words(checks: list[CheckState], reasons: str) -> None:
    judged = rules.Judged("handed_in", checks, reasons)
    if rules.why_not_accept(judged) is None:
        assert CheckState.WAITING not in checks
        assert set(checks) <= {CheckState.PASSED} or reasons.strip()


@pytest.mark.parametrize(
    ("reasons", "day", "expected", "field"),
    [
        ("Shorten two texts.", TODAY, "", None),
        ("Shorten two texts.", date(2031, 11, 20), "", None),
        ("", TODAY, "reasons_missing", "reasons"),
        ("Shorten two texts.", None, "day_missing", "new_due_on"),
        ("Shorten two texts.", date(2026, 11, 23), "day_out_of_range", "new_due_on"),
        ("Shorten two texts.", date(2032, 1, 1), "day_out_of_range", "new_due_on"),
    ],
)
def test_changes_need_points_and_a_day(
    reasons: str, day: date | None, expected: str, field: str | None
) -> None:
    answer = rules.why_not_send_back("handed_in", reasons, day, TODAY)
    assert (code(answer), answer.field if answer else None) == (expected, field)


TICKS = {
    # kind is by hand, state, ticked by a person → code of the refusal
    (True, "waiting", False): "",
    (True, "passed", True): "",
    (True, "failed", True): "",
    (False, "waiting", False): "still_running",
    (False, "passed", False): "result_stands",
    (False, "failed", False): "result_stands",
    (False, "unable", False): "",
    (False, "passed", True): "",
    (False, "failed", True): "",
}


@pytest.mark.parametrize(("case", "expected"), TICKS.items())
def test_what_a_person_may_tick(case: tuple[bool, str, bool], expected: str) -> None:
    by_hand, state, by_person = case
    kind = CheckKind.BY_HAND if by_hand else CheckKind.FILE_TYPE
    assert code(rules.why_not_tick(kind, state, by_person, "handed_in")) == expected
    assert code(rules.why_not_tick(kind, state, by_person, "accepted")) == "wrong_state"


@pytest.mark.parametrize(("state", "passed"), list(product(CheckState, [True, False])))
def test_a_tick_leads_where_the_table_says(state: CheckState, passed: bool) -> None:
    after = rules.after_tick(state, passed)
    assert after == (CheckState.PASSED if passed else CheckState.FAILED)
    assert after == state or CHECK.allows(state, "pass" if passed else "fail")


@pytest.mark.parametrize(
    ("detail", "passed", "expected"),
    [
        ("", True, ""),
        ("", False, "detail_missing"),
        ("Two are too long.", False, ""),
        ("x" * 2001, True, "detail_long"),
    ],
)
def test_what_failed_says_why(detail: str, passed: bool, expected: str) -> None:
    assert code(rules.why_not_detail(detail, passed)) == expected


def test_only_the_latest_hand_in_is_decided_on() -> None:
    assert rules.why_not_current(2, 2) is None
    assert code(rules.why_not_current(1, 2)) == "stale_submission"
    assert code(rules.why_not_current(3, 2)) == "stale_submission"


def test_evidence_is_the_sum_of_its_lines() -> None:
    # printf 'file aa\nlink https://a.example/\nnote e3b0...b855\n' | sha256sum
    assert (
        rules.evidence(["aa"], ["https://a.example/"], "")
        == "87df98bd3d81fc3066477e7da3d8bad993e988e3e9546b500c0d3c4bb184cf40"
    )


parts = st.lists(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=8), max_size=3)
handed = st.tuples(parts, parts, st.text(max_size=8))


@given(handed, handed)
def test_other_things_handed_in_give_other_evidence(
    one: tuple[list[str], list[str], str], other: tuple[list[str], list[str], str]
) -> None:
    assert (rules.evidence(*one) == rules.evidence(*other)) is (one == other)


@pytest.mark.parametrize(
    ("states", "accepted", "paid", "expected"),
    [
        (["accepted", "cancelled"], 100, 100, True),
        (["accepted"], 100, 0, False),
        (["accepted", "open"], 100, 100, False),
        (["accepted", "handed_in"], 100, 100, False),
        (["accepted"], 0, 0, True),
    ],
)
def test_settled_is_nothing_open_and_nothing_owed(
    states: list[str], accepted: int, paid: int, expected: bool
) -> None:
    assert rules.is_settled(states, accepted, paid) is expected
