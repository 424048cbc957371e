"""The kinds of check and what each is told; from what a person typed to typed, bounded parameters.

No kind takes a regular expression: one written by a stranger can keep a machine busy for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from outtask.files.checks.handed import ALL_FILES
from outtask.files.checks.result import Sentence, size_in_words
from outtask.files.checks.signatures import ContentType
from outtask.files.targets import parse as parse_url
from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

MOST_FILES = 10_000
MOST_FILE_BYTES = 5 * 10**12
MOST_UNPACKED_BYTES = 100 * 10**9
MOST_MEMBERS = 50_000
MOST_RATIO = 1_000
MOST_TEXT = 500
MOST_SECONDS = 30


class CheckKind(StrEnum):
    """What the system can try by itself; BY_HAND is what it leaves to a person."""

    FILE_PRESENT = "file_present"
    FILE_TYPE = "file_type"
    FILE_SIZE = "file_size"
    FILE_SHA256 = "file_sha256"
    ARCHIVE_OPENS = "archive_opens"
    TEXT_CONTAINS = "text_contains"
    LINK_ANSWERS = "link_answers"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class FilePresent:
    """At least `least` files, at most `most` when given."""

    pattern: str = ALL_FILES
    least: int = 1
    most: int | None = None


@dataclass(frozen=True, slots=True)
class FileType:
    """Every selected file is, by its content, one of `types`."""

    types: tuple[ContentType, ...]
    pattern: str = ALL_FILES


@dataclass(frozen=True, slots=True)
class FileSize:
    """Every selected file has between `least` and `most` bytes, both included."""

    least: int = 1
    most: int = MOST_FILE_BYTES
    pattern: str = ALL_FILES


@dataclass(frozen=True, slots=True)
class FileSha256:
    """One selected file has this very content. `sha256` is lower-case hex."""

    sha256: str
    pattern: str = ALL_FILES


@dataclass(frozen=True, slots=True)
class ArchiveOpens:
    """Every selected file is an archive whose every member can be read, within the limits.

    most_bytes: unpacked, all members together. most_ratio: unpacked to packed, once past 1 MiB unpacked.
    """

    pattern: str = ALL_FILES
    most_bytes: int = 2 * 10**9
    most_members: int = 10_000
    most_ratio: int = 200


@dataclass(frozen=True, slots=True)
class TextContains:
    """One selected file (`every`: each of them) contains `text`, letter by letter."""

    text: str
    pattern: str = ALL_FILES
    match_case: bool = False
    every: bool = False


@dataclass(frozen=True, slots=True)
class LinkAnswers:
    """`link`, or without one every link handed in, answers 200 to 299 within `seconds`."""

    link: str = ""
    seconds: int = 10


@dataclass(frozen=True, slots=True)
class ByHand:
    """What a person is asked to look at."""

    instruction: str


Params = FilePresent | FileType | FileSize | FileSha256 | ArchiveOpens | TextContains | LinkAnswers | ByHand


class _Given:
    """What was typed, read field by field; each complaint names its field."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values
        self._read: set[str] = set()

    def _raw(self, name: str) -> object:
        self._read.add(name)
        value = self._values.get(name)
        return None if value == "" else value

    def whole(self, name: str, usual: int, low: int, high: int) -> int:
        number = self.whole_or_none(name, low, high)
        return usual if number is None else number

    def whole_or_none(self, name: str, low: int, high: int) -> int | None:
        value = self._raw(name)
        if value is None:
            return None
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            reason = N_("Give a whole number from %(low)s to %(high)s.")
            raise _refused("number_out_of_range", reason, name, low=low, high=high)
        return value

    def text(self, name: str, usual: str | None, most: int) -> str:
        value = self._raw(name)
        if value is None and usual is not None:
            return usual
        if not isinstance(value, str) or not value.strip():
            raise _refused("field_missing", N_("This field is empty. Fill it in."), name)
        if len(value) > most or "\x00" in value:
            reason = N_("Give at most %(most)s characters, none of them hidden.")
            raise _refused("text_unfit", reason, name, most=most)
        return value

    def yes(self, name: str) -> bool:
        value = self._raw(name)
        if value in (None, False, "false", "off"):
            return False
        if value in (True, "true", "on"):
            return True
        raise _refused("not_yes_or_no", N_("Say yes or no."), name)

    def pattern(self) -> str:
        pattern = self.text("pattern", ALL_FILES, 200).strip()
        if not pattern.isprintable() or "\\" in pattern:
            raise _refused(
                "pattern_unfit", N_("Give a file name; * stands for any letters (*.csv)."), "pattern"
            )
        return pattern

    def types(self) -> tuple[ContentType, ...]:
        value = self._raw("types")
        names = value.replace(",", " ").split() if isinstance(value, str) else value
        if not isinstance(names, list | tuple) or not names:
            raise _refused("field_missing", N_("Name at least one file type."), "types")
        known = {str(one) for one in ContentType}
        unknown = [name for name in names if not isinstance(name, str) or name.lower() not in known]
        if unknown:
            reason = N_("Outtask does not know the type %(type)s. It knows: %(known)s.")
            facts = {"type": str(unknown[0])[:40], "known": ", ".join(sorted(known))}
            raise _refused("type_unknown", reason, "types", **facts)
        return tuple(dict.fromkeys(ContentType(name.lower()) for name in names))

    def sha256(self) -> str:
        value = self.text("sha256", None, 64).strip().lower()
        if len(value) != 64 or set(value) - set("0123456789abcdef"):
            reason = N_("Give a SHA-256 sum: 64 of the signs 0 to 9 and a to f.")
            raise _refused("sum_unfit", reason, "sha256")
        return value

    def link(self) -> str:
        link = self.text("link", "", 2048).strip()
        if link:
            try:
                parse_url(link)
            except Refused as refused:
                told = refused.refusal
                raise Refused(Refusal(told.code, told.reason, "link", told.facts)) from None
        return link

    def nothing_else(self) -> None:
        unknown = sorted(set(self._values) - self._read)
        if unknown:
            raise _refused("field_unknown", N_("This check has no such field."), unknown[0])


