"""Writing the archive of one organisation: as a stream, the same bytes for the same state.

A ZIP without compression: what a compressor makes of the same bytes differs from one build of it to the next,
and the digests would differ with it. Members have no time of their own and stand in a fixed order.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import batched
from json.encoder import encode_basestring  # the one in C, as `json` uses it
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from outtask.files.storage import open_stored
from outtask.journal.merkle import Edge, leaf_hash
from outtask.journal.models import Entry, JournalHead
from outtask.kernel.canonical import canonical
from outtask.kernel.refusal import Refusal, Refused, refuse_if
from outtask.kernel.words import N_
from outtask.people.models import Organisation
from outtask.takeback.archive.columns import UUIDS, columns_of
from outtask.takeback.archive.coverage import APP, TABLES, Table
from outtask.takeback.archive.manifest import NAME, README, Manifest, Part
from outtask.takeback.archive.readme import readme
from outtask.takeback.archive.schema import ENTRIES, schemas
from outtask.takeback.archive.snapshot import ask, literal, rows_of, snapshot, stream

PIECE = 1024 * 1024
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time a ZIP can tell
AT_ONCE = 1024  # lines put together before they are hashed and written; what the Merkle tree folds at once

type Progress = Callable[[int], None]


@dataclass(frozen=True)
class Written:
    """An archive that was written: its SHA-256 and size in bytes, and what it says of itself.

    fault: what is wrong with the journal, which is exported all the same and will not be imported; "" if
        nothing is.
    """

    sha256: str
    size: int
    manifest: Manifest
    fault: str = ""


def export_to(path: Path, organisation_id: UUID, progress: Progress = lambda rows: None) -> Written:
    """Write an organisation's archive to `path`, which is there whole or not at all.

    progress: called with the number of lines written so far. Refused when there is no such organisation, it
    is represented by another, or the bytes of a file are not in the storage as they were.
    """
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete_on_close=False) as file:
        manifest, fault = write(file.file, organisation_id, progress)
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        sha256, size = _digest_of(file.file), file.tell()
        Path(file.name).chmod(0o600)
        # Under its own name only now; the temporary one is gone, which the context does not mind.
        Path(file.name).rename(path)
    return Written(sha256, size, manifest, fault)


def _digest_of(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def write(
    target: IO[bytes], organisation_id: UUID, progress: Progress = lambda rows: None
) -> tuple[Manifest, str]:
    """Write the archive into a seekable file; returns its manifest, and a fault of the journal or ""."""
    with snapshot(), zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        organisation = Organisation.objects.filter(pk=organisation_id).first()
        refuse_if(_why_not(organisation))
        assert organisation is not None
        theirs = [organisation_id, *represented_by(organisation_id)]
        writing = Writing(archive, progress)
        writing.put(README, readme(organisation.name))
        for name, schema in schemas().items():
            writing.put(name, schema)
        for table in TABLES:
            writing.table(table, theirs)
        edge = writing.journal(organisation_id)
        files, file_bytes = writing.files()
        head = JournalHead.objects.get(organisation_id=organisation_id)
        manifest = Manifest(
            schema=schema_version(),
            organisation_id=organisation_id,
            name=organisation.name,
            as_of=_as_of(organisation),
            entries=head.size,
            root=(Edge.from_bytes(bytes(head.edge)) if head.size else Edge()).root().hex(),
            checkpoint=_latest_checkpoint(organisation_id),
            files=files,
            file_bytes=file_bytes,
            members=writing.parts,
        )
        writing.put(NAME, manifest.to_bytes())
    if (head.size, manifest.root) == (edge.size, edge.root().hex()):
        return manifest, ""
    return manifest, f"The journal's {edge.size} entries do not have the root that its head says."


def _why_not(organisation: Organisation | None) -> Refusal | None:
    if organisation is None:
        return Refusal("no_organisation", N_("There is no such organisation here."))
    if not JournalHead.objects.filter(organisation_id=organisation.pk).exists():
        reason = N_("%(name)s has no members of its own. It is exported with the organisation it belongs to.")
        return Refusal("represented", reason, facts={"name": organisation.name})
    return None


def represented_by(organisation_id: UUID) -> list[UUID]:
    """The organisations without members that this one acts for."""
    rows = Organisation.objects.filter(represented_by_id=organisation_id, journal_head__isnull=True)
    return list(rows.order_by("id").values_list("pk", flat=True))


def schema_version() -> str:
    """The name of the latest migration: what the tables look like."""
    ((_, name),) = MigrationLoader(None).graph.leaf_nodes(APP)
    return str(name)


def _as_of(organisation: Organisation) -> str:
    entries = Entry.objects.filter(organisation=organisation).order_by("-seq").values_list("at", flat=True)
    at = entries.first() or organisation.founded_at
    return str(json.loads(canonical({"at": at}))["at"])


def _latest_checkpoint(organisation_id: UUID) -> str | None:
    rows = ask(
        f'SELECT note FROM "{APP}_checkpoint" WHERE organisation_id = {literal(organisation_id)}'
        " ORDER BY size DESC LIMIT 1"
    )
    return str(rows[0][0]) if rows else None


@dataclass
class Writing:
    """An archive under way."""

    archive: zipfile.ZipFile
    progress: Progress
    parts: dict[str, Part] = field(default_factory=dict)
    blobs: list[tuple[str, int]] = field(default_factory=list)
    lines: int = 0

    @contextmanager
    def _member(self, name: str) -> Iterator[Member]:
        with self.archive.open(member_info(name), "w", force_zip64=True) as place:
            yield Member(place)

    def put(self, name: str, data: bytes) -> None:
        """A member that is small enough to be held."""
        with self._member(name) as member:
            member.write(data)
        self.parts[name] = member.part(None)

    def table(self, table: Table, organisations: Sequence[UUID]) -> None:
        """The lines of one table."""
        line = line_of(table)
        count = 0
        with self._member(table.member) as member:
            for batch in stream(rows_of(table, organisations)):
                for rows in batched(batch, AT_ONCE):
                    member.write("".join([line(row) for row in rows]).encode())
                count += len(batch)
                self._told(len(batch))
                if table.name == "blob":
                    self.blobs += [(row[0], row[1]) for row in batch]
        self.parts[table.member] = member.part(count)

    def journal(self, organisation_id: UUID) -> Edge:
        """The entries, byte for byte; the tree's edge computed from these bytes."""
        asked = UUIDS.asked[connection.vendor].format("id")
        rows = stream(
            f'SELECT {asked}, body FROM "{APP}_entry" WHERE organisation_id = {literal(organisation_id)}'
            " ORDER BY seq"
        )
        identified = UUIDS.written[connection.vendor]
        edge = Edge()
        with self._member(ENTRIES) as member:
            for batch in rows:
                for some in batched(batch, AT_ONCE):
                    bodies = [(identified(pk), bytes(body)) for pk, body in some]
                    member.write("".join([entry_line(pk, body) for pk, body in bodies]).encode())
                    edge = edge.extend([leaf_hash(body) for _, body in bodies])
                self._told(len(batch))
        self.parts[ENTRIES] = member.part(edge.size)
        return edge

    def files(self) -> tuple[int, int]:
        """The bytes of every file, under their own sums; how many, and their sizes together."""
        for sha256, size in self.blobs:
            with self._member(file_member(sha256)) as member:
                _copy(sha256, member)
            if (member.digest.hexdigest(), member.size) != (sha256, size):
                raise _file_lost(sha256)
        return len(self.blobs), sum(size for _, size in self.blobs)

    def _told(self, more: int) -> None:
        self.lines += more
        self.progress(self.lines)


