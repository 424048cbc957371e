"""Step 2: what comparable organisations hand out, told so that no small group can be made out.

What may be told about a count follows the minimum frequency rule of statistical disclosure control (Hundepool
et al. 2012): no number stands for fewer than `SMALLEST` organisations, and neither does what is left when it
is taken from another number that is told. Numbers are rounded down to multiples of `SMALLEST`, so that two
looks, before and after one organisation joined or changed a word, seldom differ, and never by one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from outtask.decide.rules.alike import Described, alike_to, words_of

SMALLEST = 5
"""No number that is told stands for fewer organisations than this."""


@dataclass(frozen=True, slots=True)
class TaskKind:
    """A kind of task that is commonly handed out. ways: beginnings of words that together say it."""

    name: str
    area: str
    ways: tuple[tuple[str, ...], ...]


def kinds_of(one: Described, catalogue: Iterable[TaskKind]) -> tuple[TaskKind, ...]:
    """The kinds that the words of a process, in its name and its output, fall under."""
    words = words_of(f"{one.name} {one.output}")
    return tuple(kind for kind in catalogue if any(_said(way, words) for way in kind.ways))


def _said(way: tuple[str, ...], words: Sequence[str]) -> bool:
    return all(any(word.startswith(beginning) for word in words) for beginning in way)


def comparable(
    one: Described, others: Iterable[Described], catalogue: Collection[TaskKind]
) -> frozenset[str]:
    """The ids of those others that are the same work: of one kind with it, or alike as step 1 means it."""
    listed = list(others)
    mine = set(kinds_of(one, catalogue))
    alike = {other for _, other, _ in alike_to(one, listed)}
    return frozenset(
        other.id for other in listed if other.id in alike or (mine and mine & set(kinds_of(other, catalogue)))
    )


@dataclass(frozen=True, slots=True)
class Contributor:
    """An organisation that shares and has comparable work. people: everybody who is or was a member."""

    id: str
    people: frozenset[str]
    handed_out: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What may be told: "at least so many", or None where a number could point at too few.

    have: organisations with comparable work, other than the reader's own.
    handed_out: how many of those handed it out.
    """

    have: int | None = None
    handed_out: int | None = None


def comparison(readers: frozenset[str], contributors: Iterable[Contributor]) -> Comparison:
    """The counts as they may be told to an organisation whose people are `readers`.

    Organisations with a person in common are one voice, and those that share one with the reader have none:
    otherwise somebody could found a few of their own and subtract them.
    """
    voices = _voices(contributors)
    counted = [handed_out for people, handed_out in voices if not people & readers]
    have, out = len(counted), sum(counted)
    if have < SMALLEST:
        return Comparison()
    told = min(out, have - out) >= SMALLEST
    return Comparison(_rounded(have), _rounded(out) if told else None)


def _voices(contributors: Iterable[Contributor]) -> list[tuple[frozenset[str], bool]]:
    """Contributors joined as far as people lead from one to another: their people, and whether any did."""
    voices: list[tuple[frozenset[str], bool]] = []
    for one in contributors:
        people, handed_out = one.people | {one.id}, one.handed_out
        apart = []
        for others, did in voices:
            if others & people:
                people, handed_out = people | others, handed_out or did
            else:
                apart.append((others, did))
        voices = [*apart, (people, handed_out)]
    return voices


def _rounded(count: int) -> int:
    return count - count % SMALLEST
