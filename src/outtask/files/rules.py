"""What a file may be called. Pure: text in, text out."""

from __future__ import annotations

import unicodedata

LONGEST_NAME = 255
# Beyond controls: signs that turn the direction of text, which make "exe.pdf" of "fdp.exe".
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def plain_name(name: str) -> str:
    """The last part of a path as a name that is safe to show, to send in a header and to put in an archive.

    Hidden signs go, blanks are single, at most 255 characters; the ending is kept. Never empty, never "." or
    "..".
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in last if sign not in _TURNING and unicodedata.category(sign)[0] != "C")
    tidy = " ".join(shown.split()).strip()
    if not tidy.strip("."):
        return "file"
    stem, dot, ending = tidy.rpartition(".")
    if dot and stem and len(ending) <= 16:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return tidy[:LONGEST_NAME]


def disarmed(cell: str) -> str:
    """A text for a cell of a CSV file; an apostrophe stands before what a spreadsheet would run as a formula.

    OWASP, "CSV Injection". For files that people open; what programs read back is written as it is.
    """
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
