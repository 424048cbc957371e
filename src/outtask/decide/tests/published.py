"""Published cases: rows kept with these tests, and the whole collection where it is there to read."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
SHARED = Path(__file__).parents[4].parent / "shared"
KEPT: dict[str, Any] = json.loads((DATA / "published_cases.json").read_text("utf-8"), parse_float=Decimal)


def collection(name: str) -> dict[str, Any]:
    """A file of the collection, or an empty one when it is not there."""
    path = SHARED / "vectors" / name
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text("utf-8"), parse_float=Decimal)
    return found
