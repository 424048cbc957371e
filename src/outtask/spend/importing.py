"""Importing people and limits, for page and API alike: look first, then take it in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outtask.decide.inventory import CellError
from outtask.journal.recording import Key, Outcome
from outtask.kernel.actor import Actor
from outtask.kernel.canonical import sha256_hex
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.kernel.words import N_
from outtask.people.roles import Right, may
from outtask.spend.actions.people import import_people
from outtask.spend.line import Today
from outtask.spend.people_table import Changes, Reading, Row, compare, read
from outtask.spend.staff import house_of


@dataclass(frozen=True, slots=True)
class Preview:
    """What a table would change; nothing is written. errors: of cells, and of the whole, by row."""

    name: str
    sha256: str
    reading: Reading
    changes: Changes
    errors: tuple[CellError, ...]

    @property
    def wrong_rows(self) -> int:
        return len({error.row for error in self.errors})


def preview(actor: Actor, data: bytes, name: str, now: datetime) -> Preview:
    """Read a file and compare it with the members. Refused when the actor may not, or nothing can be read."""
    refuse_if(may(actor, Right.MANAGE_PEOPLE))
    today = Today.at(actor.organisation_id, now)
    reading = read(data, today.organisation.currency)
    changes = compare(reading.rows, house_of(actor, today, now))
    errors = sorted((*reading.errors, *changes.errors), key=lambda error: error.row)
    return Preview(name, sha256_hex(data), reading, changes, tuple(errors))


def readable(actor: Actor, data: bytes, now: datetime) -> tuple[Row, ...]:
    """Every row of a file. Refused when one of them cannot be read, or when there is none."""
    reading = read(data, Today.at(actor.organisation_id, now).organisation.currency)
    if reading.errors:
        reason = N_(
            "%(count)s rows of the file cannot be taken, so none is. Correct them and import it again."
        )
        count = len({error.row for error in reading.errors})
        raise Refused(Refusal("rows_wrong", reason, "file", {"count": count}))
    if not reading.rows:
        raise Refused(Refusal("rows_none", N_("The file has a header and no rows."), "file"))
    return reading.rows


def import_table(actor: Actor, data: bytes, name: str, now: datetime, key: Key = None) -> Outcome:
    """Take a whole table in, or refuse all of it. The outcome has the counts of `import_people`."""
    refuse_if(may(actor, Right.MANAGE_PEOPLE))
    rows = readable(actor, data, now)
    return import_people(actor=actor, now=now, key=key, rows=rows, name=name, sha256=sha256_hex(data))
