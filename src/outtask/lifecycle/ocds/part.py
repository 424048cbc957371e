"""A cursor over one object of a tree: reads fields, marks the leaves it has used, notes problems."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

from outtask.kernel.money import Money

from . import values
from .shapes import Problem
from .tree import Leaf, Tree, clean, leaves, written

_LONGEST_VALUE = 200
_LANGUAGE = re.compile(r"_[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?")


class Part:
    """One JSON object, or the absence of one (then every read finds nothing).

    Reading marks a leaf as used exactly when what it says is in the answer, or when it says nothing.
    """

    __slots__ = ("language", "problems", "tree")

    def __init__(self, tree: dict[str, Tree], problems: list[Problem], language: str = "") -> None:
        self.tree, self.problems, self.language = tree, problems, language

    def __bool__(self) -> bool:
        return bool(self.tree)

    def note(self, leaf: Leaf, code: str) -> None:
        value = clean(leaf.value) if isinstance(leaf.value, str) else written(leaf.value)
        said, reason, repaired = value[:_LONGEST_VALUE], values.PROBLEMS[code], code in values.REPAIRS
        self.problems.append(Problem(leaf.path, code, reason, said, repaired, leaf.place.source))

    def leaf(self, key: str) -> Leaf | None:
        """The leaf at `key` that says something. A blank one counts as read; a container is a problem."""
        node = self.tree.get(key)
        if node is None:
            return None
        if not isinstance(node, Leaf):
            self.note(next(leaves(node)), "unexpected_shape")
            return None
        if node.blank:
            node.used = True
            return None
        return node

    def field(self, key: str) -> str:
        """The name under which `key` says something: itself, or a translation such as `key_en`."""
        if self._scalar(key):
            return key
        if self._scalar(own := f"{key}_{self.language}"):
            return own
        translations = sorted(
            name
            for name in self.tree
            if name.startswith(key) and _LANGUAGE.fullmatch(name, len(key)) and self._scalar(name)
        )
        return translations[0] if translations else key

    def _scalar(self, key: str) -> Leaf | None:
        """The leaf at `key` when it is text or a number that says something."""
        node = self.tree.get(key)
        if not isinstance(node, Leaf) or node.blank or isinstance(node.value, bool):
            return None
        return node if isinstance(node.value, str | int | Decimal) else None

    def peek(self, key: str) -> str:
        """What `text` would give, without using it up."""
        node = self._scalar(self.field(key))
        return clean(str(node.value)).strip() if node else ""

    def text(self, key: str) -> str:
        """The text (or number) at `key`, trimmed; without one, that of its translation."""
        return self._text(key) or self._text(self.field(key))

    def _text(self, key: str) -> str:
        node = self.leaf(key)
        if node is None:
            return ""
        if self._scalar(key) is None:
            self.note(node, "unexpected_shape")
            return ""
        text = clean(str(node.value)).strip()
        if text != str(node.value).strip():
            self.note(node, "broken_text")
        node.used = True
        return text

    def agree(self, key: str, said: str) -> None:
        """Use up the text at `key` if it is blank or says what is `said` already."""
        for name in (key, self.field(key)):
            node = self.tree.get(name)
            if isinstance(node, Leaf) and (node.blank or self.peek(name) == said):
                node.used = True

    def fill(self, key: str, current: str) -> str:
        """`current` if there is one (and use up a field that agrees with it), else the text at `key`."""
        if not current:
            return self.text(key)
        self.agree(key, current)
        return current

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of the array at `key`; a single text counts as an array of one."""
        node = self.tree.get(key)
        if not isinstance(node, list):
            return tuple(filter(None, (self._text(key),)))
        found = []
        for index, child in enumerate(node):
            text = Part({str(index): child}, self.problems)._text(str(index))
            if text and text not in found:
                found.append(text)
        return tuple(found)

    def part(self, key: str) -> Part:
        """The object at `key`."""
        node = self.tree.get(key)
        if isinstance(node, dict):
            return Part(node, self.problems, self.language)
        if isinstance(node, list):
            self.note(next(leaves(node)), "unexpected_shape")
        elif (leaf := self.leaf(key)) is not None:
            self.note(leaf, "unexpected_shape")
        return Part({}, self.problems, self.language)

    def parts(self, key: str) -> list[Part]:
        """The objects of the array at `key`; a single object counts as an array of one."""
        node = self.tree.get(key)
        if not isinstance(node, list):
            single = self.part(key)
            return [single] if single else []
        found = []
        for child in node:
            if isinstance(child, dict):
                found.append(Part(child, self.problems, self.language))
            elif isinstance(child, Leaf) and child.blank:
                child.used = True
            else:
                self.note(next(leaves(child)), "unexpected_shape")
        return found

    def instant(self, key: str, end: bool = False) -> datetime | None:
        node = self.leaf(key)
        if node is None:
            return None
        read = values.instant(clean(node.value) if isinstance(node.value, str) else "", end)
        if read.problem:
            self.note(node, read.problem)
        node.used = read.value is not None
        return read.value

    def when(self, key: str) -> datetime | None:
        """What `instant` would give, without using it up."""
        return values.instant(self.peek(key)).value

    def listed(self, key: str) -> tuple[str, ...]:
        """What `texts` would give, without using it up."""
        node = self.tree.get(key)
        children = node if isinstance(node, list) else [] if node is None else [node]
        said = (Part({key: child}, []).peek(key) for child in children)
        return tuple(dict.fromkeys(filter(None, said)))

    def quantity(self, key: str) -> Decimal | None:
        node = self.leaf(key)
        if node is None:
            return None
        read = values.quantity(node.value)
        if read.problem:
            self.note(node, read.problem)
        node.used = read.value is not None
        return read.value

    def money(self, key: str) -> Money | None:
        """The Value object at `key`: `amount` and `currency`. Half of one is left unmapped."""
        value = self.part(key)
        amount, currency = value.leaf("amount"), value.leaf("currency")
        if amount is None:
            return None
        code = clean(currency.value) if currency is not None and isinstance(currency.value, str) else ""
        read, problems = values.money(amount.value, code)
        for problem in problems:
            about_currency = currency is not None and problem in ("unknown_currency", "currency_case")
            self.note(currency if about_currency and currency is not None else amount, problem)
        if read is not None:
            amount.used = True
            if currency is not None:
                currency.used = True
        return read
