"""Resemblance of texts and normal forms of numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from outtask.watch.likeness import likeness, shingles
from outtask.watch.numbers import number_key, transposed

WORDS = some.lists(some.sampled_from(["scan", "the", "deeds", "of", "harbour", "town"]), max_size=9).map(
    " ".join
)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("a rose is a rose is a rose", "a rose is a rose is a rose", Fraction(1)),
        # Of seven runs of three words, three are the same; after Broder's own example.
        ("a rose is a rose is a rose", "a rose is a flower which is a rose", Fraction(3, 7)),
        ("Clean 400 records, part 1", "Clean 400 records: part 2", Fraction(1, 2)),
        ("SCAN the deeds!", "scan, the deeds", Fraction(1)),
        ("Ink", "ink", Fraction(1)),
        ("Ink", "Paper", Fraction(0)),
        ("", "", Fraction(0)),
        ("…", "Ink", Fraction(0)),
    ],
)
def test_likeness(one: str, other: str, alike: Fraction) -> None:
    assert likeness(one, other) == alike


@given(WORDS, WORDS)
def test_likeness_is_mutual_and_a_share(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1
    assert (likeness(one, other) == 1) == (shingles(one) == shingles(other) != frozenset())


@given(some.text(alphabet="0123456789-ab", max_size=12))
def test_swapping_back_gives_the_number(number: str) -> None:
    key = number_key(number)
    for other in transposed(key):
        assert other != key and sorted(other) == sorted(key)
        assert key in transposed(other)


def test_only_neighbouring_digits_change_places() -> None:
    assert list(transposed("inv412")) == ["inv142", "inv421"]
    assert list(transposed("a1-2")) == [] == list(transposed("a77"))
