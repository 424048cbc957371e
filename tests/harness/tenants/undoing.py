"""Doing something in the database and undoing it, and counting whether rows were touched meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, transaction


@contextmanager
def undone() -> Iterator[None]:
    """Everything written inside is gone afterwards. Actions inside own their transaction as they do alone."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # as Django's own TestCase does
    with block:
        yield
        transaction.set_rollback(True)


def rows_touched() -> int:
    """How many rows this connection has inserted, changed or deleted so far, as the database counts them.

    SQLite counts since the connection was opened, PostgreSQL since the transaction began; both go on counting
    when a savepoint is rolled back, so a difference is what was done in between.
    """
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return int(connection.connection.total_changes)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables"
        )
        return int(cursor.fetchone()[0])


@dataclass
class Touched:
    rows: int = 0


class Shared:
    """Rows of the shared cache that pass on their way: counts of tries and of calls, which are no facts."""

    def __init__(self) -> None:
        self.rows = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if "outtask_cache" in sql and not sql.startswith("SELECT"):
            self.rows += max(context["cursor"].rowcount, 0)
        return result


@contextmanager
def counted() -> Iterator[Touched]:
    """The number of rows that the block touched, but for those of the shared cache."""
    found, shared, before = Touched(), Shared(), rows_touched()
    with connection.execute_wrapper(shared):
        yield found
    found.rows = rows_touched() - before - shared.rows


def digests() -> dict[str, str]:
    """For each table of the database, the number of its rows and a digest of all they say."""
    found: dict[str, str] = {}
    for model in apps.get_models(include_auto_created=True):
        table, key = model._meta.db_table, model._meta.pk.column
        digest, number = hashlib.sha256(), 0
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY "{key}"')
            for row in cursor:
                number += 1
                digest.update(repr(tuple(map(_plain, row))).encode())
        found[table] = f"{number} {digest.hexdigest()}"
    return found


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
