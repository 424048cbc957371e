"""A whole catalogue as a file."""

from __future__ import annotations

from typing import Annotated, Self

from ninja import File, UploadedFile

from outtask.api.calls import Call, act
from outtask.api.routing import Room
from outtask.api.schemas import Done, Shown
from outtask.catalogue import actions
from outtask.catalogue.importing import Preview, preview
from outtask.catalogue.table import MAX_BYTES, read
from outtask.decide.inventory import CellError, Notice
from outtask.files.rules import plain_name
from outtask.journal.recording import Outcome
from outtask.kernel.canonical import sha256_hex
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.kernel.words import N_
from outtask.people.roles import Right, may
from outtask.ui.formats import say

room = Room("Catalogue")

_SHOWN = 200


class CatalogueTrouble(Shown):
    """Why a row is left out, or what to know of the file. `row` as a spreadsheet shows it."""

    row: int | None
    column: str | None
    code: str
    detail: str


class CataloguePreview(Shown):
    """What a file would change; nothing is written."""

    sha256: str
    created: int
    changed: int
    unchanged: int
    rows_left_out: int
    errors: list[CatalogueTrouble]
    notices: list[CatalogueTrouble]

    @classmethod
    def of(cls, found: Preview) -> Self:
        return cls(
            sha256=found.sha256,
            created=found.created,
            changed=found.changed,
            unchanged=found.unchanged,
            rows_left_out=found.rows_left_out,
            errors=[_trouble(error, error.row, error.column) for error in found.errors[:_SHOWN]],
            notices=[_trouble(notice, None, None) for notice in found.notices[:_SHOWN]],
        )


class CatalogueTaken(Done):
    """How the catalogue changed; `prices`: how many were noted."""

    created: int
    changed: int
    prices: int
    unchanged: int
    left_out: int


_CSV = Annotated[UploadedFile, File(description="A CSV file with a row of headings.")]


@room.look("/catalogues/preview", CataloguePreview)
def preview_catalogue(call: Call, file: _CSV) -> CataloguePreview:
    """Look at what a file would change in the catalogue."""
    return CataloguePreview.of(preview(call.actor, _bytes(file), plain_name(file.name or ""), call.now))


@room.act("/catalogues", CatalogueTaken, status=201, scope=Right.MANAGE_PROVIDERS)
def import_items(call: Call, file: _CSV) -> Outcome:
    """Take a file of items in; rows with errors are left out. The same again changes nothing."""
    refuse_if(may(call.actor, Right.MANAGE_PROVIDERS))
    data = _bytes(file)
    rows = read(data).rows
    if not rows:
        reason = N_("No row of the file can be taken. Correct it and import it again.")
        raise Refused(Refusal("rows_none", reason, field="file"))
    name = plain_name(file.name or "")
    return act(call, actions.import_items, rows=rows, name=name, sha256=sha256_hex(data))


def _bytes(file: UploadedFile) -> bytes:
    # One byte more than may be: then the reader says that the file is too large.
    data: bytes = file.read(MAX_BYTES + 1)
    return data


def _trouble(about: CellError | Notice, row: int | None, column: str | None) -> CatalogueTrouble:
    detail = say(Refusal(about.code, about.reason, facts=about.facts))
    return CatalogueTrouble(row=row, column=column, code=about.code, detail=detail)
