"""Checking an archive, whole, before anything of it is written: each line, what lines name, the files.

What is found first is raised as `Damaged`, with the part, the line and the field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import batched
from typing import Any
from uuid import UUID

from outtask.takeback.archive.columns import Unfit, columns_of
from outtask.takeback.archive.coverage import TABLES, Table, table_named
from outtask.takeback.archive.damage import Damaged
from outtask.takeback.archive.entries import check_journal, scanned
from outtask.takeback.archive.reading import NEWER, Opened
from outtask.takeback.archive.schema import ENTRIES
from outtask.takeback.archive.staging import BATCH, Staging
from outtask.takeback.archive.upgrading import upgrade, versions

type Progress = Callable[[int], None]

ASK_WHO_MADE_IT = "Whoever made this archive changed it by hand; ask for one that was not."


def check(archive: Opened, staged: Staging, progress: Progress = lambda lines: None) -> None:
    """Read the whole archive into the scratch database; raises Damaged at the first thing that is wrong.

    progress: called with the number of lines read so far.
    """
    manifest = archive.manifest
    if manifest.schema not in versions():
        what = f"this Outtask does not know tables as they are at {manifest.schema!r}"
        raise Damaged("manifest.json", what, remedy=NEWER)
    done = 0
    for name in manifest.members:
        if not name.endswith(".jsonl"):
            archive.check(name)
    for table in TABLES:
        if table.member in manifest.members:
            for batch in batched(_rows(archive, table), BATCH):
                staged.fill(table, batch)
                progress(done := done + len(batch))
    _check_unknown(archive)
    check_one_tenant(staged, manifest.organisation_id)
    check_pointers(staged)
    check_journal(archive, staged, lambda lines: progress(done + lines))
    check_files(archive, staged)


def _check_unknown(archive: Opened) -> None:
    for name in archive.manifest.members:
        known = not name.startswith("tables/") or table_named(name[7:-6]) is not None
        if not known or (name.startswith("journal/") and name != ENTRIES):
            raise Damaged(name, "this Outtask does not know the table", remedy=NEWER)
    if ENTRIES not in archive.manifest.members:
        raise Damaged(ENTRIES, "it is missing")


def _rows(archive: Opened, table: Table) -> Iterator[Sequence[Any]]:
    """The lines of a table as they are staged."""
    columns = columns_of(table)
    names = {column.name for column in columns}
    takers = [(column.name, column.taken) for column in columns]
    sorted_by = table.sorted_by or (table.key,)
    places = [[column.name for column in columns].index(name) + 1 for name in sorted_by]
    old = archive.manifest.schema != versions()[-1]
    before: tuple[Any, ...] = ()
    for number, line in archive.lines(table.member):
        row = decoded(line, table.member, number)
        if old:
            row = _upgraded(archive.manifest.schema, table, row, number)
        if row.keys() != names:
            _tell_names(row, names, table.member, number)
        try:
            values = [number, *[taken(row[name]) for name, taken in takers]]
        except (Unfit, TypeError):
            _tell_value(row, takers, table.member, number)
            raise
        key = tuple([values[place] for place in places])
        if key <= before:
            what = f"it is not in the order of {' and '.join(sorted_by)}, or stands there twice"
            raise Damaged(table.member, what, line=number)
        before = key
        yield values


def _upgraded(schema: str, table: Table, row: dict[str, Any], number: int) -> dict[str, Any]:
    try:
        return upgrade(schema, table.name, row)
    except (LookupError, TypeError, ValueError) as wrong:
        raise Damaged(table.member, f"it is not a line as {schema} had them", line=number) from wrong


def decoded(line: bytes, member: str, number: int) -> dict[str, Any]:
    """The JSON object that a line is; raises Damaged."""
    try:
        return scanned(line.decode())
    except (ValueError, RecursionError) as wrong:
        raise Damaged(member, "it is not one JSON object in UTF-8", line=number) from wrong


def _tell_value(
    row: dict[str, Any], takers: Sequence[tuple[str, Callable[[Any], Any]]], member: str, number: int
) -> None:
    for name, taken in takers:
        try:
            taken(row[name])
        except TypeError as wrong:  # a list or an object, which no cache can keep
            raise Damaged(member, "it must be text", line=number, field=name) from wrong
        except Unfit as wrong:
            raise Damaged(member, str(wrong), line=number, field=name) from wrong


def _tell_names(row: dict[str, Any], names: set[str], member: str, number: int) -> None:
    for field in sorted(names ^ row.keys()):
        what = "it is missing" if field in names else "there is no such field"
        raise Damaged(member, what, line=number, field=field)


def check_one_tenant(staged: Staging, organisation_id: UUID) -> None:
    """Raises Damaged when a row belongs to another organisation than the archive is of."""
    member = "tables/organisation.jsonl"
    other = staged.first(
        f"SELECT line FROM organisation WHERE (id = '{organisation_id.hex}') IS NOT (represented_by IS NULL)"
        f" OR represented_by <> '{organisation_id.hex}' ORDER BY line"
    )
    if other is not None:
        raise Damaged(member, "it is another organisation", line=other[0], remedy=ASK_WHO_MADE_IT)
    if staged.first("SELECT 1 FROM organisation WHERE represented_by IS NULL") is None:
        raise Damaged(member, "the organisation itself is missing")


def check_pointers(staged: Staging) -> None:
    """Raises Damaged where a line names a row that is not there, or is there though nothing names it."""
    for table in TABLES:
        for column in columns_of(table):
            to = table_named(column.to) if column.to else None
            if to is None:
                continue
            lost = staged.first(
                f'SELECT line, "{column.name}" FROM "{table.name}" WHERE "{column.name}" IS NOT NULL'
                f' AND "{column.name}" NOT IN (SELECT "{to.key}" FROM "{to.name}") ORDER BY line'
            )
            if lost is not None:
                what = f"it names {lost[1]}, which is not in {to.member}"
                raise Damaged(table.member, what, line=lost[0], field=column.name, remedy=ASK_WHO_MADE_IT)
    for shared, by, column_name in (
        ("person", "member", "person"), ("blob", "file", "blob"), ("signingkey", "checkpoint", "key")
    ):  # fmt: skip
        owner = table_named(shared)
        assert owner is not None
        stray = staged.first(
            f'SELECT line FROM "{shared}" WHERE "{owner.key}" NOT IN (SELECT "{column_name}" FROM "{by}")'
            " ORDER BY line"
        )
        if stray is not None:
            what = f"no line of tables/{by}.jsonl names it, so it is not the organisation's"
            raise Damaged(owner.member, what, line=stray[0], remedy=ASK_WHO_MADE_IT)


def check_files(archive: Opened, staged: Staging) -> None:
    """Raises Damaged unless each file that a row names is there, byte for byte, and no other."""
    there, named = archive.files, 0
    blobs = table_named("blob")
    assert blobs is not None
    for batch in staged.rows(blobs):
        for line, sha256, size in batch:
            if there.get(sha256) != size:
                what = f"the archive has no file of {size} bytes with this SHA-256"
                raise Damaged(blobs.member, what, line=line, field="sha256")
            for _ in archive.pieces_of(sha256):
                pass
        named += len(batch)
    told = archive.manifest
    if (named, sum(there.values())) != (told.files, told.file_bytes) or named != len(there):
        raise Damaged("files/", "there are files in the archive that nothing names")
