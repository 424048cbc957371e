"""Files that are not what they should be: refused, with the place and the remedy."""

from __future__ import annotations

import codecs
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.kernel.refusal import Refused
from outtask.lifecycle.ocds.decode import MAX_DEPTH, documents
from outtask.lifecycle.ocds.reader import combine, read_package

from .reading import DATA, release

GOOD = json.dumps(release(tender={"title": "Brücke"}), ensure_ascii=False)


@pytest.mark.parametrize(
    ("data", "code", "facts"),
    [
        (b"", "empty_file", {}),
        (b" \n ", "empty_file", {}),
        (codecs.BOM_UTF8, "empty_file", {}),
        (b"PK\x03\x04rest", "compressed", {}),
        (b"\x1f\x8b\x08rest", "compressed", {}),
        (b'{"a":\n"caf\xe9"}', "not_utf8", {"byte": 10, "line": 2}),
        (GOOD.encode("latin-1"), "not_utf8", {"line": 1}),
        (GOOD.encode("utf-16-le"), "not_utf8", {"byte": 1}),
        (codecs.BOM_UTF16_LE + b"{\x00\x00\xd8", "not_utf8", {"byte": 4}),
        (b'{"ocid": "a",\n "x": [1, 2', "truncated", {"line": 2, "byte": 25}),
        (b'{"ocid": "a', "truncated", {"line": 1}),
        (b'{"ocid": "a"', "truncated", {"byte": 12}),
        (b"<html><body>Not found</body></html>", "not_json", {"line": 1, "column": 1}),
        (b'{"ocid": "a",\n\n  oops}', "not_json", {"line": 3, "column": 3}),
        (b'{"ocid": "a",}', "not_json", {"line": 1}),
        (b'{"ocid": "a"}\n{"ocid": "b"}\n{"ocid"', "truncated", {"line": 3}),
        (b'{"ocid": "a"}\nrubbish', "not_json", {"line": 2, "column": 1}),
        (b'{"ocid": "a",\n "x": {"k": 1, "k": 1}}', "duplicate_key", {"key": "k", "line": 2, "column": 16}),
        (b'{"a": [{"b": 1}, {"b": 1}], "a": 2}', "duplicate_key", {"key": "a", "column": 29}),
        (b'{"ocid": "a", "x": NaN}', "bad_number", {"value": "NaN", "column": 20}),
        (b'{"ocid": "a", "x": -Infinity}', "bad_number", {"value": "-Infinity"}),
        (b'{"x": 1e' + b"9" * 30 + b"}", "bad_number", {"column": 7}),
        (b'{"x": ' + b"9" * 5000 + b"}", "bad_number", {"column": 7}),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "too_deep", {"column": MAX_DEPTH + 1}),
        (b"[" * 200_000, "too_deep", {"column": MAX_DEPTH + 1}),
        (b'{"a":' * 200_000 + b"1" + b"}" * 200_000, "too_deep", {"line": 1}),
        (b"{}", "not_ocds", {"place": "x.json"}),
        (b"[]", "not_ocds", {}),
        (b"7", "not_ocds", {}),
        (b'"ocid"', "not_ocds", {}),
        (b'{"releases": "none"}', "not_ocds", {}),
        (b'[{"ocid": "a"}, {"title": "b"}]', "not_ocds", {"place": "x.json#/1"}),
        (b'{"ocid": "a"}\n{"title": "b"}', "not_ocds", {"place": "x.json:2"}),
    ],
)
def test_a_wrong_file_is_refused_where_it_is_wrong(data: bytes, code: str, facts: dict[str, object]) -> None:
    with pytest.raises(Refused) as refused:
        read_package(io.BytesIO(data), "x.json")
    refusal = refused.value.refusal
    assert (refusal.code, refusal.field) == (code, "file")
    assert {key: refusal.facts[key] for key in facts} == facts
    assert str(refusal).strip()  # the text takes all the facts it names


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_an_encoding_with_its_mark_is_read(encoding: str) -> None:
    (task,) = read_package(io.BytesIO(GOOD.encode(encoding)), "x.json").outtasks
    assert task.title == "Brücke"


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.json", tmp_path, "a\0b"):
        with pytest.raises(Refused) as refused:
            read_package(path, "x.json")
        assert refused.value.refusal.code == "cannot_read"


def test_a_file_above_the_limit_is_refused_and_one_at_the_limit_is_read() -> None:
    data = GOOD.encode()
    assert read_package(io.BytesIO(data), "x", limit=len(data)).outtasks
    with pytest.raises(Refused) as refused:
        read_package(io.BytesIO(data), "x", limit=len(data) - 1)
    assert refused.value.refusal.code == "too_large"


def test_every_cut_of_a_real_file_is_refused() -> None:
    data = (DATA / "uk-1.1-release.json").read_bytes()
    for cut in range(0, len(data.rstrip()), 97):
        with pytest.raises(Refused) as refused:
            read_package(io.BytesIO(data[:cut]), "x.json")
        assert refused.value.refusal.code in ("truncated", "empty_file", "not_utf8")


def test_several_documents_are_found_with_their_lines() -> None:
    found = [(one.value, one.line, one.alone) for one in documents(' {"a":\n1}\n[2]\n\n3')]
    assert found == [({"a": 1}, 1, False), ([2], 3, False), (3, 5, False)]
    assert [one.alone for one in documents("7\n")] == [True]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
FIELDS = """
    ocid id date tag title status language parties buyer name identifier scheme address contactPoint tender
    value amount currency awards suppliers contracts period endDate implementation transactions documents
    items unit classification quantity releases records compiledRelease versionedRelease releaseID releaseDate
    planning budget milestones dueDate bids details tenderers amendments packageInfo publisher roles payer
    providerOrganization
"""
WORDS = st.sampled_from(FIELDS.split())
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.characters(exclude_categories=()), max_size=8)
    | st.sampled_from(["", "a", "EUR", "eur", "1,200.00", "2026-02-30", "2026-01-01", "active", "pending"])
)
LIKE_OCDS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=40,
)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_refusal(data: bytes) -> None:
    _read_or_refuse(data)


@given(JSON)
def test_no_json_raises_anything_but_a_refusal(value: object) -> None:
    _read_or_refuse(json.dumps(value).encode())


@given(st.dictionaries(WORDS, LIKE_OCDS, max_size=8), st.sampled_from(["release", "record", "package"]))
def test_nothing_that_looks_like_ocds_raises_and_every_leaf_is_accounted_for(
    content: dict[str, object], shape: str
) -> None:
    value: object = {**content, "ocid": "ocds-x-1"}
    if shape == "record":
        value = {"records": [{"ocid": "ocds-x-1", **content, "compiledRelease": value}, value]}
    elif shape == "package":
        value = {"releases": [value, {**content, "ocid": "ocds-x-1", "date": "2026-01-01T00:00:00Z"}]}
    _read_or_refuse(json.dumps(value).encode())


def _read_or_refuse(data: bytes) -> None:
    try:
        reading = read_package(io.BytesIO(data), "x.json")
    except Refused as refused:
        assert str(refused)
        return
    count = reading.leaves
    assert count.total == count.mapped + count.repeated + count.unmapped
    assert count.total == _written_leaves(data)
    assert combine([reading]) == list(reading.outtasks)


def _written_leaves(data: bytes) -> int:
    """Leaves of all documents of the file, counted on their own."""

    def below(value: object) -> int:
        if isinstance(value, dict | list) and value:
            return sum(map(below, value.values() if isinstance(value, dict) else value))
        return 1

    return sum(below(one.value) for one in documents(data.decode()))
