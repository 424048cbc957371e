"""How a statement whose text is always the same reaches its database.

PostgreSQL plans a statement each time it is sent as text, which takes it longer than to answer one of ours.
So what is built once is also planned once in each connection: values travel beside the text, and the driver
has the server keep what it met a few times. All else goes by Django's own cursor, values and text as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

MET = 5
"""How often a connection meets a statement before its server keeps it."""
MOST_KEPT = 500
"""More statements than a connection meets in its life: at most a few dozen kilobytes of the server each."""
MOST_VALUES = 1000
"""Rows in bulk come in any number, so their statements are not met again; and a server takes only so many."""
PLACE = re.compile(r"%[%s]")


@contextmanager
def sent(database: Any, sql: str, values: Sequence[Any]) -> Iterator[Any]:
    """A cursor on what the database answered. values: as Django hands them to the driver."""
    with database.cursor() as cursor:
        if database.vendor == "postgresql" and len(values) <= MOST_VALUES:
            cursor.cursor = _binding(database.connection)
        cursor.execute(sql, values)
        yield cursor


def _binding(connection: Any) -> Any:
    """The driver's own cursor, in place of Django's, which writes values into the text."""
    from psycopg import Cursor  # only where PostgreSQL is used

    if connection.prepare_threshold is None:
        connection.prepare_threshold, connection.prepared_max = MET, MOST_KEPT
    return Cursor(connection)


def settled(database: Any, sql: str, params: Sequence[Any], is_open: type) -> tuple[str, tuple[Any, ...]]:
    """A statement and its parameters, for PostgreSQL with only those left that are `is_open`.

    What is the same at every call stands in the text there: a plan that is kept is then made for it, and may
    use an index of some rows only.
    """
    if database.vendor != "postgresql":
        return sql, tuple(params)
    waiting = iter(params)
    left: list[Any] = []

    def written(place: re.Match[str]) -> str:
        if place[0] == "%%":
            return "%%"
        param = next(waiting)
        if type(param) is is_open:
            left.append(param)
            return "%s"
        text: str = database.ops.compose_sql("%s", [param])
        return text.replace("%", "%%")

    return PLACE.sub(written, sql), tuple(left)
