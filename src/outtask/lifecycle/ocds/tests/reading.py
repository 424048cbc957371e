"""How the tests read: values as bytes, and an account of leaves made without the reader."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from outtask.kernel.money import Money
from outtask.lifecycle.ocds.reader import read_package
from outtask.lifecycle.ocds.shapes import ImportedOutTask, ImportedPackage

DATA = Path(__file__).parent / "data"


def package(value: object, name: str = "test.json") -> ImportedPackage:
    """The reading of `value` written as JSON (text is written as it is)."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return read_package(io.BytesIO(text.encode()), name)


def only(value: object) -> ImportedOutTask:
    (task,) = package(value).outtasks
    return task


def release(**content: object) -> dict[str, object]:
    return {"ocid": "ocds-x-1", "id": "1", "date": "2026-01-01T00:00:00Z", "tag": ["tender"], **content}


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every leaf of parsed JSON with its JSON Pointer: a scalar, {} or []."""
    if isinstance(value, dict | list) and value:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, child in pairs:
            token = str(key).replace("~", "~0").replace("/", "~1")
            yield from leaves(child, f"{path}/{token}")
    else:
        yield path, value


def facts(value: object) -> Iterator[object]:
    """Every scalar that a reading holds, `unmapped` and `problems` left out."""
    if isinstance(value, Money):
        yield value.decimal
        yield value.currency
    elif is_dataclass(value):
        for entry in fields(value):
            if entry.name not in ("unmapped", "problems", "leaves", "digest", "statements"):
                yield from facts(getattr(value, entry.name))
    elif isinstance(value, tuple):
        for child in value:
            yield from facts(child)
    else:
        yield value


def dropped(value: object, reading: ImportedPackage) -> list[tuple[str, object]]:
    """Leaves that say something and stand nowhere in the reading: neither as a fact nor as unmapped."""
    entries = [*reading.unmapped, *(entry for task in reading.outtasks for entry in task.unmapped)]
    verbatim = {entry.value_json for entry in entries}
    held = Held(reading)
    return [
        (path, leaf)
        for path, leaf in leaves(value)
        if not (_says_nothing(leaf) or written(leaf) in verbatim or held.has(leaf))
    ]


class Held:
    """Everything a reading holds as a fact, ready to be asked for."""

    def __init__(self, reading: ImportedPackage) -> None:
        held = list(facts(reading))
        self.texts = {_folded(fact) for fact in held if isinstance(fact, str)}
        self.numbers = {Decimal(fact) for fact in held if type(fact) in (int, Decimal)}
        self.instants = {fact for fact in held if isinstance(fact, datetime)}
        self.all_text = "\n".join(self.texts)

    def has(self, leaf: object) -> bool:
        if type(leaf) in (int, Decimal) and Decimal(str(leaf)) in self.numbers:
            return True
        text = _folded(str(leaf))
        if text in self.texts or _instants(text.upper()) & self.instants:
            return True
        return len(text) > 3 and text in self.all_text  # parts of addresses, checksums, local ids in keys


def written(leaf: object) -> str:
    return str(leaf) if isinstance(leaf, Decimal) else json.dumps(leaf, ensure_ascii=False)


def _says_nothing(leaf: object) -> bool:
    return leaf is None or leaf in ({}, []) or (isinstance(leaf, str) and not leaf.strip())


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _instants(text: str) -> set[datetime]:
    """What `text` may mean as an instant: a bare date is the start or the end of its day."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return set()
    known = read if read.tzinfo else read.replace(tzinfo=UTC)
    return {known, known.replace(hour=23, minute=59, second=59)} if len(text) == 10 else {known}
