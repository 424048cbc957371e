"""Is a text JSON (RFC 8259)? Decided token by token, so that size and depth cost next to no memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MOST_TOKEN = 16 * 1024 * 1024
MOST_DEPTH = 100_000
LONGEST_WORD = len("false")

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n]++)
  | (?P<sign>[{}\[\],:])
  | (?P<string>"(?:[^"\\\x00-\x1f]++|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*+")
  | (?P<plain>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?|true|false|null)
    """,
    re.VERBOSE,
)
_ENDS_ITSELF = frozenset({"sign", "string"})


class _NotJSON(Exception):
    pass


def is_json(pieces: Iterable[str]) -> bool:
    """True when `pieces` joined are one JSON value. A token above 16 Mi characters is not taken."""
    try:
        _parse(_tokens(pieces))
    except _NotJSON:
        return False
    return True


def _tokens(pieces: Iterable[str]) -> Iterator[str]:
    """A letter for each token: the sign itself, `s` for a string, `v` for any other value."""
    kept = ""
    waiting: list[str] = []
    size = 0
    for piece in pieces:
        # Joined only once it has doubled, so that one long token costs no more than its length.
        waiting.append(piece)
        size += len(piece)
        if size < len(kept):
            continue
        kept = yield from _scan(kept + "".join(waiting), last=False)
        waiting, size = [], 0
        if len(kept) > MOST_TOKEN:
            raise _NotJSON
    yield from _scan(kept + "".join(waiting), last=True)


def _scan(text: str, *, last: bool) -> Iterator[str]:
    """Tokens of `text`; the return value is the rest that the next piece may go on with."""
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        kind = found.lastgroup if found else None
        if not last and _goes_on(found, text, at):
            return text[at:]
        if found is None:
            raise _NotJSON
        at = found.end()
        if kind != "space":
            yield found.group() if kind == "sign" else ("s" if kind == "string" else "v")
    return ""


def _goes_on(found: re.Match[str] | None, text: str, at: int) -> bool:
    """True when the next piece may change what this token is: "1e" may become "1e+5"."""
    if found is None:
        return text[at] == '"' or len(text) - at < LONGEST_WORD
    return found.lastgroup not in _ENDS_ITSELF and len(text) - found.end() < len("e+5")


def _parse(tokens: Iterator[str]) -> None:
    """Walk the grammar with a stack of open brackets; `wants` says what may come next."""
    open_brackets: list[str] = []
    wants = "value"
    for token in tokens:
        wants = _step(token, wants, open_brackets)
        if len(open_brackets) > MOST_DEPTH:
            raise _NotJSON
    if wants != "end":
        raise _NotJSON


def _step(token: str, wants: str, open_brackets: list[str]) -> str:
    inside = open_brackets[-1] if open_brackets else ""
    if token in "sv{[" and wants in ("value", "value or ]"):
        if token in "{[":
            open_brackets.append(token)
            return "key or }" if token == "{" else "value or ]"
        return "more" if inside else "end"
    if token == "s" and wants in ("key", "key or }"):
        return "colon"
    if token == ":" and wants == "colon":
        return "value"
    if token == "," and wants == "more":
        return "key" if inside == "{" else "value"
    closes = (token == "}" and inside == "{") or (token == "]" and inside == "[")
    if closes and wants in ("more", f"key or {token}", f"value or {token}"):
        open_brackets.pop()
        return "more" if open_brackets else "end"
    raise _NotJSON
