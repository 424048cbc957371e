from __future__ import annotations

import zipfile
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.files.checks.criteria import CheckKind, TextContains
from outtask.files.checks.handed import PIECE, HandedIn
from outtask.files.checks.result import CheckResult, Outcome
from outtask.files.checks.run import run_check
from outtask.files.checks.text import contains
from outtask.files.tests.material import docx, entry, gzipped, handed, office, zipped


def run(params: TextContains, *files: HandedIn) -> CheckResult:
    return run_check(CheckKind.TEXT_CONTAINS, params, files, [])


def paragraph(*runs: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:t>{text}</w:t></w:r>" for text in runs) + "</w:p>"


LETTER = docx(
    paragraph("Grand ", "Total", ": ", "£64.00") + "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r></w:p>"
    "<w:p><w:del><w:r><w:delText>struck out</w:delText></w:r></w:del></w:p>" + paragraph("Tom &amp; Ann"),
    footer1=paragraph("Page 1 of 9"),
    styles=paragraph("not text"),
)


OUTSIDE = b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///c'>]><a>&b;</a>"


@pytest.mark.parametrize(
    ("content", "text", "outcome"),
    [
        (b"The Total is 5", "total", "passed"),
        (b"The total is 5", "totals", "failed"),
        (b"", "a", "failed"),
        ("Größe: 5 €".encode(), "GRÖSSE", "passed"),
        ("Größe: 5 €".encode("cp1252"), "5 €", "passed"),
        ("Größe".encode("latin-1"), "größe", "passed"),
        ("Größe".encode("utf-16"), "größe", "passed"),
        ("Größe".encode("utf-16-be"), "größe", "passed"),
        ("\ufeffTotal".encode(), "Total", "passed"),
        (b"<p>Total</p>", "<p>total", "passed"),
        (b"x" * (PIECE - 2) + b"Total", "Total", "passed"),
        (b"x" * (PIECE - 1) + "ä".encode() + b"y", "xäy", "passed"),
        (b"x" * (2 * PIECE - 1) + "ä".encode("latin-1") + b"y", "xäy", "passed"),
        (LETTER, "Grand Total: £64", "passed"),
        (LETTER, "a\tb", "passed"),
        (LETTER, "£64.00\na", "passed"),
        (LETTER, "Tom & Ann", "passed"),
        (LETTER, "page 1 of", "passed"),
        (LETTER, "struck out", "failed"),
        (LETTER, "not text", "failed"),
        (LETTER, "w:t", "failed"),
        (b"%PDF-1.7\nTotal", "Total", "unable"),
        (b"\x89PNG\r\n\x1a\nTotal", "Total", "unable"),
        (zipped({"a.txt": b"Total"}, zipfile.ZIP_STORED), "Total", "unable"),
        (office("xl/workbook.xml"), "x", "unable"),
        (gzipped(b"Total"), "Total", "unable"),
        (b"Total\x00\x01", "Total", "unable"),
        (docx("<w:p>"), "x", "unable"),
        (docx("<w:p></w:p>")[:-40], "x", "unable"),
        (zipped({"[Content_Types].xml": b"", "word/document.xml": OUTSIDE}), "x", "unable"),
    ],
)
def test_what_a_file_contains(content: bytes, text: str, outcome: str) -> None:
    result = run(TextContains(text), handed("a.txt", content))
    assert str(result.outcome) == outcome, str(result.reason)


def test_case_is_minded_when_asked() -> None:
    file = handed("a.txt", b"The Total")
    assert run(TextContains("total", match_case=True), file).outcome is Outcome.FAILED
    assert run(TextContains("Total", match_case=True), file).passed


def test_signs_of_expressions_are_letters_like_any_other() -> None:
    assert run(TextContains("(a+)+$ .*"), handed("a", b"aaaaaaaa")).outcome is Outcome.FAILED
    assert run(TextContains("(a+)+$ .*"), handed("a", b"x (A+)+$ .* y")).passed


def test_one_file_or_each() -> None:
    with_it, without, pdf = handed("a.txt", b"total"), handed("b.txt", b"sum"), handed("c.pdf", b"%PDF-1.7")
    some, each = TextContains("total"), TextContains("total", every=True)
    table = [
        ([with_it, without, pdf], Outcome.PASSED, Outcome.FAILED),
        ([with_it, pdf], Outcome.PASSED, Outcome.UNABLE),
        ([without, pdf], Outcome.UNABLE, Outcome.FAILED),
        ([with_it], Outcome.PASSED, Outcome.PASSED),
        ([], Outcome.FAILED, Outcome.FAILED),
    ]
    for files, of_some, of_each in table:
        assert (run(some, *files).outcome, run(each, *files).outcome) == (of_some, of_each)


def test_the_reason_says_what_to_do() -> None:
    assert str(run(TextContains("Total"), handed("r.pdf", b"%PDF-1.7")).reason) == (
        "Expected a file like * that contains “Total”; could not tell: “r.pdf” is a PDF, whose text Outtask "
        "does not read; look yourself, or ask for a Word file."
    )
    assert str(run(TextContains("Total", "*.md"), handed("r.pdf", b"")).reason) == (
        "Expected a file like *.md that contains “Total”; found none."
    )


def test_a_locked_or_exploding_word_file_is_no_yes() -> None:
    part = b'<w:document xmlns:w="x"/>'
    locked = bytearray(zipped({"[Content_Types].xml": b"", "word/document.xml": part}))
    at = locked.index(b"PK\x01\x02", locked.index(b"PK\x01\x02") + 1)
    locked[at + 8] |= 1
    result = run(TextContains("x"), handed("a.docx", bytes(locked)))
    assert (result.outcome, "password" in str(result.found)) == (Outcome.UNABLE, True)
    huge = zipped({"[Content_Types].xml": b"", "word/document.xml": b"<a>" + b" " * 30_000_000 + b"</a>"})
    assert not run(TextContains("x"), handed("a.docx", huge)).passed
    assert not run(TextContains("x"), handed("a.docx", entry(b"word/document.xml", b"x", 1, 0))).passed


def split(text: str, cuts: Iterable[int]) -> list[str]:
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    return [text[start:end] for start, end in pairwise(places)]


TEXTS = st.text(alphabet="abAB ßſİK\u0307\n", max_size=60) | st.text(max_size=60)
CUTS = st.lists(st.integers(0, 10**6), max_size=12)


@given(TEXTS, st.text(alphabet="abAB ßſİK\u0307", min_size=1, max_size=5), CUTS, st.booleans())
def test_a_search_in_pieces_is_a_search_in_the_whole(
    text: str, wanted: str, cuts: list[int], case: bool
) -> None:
    naive = wanted in text if case else wanted.casefold() in text.casefold()
    assert contains(split(text, cuts), wanted, match_case=case) is naive


@given(TEXTS, CUTS, st.integers(0, 60), st.integers(1, 20))
def test_what_is_there_is_found(text: str, cuts: list[int], start: int, length: int) -> None:
    wanted = text[start : start + length] or "\x00"
    assert contains(split(text, cuts), wanted, match_case=True) is (wanted in text)


@given(
    st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn"]), min_size=1, max_size=80),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_text_is_found_in_each_encoding(text: str, codec: str) -> None:
    content = ("# " + text).encode(codec)
    file = handed("a", content)
    assert run(TextContains(text, match_case=True), file).passed


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf", LETTER[:300], LETTER]),
)
def test_any_bytes_give_a_result(content: bytes, head: bytes) -> None:
    assert run(TextContains("total"), handed("a", head + content)).outcome in Outcome


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=6))
def test_any_change_to_a_word_file_gives_a_result(changes: list[tuple[int, int]]) -> None:
    changed = bytearray(LETTER)
    for at, value in changes:
        changed[at % len(changed)] = value
    assert run(TextContains("total"), handed("a", bytes(changed))).outcome in Outcome
