from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outtask.files.checks.criteria import (
    ArchiveOpens,
    ByHand,
    CheckKind,
    FilePresent,
    FileSha256,
    FileSize,
    FileType,
    LinkAnswers,
    Params,
    TextContains,
    parse_params,
    sentence,
)
from outtask.files.checks.result import CheckResult, Finding, Outcome, Sentence, every, size_in_words, some
from outtask.files.checks.signatures import ContentType
from outtask.kernel.refusal import Refused

SUM = "ab" * 32


@pytest.mark.parametrize(
    ("kind", "given_values", "params"),
    [
        ("file_present", {}, FilePresent()),
        ("file_present", {"pattern": "*.csv", "least": "2", "most": 3}, FilePresent("*.csv", 2, 3)),
        ("file_present", {"pattern": "", "least": "", "most": ""}, FilePresent()),
        ("file_type", {"types": "PDF, docx"}, FileType((ContentType.PDF, ContentType.DOCX))),
        ("file_type", {"types": ["csv", "csv"], "pattern": " *.csv "}, FileType((ContentType.CSV,), "*.csv")),
        ("file_size", {"least": 0, "most": "10"}, FileSize(0, 10)),
        ("file_sha256", {"sha256": SUM.upper()}, FileSha256(SUM)),
        ("archive_opens", {"most_bytes": 5}, ArchiveOpens(most_bytes=5)),
        ("text_contains", {"text": " a b "}, TextContains(" a b ")),
        (
            "text_contains",
            {"text": "x", "match_case": "on", "every": True},
            TextContains("x", "*", True, True),
        ),
        ("link_answers", {}, LinkAnswers()),
        (
            "link_answers",
            {"link": "https://example.com/a", "seconds": 5},
            LinkAnswers("https://example.com/a", 5),
        ),
        ("by_hand", {"instruction": "Does it sound right?"}, ByHand("Does it sound right?")),
    ],
)
def test_what_is_typed_becomes_typed(kind: str, given_values: dict[str, object], params: Params) -> None:
    assert parse_params(CheckKind(kind), given_values) == params
    assert parse_params(CheckKind(kind), asdict(params)) == params


@pytest.mark.parametrize(
    ("kind", "given_values", "field", "code"),
    [
        ("file_present", {"least": 0}, "least", "number_out_of_range"),
        ("file_present", {"least": "two"}, "least", "number_out_of_range"),
        ("file_present", {"least": True}, "least", "number_out_of_range"),
        ("file_present", {"least": 1.5}, "least", "number_out_of_range"),
        ("file_present", {"least": "٣"}, "least", "number_out_of_range"),
        ("file_present", {"least": 3, "most": 2}, "most", "most_below_least"),
        ("file_present", {"pattern": 5}, "pattern", "field_missing"),
        ("file_present", {"pattern": "a" * 201}, "pattern", "text_unfit"),
        ("file_present", {"pattern": "a\nb"}, "pattern", "pattern_unfit"),
        ("file_present", {"pattern": "a\\b"}, "pattern", "pattern_unfit"),
        ("file_present", {"patern": "*.csv"}, "patern", "field_unknown"),
        ("file_type", {}, "types", "field_missing"),
        ("file_type", {"types": []}, "types", "field_missing"),
        ("file_type", {"types": 7}, "types", "field_missing"),
        ("file_type", {"types": "exe"}, "types", "type_unknown"),
        ("file_type", {"types": [None]}, "types", "type_unknown"),
        ("file_size", {"most": 10**13}, "most", "number_out_of_range"),
        ("file_size", {"least": 11, "most": 10}, "most", "most_below_least"),
        ("file_sha256", {}, "sha256", "field_missing"),
        ("file_sha256", {"sha256": "ab"}, "sha256", "sum_unfit"),
        ("file_sha256", {"sha256": "g" * 64}, "sha256", "sum_unfit"),
        ("archive_opens", {"most_members": 50_001}, "most_members", "number_out_of_range"),
        ("archive_opens", {"most_ratio": 1}, "most_ratio", "number_out_of_range"),
        ("text_contains", {}, "text", "field_missing"),
        ("text_contains", {"text": "  "}, "text", "field_missing"),
        ("text_contains", {"text": "a\x00"}, "text", "text_unfit"),
        ("text_contains", {"text": "a" * 501}, "text", "text_unfit"),
        ("text_contains", {"text": "a", "every": "maybe"}, "every", "not_yes_or_no"),
        ("text_contains", {"text": "a", "regex": "on"}, "regex", "field_unknown"),
        ("link_answers", {"link": "ftp://example.com/"}, "link", "url_scheme"),
        ("link_answers", {"link": "http://127.1/"}, "link", "url_host"),
        ("link_answers", {"seconds": 31}, "seconds", "number_out_of_range"),
        ("by_hand", {}, "instruction", "field_missing"),
    ],
)
def test_a_refusal_names_its_field(kind: str, given_values: dict[str, object], field: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_params(CheckKind(kind), given_values)
    assert (caught.value.refusal.field, caught.value.refusal.code) == (field, code)
    assert "%(" not in str(caught.value.refusal)


ANY_VALUE = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text()))
FIELDS = [
    "pattern",
    "least",
    "most",
    "types",
    "sha256",
    "text",
    "every",
    "link",
    "seconds",
    "most_ratio",
    "other",
]


