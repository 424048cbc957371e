"""Reading an inventory of processes from a CSV file, as people's spreadsheets write it."""

from outtask.decide.inventory.changes import Change, Changes, Known, compare, keyed
from outtask.decide.inventory.columns import Column, map_columns
from outtask.decide.inventory.numbers import read_number
from outtask.decide.inventory.reading import MAX_BYTES, MAX_ROWS, CellError, Notice, Reading, read
from outtask.decide.inventory.row import LIMITS, Row, key

__all__ = [
    "LIMITS",
    "MAX_BYTES",
    "MAX_ROWS",
    "CellError",
    "Change",
    "Changes",
    "Column",
    "Known",
    "Notice",
    "Reading",
    "Row",
    "compare",
    "key",
    "keyed",
    "map_columns",
    "read",
    "read_number",
]