def _refused(code: str, reason: str, field: str, **facts: object) -> Refused:
    return Refused(Refusal(code, reason, field, facts))


def _ordered(least: int, most: int | None) -> None:
    if most is not None and most < least:
        raise _refused("most_below_least", N_("Give at least %(least)s."), "most", least=least)


def _file_present(given: _Given) -> FilePresent:
    least = given.whole("least", 1, 1, MOST_FILES)
    most = given.whole_or_none("most", 1, MOST_FILES)
    _ordered(least, most)
    return FilePresent(given.pattern(), least, most)


def _file_size(given: _Given) -> FileSize:
    least = given.whole("least", 1, 0, MOST_FILE_BYTES)
    most = given.whole("most", MOST_FILE_BYTES, 0, MOST_FILE_BYTES)
    _ordered(least, most)
    return FileSize(least, most, given.pattern())


def _archive_opens(given: _Given) -> ArchiveOpens:
    usual = ArchiveOpens()
    return ArchiveOpens(
        given.pattern(),
        given.whole("most_bytes", usual.most_bytes, 1, MOST_UNPACKED_BYTES),
        given.whole("most_members", usual.most_members, 1, MOST_MEMBERS),
        given.whole("most_ratio", usual.most_ratio, 2, MOST_RATIO),
    )


def _text_contains(given: _Given) -> TextContains:
    text = given.text("text", None, MOST_TEXT)
    return TextContains(text, given.pattern(), given.yes("match_case"), given.yes("every"))


_READERS: Mapping[CheckKind, Callable[[_Given], Params]] = {
    CheckKind.FILE_PRESENT: _file_present,
    CheckKind.FILE_TYPE: lambda given: FileType(given.types(), given.pattern()),
    CheckKind.FILE_SIZE: _file_size,
    CheckKind.FILE_SHA256: lambda given: FileSha256(given.sha256(), given.pattern()),
    CheckKind.ARCHIVE_OPENS: _archive_opens,
    CheckKind.TEXT_CONTAINS: _text_contains,
    CheckKind.LINK_ANSWERS: lambda given: LinkAnswers(
        given.link(), given.whole("seconds", 10, 1, MOST_SECONDS)
    ),
    CheckKind.BY_HAND: lambda given: ByHand(given.text("instruction", None, 2_000)),
}


