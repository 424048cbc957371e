"""What makes an entry and a row of one fact recognisable to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model

from tests.harness.invariants.house import House, Row, Told

type OfEntry = Callable[[Told], Any]
type OfRow = Callable[[House, Row], Any]


@dataclass(frozen=True)
class Fact:
    """Entries of these kinds and rows of this model tell of the same things.

    entry, row: what makes one of each recognisable. counts: which rows are told of. often: whether several
    entries may tell of one row.
    """

    kinds: tuple[str, ...]
    model: type[Model]
    entry: OfEntry
    row: OfRow
    counts: OfRow = lambda house, row: True
    often: bool = False


def says(name: str) -> OfEntry:
    """The id that an entry says under this name."""
    return lambda told: UUID(told.says[name])


def subject(told: Told) -> Any:
    return told.subject_id


def pk(house: House, row: Row) -> Any:
    return row.pk


def column(name: str) -> OfRow:
    return lambda house, row: getattr(row, name)


def columns(*names: str) -> OfRow:
    return lambda house, row: tuple(getattr(row, name) for name in names)


def known(name: str) -> OfRow:
    """Rows in which this column is filled."""
    return lambda house, row: getattr(row, name) is not None


def where(name: str, value: object) -> OfRow:
    return lambda house, row: getattr(row, name) == value


def via(name: str, model: type[Model], column: str) -> OfRow:
    """A column of the row that this one leads to."""
    return lambda house, row: getattr(house.get(model, getattr(row, name)), column)