@dataclass
class Member:
    """A member being written: its bytes are hashed and counted on the way."""

    place: IO[bytes]
    size: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def write(self, data: bytes) -> None:
        self.digest.update(data)
        self.size += len(data)
        self.place.write(data)

    def part(self, lines: int | None) -> Part:
        return Part(self.digest.hexdigest(), self.size, lines)


def member_info(name: str) -> zipfile.ZipInfo:
    """How a member stands in the ZIP: nothing of the machine it was made on."""
    info = zipfile.ZipInfo(name, LONG_AGO)
    info.compress_type = zipfile.ZIP_STORED
    info.create_system = 3  # Unix, wherever it was made
    info.external_attr = 0o644 << 16
    return info


def file_member(sha256: str) -> str:
    return f"files/{sha256[:2]}/{sha256}"


def line_of(table: Table) -> Callable[[Sequence[Any]], str]:
    """What turns a row, as the database gives it, into a line."""
    columns = columns_of(table)
    template = "{" + ",".join(f'"{column.name}":%s' for column in columns) + "}\n"
    writers = tuple(column.writer(connection.vendor) for column in columns)

    def line(row: Sequence[Any]) -> str:
        return template % tuple([write(value) for write, value in zip(writers, row, strict=True)])

    return line


def entry_line(pk: str, body: bytes) -> str:
    """A line of the journal; pk: as JSON text."""
    try:
        return f'{{"id":{pk},"body":{encode_basestring(body.decode())}}}\n'
    except UnicodeDecodeError:
        return f'{{"id":{pk},"body64":"{base64.b64encode(body).decode()}"}}\n'


def _copy(sha256: str, member: Member) -> None:
    try:
        with open_stored(sha256) as stored:
            while piece := stored.read(PIECE):
                member.write(piece)
    except OSError as gone:
        raise _file_lost(sha256) from gone


def _file_lost(sha256: str) -> Refused:
    reason = N_(
        "The bytes of the file with the SHA-256 %(sha256)s are not in the storage as they were."
        " Bring them back from a backup, then export again."
    )
    return Refused(Refusal("file_lost", reason, "files", {"sha256": sha256}))
