"""Out-tasks by words of their titles and references, in time that does not grow with their number.

The databases keep an index of the words themselves (migration 0006): a full-text index on PostgreSQL, an
FTS5 table that triggers fill on SQLite. It finds words by their beginnings; among the latest out-tasks any
part of a word will do.
"""

from __future__ import annotations

import string
from typing import Any

from django.db import connection
from django.db.models import BooleanField, CharField, Exists, F, Func, Lookup, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from outtask.journal.planning import planned
from outtask.outtasks.models import OutTask

LATELY = 1_000
# Of a word that is in so many titles SQLite looks at those of the latest.
MANY = 10_000
# Shorter words begin too many others to be looked up; rows that have the longer ones are looked at for them.
SHORT = 3
_APART = str.maketrans(dict.fromkeys(string.punctuation + string.whitespace + "\0", " "))


class _Says(Func):
    """Whether the words of an out-task begin with all of these, by the index."""

    output_field = BooleanField()

    def __init__(self, words: list[str]) -> None:
        super().__init__("pk", "title", "reference")
        self.words = words

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        pk, _title, _reference = self._columns(compiler)
        asked = " AND ".join(f'"{word}"*' for word in self.words)
        return (
            f"{pk} IN (SELECT outtask_id FROM outtask_wordsof WHERE number IN"
            " (SELECT rowid FROM outtask_words WHERE outtask_words MATCH %s"
            f" ORDER BY rowid DESC LIMIT {MANY}))",
            [asked],
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        _pk, title, reference = self._columns(compiler)
        asked = " & ".join(f"'{word}':*" for word in self.words)
        # To the letter what the index is on.
        return (
            "to_tsvector('simple'::regconfig,"
            f" translate({title} || ' ' || {reference}, '-_./:@&<>+~', '           '))"
            " @@ to_tsquery('simple'::regconfig, %s)",
            [asked],
        )

    def _columns(self, compiler: Any) -> list[str]:
        return [compiler.compile(part)[0] for part in self.get_source_expressions()]


class _Holds(Lookup[Any]):
    """A condition as it is. For SQLite Django would ask whether it equals true, and no index answers that."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return self.process_lhs(compiler, connection)


def named(rows: QuerySet[Any], text: str, most: int) -> list[OutTask]:
    """The latest of `rows`, at most so many, in which every word of `text` occurs."""
    words = text.translate(_APART).split()
    if not words:
        return []
    found: list[OutTask] = list(_lately(rows).filter(_contains(words)).order_by("-id")[:most])
    if len(found) == most:
        return found
    older = _by_index(rows, words).exclude(pk__in=[row.pk for row in found])
    # Sorted by what no index is on: else PostgreSQL, which cannot tell how few have the words, reads all the
    # rows in their order until it has enough.
    rest = older.order_by(Cast(F("id"), CharField()).desc())[: most - len(found)]
    # It also thinks them so many that it calls other processes, which takes longer than all the rest.
    with planned(max_parallel_workers_per_gather="0"):
        return found + list(rest)


def _lately(rows: QuerySet[Any]) -> QuerySet[Any]:
    before = rows.order_by("-id").values_list("pk", flat=True)[LATELY : LATELY + 1]
    return rows.filter(pk__gt=before[0]) if before else rows


def _by_index(rows: QuerySet[Any], words: list[str]) -> QuerySet[Any]:
    long = [word for word in words if len(word) >= SHORT]
    if long:
        return _that_say(rows.filter(_contains([word for word in words if word not in long])), long)
    return _that_say(rows, words)


def _that_say(rows: QuerySet[Any], words: list[str]) -> QuerySet[Any]:
    if connection.vendor == "postgresql":
        return rows.filter(_Holds(_Says(words), True))
    # SQLite would rather go through all of an organisation's rows. Asked so, it goes from the words to the
    # rows, and looks at each whether it is one of those.
    found: QuerySet[Any] = OutTask.objects.filter(
        _Holds(_Says(words), True), Exists(rows.filter(pk=OuterRef("pk")))
    )
    return found


def _contains(words: list[str]) -> Q:
    whole = Q()
    for word in words:
        whole &= Q(title__icontains=word) | Q(reference__icontains=word)
    return whole
