"""One field that says what a check looks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.kernel.refusal import Refused
from outtask.source.criteria import CheckKind, Criterion, criterion
from outtask.source.details import criterion_of, detail_of

SUM = "a" * 64


@pytest.mark.parametrize(
    ("kind", "typed", "params", "shown"),
    [
        ("by_hand", "", {"instruction": "It is right"}, ""),
        ("by_hand", "Look twice", {"instruction": "Look twice"}, "Look twice"),
        ("file_present", "", {"pattern": "*", "least": 1}, "1"),
        ("file_present", "180 *.jpg", {"pattern": "*.jpg", "least": 180}, "180 *.jpg"),
        ("file_present", "*.jpg", {"pattern": "*.jpg", "least": 1}, "1 *.jpg"),
        ("file_type", "pdf, docx", {"types": ["pdf", "docx"], "pattern": "*"}, "pdf, docx"),
        ("file_size", "20 MB", {"least": 1, "most": 20_000_000, "pattern": "*"}, "20 MB"),
        ("file_size", "123", {"least": 1, "most": 123, "pattern": "*"}, "123 B"),
        ("file_sha256", SUM, {"sha256": SUM, "pattern": "*"}, SUM),
        (
            "text_contains",
            "ISBN",
            {"text": "ISBN", "pattern": "*", "match_case": False, "every": False},
            "ISBN",
        ),
        ("link_answers", "", {"link": "", "seconds": 10}, ""),
    ],
)
def test_typed_and_shown(kind: str, typed: str, params: dict[str, object], shown: str) -> None:
    made = criterion_of("It is right", kind, typed)
    assert made.params == params and detail_of(made) == shown
    assert criterion_of("It is right", kind, shown) == made


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("file_size", "very large"),
        ("file_type", "nonsense"),
        ("file_type", ""),
        ("file_sha256", "abc"),
        ("text_contains", ""),
    ],
)
def test_what_cannot_be_read_names_the_field(kind: str, typed: str) -> None:
    with pytest.raises(Refused) as refused:
        criterion_of("It is right", kind, typed, field="text")
    assert refused.value.refusal.field == "text"


def test_what_one_field_cannot_say_survives_an_edit_of_something_else() -> None:
    exact = criterion("Two to five files", "file_present", {"least": 2, "most": 5, "pattern": "*.csv"})
    again = criterion_of("Two to five tables", "file_present", detail_of(exact), [exact])
    assert again.params == exact.params and again.text == "Two to five tables"
    by_hand = criterion("White", "by_hand", {})
    assert criterion_of("Grey", "by_hand", "", [by_hand]).params == {"instruction": "Grey"}


@given(
    st.sampled_from([CheckKind.FILE_PRESENT, CheckKind.BY_HAND, CheckKind.TEXT_CONTAINS]),
    st.text(max_size=40),
)
def test_whatever_is_typed_is_a_criterion_or_a_refusal(kind: CheckKind, typed: str) -> None:
    try:
        made = criterion_of("It is right", kind.value, typed)
    except Refused:
        return
    assert (
        isinstance(made, Criterion)
        and criterion_of("It is right", kind.value, detail_of(made)).params == made.params
    )
