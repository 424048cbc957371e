"""JSON with a memory: every leaf knows where it was written and whether a reader has used it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from .shapes import Unmapped

type Tree = Leaf | dict[str, Tree] | list[Tree]


@dataclass(frozen=True, slots=True)
class Place:
    """The container a leaf was written in: JSON Pointer within the release, record or package `source`."""

    source: str
    pointer: str

    def below(self, key: str | int) -> Place:
        return Place(self.source, f"{self.pointer}/{escaped(key)}")


class Leaf:
    """A scalar, {} or []. `made` leaves were written by `upgrade`, not by the publisher, and do not count."""

    __slots__ = ("key", "made", "place", "used", "value")

    def __init__(self, value: object, place: Place, key: str | int, made: bool = False) -> None:
        self.value, self.place, self.key, self.made = value, place, key, made
        self.used = False

    @property
    def path(self) -> str:
        return f"{self.place.pointer}/{escaped(self.key)}"

    @property
    def blank(self) -> bool:
        """Whether it says nothing: null, empty, or text of nothing but spaces."""
        return self.value is None or self.value in ("", {}, []) or str(self.value).isspace()

    def says_as(self, other: Leaf) -> bool:
        """Whether both hold the same JSON value (true is not 1, but 1 is 1.0)."""
        same_kind = isinstance(self.value, bool) == isinstance(other.value, bool)
        return same_kind and self.value == other.value

    def unmapped(self, superseded: bool = False) -> Unmapped:
        return Unmapped(self.path, written(self.value), self.place.source, superseded)


def plant(value: object, source: str, place: Place | None = None, key: str | int = "") -> Tree:
    """The tree of a parsed JSON value. `source` names the release, record or package that it is."""
    if isinstance(value, Mapping) and value:
        inside = place.below(key) if place else Place(source, "")
        return {name: plant(child, source, inside, name) for name, child in value.items()}
    if isinstance(value, list) and value:
        inside = place.below(key) if place else Place(source, "")
        return [plant(child, source, inside, index) for index, child in enumerate(value)]
    return Leaf(value, place or Place(source, ""), key)


def leaves(tree: Tree) -> Iterator[Leaf]:
    """Every leaf, in the order written."""
    if isinstance(tree, Leaf):
        yield tree
        return
    for child in tree.values() if isinstance(tree, dict) else tree:
        yield from leaves(child)


def count(tree: Tree) -> int:
    """How many leaves the publisher wrote."""
    return sum(not leaf.made for leaf in leaves(tree))


def escaped(key: str | int) -> str:
    """`key` as one token of a JSON Pointer, fit for any store (no NUL, no lone surrogates)."""
    return clean(str(key)).replace("~", "~0").replace("/", "~1")


def clean(text: str) -> str:
    """`text` with what no database and no UTF-8 can hold (NUL, lone surrogates) replaced by U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")


def written(value: object) -> str:
    """`value` as JSON; numbers with the digits they were written with."""
    if isinstance(value, Decimal):
        return str(value)
    text = json.dumps(value, ensure_ascii=False)
    return text if clean(text) == text else json.dumps(value)
