"""Which processes are offered for merging."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.decide.inventory import key, read
from outtask.decide.rules import Described, alike
from outtask.decide.rules.alike import EXACT_UP_TO

EXCERPT = Path(__file__).parent / "data" / "processes_excerpt.csv"


def test_same_output_under_another_name_is_found():
    listed = [
        Described("b", "Check supplier bills", "Approved invoices."),
        Described("a", "Invoice verification", "approved  INVOICES"),
        Described("c", "Payroll", "Payslips"),
    ]
    assert alike(listed) == [("a", "b", 100.0)]


def test_word_order_and_small_slips_in_the_name_are_found():
    listed = [
        Described("a", "Stock count, yearly", ""),
        Described("b", "Yearly stock count", ""),
        Described("c", "Yearly stock cuont", ""),
    ]
    assert alike(listed) == [("a", "b", 100.0), ("a", "c", pytest.approx(94.4)), ]  # fmt: skip


def test_texts_that_are_missing_are_not_alike():
    assert alike([Described("a", "Payroll", ""), Described("b", "Cleaning", "")]) == []


def test_threshold_is_inclusive():
    listed = [Described("a", "abcdefghij", ""), Described("b", "abcdefghiX", "")]
    assert alike(listed, 90) == [("a", "b", 90.0)]
    assert alike(listed, 90.1) == []


def test_real_processes_are_told_apart():
    rows = read(EXCERPT.read_bytes()).rows
    assert alike([Described(key(row), row.name, row.output) for row in rows]) == []


def test_a_long_list_is_bounded_and_still_finds_slips():
    words = [
        "parcel",
        "invoice",
        "ledger",
        "window",
        "garden",
        "server",
        "letter",
        "kitchen",
        "vehicle",
        "roster",
    ]
    listed = [
        Described(f"{i:06}", f"{words[i % 10]} {words[i // 10 % 10]} {i * 7919:08x} {i * 104729:09x}")
        for i in range(EXACT_UP_TO * 4)
    ]
    listed.append(Described("slip-start", listed[7].name.replace("kitchen", "kitchne")))
    listed += [Described(f"same-{i}", "Everybody writes this", "Report") for i in range(3000)]
    pairs = alike(listed, 95)
    assert ("000007", "slip-start") in {pair[:2] for pair in pairs}
    assert sum(pair[0] == "same-0" for pair in pairs) == 2999
    assert len(pairs) < 40 * len(listed)


TEXTS = st.sampled_from(["Payroll", "payroll run", "Pay roll", "Cleaning", "cleaning of offices", ""])


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=12), st.randoms(use_true_random=False))
def test_order_of_the_list_does_not_matter(texts, random):
    listed = [Described(str(place), name, output) for place, (name, output) in enumerate(texts)]
    shuffled = list(listed)
    random.shuffle(shuffled)
    pairs = alike(listed, 70)
    assert alike(shuffled, 70) == pairs
    assert all(a < b and 70 <= score <= 100 for a, b, score in pairs)
    assert len({pair[:2] for pair in pairs}) == len(pairs)
