"""One row of the inventory and what makes it the same row when it is imported again."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

LIMITS: Mapping[str, int] = {"name": 300, "area": 300, "group": 300, "output": 2_000, "owner": 200}
"""The most characters a cell may have, by column."""
_JSON = json.JSONEncoder(ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One process as the file names it. number: the row as a spreadsheet shows it, the header being row 1.

    Texts are "" when absent; numbers are None when absent, never 0. Text is plain: a cell that starts with
    `=` is kept as it stands and is nobody's formula here; whoever writes CSV must escape it.
    """

    number: int
    name: str
    area: str = ""
    group: str = ""
    output: str = ""
    owner: str = ""
    times_per_year: Decimal | None = None
    hours_each: Decimal | None = None


def key(row: Row) -> str:
    """Stable identity of a process: SHA-256 (hex) of its name, area and group.

    Case, spacing and the several ways to encode one character do not count; nor does the row's number or
    what else the row says, so that importing a corrected file changes processes instead of doubling them.
    """
    identity = [_folded(text) for text in (row.name, row.area, row.group)]
    return hashlib.sha256(_JSON.encode(identity).encode()).hexdigest()


def _folded(text: str) -> str:
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())