def parse_params(kind: CheckKind, mapping: Mapping[str, object]) -> Params:
    """Typed parameters from a form or JSON; numbers may be digits in text, yes may be "on".

    `dataclasses.asdict` of the answer is read back as the same answer. Raises `Refused` naming the field.
    """
    given = _Given(mapping)
    params = _READERS[kind](given)
    given.nothing_else()
    return params


def sentence(kind: CheckKind, params: Params) -> Sentence:
    """In plain English, what will be checked."""
    if isinstance(params, ByHand):
        return Sentence(N_("A person checks this: %(instruction)s"), {"instruction": params.instruction})
    return Sentence(N_("Outtask expects %(expected)s."), {"expected": expected(kind, params)})


def expected(kind: CheckKind, params: Params) -> Sentence:
    """The same as a phrase that fits after "Expected"."""
    teller: Callable[[Any], Sentence] = _TELLERS[kind]
    return teller(params)


def _tell_present(params: FilePresent) -> Sentence:
    facts = {"least": params.least, "most": params.most, "pattern": params.pattern}
    if params.most is None:
        one = params.least == 1
        message = (
            N_("at least 1 file like %(pattern)s") if one else N_("at least %(least)s files like %(pattern)s")
        )
    elif params.most == params.least:
        one = params.least == 1
        message = (
            N_("exactly 1 file like %(pattern)s") if one else N_("exactly %(least)s files like %(pattern)s")
        )
    else:
        message = N_("%(least)s to %(most)s files like %(pattern)s")
    return Sentence(message, facts)


def _tell_size(params: FileSize) -> Sentence:
    facts = {
        "pattern": params.pattern,
        "least": size_in_words(params.least),
        "most": size_in_words(params.most),
    }
    if params.most == MOST_FILE_BYTES:
        return Sentence(N_("every file like %(pattern)s to have at least %(least)s"), facts)
    return Sentence(N_("every file like %(pattern)s to have %(least)s to %(most)s"), facts)


def _tell_archive(params: ArchiveOpens) -> Sentence:
    facts = {"pattern": params.pattern, "most": size_in_words(params.most_bytes)}
    return Sentence(
        N_("every file like %(pattern)s to be an archive that opens, at most %(most)s unpacked"), facts
    )


def _tell_text(params: TextContains) -> Sentence:
    facts = {"text": params.text, "pattern": params.pattern}
    if params.every:
        return Sentence(N_("every file like %(pattern)s to contain “%(text)s”"), facts)
    return Sentence(N_("a file like %(pattern)s that contains “%(text)s”"), facts)


def _tell_link(params: LinkAnswers) -> Sentence:
    facts = {"link": params.link, "seconds": params.seconds}
    if params.link:
        return Sentence(N_("%(link)s to answer within %(seconds)s seconds"), facts)
    return Sentence(N_("every link handed in to answer within %(seconds)s seconds"), facts)


def _tell_type(params: FileType) -> Sentence:
    facts = {"pattern": params.pattern, "types": ", ".join(params.types)}
    return Sentence(N_("every file like %(pattern)s to be of type %(types)s"), facts)


def _tell_sum(params: FileSha256) -> Sentence:
    facts = {"pattern": params.pattern, "sha256": params.sha256}
    return Sentence(N_("a file like %(pattern)s with the SHA-256 sum %(sha256)s"), facts)


def _tell_by_hand(params: ByHand) -> Sentence:
    return Sentence(N_("a person to check: %(instruction)s"), {"instruction": params.instruction})


_TELLERS: Mapping[CheckKind, Callable[..., Sentence]] = {
    CheckKind.FILE_PRESENT: _tell_present,
    CheckKind.FILE_TYPE: _tell_type,
    CheckKind.FILE_SIZE: _tell_size,
    CheckKind.FILE_SHA256: _tell_sum,
    CheckKind.ARCHIVE_OPENS: _tell_archive,
    CheckKind.TEXT_CONTAINS: _tell_text,
    CheckKind.LINK_ANSWERS: _tell_link,
    CheckKind.BY_HAND: _tell_by_hand,
}
