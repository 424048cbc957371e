"""What was understood of a published process, as plain values that a page can show and an export can keep."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from outtask.kernel.money import Money
from outtask.lifecycle.ocds import shapes
from outtask.lifecycle.ocds.shapes import ImportedOutTask, Outcome, Problem, Unmapped
from outtask.outtasks.states import Ending, Stage

_STAGES = {
    shapes.Stage.DECIDE: Stage.DECIDE,
    shapes.Stage.SOURCE: Stage.SOURCE,
    shapes.Stage.AGREE: Stage.AGREE,
    shapes.Stage.DELIVER: Stage.DELIVER,
    shapes.Stage.VERIFY: Stage.VERIFY,
    shapes.Stage.PAY: Stage.PAY,
    shapes.Stage.TAKEN_BACK: Stage.TAKE_BACK,
}
_NOTHING_CAME = {Outcome.CANCELLED, Outcome.WITHDRAWN, Outcome.UNSUCCESSFUL}

# Shown elsewhere or kept in columns of their own.
_APART = {"unmapped", "problems", "leaves", "digest", "stage", "title", "description"}


def stage_of(task: ImportedOutTask) -> Stage:
    """Our stage for where the process stands; a closed one is measured, or ended while sourcing."""
    if task.stage is shapes.Stage.CLOSED:
        return Stage.SOURCE if task.outcome in _NOTHING_CAME else Stage.MEASURE
    return _STAGES[task.stage]


def ending_of(task: ImportedOutTask) -> Ending:
    """How it ended, as far as the publisher says; open otherwise."""
    if task.stage is shapes.Stage.CLOSED:
        return Ending.ABANDONED if task.outcome in _NOTHING_CAME else Ending.DONE
    return Ending.OPEN


def understood(task: ImportedOutTask) -> dict[str, Any]:
    """Every field that says something, in JSON's types; amounts as minor units with their currency."""
    fields = {name: _plain(getattr(task, name)) for name in task.__slots__ if name not in _APART}
    return {name: value for name, value in fields.items() if value not in (None, "", [], 0)}


def kept_values(rows: tuple[Unmapped, ...]) -> list[list[Any]]:
    """What no field holds: [where, value as JSON, whether something newer stands in its place]."""
    return [[where(row.source, row.path), row.value_json, row.superseded] for row in rows]


def kept_problems(rows: tuple[Problem, ...]) -> list[list[Any]]:
    """What was not understood as it stood: [where, code, value, whether it is used all the same]."""
    return [[where(row.source, row.path), row.code, row.value, row.repaired] for row in rows]


def where(source: str, path: str) -> str:
    """File and JSON Pointer of a value as one text; the pointer within a package goes on with the path."""
    if not source or not path:
        return source or path
    return f"{source}{path}" if "#" in source else f"{source}#{path}"


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "__slots__"):
        said = {name: _plain(getattr(value, name)) for name in value.__slots__}
        return {name: item for name, item in said.items() if item not in (None, "", [])}
    return value
