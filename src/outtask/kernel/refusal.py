"""Saying no, with a reason and a remedy. One text in every place: page, API, command line, e-mail."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not happen now.

    code: stable name for programs, snake_case.
    reason: translatable message id in the reader's words, naming what is wrong and how to put it right;
        `%(name)s` places are filled from `facts`.
    field: the input it is about, or None when it is about the whole act.
    """

    code: str
    reason: str
    field: str | None = None
    facts: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def said_with(self, translate: Callable[[str], str]) -> str:
        """The reason in the reader's language."""
        text = translate(self.reason)
        return text % self.facts if self.facts else text

    def __str__(self) -> str:
        return self.said_with(lambda message: message)

    def __bool__(self) -> bool:
        # A rule's answer is compared with None; truth is spelled out so that nobody wonders.
        return True


class Refused(Exception):
    """Raised by an action whose rule said no. Nothing was written."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__("; ".join(str(refusal) for refusal in refusals))
        self.refusals = refusals

    @property
    def refusal(self) -> Refusal:
        """The first reason; pages with one place for a reason show this one."""
        return self.refusals[0]


def refuse_if(*answers: Refusal | None) -> None:
    """Raise `Refused` with every answer that is a refusal; do nothing when all are None."""
    refusals = tuple(answer for answer in answers if answer is not None)
    if refusals:
        raise Refused(*refusals)
