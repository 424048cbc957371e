"""Step 1: which processes look like the same work, so that somebody can merge them.

Two processes are alike when their names or their outputs nearly agree. Up to `EXACT_UP_TO` different texts
each is compared with each. Above that, candidates come from several passes of a sorted neighbourhood
(Hernández & Stolfo 1995): texts are compared only with near ones in an order where alike texts stand close
together. The work is then linear in the list (100,000 rows make a few million comparisons instead of
5·10⁹), at the price that a pair may be missed whose texts share neither start, end, nor a rare word.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import fuzz, process

THRESHOLD = 90.0
"""Likeness in percent from which a pair is offered for merging."""
EXACT_UP_TO = 1_000
WINDOW = 8
"""How many neighbours each text is compared with, in each pass."""
RARE_WORDS = 2
"""In how many word blocks a text takes part: those of its rarest words."""

type Pair = tuple[str, str, float]


@dataclass(frozen=True, slots=True)
class Described:
    """A process as far as likeness goes. id: unique in the list."""

    id: str
    name: str
    output: str = ""


def alike(processes: Iterable[Described], threshold: float = THRESHOLD) -> list[Pair]:
    """Pairs (a, b, score) with a score of at least `threshold` percent, the most alike first.

    The score is the higher one of names and outputs: the normalised InDel similarity of their words in
    alphabetical order, so that neither case, punctuation nor word order counts. `a < b`, and the order
    of `processes` does not matter. Processes with one and the same text form a star around the lowest id
    instead of all their pairs, and only that one is compared with others: a list of n gives O(n) pairs.
    """
    listed = sorted(processes, key=lambda described: described.id)
    best: dict[tuple[str, str], float] = {}
    texts: tuple[Callable[[Described], str], ...] = (lambda one: one.name, lambda one: one.output)
    for text_of in texts:
        for a, b, score in _pairs(((_words(text_of(one)), one.id) for one in listed), threshold):
            best[a, b] = max(score, best.get((a, b), 0.0))
    return sorted(((a, b, score) for (a, b), score in best.items()), key=lambda pair: (-pair[2], pair[:2]))


def alike_to(one: Described, others: Iterable[Described], threshold: float = THRESHOLD) -> list[Pair]:
    """Pairs of `one` with each of `others` that is alike, by the same score and in the same order."""
    name, output = _words(one.name), _words(one.output)
    found: list[Pair] = []
    for other in others:
        score = max(_score(name, other.name, threshold), _score(output, other.output, threshold))
        if score:
            found.append((one.id, other.id, round(score, 1)))
    return sorted(found, key=lambda pair: (-pair[2], pair[1]))


def _score(words: str, text: str, threshold: float) -> float:
    return fuzz.ratio(words, _words(text), score_cutoff=threshold) if words else 0.0


def words_of(text: str) -> list[str]:
    """The words of a text in alphabetical order, without case and punctuation."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return sorted(re.findall(r"\w+", plain))


def _words(text: str) -> str:
    return " ".join(words_of(text))


def _pairs(texts: Iterable[tuple[str, str]], threshold: float) -> Iterator[Pair]:
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for text, id in texts:
        if text:
            ids[text].append(id)
    for same in ids.values():
        yield from ((same[0], other, 100.0) for other in same[1:])
    different = sorted(ids)
    compare = _each_with_each if len(different) <= EXACT_UP_TO else _neighbours
    for one, other, score in compare(different, threshold):
        a, b = sorted((ids[one][0], ids[other][0]))
        yield a, b, score


def _each_with_each(texts: list[str], threshold: float) -> Iterator[Pair]:
    return _within(texts, len(texts), threshold)


def _neighbours(texts: list[str], threshold: float) -> Iterator[Pair]:
    yield from _within(texts, WINDOW, threshold)
    yield from _within(sorted(texts, key=lambda text: text[::-1]), WINDOW, threshold)
    for block in _word_blocks(texts):
        yield from _within(block, WINDOW, threshold)


def _within(ordered: list[str], window: int, threshold: float) -> Iterator[Pair]:
    """Compare each text with the `window` after it."""
    for place, text in enumerate(ordered):
        near = ordered[place + 1 : place + 1 + window]
        for other, score, _ in process.extract(
            text, near, scorer=fuzz.ratio, score_cutoff=threshold, limit=None
        ):
            yield text, other, round(score, 1)


def _word_blocks(texts: list[str]) -> Iterator[list[str]]:
    common = Counter(word for text in texts for word in set(text.split()))
    blocks: defaultdict[str, list[str]] = defaultdict(list)
    for text in texts:
        for word in sorted(set(text.split()), key=lambda word: (common[word], word))[:RARE_WORDS]:
            blocks[word].append(text)
    yield from (blocks[word] for word in sorted(blocks) if len(blocks[word]) > 1)
