"""Reads and writes whose SQL is built once in the life of a process.

Django builds a statement anew each time, which takes two to five times as long as a database needs to answer
one of ours. A prepared one is written as any other; only its values are told from its shape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from functools import update_wrapper
from inspect import signature
from itertools import count
from typing import Any, Concatenate, cast
from uuid import UUID
from weakref import ref

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, QuerySet
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesListIterable,
    get_related_populators,
)
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.subqueries import DeleteQuery, UpdateQuery

from outtask.journal.sending import sent, settled
from outtask.kernel.actor import Actor

VALUES = frozenset({UUID, datetime, date})
MOST_SHAPES = 200
"""A read that meets more shapes than this forgets them and builds anew, so that memory stays bounded."""
ACTOR = tuple(field.name for field in fields(Actor))


class Slot(Expression):
    """Where a value will stand. A read that asked what it is would be built for that value
    alone, so it may not."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)

    def __eq__(self, other: object) -> bool:
        # Django itself asks whether a value is nothing.
        if isinstance(other, Expression) or other == "" or other is None:
            return super().__eq__(other)
        raise TypeError("A prepared read knows no values yet: compare them in the database.")

    def __hash__(self) -> int:
        return super().__hash__()


@dataclass(frozen=True, slots=True)
class _Statement:
    """One shape of a read or a write as its database takes it, with a slot in the place of each value."""

    sql: str
    params: tuple[Any, ...]

    @classmethod
    def of(cls, compiler: SQLCompiler) -> _Statement:
        return cls(*settled(compiler.connection, *compiler.as_sql(), Slot))

    def sent(self, values: list[Any], database: Any) -> AbstractContextManager[Any]:
        """A cursor on what the database answered for these values."""
        given = _given(values, database)
        return sent(
            database, self.sql, [given[one.place] if type(one) is Slot else one for one in self.params]
        )


class _Read:
    """One shape of a read: its statement, and how its columns become what the read gives."""

    def __init__(self, rows: Any, compiler: SQLCompiler, statement: _Statement) -> None:
        self._statement = statement
        self._selected = compiler.select
        self._klass: Any = compiler.klass_info
        self._annotations = list((compiler.annotation_col_map or {}).items())
        columns = [column for column, *_ in compiler.select[: compiler.col_count]]
        self._converters = list(compiler.get_converters(columns).items())
        self._mode = rows._fetch_mode
        ways: dict[Any, Callable[[list[Any]], list[Any]]] = {
            ModelIterable: self._models,
            ValuesListIterable: lambda found: [tuple(row) for row in found],
            FlatValuesListIterable: lambda found: [row[0] for row in found],
        }
        self._made = ways[rows._iterable_class]
        if self._klass is not None:
            places = self._klass["select_fields"]
            self._own = slice(places[0], places[-1] + 1)
            self._names = [column.target.attname for column, *_ in compiler.select[self._own]]

    @classmethod
    def of(cls, rows: Any) -> _Read | None:
        """None when the shape leaves nothing to be found.

        Raises TypeError for rows that take two queries, and for those that are neither models nor tuples.
        """
        if rows._prefetch_related_lookups:
            raise TypeError("A prepared read is one statement: it cannot prefetch.")
        if rows._iterable_class not in (ModelIterable, ValuesListIterable, FlatValuesListIterable):
            raise TypeError("A prepared read gives models, tuples or single values.")
        if rows._known_related_objects:
            raise TypeError("A prepared read begins at a model: what a row leads to is that row's own.")
        compiler = rows.query.get_compiler(rows.db)
        try:
            statement = _Statement.of(compiler)
        except EmptyResultSet:
            return None
        return cls(rows, compiler, statement)

    def answer(self, values: list[Any], database: Any) -> list[Any]:
        with self._statement.sent(values, database) as cursor:
            found = cursor.fetchall()
        return self._made(self._converted(found, database)) if found else []

    def _converted(self, found: Iterable[Any], database: Any) -> list[Any]:
        rows = [list(row) for row in found]
        for place, (converters, column) in self._converters:
            for row in rows:
                value = row[place]
                for convert in converters:
                    value = convert(value, column, database)
                row[place] = value
        return rows

    def _models(self, found: list[Any]) -> list[Any]:
        model, names, own, mode = self._klass["model"], self._names, self._own, self._mode
        related = get_related_populators(self._klass, self._selected, DEFAULT_DB_ALIAS, mode)
        rows: list[Any] = []
        peers: list[Any] = []
        for row in found:
            one = model.from_db(DEFAULT_DB_ALIAS, names, row[own], fetch_mode=mode)
            if mode.track_peers:
                peers.append(ref(one))
                one._state.peers = peers
            for populator in related:
                populator.populate(row, one)
            for name, place in self._annotations:
                setattr(one, name, row[place])
            rows.append(one)
        return rows


class _Write:
    """One shape of a write to all rows that match, or of their deletion."""

    def __init__(self, statement: _Statement) -> None:
        self._statement = statement

    @classmethod
    def of(cls, rows: Any, values: Mapping[str, Any] | None) -> _Write:
        if values is None:
            query = rows.query.chain(DeleteQuery)
        else:
            query = rows.query.chain(UpdateQuery)
            query.add_update_values(dict(values))
        return cls(_Statement.of(query.get_compiler(rows.db)))

    def answer(self, values: list[Any], database: Any) -> int:
        with self._statement.sent(values, database) as cursor:
            return int(cursor.rowcount)


