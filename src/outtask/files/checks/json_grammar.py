"""Is a text JSON (RFC 8259)? Decided piece by piece, so that size and depth cost next to no memory.

Each piece is first reduced to its shape: strings and other values to one sign each, white space to nothing.
What is no token stays in the shape as it is, and the grammar, which knows only shapes, refuses it there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MOST_TOKEN = 16 * 1024 * 1024
"""Characters; a token that is longer, give or take the length of a piece, is not taken."""
MOST_DEPTH = 100_000

_STRING, _PLAIN = "\x01", "\x02"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_STRINGS = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*+"')
_PLAINS = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?|true|false|null")
_PLAIN_SIGNS = frozenset("+-.0123456789abcdefghijklmnopqrstuvwxyzE")
_NO_SPACE = str.maketrans("", "", " \t\r\n")

_AFTER: dict[str, dict[str, str]] = {
    "value": {_STRING: "more", _PLAIN: "more"},
    "value or ]": {_STRING: "more", _PLAIN: "more"},
    "key": {_STRING: "colon"},
    "key or }": {_STRING: "colon"},
    "colon": {":": "value"},
    "more": {},
}


class _NotJSON(Exception):
    """The text is not JSON."""


def is_json(pieces: Iterable[str]) -> bool:
    """True when `pieces` joined are one JSON value."""
    grammar = _Grammar()
    try:
        for shape in _shapes(pieces):
            grammar.read(shape)
    except _NotJSON:
        return False
    return grammar.is_complete


def _shapes(pieces: Iterable[str]) -> Iterator[str]:
    kept, waiting, size = "", list[str](), 0
    for piece in pieces:
        if _CONTROL.search(piece):
            raise _NotJSON
        waiting.append(piece)
        size += len(piece)
        # Joined only once it has doubled, so that one long token costs no more than its length.
        if size < len(kept):
            continue
        text = _STRINGS.sub(_STRING, kept + "".join(waiting))
        end = _end_of_whole_tokens(text)
        yield _shape(text[:end])
        kept, waiting, size = text[end:], [], 0
        if len(kept) > MOST_TOKEN:
            raise _NotJSON
    yield _shape(_STRINGS.sub(_STRING, kept + "".join(waiting)))


def _end_of_whole_tokens(text: str) -> int:
    """Where an unfinished string begins, or else a value that the next piece may continue."""
    quote = text.find('"')
    if quote >= 0:
        return quote
    end = len(text)
    while end and text[end - 1] in _PLAIN_SIGNS:
        end -= 1
    return end


def _shape(text: str) -> str:
    return _PLAINS.sub(_PLAIN, text).translate(_NO_SPACE)


class _Grammar:
    """The grammar with its stack of open brackets; `_wants` says what may come next."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._wants = "value"

    @property
    def is_complete(self) -> bool:
        return self._wants == "more" and not self._open

    def read(self, shape: str) -> None:
        for sign in shape:
            self._wants = _AFTER[self._wants].get(sign) or self._bracket_or_comma(sign)

    def _bracket_or_comma(self, sign: str) -> str:
        inside = self._open[-1] if self._open else ""
        if sign in "{[" and self._wants.startswith("value") and len(self._open) < MOST_DEPTH:
            self._open.append(sign)
            return "key or }" if sign == "{" else "value or ]"
        if sign == "," and self._wants == "more" and inside:
            return "key" if inside == "{" else "value"
        if inside + sign in ("{}", "[]") and self._wants in ("more", f"key or {sign}", f"value or {sign}"):
            self._open.pop()
            return "more"
        raise _NotJSON
