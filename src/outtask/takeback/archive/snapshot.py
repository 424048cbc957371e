"""One moment of the database, read while others go on writing; and rows as a stream of plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from outtask.takeback.archive.columns import SQLITE, columns_of
from outtask.takeback.archive.coverage import APP, Table, Way, field_of

BATCH = 2048  # a multiple of what the Merkle tree folds at once


@contextmanager
def snapshot() -> Iterator[None]:
    """Every read inside sees the database as it was at one moment. Nothing may be written inside.

    Inside a transaction that is under way already, that one says what is seen.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == SQLITE:
        # Django would begin by taking the only write lock. A reader keeps nobody waiting.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
        try:
            yield
        finally:
            connection.rollback()
    else:
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def stream(sql: str) -> Iterator[Sequence[Any]]:
    """The rows of a query in batches; memory does not grow with their number."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while batch := cursor.fetchmany(BATCH):
            yield batch


def ask(sql: str) -> list[Any]:
    """The rows of a query that gives few."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def literal(pk: UUID) -> str:
    """An id as SQL."""
    return f"'{pk.hex}'" if connection.vendor == SQLITE else f"'{pk}'::uuid"


def rows_of(table: Table, organisations: Sequence[UUID]) -> str:
    """SQL that gives a table's rows of these organisations, in the order of the archive."""
    columns = columns_of(table)
    asked = ", ".join(column.asked(connection.vendor) for column in columns)
    order = ", ".join(_ordered(table, name) for name in table.sorted_by or (table.key,))
    rows = f'"{table.model._meta.db_table}" WHERE {where(table, organisations)}'
    return f"SELECT {asked} FROM {rows} ORDER BY {order}"


def _ordered(table: Table, name: str) -> str:
    """A column to sort by: texts by their bytes, whatever language the database sorts in."""
    field = field_of(table, name)
    binary = isinstance(field, models.CharField) and connection.vendor != SQLITE
    return f'"{field.column}"' + (' COLLATE "C"' if binary else "")


def where(table: Table, organisations: Sequence[UUID]) -> str:
    """The condition that a table's rows belong to these organisations."""
    ids = ", ".join(literal(pk) for pk in organisations)
    match table.way:
        case Way.ITSELF:
            return f"id IN ({ids})"
        case Way.OWN:
            return f"organisation_id IN ({ids})"
        case Way.PERSONS:
            return f'id IN (SELECT person_id FROM "{APP}_member" WHERE organisation_id IN ({ids}))'
        case Way.BLOBS:
            return f'sha256 IN (SELECT blob_id FROM "{APP}_file" WHERE organisation_id IN ({ids}))'
        case Way.KEYS:
            return f'public IN (SELECT key_id FROM "{APP}_checkpoint" WHERE organisation_id IN ({ids}))'
