"""Presence, size, sum and type."""

from __future__ import annotations

import io
import json
import struct
import tracemalloc
from collections.abc import Iterable
from itertools import pairwise
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.files.checks.criteria import (
    ByHand,
    CheckKind,
    FilePresent,
    FileSha256,
    FileSize,
    FileType,
    Params,
)
from outtask.files.checks.handed import HandedIn, select
from outtask.files.checks.json_grammar import is_json
from outtask.files.checks.result import CheckResult, Outcome
from outtask.files.checks.run import run_check
from outtask.files.checks.signatures import ContentType
from outtask.files.tests.material import docx, gzipped, handed, office, tarred, zipped

SOME = handed("a.txt", b"hello")


def run(kind: str, params: Params, *files: HandedIn) -> CheckResult:
    return run_check(CheckKind(kind), params, files, [])


def reason(kind: str, params: Params, *files: HandedIn) -> str:
    return str(run(kind, params, *files).reason)


def test_presence() -> None:
    files = [handed(name, b"x") for name in ("a.csv", "B.CSV", "notes/c.csv", "d.txt")]
    assert reason("file_present", FilePresent("*.csv")) == "Expected at least 1 file like *.csv; found none."
    assert reason("file_present", FilePresent("*.csv", 4), *files) == (
        "Expected at least 4 files like *.csv; found 3."
    )
    assert run("file_present", FilePresent("*.csv", 3), *files).passed
    assert run("file_present", FilePresent("*", 1, 3), *files).outcome is Outcome.FAILED
    result = run("file_present", FilePresent("d.*"), *files)
    assert [str(line) for line in result.details] == ["“d.txt”, 1 byte"]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*", "a.csv B.CSV notes/c.csv"),
        ("*.csv", "a.csv B.CSV notes/c.csv"),
        ("c.*", "notes/c.csv"),
        ("notes/*", "notes/c.csv"),
        ("[ab].csv", "a.csv B.CSV"),
        ("?.Csv", "a.csv B.CSV notes/c.csv"),
        ("[", ""),
        (".csv", ""),
    ],
)
def test_a_pattern_selects_by_name(pattern: str, names: str) -> None:
    files = [handed(name, b"") for name in ("a.csv", "B.CSV", "notes/c.csv")]
    assert [file.name for file in select(files, pattern)] == names.split()


def test_a_hostile_pattern_ends_soon() -> None:
    assert not select([handed("a" * 200, b"")], "*a" * 99 + "b")


def test_size() -> None:
    assert run("file_size", FileSize(5, 5), SOME).passed
    assert reason("file_size", FileSize(6), SOME) == (
        "Expected every file like * to have at least 6 bytes; found “a.txt” with 5 bytes."
    )
    assert run("file_size", FileSize(0, 4), SOME).outcome is Outcome.FAILED
    assert run("file_size", FileSize()).outcome is Outcome.FAILED
    assert run("file_size", FileSize(), handed("empty", b"")).outcome is Outcome.FAILED


def test_sum() -> None:
    assert run("file_sha256", FileSha256(SOME.sha256), handed("b", b"x"), SOME).passed
    assert run("file_sha256", FileSha256("0" * 64), SOME).outcome is Outcome.FAILED
    assert run("file_sha256", FileSha256(SOME.sha256, "*.csv"), SOME).outcome is Outcome.FAILED


def test_a_stored_copy_that_changed_is_no_proof() -> None:
    changed = HandedIn(SOME.name, SOME.size, SOME.sha256, lambda: io.BytesIO(b"hullo"))
    result = run("file_sha256", FileSha256(SOME.sha256), changed)
    assert result.outcome is Outcome.UNABLE
    assert "differs from its record" in str(result.reason)


def test_by_hand_never_passes_by_itself() -> None:
    assert reason("by_hand", ByHand("Look"), SOME) == (
        "Expected a person to check: Look; could not tell: a person has to look."
    )


def test_a_store_that_cannot_be_read_is_no_verdict() -> None:
    def broken() -> BinaryIO:
        raise PermissionError("disk")

    file = HandedIn("a.txt", 5, SOME.sha256, broken)
    for kind, params in (
        ("file_type", FileType((ContentType.TXT,))),
        ("file_sha256", FileSha256(SOME.sha256)),
    ):
        assert run(kind, params, file).outcome is Outcome.UNABLE


def mp4(*brands: bytes) -> bytes:
    box = b"ftyp" + brands[0] + b"\0\0\0\1" + b"".join(brands[1:])
    return struct.pack(">I", len(box) + 4) + box + b"\0\0\0\x08free"


