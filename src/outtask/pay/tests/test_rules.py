"""The rules of payment, by tables. No database."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.kernel.money import Money
from outtask.kernel.refusal import Refusal
from outtask.pay import rules
from outtask.pay.states import INVOICE, InvoiceState
from outtask.watch.numbers import number_key

TODAY = date(2026, 11, 24)
PROMISED = UUID(int=9)


def pounds(minor: int) -> Money:
    return Money(minor, "GBP")


def item(number: int = 1, **changes: object) -> rules.Item:
    made = rules.Item(UUID(int=number), f"Part {number}", "accepted", pounds(18_000), False, PROMISED)
    return replace(made, **changes)


CLAIM = rules.Claim("INV-42", date(2026, 11, 23), date(2026, 10, 19), TODAY, 1, [item()])


def codes(answers: list[Refusal]) -> list[str]:
    return [answer.code for answer in answers]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("INV-0042", "inv 42", True),
        ("INV/2026/0042", "inv-2026-42", True),
        ("2026.42", "2026-0042", True),
        ("  42", "0042 ", True),
        ("ＩＮＶ-４２", "inv42", True),
        ("Nº 7", "n-o-7", True),
        ("RÉ-7", "ré 07", True),
        ("1-23", "12-3", False),
        ("INV-42", "INV-43", False),
        ("INV-42", "INV-42a", False),
        ("A-1", "B-1", False),
        ("100", "1", False),
        ("0", "000", True),
    ],
)
def test_two_spellings_of_one_number(one: str, other: str, same: bool) -> None:
    assert (number_key(one) == number_key(other)) is same


@pytest.mark.parametrize("number", ["", "   ", "--/--", "#"])
def test_a_number_has_a_letter_or_a_digit(number: str) -> None:
    assert number_key(number) == ""


@given(st.text(max_size=60))
def test_the_key_of_a_key_is_the_key(number: str) -> None:
    key = number_key(number)
    assert number_key(key) == key


@given(st.lists(st.integers(min_value=0, max_value=9999), min_size=1, max_size=4))
def test_numbers_apart_stay_apart(groups: list[int]) -> None:
    assert number_key("/".join(map(str, groups))) == "-".join(map(str, groups))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"number": "--"}, ["number_missing"]),
        ({"number": "x" * 61}, ["number_long"]),
        ({"same_number": rules.Earlier("inv 42", date(2026, 11, 2))}, ["number_used"]),
        ({"dated_on": TODAY}, []),
        ({"dated_on": date(2026, 11, 25)}, ["dated_out_of_range"]),
        ({"dated_on": date(2026, 10, 19)}, []),
        ({"dated_on": date(2026, 10, 18)}, ["dated_out_of_range"]),
        ({"asked": 0, "items": []}, ["milestones_missing"]),
        ({"asked": 2}, ["milestone_unknown"]),
        ({"items": [item(state="handed_in")]}, ["not_accepted"]),
        ({"items": [item(state="open")]}, ["not_accepted"]),
        ({"items": [item(state="changes_requested")]}, ["not_accepted"]),
        ({"items": [item(state="cancelled")]}, ["not_accepted"]),
        ({"items": [item(invoiced=True)]}, ["invoiced_already"]),
        ({"asked": 2, "items": [item(), item(2, commitment=UUID(int=8))]}, ["several_agreements"]),
        ({"items": [item(commitment=None)]}, ["several_agreements"]),
        ({"items": [item(amount=pounds(0))]}, ["nothing_owed"]),
        ({"number": "", "dated_on": date(2030, 1, 1), "asked": 0, "items": []},
         ["number_missing", "dated_out_of_range", "milestones_missing"]),
    ],
)  # fmt: skip
def test_what_may_be_invoiced(changes: dict[str, object], expected: list[str]) -> None:
    assert codes(rules.why_not_invoice(replace(CLAIM, **changes))) == expected


def test_a_number_used_twice_names_the_first() -> None:
    claim = replace(CLAIM, same_number=rules.Earlier("inv 42", date(2026, 11, 2)))
    assert str(rules.why_not_invoice(claim)[0]) == (
        "Invoice inv 42 came in on 2026-11-02 already. Check the number."
    )


def test_what_is_open_to_invoice() -> None:
    items = [item(1), item(2, invoiced=True), item(3, state="open"), item(4, amount=pounds(0))]
    assert rules.open_items(items) == [item(1)]


def test_payment_days_count_from_the_day_it_came() -> None:
    assert rules.due_day(date(2026, 12, 20), 14) == date(2027, 1, 3)
    assert rules.due_day(TODAY, 0) == TODAY


LINE = rules.MatchLine("Part 1", pounds(18_000), pounds(18_000), pounds(18_000))
MATCH = rules.Match([LINE], pounds(18_000), pounds(102_000), pounds(18_000), pounds(18_000))


@pytest.mark.parametrize(
    "changes",
    [
        {"lines": [replace(LINE, agreed=pounds(17_999))]},
        {"lines": [replace(LINE, agreed=None)]},
        {"lines": [replace(LINE, accepted=None)]},
        {"lines": [replace(LINE, invoiced=pounds(18_001))]},
        {"lines": [LINE, LINE]},
        {"lines": []},
        {"total": pounds(18_001)},
        {"invoiced": pounds(18_001)},
        {"accepted": pounds(102_001), "invoiced": pounds(18_000)},
    ],
)
def test_every_paper_must_say_the_same(changes: dict[str, object]) -> None:
    match = replace(MATCH, **changes)
    assert not match.matches
    answer = rules.why_not_match(match)
    assert answer is not None
    assert answer.code == "no_match"


def test_what_matches_is_not_refused() -> None:
    assert MATCH.matches
    assert rules.why_not_match(MATCH) is None


@pytest.mark.parametrize(
    ("paid_on", "bank_reference", "expected"),
    [
        (TODAY, "BACS 7731", []),
        (date(2026, 11, 20), "BACS 7731", []),
        (date(2026, 11, 25), "BACS 7731", ["paid_later"]),
        (date(2026, 11, 19), "BACS 7731", ["paid_before"]),
        (TODAY, "  ", ["bank_reference_missing"]),
        (TODAY, "x" * 141, ["bank_reference_long"]),
        (date(2027, 1, 1), "", ["paid_later", "bank_reference_missing"]),
    ],
)
def test_what_is_a_payment(paid_on: date, bank_reference: str, expected: list[str]) -> None:
    assert codes(rules.why_not_paid(paid_on, date(2026, 11, 20), TODAY, bank_reference)) == expected


@pytest.mark.parametrize(
    ("reason", "expected"), [("", "reason_missing"), ("Wrong VAT.", ""), ("x" * 2001, "reason_long")]
)
def test_an_invoice_goes_back_with_a_reason(reason: str, expected: str) -> None:
    answer = rules.why_not_reason(reason)
    assert (answer.code if answer else "") == expected


def test_the_life_of_an_invoice() -> None:
    allowed = {(state, act) for state in InvoiceState for act in INVOICE.acts if INVOICE.allows(state, act)}
    assert allowed == {
        ("received", "approve"),
        ("received", "return"),
        ("approved", "return"),
        ("approved", "pay"),
        ("approved", "void"),
    }
    assert INVOICE.terminal == {InvoiceState.PAID, InvoiceState.RETURNED}
