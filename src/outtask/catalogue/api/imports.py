"""A whole catalogue as a file."""

from __future__ import annotations

from typing import Self

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Done, Shown
from outtask.api.tables import CSV, SHOWN, RowTrouble, bytes_of
from outtask.catalogue import actions
from outtask.catalogue.importing import Preview, preview
from outtask.catalogue.table import MAX_BYTES, read
from outtask.files.rules import plain_name
from outtask.journal.recording import Outcome
from outtask.kernel.canonical import sha256_hex
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.kernel.words import N_
from outtask.people.roles import Right, may

room = Room("Catalogue")


class CataloguePreview(Shown):
    """What a file would change; nothing is written."""

    sha256: str
    created: int
    changed: int
    unchanged: int
    rows_left_out: int
    errors: list[RowTrouble]
    notices: list[RowTrouble]

    @classmethod
    def of(cls, found: Preview) -> Self:
        return cls(
            sha256=found.sha256,
            created=found.created,
            changed=found.changed,
            unchanged=found.unchanged,
            rows_left_out=found.rows_left_out,
            errors=[RowTrouble.of(error) for error in found.errors[:SHOWN]],
            notices=[RowTrouble.of_file(notice) for notice in found.notices[:SHOWN]],
        )


class CatalogueTaken(Done):
    """How the catalogue changed; `prices`: how many were noted."""

    created: int
    changed: int
    prices: int
    unchanged: int
    left_out: int


@room.look("/catalogues/preview", CataloguePreview)
def preview_catalogue(call: Call, file: CSV) -> CataloguePreview:
    """Look at what a file would change in the catalogue."""
    return CataloguePreview.of(
        preview(call.actor, bytes_of(file, MAX_BYTES), plain_name(file.name or ""), call.now)
    )


@room.act("/catalogues", CatalogueTaken, status=201, scope=Right.MANAGE_PROVIDERS)
def import_items(call: Call, file: CSV) -> Outcome:
    """Take a file of items in; rows with errors are left out. The same again changes nothing."""
    refuse_if(may(call.actor, Right.MANAGE_PROVIDERS))
    data = bytes_of(file, MAX_BYTES)
    rows = read(data).rows
    if not rows:
        reason = N_("No row of the file can be taken. Correct it and import it again.")
        raise Refused(Refusal("rows_none", reason, field="file"))
    name = plain_name(file.name or "")
    return act(call, actions.import_items, rows=rows, name=name, sha256=sha256_hex(data))