def mp3_frames(header: bytes, length: int, count: int = 2) -> bytes:
    return (header + bytes(length - 4)) * count


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'
DRAWN = (
    b'<!DOCTYPE svg [<!ENTITY ns "http://ns.example/">]><svg xmlns="http://www.w3.org/2000/svg" a="&ns;"/>'
)
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.mark.parametrize(
    ("name", "content", "wanted", "passes"),
    [
        ("a.pdf", b"%PDF-1.7\n", "pdf", True),
        ("a.pdf", b"MZ\x90\0" + b"%PDF-1.7", "pdf", False),
        ("a.pdf", b"plain text", "pdf", False),
        ("a.pdf", b"", "pdf", False),
        ("a.txt", b"%PDF-1.7\n", "txt", False),
        ("a", PNG, "png", True),
        ("a.jpeg", PNG, "jpeg", False),
        ("a", b"\xff\xd8\xff\xe0" + bytes(9), "jpeg", True),
        ("a", b"GIF89a" + bytes(9), "gif", True),
        ("a", b"GIF88a" + bytes(9), "gif", False),
        ("a", b"RIFF\0\0\0\0WEBPVP8 ", "webp", True),
        ("a", b"RIFF\0\0\0\0WAVEfmt ", "webp", False),
        ("a", zipped({"x": b"y"}), "zip", True),
        ("a", zipped({}), "zip", True),
        ("a.docx", zipped({"x": b"y"}), "docx", False),
        ("a.docx", zipped({"word/document.xml": b""}), "docx", False),
        ("a.docx", b"PK\x03\x04 nothing more", "docx", False),
        ("a", docx(""), "docx", True),
        ("a", docx(""), "zip", True),
        ("a", docx(""), "xlsx", False),
        ("a", office("xl/workbook.xml"), "xlsx", True),
        ("a", office("ppt/presentation.xml"), "pptx", True),
        ("a", gzipped(b"x"), "gzip", True),
        ("a", tarred({"x": b"y"}), "tar", True),
        ("a", tarred({"x": b"y"})[:-1024].replace(b"ustar", b"ustas", 1), "tar", False),
        ("a", b"7z\xbc\xaf\x27\x1c\0\x04", "7z", True),
        ("a", mp4(b"isom", b"mp42"), "mp4", True),
        ("a", mp4(b"qt  ", b"mp42"), "mp4", True),
        ("a", mp4(b"heic", b"mif1"), "mp4", False),
        ("a", b"ID3\x04\0\0\0\0\0\x10" + bytes(20), "mp3", True),
        ("a", b"ID3\x04\0\0\0\0\0\xff" + bytes(20), "mp3", False),
        ("a", mp3_frames(b"\xff\xfb\x90\x00", 417), "mp3", True),
        ("a", mp3_frames(b"\xff\xf3\x40\x00", 104), "mp3", True),
        ("a", mp3_frames(b"\xff\xfb\x90\x00", 417, 1), "mp3", False),
        ("a", b"plain", "txt", True),
        ("a", "größer".encode(), "txt", True),
        ("a", "größer".encode("latin-1"), "txt", True),
        ("a", "größer".encode("utf-16"), "txt", True),
        ("a", "plain".encode("utf-16-le"), "txt", True),
        ("a", "plain".encode("utf-16-be"), "txt", True),
        ("a", "größer".encode("utf-8-sig"), "txt", True),
        ("a", b"a\x00b", "txt", False),
        ("a", b"a\x07b", "txt", False),
        ("a", b"\x81\x8d", "txt", False),
        ("a", b"x" * 300_000 + b"\x00", "txt", False),
        ("a", b"a,b\r\n1,2\r\n", "csv", True),
        ("a", b"a,b\r\n1,2\r\n", "txt", True),
        ("a", b"a;b\n\n1;2", "csv", True),
        ("a", b"a\tb\r1\t2", "csv", True),
        ("a", b'a,b\n"1,5","x\ny"\n', "csv", True),
        ("a", 'ä;ö\n1;"2"\n'.encode("utf-16"), "csv", True),
        ("a.csv", b"a,b\n1,2,3\n", "csv", False),
        ("a.csv", b'a,b\n1,"2\n', "csv", False),
        ("a.csv", b"one\ntwo\n", "csv", True),
        ("a.txt", b"one\ntwo\n", "csv", False),
        ("a.csv", b"Dear all, here it is.\nYours, truly, K\n", "csv", False),
        ("a.csv", b"x" * 3_000_000, "csv", False),
        ("a.csv", PNG, "csv", False),
        ("a", b'{"a": [1, -2.5e3, true, null, "\\u00e4"]}\n', "json", True),
        ("a", b'{"a": 1,}', "json", False),
        ("a", b'{"a": NaN}', "json", False),
        ("a", b'{"a": "\xe4"}', "json", False),
        ("a", b"[" * 5000 + b"]" * 5000, "json", True),
        ("a.json", b"plain", "json", False),
        ("a", b"<a><b/></a>", "xml", True),
        ("a", b"<a><b></a>", "xml", False),
        ("a", b"<html><br></html>", "xml", False),
        ("a", '<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"), "xml", True),
        ("a", LAUGHS, "xml", False),
        ("a", OUTSIDE, "xml", False),
        ("a", b"<a>" * 20_000 + b"</a>" * 20_000, "xml", False),
        ("a", SVG, "svg", True),
        ("a", SVG, "xml", True),
        ("a", SVG, "txt", True),
        ("a", DRAWN, "svg", True),
        ("a.svg", b"<a/>", "svg", False),
        ("a.svg", b"<x:svg xmlns:x='http://other.example/'/>", "svg", False),
    ],
)
def test_type_by_content(name: str, content: bytes, wanted: str, passes: bool) -> None:
    result = run("file_type", FileType((ContentType(wanted),)), handed(name, content))
    assert result.outcome is (Outcome.PASSED if passes else Outcome.FAILED), str(result.reason)


def test_the_reason_says_what_it_is_instead() -> None:
    params = FileType((ContentType.PDF,), "*.pdf")
    assert reason("file_type", params, handed("a.pdf", PNG), handed("b.pdf", b"%PDF-1.4")) == (
        "Expected every file like *.pdf to be of type pdf; found “a.pdf”, which is png."
    )
    assert (
        reason("file_type", params, SOME) == "Expected every file like *.pdf to be of type pdf; found none."
    )
    assert "no type Outtask knows" in reason("file_type", params, handed("a.pdf", b"MZ\x90\0\3"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def split(text: str, cuts: Iterable[int]) -> list[str]:
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    return [text[start:end] for start, end in pairwise(places)]


@given(JSON, st.lists(st.integers(0, 10**6), max_size=8), st.booleans(), st.sampled_from([None, 1]))
def test_what_python_writes_is_json_however_it_is_cut(
    value: object, cuts: list[int], plain: bool, indent: int | None
) -> None:
    assert is_json(split(json.dumps(value, ensure_ascii=plain, indent=indent), cuts))


def python_reads(text: str) -> bool:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        json.loads(text, parse_constant=refuse)
    except ValueError:
        return False
    return True


@given(
    st.text(alphabet='{}[]:,"\\u0123456789abcdeEtrufalsn+-. \n\x01', max_size=14),
    st.lists(st.integers(0, 14)),
)
def test_json_means_what_it_means_to_python(text: str, cuts: list[int]) -> None:
    assert is_json(split(text, cuts)) is python_reads(text)


def test_json_of_one_long_string_needs_time_but_no_end_of_memory() -> None:
    pieces = ['"', *["x" * 65536] * 200, '"']
    assert is_json(pieces)
    assert not is_json(['"', *["x" * 65536] * 600, '"'])


@pytest.mark.parametrize("wanted", ["csv", "json", "xml", "txt"])
def test_memory_stays_bounded_on_large_text(wanted: str) -> None:
    row = {
        "csv": b"a,b,%s\n" % (b"x" * 90),
        "json": b'["%s",1],' % (b"x" * 90),
        "xml": b"<b>%s</b>" % (b"x" * 90),
        "txt": b"word\n",
    }[wanted]
    start, end = {"json": (b"[", b"0]"), "xml": (b"<a>", b"</a>")}.get(wanted, (b"", b""))
    content = start + row * (8_000_000 // len(row)) + end
    file = handed("a", content)
    tracemalloc.start()
    try:
        assert run("file_type", FileType((ContentType(wanted),)), file).passed
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 7_000_000


@given(
    st.binary(max_size=600),
    st.sampled_from([b"", b"%PDF-", b"PK\x03\x04", b"\x1f\x8b\x08", b"<a>", b'{"', PNG]),
)
def test_any_bytes_give_a_verdict(content: bytes, head: bytes) -> None:
    file = handed("a.bin", head + content)
    for wanted in ContentType:
        assert run("file_type", FileType((wanted,)), file).outcome in (Outcome.PASSED, Outcome.FAILED)
