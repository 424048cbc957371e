"""Reading OCDS files: the way in of this package."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from os import PathLike
from typing import BinaryIO

from . import decode
from .interpret import interpret
from .shapes import ImportedOutTask, ImportedPackage, ImportedParty, Statement
from .sources import Gathered, gather


def read_package(
    source: BinaryIO | str | PathLike[str], name: str, *, limit: int = decode.MAX_BYTES
) -> ImportedPackage:
    """Read one file of OCDS 1.0 or 1.1.

    source: an open binary file, or a path. name: what to call it in messages and in the account.
    The file holds release packages, record packages, records or releases: one, an array of them, or one
    after another (JSON Lines). Releases of one process are merged into one out-task.

    Raises Refused, saying where and what to do, when the file cannot be read, is larger than `limit` bytes,
    is not JSON, or is not OCDS. A value that makes no sense is a `Problem` of the out-task instead.
    """
    data = decode.read_bytes(source, limit)
    digest = hashlib.sha256(data).hexdigest()
    text = decode.decoded(data)
    del data  # the text is as large again
    found = Gathered()
    for document in decode.documents(text):
        gather(document, name, found)
    del text
    outtasks = tuple(_combined(found.statements))
    return ImportedPackage(
        publisher=_only({task.publisher for task in outtasks}),
        license=_only({task.license for task in outtasks}),
        version=_only({task.version for task in outtasks}),
        source_name=name,
        sha256=digest,
        outtasks=outtasks,
        parties=parties_of(outtasks),
        problems=tuple(found.problems),
        unmapped=tuple(found.unmapped),
        leaves=sum((task.leaves for task in outtasks), found.leaves),
        statements=tuple(found.statements),
    )


def combine(packages: Iterable[ImportedPackage]) -> list[ImportedOutTask]:
    """The out-tasks of several files together, by ocid; each process once, merged from all files.

    The order of `packages` does not matter. Give files different names: where two releases are alike in
    date and content, the name decides which of them `Unmapped.source` quotes.
    """
    return _combined([statement for package in packages for statement in package.statements])


def parties_of(outtasks: Iterable[ImportedOutTask]) -> tuple[ImportedParty, ...]:
    """Every organisation of `outtasks` once, by key: with all its roles, identifiers and local ids, and
    with the name, contact and address of the out-task updated last that has one.
    """
    oldest = datetime.min.replace(tzinfo=UTC)
    latest_first = sorted(outtasks, key=lambda task: (task.updated_at or oldest, task.ocid), reverse=True)
    found: dict[str, list[ImportedParty]] = defaultdict(list)
    for task in latest_first:
        for party in task.parties:
            found[party.key].append(party)
    return tuple(_united(found[key]) for key in sorted(found))


def _combined(statements: list[Statement]) -> list[ImportedOutTask]:
    of_process: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        of_process[statement.ocid].append(statement)
    return [interpret(ocid, of_process[ocid]) for ocid in sorted(of_process)]


def _united(same: list[ImportedParty]) -> ImportedParty:
    def first(field: str) -> str:
        return next(filter(None, (getattr(party, field) for party in same)), "")

    located = next((party for party in same if party.address_text), same[0])
    return ImportedParty(
        key=same[0].key,
        name=first("name"),
        roles=tuple(sorted({role for party in same for role in party.roles})),
        identifiers=tuple(dict.fromkeys(one for party in same for one in party.identifiers)),
        email=first("email"),
        phone=first("phone"),
        address_text=located.address_text,
        country=located.country,
        contact_name=first("contact_name"),
        url=first("url"),
        local_ids=tuple(sorted({local for party in same for local in party.local_ids})),
    )


def _only(said: set[str]) -> str:
    return next(iter(said)) if len(said) == 1 else ""
