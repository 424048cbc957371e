"""Importing a catalogue, for the page and programs alike: look first, then take it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from outtask.catalogue import queries
from outtask.catalogue.actions import import_items
from outtask.catalogue.changes import Change, Changes, compare
from outtask.catalogue.table import Column, Reading, read
from outtask.decide.inventory import CellError, Notice
from outtask.journal.recording import Key, Outcome
from outtask.kernel.actor import Actor
from outtask.kernel.canonical import sha256_hex
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.kernel.words import N_
from outtask.people.roles import Right, may
from outtask.source.queries import today_of

SHOWN = 10
"""How many rows a preview shows of each sort."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do; nothing is written. errors: every row left out, with its reasons."""

    name: str
    sha256: str
    columns: Mapping[Column, str]
    created: int
    changed: int
    unchanged: int
    new_rows: tuple[Change, ...]
    changed_rows: tuple[Change, ...]
    errors: tuple[CellError, ...]
    notices: tuple[Notice, ...]

    @property
    def written(self) -> int:
        return self.created + self.changed

    @property
    def rows_left_out(self) -> int:
        return len({error.row for error in self.errors})


def preview(actor: Actor, data: bytes, name: str, now: datetime) -> Preview:
    """Read a file and compare it with the catalogue; writes nothing.

    Refused when the actor may not import, and when the file as a whole cannot be read.
    """
    refuse_if(may(actor, Right.MANAGE_PROVIDERS))
    reading = read(data)
    found = _compared(actor, reading, now)
    errors = sorted([*reading.errors, *found.errors], key=lambda error: error.row)
    return Preview(
        name=name,
        sha256=sha256_hex(data),
        columns=reading.columns,
        created=len(found.created),
        changed=len(found.changed),
        unchanged=found.unchanged,
        new_rows=tuple(found.created[:SHOWN]),
        changed_rows=tuple(found.changed[:SHOWN]),
        errors=tuple(errors),
        notices=reading.notices,
    )


def _compared(actor: Actor, reading: Reading, now: datetime) -> Changes:
    names = {row.provider for row in reading.rows}
    house = queries.house_of(actor, today_of(actor.organisation_id, now), names, reading.columns)
    return compare(reading.rows, house)


def import_catalogue(actor: Actor, data: bytes, name: str, now: datetime, key: Key = None) -> Outcome:
    """Take in every row that can be taken. The same file again changes nothing.

    Refused when the actor may not import, when the file cannot be read, or when no row of it can be taken.
    """
    refuse_if(may(actor, Right.MANAGE_PROVIDERS))
    reading = read(data)
    if not reading.rows:
        reason = N_("No row of the file can be taken. Correct it and import it again.")
        raise Refused(Refusal("rows_none", reason, field="file"))
    given = {"rows": reading.rows, "name": name, "sha256": sha256_hex(data)}
    return import_items(actor=actor, now=now, key=key, **given)  # type: ignore[arg-type]  # as it takes them
