"""Canonical bytes: the published examples of RFC 8785, our own types, and what is refused."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.kernel.canonical import canonical, sha256_hex


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-12, "-12"),
        (2**53 - 1, "9007199254740991"),
        ("", '""'),
        ("naïve €", '"naïve €"'),
        ([], "[]"),
        ({}, "{}"),
        ((1, "a"), '[1,"a"]'),
        ({"b": 1, "a": {"d": [], "c": None}}, '{"a":{"c":null,"d":[]},"b":1}'),
        (Colour.RED, '"red"'),
        (UUID("0190A1B2-0000-7000-8000-00000000000F"), '"0190a1b2-0000-7000-8000-00000000000f"'),
        (date(2026, 3, 1), '"2026-03-01"'),
        (datetime(2026, 3, 1, 9, 5, tzinfo=UTC), '"2026-03-01T09:05:00.000000Z"'),
        (datetime(2026, 3, 1, 9, 5, 0, 7, tzinfo=UTC), '"2026-03-01T09:05:00.000007Z"'),
        (
            datetime(2026, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
            '"2026-02-28T19:00:00.000000Z"',
        ),
    ],
)
def test_each_type_has_one_written_form(value: object, expected: str) -> None:
    assert canonical(value) == expected.encode()


def test_control_characters_as_in_rfc_8785_section_3_2_2_2() -> None:
    assert canonical('\u20ac$\u000f\u000aA\'B"\\\\"/') == b'"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'


def test_keys_sort_by_utf_16_as_in_rfc_8785_section_3_2_3() -> None:
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(canonical(value)).values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (1.0, "value is the float 1.0"),
        ({"amount": 12.5}, "value['amount'] is the float 12.5"),
        ({"lines": [1, float("nan")]}, "value['lines'][1] is the float nan"),
        (Decimal("1.10"), "value is a Decimal"),
        (b"bytes", "value is a bytes"),
        ({1, 2}, "value is a set"),
        (datetime(2026, 3, 1), "value is a datetime without a zone"),  # noqa: DTZ001
        ({"at": [datetime(2026, 3, 1)]}, "value['at'][0] is a datetime without a zone"),  # noqa: DTZ001
        ({1: "a"}, "value has the key 1, a int"),
    ],
)
def test_what_has_no_single_form_is_refused_by_place(value: object, place: str) -> None:
    with pytest.raises(TypeError) as caught:
        canonical(value)
    assert place in str(caught.value)


@pytest.mark.parametrize("value", [2**53, -(2**53), "\ud800", {"\ud800": 1}])
def test_what_json_cannot_carry_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"safe integer|codepoints|surrogates"):
        canonical(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_any_json_comes_back_and_its_canonical_form_is_a_fixed_point(value: object) -> None:
    data = canonical(value)
    assert json.loads(data) == value
    assert canonical(json.loads(data)) == data


@given(st.dictionaries(st.text(), st.integers(-9, 9)))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert canonical(value) == canonical(dict(reversed(value.items())))


INSTANTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.timezones())  # noqa: DTZ001


@given(INSTANTS, INSTANTS)
def test_texts_of_instants_sort_as_the_instants_do(one: datetime, other: datetime) -> None:
    first, second = one.astimezone(UTC), other.astimezone(UTC)
    assert (canonical(one) < canonical(other)) == (first < second)


def test_sha256_of_the_nist_example() -> None:
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
