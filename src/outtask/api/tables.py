"""Tables that programs send as files: how they are read, and how what is wrong with a row is told."""

from __future__ import annotations

from typing import Annotated, Self

from ninja import File, UploadedFile

from outtask.api.schemas import Shown
from outtask.ui.formats import say
from outtask.ui.importing import Misplaced, Reasoned, in_words

CSV = Annotated[UploadedFile, File(description="A CSV file with a row of headings.")]
SHOWN = 200
"""So many rows with an error are told; a preview counts all."""


class RowTrouble(Shown):
    """Why a row is left out, or what to know of the file. `row` as a spreadsheet shows it."""

    row: int | None
    column: str | None
    code: str
    detail: str

    @classmethod
    def of(cls, error: Misplaced) -> Self:
        return cls(row=error.row, column=error.column, code=error.code, detail=say(in_words(error)))

    @classmethod
    def of_file(cls, notice: Reasoned) -> Self:
        return cls(row=None, column=None, code=notice.code, detail=say(in_words(notice)))


def bytes_of(file: UploadedFile, most: int) -> bytes:
    """What was sent; one byte more than may be, so that the reader says that the file is too large."""
    data: bytes = file.read(most + 1)
    return data
