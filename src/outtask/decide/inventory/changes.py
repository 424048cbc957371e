"""What an inventory would change on the list: new, changed, unchanged. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from outtask.decide.inventory.columns import Column
from outtask.decide.inventory.row import Row, key

COLUMNS = tuple(column.value for column in Column)


@dataclass(frozen=True, slots=True)
class Known:
    """A process on the list as far as an inventory can speak of it. merged: into another one."""

    row: Row
    merged: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One process that will differ. row: as it will stand; before: as it stands, None for a new one."""

    key: str
    row: Row
    before: Row | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in which the two differ; none for a new one."""
        if self.before is None:
            return ()
        return tuple(name for name in COLUMNS if getattr(self.row, name) != getattr(self.before, name))


@dataclass(slots=True)
class Changes:
    """What came of comparing. merged: rows whose process was merged into another one and stays as it is."""

    created: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    merged: int = 0

    @property
    def written(self) -> int:
        """How many processes an import would write."""
        return len(self.created) + len(self.changed)


def keyed(rows: Iterable[Row]) -> dict[str, Row]:
    """The rows by their identity; of several with the same one the first counts."""
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(key(row), row)
    return found


def compare(rows: Mapping[str, Row], known: Mapping[str, Known]) -> Changes:
    """Compare rows by identity with the list. A blank cell says nothing: it leaves what stands there."""
    found = Changes()
    for identity, row in rows.items():
        stands = known.get(identity)
        if stands is None:
            found.created.append(Change(identity, row))
        elif stands.merged:
            found.merged += 1
        else:
            _compare(found, Change(identity, _over(stands.row, row), stands.row))
    return found


def _over(before: Row, row: Row) -> Row:
    said = {name: value for name in COLUMNS if (value := getattr(row, name)) not in ("", None)}
    return replace(before, number=row.number, **said)


def _compare(found: Changes, change: Change) -> None:
    if change.columns:
        found.changed.append(change)
    else:
        found.unchanged += 1
