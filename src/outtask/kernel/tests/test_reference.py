"""References and tracking codes: right ones are read however they are typed, wrong ones are told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.kernel.reference import (
    ALPHANUMERIC,
    CROCKFORD,
    Reference,
    check_character,
    make,
    parse,
    parse_tracking_code,
    tracking_code,
)
from outtask.kernel.refusal import Refusal, Refused


def refusal_of(text: str) -> Refusal:
    with pytest.raises(Refused) as caught:
        parse(text)
    return caught.value.refusal


def code_refusal_of(text: str) -> Refusal:
    with pytest.raises(Refused) as caught:
        parse_tracking_code(text)
    return caught.value.refusal


# ---- the check character ----


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("A12425GABC1234002", "M"),  # the example of the GRid standard
        ("B159D8FA01240000", "K"),  # International Standard Text Code
        ("188166C734200000", "3"),
        ("0000000189470000", "8"),  # ISAN of a work, and with its version
        ("000000018947000000000000", "D"),
        ("00003BAB93520000", "G"),
        ("00003BAB9352000000000000", "Q"),
    ],
)
def test_check_character_against_published_numbers_under_mod_37_36(text: str, check: str) -> None:
    assert check_character(text, ALPHANUMERIC) == check


@pytest.mark.parametrize("alphabet", [ALPHANUMERIC, CROCKFORD])
@given(data=st.data())
def test_every_single_wrong_character_is_caught(alphabet: str, data: st.DataObject) -> None:
    text = data.draw(st.text(alphabet, min_size=1, max_size=16))
    at = data.draw(st.integers(0, len(text) - 1))
    check = check_character(text, alphabet)
    for other in set(alphabet) - {text[at]}:
        assert check_character(text[:at] + other + text[at + 1 :], alphabet) != check


def test_a_character_outside_the_alphabet_is_an_error() -> None:
    with pytest.raises(ValueError, match="substring not found"):
        check_character("OT-26", ALPHANUMERIC)


# ---- references ----


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        (Reference("OT", 2026, 4217), "OT-26-004217-F"),
        (Reference("OT", 2026, 999_999), "OT-26-999999-B"),
        (Reference("OT", 2026, 1_000_000), "OT-26-1000000-O"),
        (Reference("PR", 2099, 1), "PR-99-000001-R"),
        (Reference("INV", 2000, 12), "INV-00-000012-G"),
    ],
)
def test_a_reference_is_written_and_read(reference: Reference, text: str) -> None:
    assert str(reference) == make(reference.prefix, reference.year, reference.number) == text
    assert parse(text) == reference


REFERENCES = st.builds(
    Reference,
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=4),
    st.integers(2000, 2099),
    st.integers(1, 10**12 - 1),
)


@given(REFERENCES)
def test_every_reference_comes_back(reference: Reference) -> None:
    assert parse(str(reference)) == reference


@pytest.mark.parametrize(
    "text",
    [
        "ot-26-004217-f",
        "  OT-26-004217-F\n",
        "OT26004217F",
        "OT 26 004217 F",
        "ot 26 00 42 17 f",
        "OT–26–004217–F",
        "OT.26.004217_F",
    ],
)
def test_typing_habits_do_not_matter(text: str) -> None:
    assert parse(text) == Reference("OT", 2026, 4217)


@pytest.mark.parametrize(
    ("number", "check", "typed"), [(98, "O", "0"), (68, "0", "o"), (189, "I", "1"), (59, "1", "i")]
)
def test_a_check_letter_may_be_typed_as_the_digit_it_looks_like(number: int, check: str, typed: str) -> None:
    assert make("OT", 2026, number)[-1] == check
    assert parse(f"OT-26-{number:06d}-{typed}").number == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "reference_form"),
        ("OT", "reference_form"),
        ("OT-26-4217-F", "reference_form"),
        ("OT-26-004217", "reference_form"),
        ("O-26-004217-F", "reference_form"),
        ("OTTER-26-004217-F", "reference_form"),
        ("OT-26-000000-9", "reference_form"),
        ("OT-26-0004217-F", "reference_form"),
        ("OT-٢٦-004217-F", "reference_form"),
        ("OT/26/004217/F", "reference_form"),
        ("x" * 10_000, "reference_form"),
        ("OT-26-004217-K", "reference_mistyped"),
        ("OT-26-004271-F", "reference_mistyped"),
        ("TO-26-004217-F", "reference_mistyped"),
        ("OT-25-004217-F", "reference_mistyped"),
    ],
)
def test_what_is_no_reference_is_refused(text: str, code: str) -> None:
    assert refusal_of(text).code == code


def test_a_refused_reference_names_field_and_remedy() -> None:
    assert refusal_of("OT-26").field == "reference"
    assert "One looks like OT-26-004217-F" in str(refusal_of("OT-26"))
    assert "“OT-26-004217-K” has a slip" in str(refusal_of("OT-26-004217-K"))
    assert len(str(refusal_of("x" * 10_000))) < 250
    with pytest.raises(Refused) as caught:
        parse("?", field="q")
    assert caught.value.refusal.field == "q"


@pytest.mark.parametrize(
    ("prefix", "year", "number"),
    [
        ("ot", 2026, 1), ("O", 2026, 1), ("OTTER", 2026, 1), ("O1", 2026, 1), ("ÖT", 2026, 1),
        ("OT", 26, 1), ("OT", 2100, 1), ("OT", 2026, 0), ("OT", 2026, -1), ("OT", 2026, 10**12),
    ],
)  # fmt: skip
def test_what_no_reference_can_say_is_an_error(prefix: str, year: int, number: int) -> None:
    with pytest.raises(ValueError, match="not"):
        make(prefix, year, number)


# ---- tracking codes ----


def test_tracking_codes_are_13_characters_in_three_groups_and_differ() -> None:
    codes = {tracking_code() for _ in range(2_000)}
    assert len(codes) == 2_000
    for code in codes:
        assert [len(group) for group in code.split("-")] == [4, 4, 5]
        assert set(code) <= {*CROCKFORD, "-"}
        assert parse_tracking_code(code) == code


def test_each_of_the_twelve_random_places_uses_the_whole_alphabet() -> None:
    bodies = [tracking_code().replace("-", "")[:12] for _ in range(2_000)]
    assert all({body[place] for body in bodies} == set(CROCKFORD) for place in range(12))


@pytest.mark.parametrize(
    "text", ["10k7-00m2-x3tv{}", "I0K7 OOM2 X3TV{}", "l0k7oom2x3tv{}", "1-0-K7_OoM2–x3tv{}"]
)
def test_a_code_is_read_as_crockford_meant(text: str) -> None:
    check = check_character("10K700M2X3TV", CROCKFORD)
    assert parse_tracking_code(text.format(check)) == f"10K7-00M2-X3TV{check}"


@given(st.text(CROCKFORD, min_size=12, max_size=12), st.integers(0, 12), st.sampled_from(CROCKFORD))
def test_a_wrong_character_in_a_code_is_refused(body: str, at: int, other: str) -> None:
    code = body + check_character(body, CROCKFORD)
    changed = code[:at] + other + code[at + 1 :]
    if changed == code:
        assert parse_tracking_code(changed).replace("-", "") == code
    else:
        assert code_refusal_of(changed).code == "tracking_code_mistyped"


@pytest.mark.parametrize(
    "text", ["", "4K7M-9QM2-X3TV", "4K7M-9QM2-X3TVFF", "4K7M-9QM2-U3TVF", "4K7M-9QM2-é3TVF"]
)
def test_what_is_no_code_is_refused_with_an_example_that_is_one(text: str) -> None:
    refusal = code_refusal_of(text)
    assert (refusal.code, refusal.field) == ("tracking_code_form", "code")
    example = str(refusal).split("like ")[1].rstrip(".")
    assert parse_tracking_code(example) == example
