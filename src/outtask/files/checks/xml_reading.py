"""Reading XML made by strangers, in pieces: no outside or nested entities, every part bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from xml.parsers import expat

MOST_PART = 16 * 1024 * 1024
"""Bytes of one tag, comment or other part that must be held whole."""
MOST_DEPTH = 10_000
MOST_ENTITY = 256


class NotReadable(Exception):
    """Not well-formed, or made so that reading it would cost too much."""


def read_xml(
    pieces: Iterable[bytes],
    *,
    started: Callable[[str], None],
    ended: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Call back for each element (named "namespace local") and each stretch of text.

    Goes on one piece at a time, as asked, so that a caller can hand on what it heard and stop early.
    Raises `NotReadable`; what the callbacks raise passes through.
    """
    return _Reading(started, ended, text).read(pieces)


class _Reading:
    def __init__(
        self,
        started: Callable[[str], None],
        ended: Callable[[str], None] | None,
        text: Callable[[str], None] | None,
    ) -> None:
        self._started, self._ended, self._text = started, ended, text
        self._depth = 0
        self._moved = False
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.DefaultHandler = self._other
        self._parser.EntityDeclHandler = self._entity

    def read(self, pieces: Iterable[bytes]) -> Iterator[None]:
        held = 0
        for piece in pieces:
            self._moved = False
            self._parse(piece, last=False)
            held = 0 if self._moved else held + len(piece)
            if held > MOST_PART:
                raise NotReadable
            yield
        self._parse(b"", last=True)
        yield

    def _parse(self, piece: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(piece, last)
        except (expat.ExpatError, ValueError, LookupError):
            # ValueError and LookupError: an encoding that Python does not know or cannot use.
            raise NotReadable from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._moved = True
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise NotReadable
        self._started(name)

    def _end(self, name: str) -> None:
        self._moved = True
        self._depth -= 1
        if self._ended:
            self._ended(name)

    def _characters(self, data: str) -> None:
        self._moved = True
        if self._text:
            self._text(data)

    def _other(self, data: str) -> None:
        self._moved = True

    def _entity(
        self,
        name: str,
        is_parameter: bool,
        value: str | None,
        base: str | None,
        system_id: str,
        public_id: str | None,
        notation: str | None,
    ) -> None:
        # Short words in place of themselves are harmless (drawing programs write them); the rest is a trap.
        if is_parameter or value is None or len(value) > MOST_ENTITY or "&" in value or "%" in value:
            raise NotReadable


def root_of(pieces: Iterable[bytes]) -> str | None:
    """The name of the root ("namespace local") of a whole, well-formed document, or None."""
    names: list[str] = []

    def started(name: str) -> None:
        if not names:
            names.append(name)

    try:
        for _ in read_xml(pieces, started=started):
            pass
    except NotReadable:
        return None
    return names[0]
