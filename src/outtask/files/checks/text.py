"""Does a file contain a text? Plain text in its usual encodings and Word files; no regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from outtask.files.checks.criteria import CheckKind, TextContains, expected
from outtask.files.checks.decoding import encoding_of, text_pieces
from outtask.files.checks.file_type import office_type
from outtask.files.checks.handed import HandedIn, nothing_found, select
from outtask.files.checks.limits import Meter, Stop
from outtask.files.checks.result import CheckResult, Finding, every, some
from outtask.files.checks.signatures import HEAD, ContentType, signature
from outtask.files.checks.xml_reading import NotReadable, read_xml
from outtask.files.checks.zip_members import opened, pieces
from outtask.kernel.words import N_

MOST_WORD_BYTES = 500 * 10**6
_WORD_PARTS = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_WORD = frozenset(
    {
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    }
)
_AT_START = {"br": "\n", "cr": "\n", "tab": "\t"}
_AT_END = {"p": "\n"}


def text_contains(params: TextContains, files: Sequence[HandedIn]) -> CheckResult:
    """Passed when one file that fits (`every`: each) contains the text; what cannot be read is UNABLE."""
    wanted = expected(CheckKind.TEXT_CONTAINS, params)
    chosen = select(files, params.pattern)
    if not chosen:
        return nothing_found(wanted)
    findings = [_judge(file, params) for file in chosen]
    return every(wanted, findings) if params.every else some(wanted, findings)


def _judge(file: HandedIn, params: TextContains) -> Finding:
    try:
        text = _text_of(file)
        found = contains(text, params.text, match_case=params.match_case)
    except Stop as stop:
        return stop.finding
    except NotReadable:
        return Finding.unable(N_("“%(name)s” is a damaged Word file; look yourself"), name=file.name)
    if found:
        return Finding.passed(N_("“%(name)s”, which contains it"), name=file.name)
    return Finding.failed(N_("“%(name)s”, which does not contain it"), name=file.name)


def contains(text: Iterable[str], wanted: str, *, match_case: bool) -> bool:
    """True when the pieces of `text`, joined, contain `wanted`; holds one piece and one overlap at a time."""
    # Case folding maps each character by itself, so that folding piece by piece is folding the whole.
    needle = wanted if match_case else wanted.casefold()
    overlap = len(needle) - 1
    kept = ""
    for piece in text:
        window = kept + (piece if match_case else piece.casefold())
        if needle in window:
            return True
        kept = window[-overlap:] if overlap else ""
    return False


def _text_of(file: HandedIn) -> Iterator[str]:
    """The text of `file` in pieces. Raises `Stop` when there is none that Outtask reads."""
    kind = signature(file.head(HEAD))
    if kind is ContentType.PDF:
        reason = N_(
            "“%(name)s” is a PDF, whose text Outtask does not read; look yourself, or ask for a Word file"
        )
        raise Stop(Finding.unable(reason, name=file.name))
    if kind is ContentType.ZIP and office_type(file) is ContentType.DOCX:
        return _word_text(file)
    if kind is not None:
        reason = N_("“%(name)s” is %(type)s; Outtask reads plain text and Word files only, so look yourself")
        raise Stop(Finding.unable(reason, name=file.name, type=str(kind)))
    if file.size == 0:
        return iter(())
    encoding = encoding_of(file)
    if encoding is None:
        reason = N_("“%(name)s” holds no text that Outtask can read; look yourself")
        raise Stop(Finding.unable(reason, name=file.name))
    return text_pieces(file, encoding)


def _word_text(file: HandedIn) -> Iterator[str]:
    """What a reader of the Word file sees, each paragraph ending a line (ECMA-376, WordprocessingML)."""
    meter = Meter(file.name, file.size, MOST_WORD_BYTES, most_members=20_000, most_ratio=1_000)
    with opened(file, meter) as archive:
        for member in archive.infolist():
            if _WORD_PARTS.fullmatch(member.filename):
                yield from _part_text(pieces(file, archive, member, meter))
                yield "\n"


def _part_text(content: Iterable[bytes]) -> Iterator[str]:
    """The text of one part: what stands in `w:t`, with a line end for each paragraph and break."""
    heard: list[str] = []
    within: list[str] = []

    def started(name: str) -> None:
        within.append(_local(name))
        heard.append(_AT_START.get(within[-1], ""))

    def ended(name: str) -> None:
        heard.append(_AT_END.get(within.pop(), ""))

    def text(data: str) -> None:
        if within and within[-1] == "t":
            heard.append(data)

    for _ in read_xml(content, started=started, ended=ended, text=text):
        yield "".join(heard)
        heard.clear()


def _local(name: str) -> str:
    namespace, _, local = name.rpartition(" ")
    return local if namespace in _WORD else ""
