"""Reads whose SQL is built once in the life of a process.

Django builds a statement anew for every read, which takes two to five times as long as a database needs to
answer one of ours. A prepared read is written as any other; only its values are told from its shape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from functools import update_wrapper
from inspect import signature
from itertools import count
from typing import Any, Concatenate
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Expression, QuerySet
from django.db.models.sql.compiler import SQLCompiler

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


class _Compiled(SQLCompiler):
    """A compiler that has done its work, with the values of one call."""

    def __init__(self, done: SQLCompiler, sql: str, params: tuple[Any, ...], converters: Any) -> None:
        self.__dict__.update(done.__dict__)
        self.connection = connection
        self._statement = sql, params
        self._converters = converters

    def as_sql(self, with_limits: bool = True, with_col_aliases: bool = False) -> Any:
        return self._statement

    def get_converters(self, expressions: Any) -> Any:
        return self._converters


@dataclass(frozen=True, slots=True)
class _Statement:
    """One shape of a read as its database takes it."""

    rows: Any
    done: SQLCompiler
    sql: str
    params: tuple[Any, ...]
    converters: Any

    @classmethod
    def of(cls, rows: Any) -> _Statement | None:
        """None when the shape leaves nothing to be found. Raises TypeError for rows that take two queries."""
        if rows._prefetch_related_lookups:
            raise TypeError("A prepared read is one statement: it cannot prefetch.")
        compiler = rows.query.get_compiler(rows.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        selected = [column for column, *_ in compiler.select[: compiler.col_count]]
        return cls(rows, compiler, sql, tuple(params), compiler.get_converters(selected))

    def answer(self, values: list[Any]) -> list[Any]:
        sent = _sent(values)
        params = tuple([sent[one.place] if type(one) is Slot else one for one in self.params])
        compiled = _Compiled(self.done, self.sql, params, self.converters)
        rows, query = _another(self.rows), _another(self.rows._query)
        query.get_compiler = lambda *_, **__: compiled
        rows._query = query
        return list(rows._iterable_class(rows))


def _another(one: Any) -> Any:
    """Another object of the same parts; `copy` would ask the database for the rows."""
    another = object.__new__(type(one))
    another.__dict__.update(one.__dict__)
    return another


def _sent(values: Iterable[Any]) -> list[Any]:
    """Values as the driver of this database takes them."""
    ops, native = connection.ops, connection.features.has_native_uuid_field
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


class Prepared[**P, Row]:
    """A read that is built at its first call for each shape, and filled in at every later one."""

    def __init__(self, build: Callable[P, QuerySet[Any, Row]], named: frozenset[str]) -> None:
        update_wrapper(self, build)
        self._build: Callable[..., Any] = build
        self._parameters = tuple(signature(build).parameters)
        self._named = named
        self._statements: dict[Any, _Statement | None] = {}

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[Row]:
        """All rows. Raises TypeError for an argument that is neither a value nor part of a shape."""
        given = dict(zip(self._parameters, args, strict=False)) | kwargs
        values: list[Any] = []
        shape = (connection.vendor, *(self._told(name, value, values) for name, value in given.items()))
        try:
            statement = self._statements[shape]
        except KeyError:
            if len(self._statements) > MOST_SHAPES:
                self._statements.clear()
            statement = self._statements[shape] = _Statement.of(self._built(given))
        return statement.answer(values) if statement is not None else []

    def first(self, *args: P.args, **kwargs: P.kwargs) -> Row | None:
        """The first row; a read for one row ends with `[:1]`."""
        return next(iter(self(*args, **kwargs)), None)

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
        """The rows, with a slot in the place of every value, in the order in which `_told` sees them."""
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
