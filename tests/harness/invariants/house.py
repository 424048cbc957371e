"""Everything the database holds at one moment, read once: what invariants look at, and what a refusal leaves.

Rows are kept as the database gives them, so that two moments are compared without a word of Django between;
they are turned into values of Python when somebody looks, and only those that are new or changed.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Self
from uuid import UUID

from django.apps import apps
from django.db import connection, models

from outtask.journal.appending import FORMAT
from outtask.journal.models import Entry

type Raw = tuple[Any, ...]


class Row:
    """One row by the names its model gives the columns (`outtask_id`), with the model's own types."""

    def __init__(self, model: type[models.Model], values: dict[str, Any]) -> None:
        self.model = model
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Any:  # only for the type checker: every column is an attribute
        raise AttributeError(f"{self.model.__name__} has no column {name}")

    def __str__(self) -> str:
        return f"{self.model.__name__} {self.__dict__.get('reference') or self.pk}"

    @property
    def pk(self) -> Any:
        return self.__dict__[self.model._meta.pk.attname]  # type: ignore[union-attr]  # every model has one


@dataclass(frozen=True)
class Told:
    """An entry with the body that was hashed, parsed."""

    row: Row
    body: Mapping[str, Any]

    @property
    def is_own(self) -> bool:
        """Whether it stands in the log of the organisation that acted, not in that of another concerned."""
        return bool(self.body.get("event") == str(self.row.pk))

    @property
    def says(self) -> Mapping[str, Any]:
        says: Mapping[str, Any] = self.body["says"]
        return says

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)

    def __str__(self) -> str:
        return f"entry {self.row.seq} ({self.row.kind})"


@dataclass
class House:
    """One moment. `before` is the moment from which rows that are still the same were taken over."""

    raw: dict[type[models.Model], dict[Any, Raw]]
    rows: dict[type[models.Model], dict[Any, Row]] = field(default_factory=dict)
    told: dict[Any, Told] = field(default_factory=dict)
    before: House | None = None

    @classmethod
    def now(cls, before: House | None = None) -> Self:
        """Read every table of the product: one plain statement each."""
        raw: dict[type[models.Model], dict[Any, Raw]] = {}
        with connection.cursor() as cursor:
            for model, statement, place in _readings():
                cursor.execute(statement)
                raw[model] = {row[place]: row for row in cursor.fetchall()}
        if before is not None:
            before.before = None  # one moment back is enough
        return cls(raw, before=before)

    def all(self, model: type[models.Model]) -> Iterable[Row]:
        """The rows of a model, in the order they were made where ids tell it."""
        if model not in self.rows:
            self.rows[model] = self._read(model)
        return self.rows[model].values()

    def get(self, model: type[models.Model], pk: Any) -> Row | None:
        self.all(model)
        return self.rows[model].get(pk)

    def of(self, model: type[models.Model], **which: Any) -> list[Row]:
        """The rows whose columns have these values."""
        wanted = which.items()
        return [row for row in self.all(model) if all(getattr(row, name) == value for name, value in wanted)]

    def entries(self, *kinds: str) -> list[Told]:
        """The journal in each organisation's order, of these kinds or of all."""
        if not self.told:
            known = self.before.told if self.before is not None else {}
            for row in sorted(self.all(Entry), key=lambda row: (row.organisation_id, row.seq)):
                old = known.get(row.pk)
                self.told[row.pk] = old if old is not None and old.row is row else Told(row, body_of(row))
        return [told for told in self.told.values() if not kinds or told.row.kind in kinds]

    def changes(self, later: House) -> Iterator[str]:
        """What is different in a later moment, in words."""
        for model in self.raw:
            old, new = self.raw[model], later.raw[model]
            if old == new:
                continue
            for pk in old.keys() | new.keys():
                if old.get(pk) != new.get(pk):
                    what = "came" if pk not in old else "went" if pk not in new else "changed"
                    yield f"{model.__name__} {pk} {what}: {old.get(pk)} → {new.get(pk)}"

    def _read(self, model: type[models.Model]) -> dict[Any, Row]:
        old_raw = self.before.raw.get(model, {}) if self.before is not None else {}
        old_rows = self.before.rows.get(model, {}) if self.before is not None else {}
        found = {}
        for pk, raw in sorted(self.raw[model].items()):
            kept = old_rows.get(_key(model, pk)) if old_raw.get(pk) == raw else None
            row = kept or _row(model, raw)
            found[row.pk] = row
        return found


def body_of(row: Row) -> Mapping[str, Any]:
    """What an entry says, from its hashed bytes; an empty one when they are no JSON."""
    try:
        body: Mapping[str, Any] = json.loads(row.body.removeprefix(FORMAT))
    except ValueError:
        return {"says": {}}
    return body


def grouped[Item](items: Iterable[Item], by: Callable[[Item], Any]) -> dict[Any, list[Item]]:
    """The items by a key, each group in the order they came."""
    found: dict[Any, list[Item]] = defaultdict(list)
    for item in items:
        found[by(item)].append(item)
    return found


@cache
def product_models() -> tuple[type[models.Model], ...]:
    """Every model with a table of its own, the product's and the queue of background tasks."""
    named = [
        *apps.get_app_config("outtask").get_models(),
        *apps.get_app_config("django_tasks_database").get_models(),
    ]
    return tuple(model for model in named if model._meta.managed and not model._meta.proxy)


@cache
def _readings() -> tuple[tuple[type[models.Model], str, int], ...]:
    found = []
    for model in product_models():
        columns = ", ".join(f'"{one.column}"' for one in model._meta.concrete_fields)
        place = [one.primary_key for one in model._meta.concrete_fields].index(True)
        found.append((model, f'SELECT {columns} FROM "{model._meta.db_table}"', place))
    return tuple(found)


def _row(model: type[models.Model], raw: Raw) -> Row:
    values = {
        name: value if value is None or turn is None else turn(value)
        for (name, turn), value in zip(_columns(model), raw, strict=True)
    }
    return Row(model, values)


def _key(model: type[models.Model], pk: Any) -> Any:
    turn = dict(_columns(model))[model._meta.pk.attname]  # type: ignore[union-attr]
    return turn(pk) if turn else pk


@cache
def _columns(model: type[models.Model]) -> tuple[tuple[str, Callable[[Any], Any] | None], ...]:
    return tuple((one.attname, _turn(one)) for one in model._meta.concrete_fields)


def _turn(column: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """What makes a value of Python out of the database's own, for the few types where they differ."""
    if isinstance(column, models.ForeignKey):
        return _turn(column.target_field)
    turns: tuple[tuple[type[models.Field[Any, Any]], Callable[[Any], Any]], ...] = (
        (models.UUIDField, lambda value: value if isinstance(value, UUID) else UUID(value)),
        (models.DateTimeField, _instant),
        (models.DateField, lambda value: value if isinstance(value, date) else date.fromisoformat(value)),
        (models.JSONField, lambda value: json.loads(value) if isinstance(value, str) else value),
        (models.BinaryField, bytes),
        (models.BooleanField, bool),
    )
    return next((turn for kind, turn in turns if isinstance(column, kind)), None)


def _instant(value: Any) -> datetime:
    read = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return read if read.tzinfo else read.replace(tzinfo=UTC)
