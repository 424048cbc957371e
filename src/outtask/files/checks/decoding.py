"""Is it text, and in which encoding? Decided over the whole file, in pieces, never from a sample alone."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from outtask.files.checks.handed import HandedIn

_HIDDEN = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffe\uffff]")
_HEAD = 4096

UTF_8 = "utf-8-sig"
LATIN = "cp1252"
"""Latin letters as Windows writes them; ISO 8859-1 is the same but for signs that text does not hold."""


def encoding_of(file: HandedIn) -> str | None:
    """The codec that reads all of `file` as text without a control character, or None when none does.

    Tried: UTF-8; UTF-16 with its mark, or without one when every other byte is mostly zero; then Latin.
    An empty file is not text.
    """
    head = file.head(_HEAD)
    candidates = _candidates(head) if head else ()
    return next((codec for codec in candidates if _reads(file, codec)), None)


def _candidates(head: bytes) -> tuple[str, ...]:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if 0 not in head:
        return (UTF_8, LATIN)
    even, odd = head[::2].count(0), head[1::2].count(0)
    return ("utf-16-le",) if odd > even else ("utf-16-be",)


def _reads(file: HandedIn, codec: str) -> bool:
    try:
        return not any(_HIDDEN.search(piece) for piece in text_pieces(file, codec))
    except UnicodeDecodeError:
        return False


def text_pieces(file: HandedIn, codec: str) -> Iterator[str]:
    """The text of `file` in pieces. Raises `UnicodeDecodeError` when it is not in that codec."""
    decoder = codecs.getincrementaldecoder(codec)()
    for piece in file.pieces():
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)
