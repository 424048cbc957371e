"""Importing an inventory, for the page and the command line alike: look first, then take it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from outtask.decide.actions import import_processes
from outtask.decide.inventory import (
    CellError,
    Change,
    Changes,
    Column,
    Notice,
    Reading,
    compare,
    keyed,
    read,
)
from outtask.decide.queries import known_rows
from outtask.journal.recording import Key, Outcome
from outtask.kernel.actor import Actor
from outtask.kernel.canonical import sha256_hex
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.kernel.words import N_
from outtask.people.roles import Right, may

SHOWN = 10
"""How many rows a preview shows of each sort."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do; nothing is written.

    columns: each column found, with its heading in the file. written: rows new or changed.
    merged: rows whose process was merged into another one and stays as it is.
    new_rows, changed_rows: the first few of each. errors: every row left out, with its reasons.
    """

    name: str
    sha256: str
    columns: Mapping[Column, str]
    created: int
    changed: int
    unchanged: int
    merged: int
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


def preview(actor: Actor, data: bytes, name: str, reading: Reading | None = None) -> Preview:
    """Read a file and compare it with the list; writes nothing.

    reading: of these bytes, when somebody read them already to tell the errors. Refused when the actor may
    not import, and when the file as a whole cannot be read.
    """
    refuse_if(may(actor, Right.IMPORT))
    reading = reading or read(data)
    told = keyed(reading.rows)
    return _preview(reading, compare(told, known_rows(actor.organisation_id, told.keys())), data, name)


def _preview(reading: Reading, changes: Changes, data: bytes, name: str) -> Preview:
    return Preview(
        name=name,
        sha256=sha256_hex(data),
        columns=reading.columns,
        created=len(changes.created),
        changed=len(changes.changed),
        unchanged=changes.unchanged,
        merged=changes.merged,
        new_rows=tuple(changes.created[:SHOWN]),
        changed_rows=tuple(changes.changed[:SHOWN]),
        errors=reading.errors,
        notices=reading.notices,
    )


def import_inventory(
    actor: Actor, data: bytes, name: str, now: datetime, key: Key = None, reading: Reading | None = None
) -> Outcome:
    """Take in every row that can be read; rows with errors are left out. Importing twice changes nothing.

    reading: as for `preview`. The outcome has the counts: created, changed, unchanged, merged. Refused when
    the actor may not import, when the file cannot be read, or when no row of it can be taken.
    """
    refuse_if(may(actor, Right.IMPORT))
    reading = reading or read(data)
    if not reading.rows:
        reason = N_("No row of the file can be taken. Correct it and import it again.")
        raise Refused(Refusal("rows_none", reason, field="file"))
    return import_processes(
        actor=actor, now=now, key=key, rows=reading.rows, name=name, sha256=sha256_hex(data)
    )