@given(st.sampled_from(CheckKind), st.dictionaries(st.sampled_from(FIELDS), ANY_VALUE))
def test_any_input_is_parsed_or_refused(kind: CheckKind, values: dict[str, object]) -> None:
    try:
        params = parse_params(kind, values)
    except Refused as refused:
        assert refused.refusal.field
        return
    assert parse_params(kind, asdict(params)) == params
    assert str(sentence(kind, params))


@pytest.mark.parametrize(
    ("kind", "params", "said"),
    [
        ("file_present", FilePresent("*.csv"), "Outtask expects at least 1 file like *.csv."),
        ("file_present", FilePresent("*.csv", 2), "Outtask expects at least 2 files like *.csv."),
        ("file_present", FilePresent("a", 1, 1), "Outtask expects exactly 1 file like a."),
        ("file_present", FilePresent("a", 2, 2), "Outtask expects exactly 2 files like a."),
        ("file_present", FilePresent("a", 1, 5), "Outtask expects 1 to 5 files like a."),
        (
            "file_type",
            FileType((ContentType.PDF, ContentType.DOCX)),
            "Outtask expects every file like * to be of type pdf, docx.",
        ),
        ("file_size", FileSize(1_500), "Outtask expects every file like * to have at least 1.5 kB."),
        ("file_size", FileSize(0, 2 * 10**6), "Outtask expects every file like * to have 0 bytes to 2 MB."),
        ("file_sha256", FileSha256(SUM), f"Outtask expects a file like * with the SHA-256 sum {SUM}."),
        (
            "archive_opens",
            ArchiveOpens("*.zip"),
            "Outtask expects every file like *.zip to be an archive that opens, at most 2 GB unpacked.",
        ),
        (
            "text_contains",
            TextContains("50 % off"),
            "Outtask expects a file like * that contains “50 % off”.",
        ),
        (
            "text_contains",
            TextContains("Total", "*.txt", every=True),
            "Outtask expects every file like *.txt to contain “Total”.",
        ),
        ("link_answers", LinkAnswers(), "Outtask expects every link handed in to answer within 10 seconds."),
        (
            "link_answers",
            LinkAnswers("https://example.com/"),
            "Outtask expects https://example.com/ to answer within 10 seconds.",
        ),
        ("by_hand", ByHand("Does it run?"), "A person checks this: Does it run?"),
    ],
)
def test_each_criterion_in_plain_english(kind: str, params: Params, said: str) -> None:
    assert str(sentence(CheckKind(kind), params)) == said


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_000, "1 kB"),
        (1_049, "1 kB"),
        (1_050, "1.1 kB"),
        (9_940, "9.9 kB"),
        (9_960, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (10**10, "10 GB"),
        (5 * 10**12, "5 TB"),
        (10**18, "1000000 TB"),
    ],
)
def test_sizes_as_people_read_them(count: int, words: str) -> None:
    assert str(size_in_words(count)) == words


PASSED, FAILED, UNABLE = (Finding(outcome, Sentence(outcome)) for outcome in Outcome)


@pytest.mark.parametrize(
    ("findings", "of_every", "of_some"),
    [
        ([PASSED], Outcome.PASSED, Outcome.PASSED),
        ([FAILED], Outcome.FAILED, Outcome.FAILED),
        ([UNABLE], Outcome.UNABLE, Outcome.UNABLE),
        ([PASSED, UNABLE], Outcome.UNABLE, Outcome.PASSED),
        ([PASSED, FAILED], Outcome.FAILED, Outcome.PASSED),
        ([FAILED, UNABLE], Outcome.FAILED, Outcome.UNABLE),
        ([UNABLE, PASSED, FAILED], Outcome.FAILED, Outcome.PASSED),
    ],
)
def test_how_findings_add_up(findings: list[Finding], of_every: Outcome, of_some: Outcome) -> None:
    assert every(Sentence("x"), findings).outcome is of_every
    assert some(Sentence("x"), findings).outcome is of_some


def test_what_speaks_for_the_outcome_comes_first_and_the_list_is_bounded() -> None:
    result = every(Sentence("x"), [PASSED] * 30 + [UNABLE, FAILED, FAILED])
    assert str(result.reason) == "Expected x; found failed, and 1 more."
    assert [str(line) for line in result.details[:4]] == ["failed", "failed", "unable", "passed"]
    assert (len(result.details), str(result.details[-1])) == (21, "… and 13 more")


def test_a_result_is_plain_data_and_translates_inside_out() -> None:
    inner = Sentence("%(n)s MB", {"n": 3})
    result = CheckResult(Outcome.FAILED, Sentence("less than %(size)s", {"size": inner}), Sentence("none"))
    assert Sentence.from_json(result.expected.as_json()) == result.expected
    assert result.as_json()["outcome"] == "failed"
    german = {"%(n)s MB": "%(n)s Mio. Byte", "less than %(size)s": "weniger als %(size)s", "none": "nichts"}
    assert result.expected.said_with(lambda text: german.get(text, text)) == "weniger als 3 Mio. Byte"
    assert not result.passed
