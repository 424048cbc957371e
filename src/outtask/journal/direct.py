"""The statements that every action sends, their text made once instead of at each call.

Building SQL is most of what an action costs beside the database. For the few tables that every action reads
or writes the text is always the same: it is made from the model's own fields, and the fields turn values into
the driver's. What depends on who asks (`visible_to`) goes through the ORM as everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models


def rows_by_key[M: models.Model](model: type[M], keys: Collection[UUID], *, lock: bool = False) -> list[M]:
    """The rows with these primary keys, in the order of the keys.

    lock: hold the rows until the end of the transaction, each taken in that order by everybody.
    """
    field = model._meta.pk
    values = [field.get_db_prep_value(key, connection) for key in keys]
    return list(model._default_manager.raw(_select(model, len(values), lock), values))


def insert(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model, each with all its values set."""
    if not rows:
        return
    model = type(rows[0])
    values = [field.get_db_prep_save(value, connection) for row in rows for field, value in _values(row)]
    with connection.cursor() as cursor:
        cursor.execute(_insert(model, len(rows)), values)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def update(row: models.Model, *names: str) -> None:
    """Write some columns of a row that is there."""
    model = type(row)
    key = model._meta.pk
    fields = [*(_field(model, name) for name in names), key]
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(_update(model, names), values)


def _values(row: models.Model) -> list[tuple[Any, Any]]:
    return [(field, getattr(row, field.attname)) for field in row._meta.concrete_fields]


@cache
def _select(model: type[models.Model], count: int, lock: bool) -> str:
    key = _quoted(model._meta.pk.column)
    waits = " FOR UPDATE" if lock and connection.features.has_select_for_update else ""
    places = ", ".join(["%s"] * count)
    return f"SELECT {_columns(model)} FROM {_table(model)} WHERE {key} IN ({places}) ORDER BY {key}{waits}"


@cache
def _insert(model: type[models.Model], count: int) -> str:
    places = f"({', '.join(['%s'] * len(model._meta.concrete_fields))})"
    return f"INSERT INTO {_table(model)} ({_columns(model)}) VALUES {', '.join([places] * count)}"


@cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> str:
    sets = ", ".join(f"{_quoted(_field(model, name).column)} = %s" for name in names)
    return f"UPDATE {_table(model)} SET {sets} WHERE {_quoted(model._meta.pk.column)} = %s"


def _columns(model: type[models.Model]) -> str:
    return ", ".join(_quoted(field.column) for field in model._meta.concrete_fields)


def _table(model: type[models.Model]) -> str:
    return _quoted(model._meta.db_table)


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def _quoted(name: str | None) -> str:
    assert name is not None, "a concrete field has a column"
    return connection.ops.quote_name(name)
