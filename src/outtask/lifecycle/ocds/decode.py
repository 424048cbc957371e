"""Bytes to JSON documents. Whatever is wrong with the bytes ends in `Refused`, saying where."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from os import PathLike
from pathlib import Path
from typing import BinaryIO, NoReturn

from outtask.kernel.refusal import Refusal, Refused
from outtask.kernel.words import N_

type Json = bool | int | Decimal | str | list[Json] | dict[str, Json] | None

MAX_BYTES = 64 * 2**20
"""Largest file that is read. A package of 50 MB of real releases was read with 320 MB of memory."""
MAX_DEPTH = 64
"""Deepest nesting that is read; the deepest of the standard is about 10."""
_LONGEST_NUMBER = 300

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_COMPRESSED = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd")

REASONS = {
    "cannot_read": N_("This file cannot be read: %(cause)s. Check that it is there and may be opened."),
    "too_large": N_("This file is larger than %(mebibytes)s MiB. Split it into smaller files."),
    "empty_file": N_("This file is empty. Send the package itself."),
    "compressed": N_("This file is compressed. Unpack it and send the JSON inside."),
    "not_utf8": N_(
        "This file is not UTF-8 text: see byte %(byte)s, line %(line)s. Save it as UTF-8 and send it again."
    ),
    "truncated": N_(
        "This file breaks off at line %(line)s, byte %(byte)s, before its JSON ends. Download it once more."
    ),
    "not_json": N_(
        "This file is not JSON: see line %(line)s, column %(column)s (%(cause)s). Send the package as JSON."
    ),
    "duplicate_key": N_(
        'An object holds "%(key)s" twice, see line %(line)s, column %(column)s. '
        "Which one counts is unclear: ask the publisher, or remove one."
    ),
    "too_deep": N_(
        "This file is nested deeper than %(depth)s levels, see line %(line)s, column %(column)s. "
        "No OCDS package is: send the package itself."
    ),
    "bad_number": N_(
        "%(value)s at line %(line)s, column %(column)s is not a number that can be kept exactly. Correct it."
    ),
}


@dataclass(frozen=True, slots=True)
class Document:
    """One JSON text of a file. `line` is where it starts; `alone` when the file holds no other."""

    value: Json
    line: int
    alone: bool


def refusal(code: str, **facts: object) -> Refused:
    return Refused(Refusal(code, REASONS[code], "file", facts))


def read_bytes(source: BinaryIO | str | PathLike[str], limit: int = MAX_BYTES) -> bytes:
    """All bytes of an open binary file or of the file at a path; refuses more than `limit`."""
    try:
        if isinstance(source, str | PathLike):
            with Path(source).open("rb") as stream:
                data = stream.read(limit + 1)
        else:
            data = source.read(limit + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path, or a stream already closed
        cause = getattr(error, "strerror", None) or str(error)
        raise refusal("cannot_read", cause=cause) from error
    if len(data) > limit:
        raise refusal("too_large", mebibytes=limit // 2**20, bytes=limit)
    return data


def decoded(data: bytes) -> str:
    """The text of `data`: UTF-8, or what its byte order mark says. Nothing is guessed."""
    if data.startswith(_COMPRESSED):
        raise refusal("compressed")
    encoding, mark = next(((name, bom) for bom, name in _BOMS if data.startswith(bom)), ("utf-8", b""))
    if not mark and b"\0" in data[:4]:  # UTF-16 or UTF-32 without a mark: which one would be a guess
        raise refusal("not_utf8", byte=data.index(b"\0"), line=1)
    try:
        return data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        at = len(mark) + error.start
        raise refusal("not_utf8", byte=at, line=data.count(b"\n", 0, at) + 1) from None


def documents(text: str) -> Iterator[Document]:
    """Every JSON text of a file: one, or several one after another (JSON Lines, concatenated JSON)."""
    position = _skip_space(text, 0)
    if position == len(text):
        raise refusal("empty_file")
    first = True
    line, counted = 1, 0
    while position < len(text):
        value, end = _parse(text, position)
        line, counted = line + text.count("\n", counted, position), position
        following = _skip_space(text, end)
        yield Document(value, line, alone=first and following == len(text))
        first, position = False, following


_SPACE = re.compile(r"[ \t\r\n]*")


def _skip_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


class _Fault(ValueError):
    """Found inside a hook of the parser, which does not know where it is."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Fault("duplicate_key", key=key[:100])
            seen.add(key)
    return made


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise _Fault("bad_number", value=text[:40] + "…")
    return int(text)


def _decimal(text: str) -> Decimal:
    try:
        if len(text) <= _LONGEST_NUMBER:
            return Decimal(text)
    except InvalidOperation:  # an exponent of more digits than any machine has
        pass
    raise _Fault("bad_number", value=text[:40] + ("…" if len(text) > 40 else ""))


def _constant(text: str) -> NoReturn:
    raise _Fault("bad_number", value=text)


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_decimal, parse_int=_integer, parse_constant=_constant
)


def _parse(text: str, start: int) -> tuple[Json, int]:
    try:
        value, end = _decoder.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise _not_json(text, error) from None
    except _Fault as fault:
        raise _refused_at(text, _first_fault(text, start), fault.code, **fault.facts) from None
    except RecursionError:
        raise _refused_at(text, _first_fault(text, start), "too_deep", depth=MAX_DEPTH) from None
    if _too_deep(value):
        raise _refused_at(text, _first_fault(text, start), "too_deep", depth=MAX_DEPTH)
    return value, end


def _not_json(text: str, error: json.JSONDecodeError) -> Refused:
    rest = text[error.pos :].rstrip()
    cut = (
        error.msg.startswith("Unterminated string")
        or (error.msg.startswith("Invalid \\uXXXX") and len(rest) < len("uXXXX"))
        or any(word.startswith(rest) for word in ("true", "false", "null", "-"))  # or nothing is left
    )
    return _refused_at(text, error.pos, "truncated" if cut else "not_json", cause=error.msg)


def _refused_at(text: str, position: int, code: str, **facts: object) -> Refused:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    byte = len(text[:position].encode("utf-8", "surrogatepass"))
    return refusal(code, line=line, column=column, byte=byte, **facts)


def _too_deep(value: Json) -> bool:
    level: list[Json] = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')


def _first_fault(text: str, start: int) -> int:
    """Where the first fault a hook can find stands. Slow, and called once a file is already refused."""
    scopes: list[set[str] | None] = []
    expects_key = False
    for token in _TOKEN.finditer(text, start):
        sign = token[0]
        if sign in "{[":
            scopes.append(set() if sign == "{" else None)
            expects_key = sign == "{"
            if len(scopes) > MAX_DEPTH:
                return token.start()
        elif sign in "}]":
            scopes.pop()
            expects_key = False
        elif sign == ",":
            expects_key = scopes[-1] is not None
        elif sign[0] == '"':
            keys = scopes[-1] if scopes else None
            if expects_key and keys is not None:
                key = json.loads(sign, strict=False)
                if key in keys:
                    return token.start()
                keys.add(key)
            expects_key = False
        elif sign.endswith(("NaN", "Infinity")) or len(sign) > _LONGEST_NUMBER or _endless(sign):
            return token.start()
    return start


def _endless(sign: str) -> bool:
    exponent = sign.lower().partition("e")[2]
    return len(exponent) > 18 and sign[0] in "-0123456789"
