"""The statements that every action sends, their text made once instead of at each call.

Building SQL is most of what an action costs beside the database. For the few tables that every action reads
or writes the text is always the same: it is made from the model's own fields, and the fields turn values into
the driver's. What else is asked or written again and again is built once by `prepared`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.db import connection, models

from outtask.journal.prepared import prepared
from outtask.journal.sending import sent


def rows_by_key[M: models.Model](model: type[M], keys: Iterable[UUID], *, lock: bool = False) -> list[M]:
    """The rows with these primary keys, in the order of the keys.

    lock: hold the rows until the end of the transaction, each taken in that order by everybody.
    """
    wanted = tuple(keys)
    return cast("list[M]", _rows(model, wanted, lock)) if wanted else []


@prepared()
def _rows(model: type[models.Model], keys: tuple[UUID, ...], lock: bool) -> models.QuerySet[Any]:
    # Each by itself: for a list of ids that are foreign keys too, Django looks at what it does not know yet.
    wanted = models.Q(*[("pk", key) for key in keys], _connector=models.Q.OR)
    rows = model._default_manager.filter(wanted).order_by("pk")
    return rows.select_for_update() if lock else rows


def insert(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model, each with all its values set."""
    if not rows:
        return
    model = type(rows[0])
    values = [_given(column, row) for row in rows for column in _all_columns(model)]
    with sent(connection, _insert(model, len(rows)), values):
        pass
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def update(row: models.Model, *names: str) -> None:
    """Write some columns of a row that is there."""
    model = type(row)
    values = [_given(column, row) for column in _columns(model, (*names, "pk"))]
    with sent(connection, _update(model, names), values):
        pass


def add(row: models.Model, **amounts: int) -> None:
    """Add to some columns of a row that is there; one statement both adds and brings the sums back."""
    model = type(row)
    (key,) = _columns(model, ("pk",))
    with sent(connection, _add(model, tuple(amounts)), [*amounts.values(), _given(key, row)]) as cursor:
        sums = cursor.fetchone()
    for name, value in zip(amounts, sums, strict=True):
        setattr(row, name, value)


class _Column(NamedTuple):
    """A column of a model. plain: the type whose values every driver takes as they are."""

    field: Any
    attname: str
    plain: type | None


# Not numbers: PostgreSQL is told how long each is.
_PLAIN = ((models.CharField, str), (models.TextField, str), (models.BooleanField, bool))


def _given(column: _Column, row: models.Model) -> Any:
    """A value of a row as the driver takes it."""
    value = getattr(row, column.attname)
    if value is None or type(value) is column.plain:
        return value
    return column.field.get_db_prep_save(value, connection)


@cache
def _all_columns(model: type[models.Model]) -> tuple[_Column, ...]:
    return tuple(_column(field) for field in model._meta.concrete_fields)


@cache
def _columns(model: type[models.Model], names: tuple[str, ...]) -> tuple[_Column, ...]:
    return tuple(_column(model._meta.pk if name == "pk" else _field(model, name)) for name in names)


def _column(field: Any) -> _Column:
    plain = next((told for sort, told in _PLAIN if isinstance(field, sort)), None)
    return _Column(field, field.attname, plain)


@cache
def _insert(model: type[models.Model], count: int) -> str:
    places = f"({', '.join(['%s'] * len(model._meta.concrete_fields))})"
    columns = ", ".join(_quoted(field.column) for field in model._meta.concrete_fields)
    return f"INSERT INTO {_table(model)} ({columns}) VALUES {', '.join([places] * count)}"


@cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> str:
    sets = ", ".join(f"{_quoted(_field(model, name).column)} = %s" for name in names)
    return f"UPDATE {_table(model)} SET {sets} WHERE {_quoted(model._meta.pk.column)} = %s"


@cache
def _add(model: type[models.Model], names: tuple[str, ...]) -> str:
    columns = [_quoted(_field(model, name).column) for name in names]
    sets = ", ".join(f"{column} = {column} + %s" for column in columns)
    where = f"{_quoted(model._meta.pk.column)} = %s"
    return f"UPDATE {_table(model)} SET {sets} WHERE {where} RETURNING {', '.join(columns)}"


def _table(model: type[models.Model]) -> str:
    return _quoted(model._meta.db_table)


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def _quoted(name: str | None) -> str:
    assert name is not None, "a concrete field has a column"
    return connection.ops.quote_name(name)
