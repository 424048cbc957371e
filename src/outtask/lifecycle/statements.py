"""What publishers said of a process, kept word for word beside what was understood.

Later files are read together with what came before, so that it does not matter in which order, or in how many
goes, the releases of a process are taken in. Pure: statements in, text out and back.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from outtask.kernel.canonical import sha256_hex
from outtask.lifecycle.ocds.decode import documents
from outtask.lifecycle.ocds.shapes import Statement


def by_process(statements: Iterable[Statement]) -> dict[str, list[Statement]]:
    """Statements by ocid; of those that say the same, one."""
    found: dict[str, dict[str, Statement]] = {}
    for statement in statements:
        found.setdefault(statement.ocid, {}).setdefault(content_of(statement), statement)
    return {ocid: list(said.values()) for ocid, said in found.items()}


def together(known: Sequence[Statement], told: Sequence[Statement]) -> list[Statement]:
    """What is known with what was told now, each once; as long as `known` when nothing is new."""
    found = {content_of(statement): statement for statement in known}
    for statement in told:
        found.setdefault(content_of(statement), statement)
    return list(found.values())


def content_of(statement: Statement) -> str:
    """A digest of what it says, wherever it was read and in whatever order its keys stand."""
    about = [statement.ocid, statement.is_record, statement.publisher, statement.license, statement.version]
    return sha256_hex(f"{json.dumps(about)}{_json(statement.raw, in_order=True)}".encode())


def packed(statements: Sequence[Statement]) -> str:
    """Statements as text for a column: one JSON document a line, compressed, in base64."""
    lines = "\n".join(_line(statement) for statement in statements)
    return base64.b64encode(zlib.compress(lines.encode())).decode()


def unpacked(text: str) -> list[Statement]:
    """What `packed` made, exactly: numbers have the digits they were written with."""
    if not text:
        return []
    lines = zlib.decompress(base64.b64decode(text)).decode()
    return [_statement(document.value) for document in documents(lines)]


def _line(statement: Statement) -> str:
    head = {
        "ocid": statement.ocid,
        "source": statement.source,
        "is_record": statement.is_record,
        "publisher": statement.publisher,
        "license": statement.license,
        "version": statement.version,
    }
    return f'{{"head":{json.dumps(head)},"raw":{_json(statement.raw)}}}'


def _statement(value: object) -> Statement:
    assert isinstance(value, dict)
    head, raw = value["head"], value["raw"]
    return Statement(raw=raw, **head)


def _json(value: object, *, in_order: bool = False) -> str:
    """JSON in ASCII, so that any store keeps it. `Decimal` is written with its own digits."""
    if isinstance(value, Mapping):
        items = sorted(value.items()) if in_order else value.items()
        inside = (f"{json.dumps(key)}:{_json(child, in_order=in_order)}" for key, child in items)
        return "{" + ",".join(inside) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_json(child, in_order=in_order) for child in value) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value)
