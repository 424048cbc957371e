"""Single things of a published process as a page shows them: a text, a place, a problem, a value kept.

Long words of publishers (addresses, pointers, digests) come in bits between which a line may break, so that
none makes a page wider than the screen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from outtask.kernel.refusal import Refusal
from outtask.lifecycle.ocds.values import PROBLEMS

LONGEST_ADDRESS = 90
LONGEST_TITLE = 200
LONGEST_VALUE = 1_000
_BIT = re.compile(r"[^/&?=_.,:\s-]{1,24}[/&?=_.,:\s-]*|[/&?=_.,:\s-]+")


@dataclass(frozen=True, slots=True)
class Shown:
    """A text with the address it leads to; `url` is empty unless it is one of the web."""

    text: str
    url: str = ""

    @property
    def words(self) -> list[str]:
        """The text, cut where it is very long, in bits between which a line may break."""
        return bits(self.text if len(self.text) <= LONGEST_TITLE else f"{self.text[:LONGEST_TITLE]}…")

    @property
    def address(self) -> list[str]:
        """The beginning of the address, in bits between which a line may break."""
        return bits(self.url[:LONGEST_ADDRESS])


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: the file (with the release or record in it), and the JSON Pointer from there."""

    file: str
    pointer: list[str]

    @classmethod
    def of(cls, where: str) -> Place:
        """From what `understanding.where` wrote."""
        file, _, pointer = where.partition("#")
        return cls(file, bits(pointer or file))


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that was not understood as it stood, and why. used: all the same."""

    place: Place
    why: Refusal
    used: bool

    @classmethod
    def of(cls, kept: Sequence[Any]) -> Problem:
        """From a row of `understanding.kept_problems`."""
        where, code, value, used = kept
        return cls(Place.of(where), Refusal(code, PROBLEMS[code], facts={"value": value}), used)


@dataclass(frozen=True, slots=True)
class Value:
    """A value no field holds, as JSON. superseded: something newer stands in its place."""

    place: Place
    text: list[str]
    superseded: bool

    @classmethod
    def of(cls, kept: Sequence[Any]) -> Value:
        """From a row of `understanding.kept_values`; very long text is cut."""
        where, text, superseded = kept
        shown = text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
        return cls(Place.of(where), bits(shown), superseded)


def bits(text: str) -> list[str]:
    """A text in pieces between which a line may break, so that no long word makes a page too wide."""
    return _BIT.findall(text)


def is_web_address(text: str) -> bool:
    """Whether a browser may be led there: http or https with a host, nothing that runs in our page."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and text.isprintable() and " " not in text
