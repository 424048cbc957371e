"""People and their limits as a table: what a file says, what it would change, and writing one. Pure."""

from outtask.spend.people_table.changes import Change, Changes, House, Known, compare
from outtask.spend.people_table.reading import MAX_BYTES, Reading, read
from outtask.spend.people_table.row import NOTHING, Column, LimitKey, Row
from outtask.spend.people_table.writing import write

__all__ = [
    "MAX_BYTES",
    "NOTHING",
    "Change",
    "Changes",
    "Column",
    "House",
    "Known",
    "LimitKey",
    "Reading",
    "Row",
    "compare",
    "read",
    "write",
]