def _given(values: Iterable[Any], database: Any) -> list[Any]:
    """Values as the driver of this database takes them."""
    ops, native = database.ops, database.features.has_native_uuid_field
    found = []
    for value in values:
        kind = type(value)
        if kind is UUID and not native:
            value = value.hex
        elif kind is datetime:
            value = ops.adapt_datetimefield_value(value)
        elif kind is date:
            value = ops.adapt_datefield_value(value)
        found.append(value)
    return found


class _Shapes[Built]:
    """What was built from one function, by the shape of what it was called with."""

    def __init__(self, build: Callable[..., Any], named: frozenset[str]) -> None:
        update_wrapper(cast("Any", self), build)
        self._build = build
        self._parameters = tuple(signature(build).parameters)
        self._named = named
        self._statements: dict[Any, Built | None] = {}

    def _compiled(self, built: Any) -> Built | None:
        raise NotImplementedError

    def _called(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], database: Any
    ) -> tuple[Built | None, list[Any]]:
        """What was built for such arguments, and their values. Raises TypeError for an argument that is
        neither a value nor part of a shape."""
        given = dict(zip(self._parameters, args, strict=False)) | kwargs
        values: list[Any] = []
        shape = (database.vendor, *[self._told(name, value, values) for name, value in given.items()])
        try:
            return self._statements[shape], values
        except KeyError:
            if len(self._statements) > MOST_SHAPES:
                self._statements.clear()
            made = self._statements[shape] = self._compiled(self._built(given))
            return made, values

    def _is_value(self, name: str, given: Any) -> bool:
        return type(given) in VALUES or (given is not None and name in self._named)

    def _told(self, name: str, given: Any, values: list[Any]) -> Any:
        """What the statement depends on; the values are put aside."""
        if type(given) is Actor:
            return tuple([self._told("", getattr(given, part), values) for part in ACTOR])
        if type(given) is tuple:
            return tuple([self._told("", one, values) for one in given])
        if self._is_value(name, given):
            values.append(given)
            return Slot
        if given is None or isinstance(given, int | Enum | frozenset | type) or not name:
            return given
        raise TypeError(f"{self._build.__qualname__}: is {name} a value? Then name it where it is prepared.")

    def _built(self, given: Mapping[str, Any]) -> Any:
        """What the function gives, with a slot in the place of every value, in the order of `_told`."""
        places = count()

        def emptied(name: str, value: Any) -> Any:
            if type(value) is Actor:
                actor = copy(value)
                for part in ACTOR:
                    object.__setattr__(actor, part, emptied("", getattr(value, part)))
                return actor
            if type(value) is tuple:
                return tuple(emptied("", one) for one in value)
            return Slot(next(places)) if self._is_value(name, value) else value

        return self._build(**{name: emptied(name, value) for name, value in given.items()})


class Prepared[**P, Row](_Shapes[_Read]):
    """A read that is built at its first call for each shape, and filled in at every later one."""

    def _compiled(self, built: Any) -> _Read | None:
        return _Read.of(built)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[Row]:
        """All rows."""
        database = connections[DEFAULT_DB_ALIAS]
        read, values = self._called(args, kwargs, database)
        return read.answer(values, database) if read is not None else []

    def first(self, *args: P.args, **kwargs: P.kwargs) -> Row | None:
        """The first row; a read for one row ends with `[:1]`."""
        return next(iter(self(*args, **kwargs)), None)


class PreparedWrite[**P](_Shapes[_Write]):
    """A write that is built at its first call for each shape, and filled in at every later one."""

    def _compiled(self, built: Any) -> _Write:
        return _Write.of(*built)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> int:
        """Write; how many rows matched."""
        database = connections[DEFAULT_DB_ALIAS]
        write, values = self._called(args, kwargs, database)
        return write.answer(values, database) if write is not None else 0


def several[**P, Row](
    read: Prepared[Concatenate[tuple[UUID, ...], P], Row],
    ids: Iterable[UUID],
    *args: P.args,
    **kwargs: P.kwargs,
) -> list[Row]:
    """The rows of any number of ids. So that there are few shapes, the last id fills up to a power of two."""
    wanted = tuple(ids)
    if not wanted:
        return []
    filled = wanted + wanted[-1:] * ((1 << (len(wanted) - 1).bit_length()) - len(wanted))
    return read(filled, *args, **kwargs)


def prepared[**P, Row](*named: str) -> Callable[[Callable[P, QuerySet[Any, Row]]], Prepared[P, Row]]:
    """Mark a function that gives rows as a read to be built once; it then gives the list of them.

    Ids, days and instants among its arguments, in tuples and in an actor, are values. So are the arguments in
    `named`: numbers and texts that the database compares. All else (None, enumerations, whether, how many,
    which model) is the shape: for each, the function runs once; it must give the same statement every time.
    """
    return lambda build: Prepared(build, frozenset(named))


def prepared_write[**P](
    *named: str,
) -> Callable[[Callable[P, tuple[QuerySet[Any], Mapping[str, Any] | None]]], PreparedWrite[P]]:
    """Mark a function that gives rows, and what to write into their columns, as a write to be built once.

    With None in place of what to write, the rows are deleted; nothing may refer to them. Values and shapes
    are told apart as for `prepared`; what is written may be either.
    """
    return lambda build: PreparedWrite(build, frozenset(named))
