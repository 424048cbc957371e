"""How alike two texts are: the resemblance of A. Z. Broder, "On the resemblance and containment of documents"
(Compression and Complexity of Sequences, 1997): the Jaccard index of their sets of w-shingles.

Shingles are runs of three words; case, punctuation and order beyond three words do not count. Broder,
Glassman, Manasse and Zweig ("Syntactic clustering of the web", 1997) call documents with a resemblance of at
least one half roughly the same; that is the threshold here too.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from functools import lru_cache

WORDS_OF_A_SHINGLE = 3
_WORD = re.compile(r"\w+")


@lru_cache(maxsize=4096)
def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """The runs of three words of a text; a shorter text is one run, an empty one has none."""
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    if len(words) <= WORDS_OF_A_SHINGLE:
        return frozenset([tuple(words)] if words else [])
    return frozenset(zip(*(words[start:] for start in range(WORDS_OF_A_SHINGLE)), strict=False))


def likeness(one: str, other: str) -> Fraction:
    """From 0 (no run in common) to 1 (the same runs); texts without a word are like nothing."""
    these, those = shingles(one), shingles(other)
    if not these or not those:
        return Fraction(0)
    return Fraction(len(these & those), len(these | those))
