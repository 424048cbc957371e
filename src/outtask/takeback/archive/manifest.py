"""The manifest: what an archive holds, with the SHA-256 of each part and of the manifest itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

from outtask.kernel.canonical import canonical, sha256_hex

FORMAT = "outtask-archive/1"
NAME = "manifest.json"
README = "README.md"


@dataclass(frozen=True, slots=True)
class Part:
    """One member of the archive. size in bytes; lines are counted where there are any."""

    sha256: str
    size: int
    lines: int | None = None

    @property
    def told(self) -> dict[str, Any]:
        counted = {} if self.lines is None else {"lines": self.lines}
        return {"sha256": self.sha256, "size": self.size, **counted}


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself.

    schema: the migration whose tables these are. as_of: the instant of the last entry. root: of the journal's
    tree over `entries` leaves, in hexadecimal. checkpoint: the latest signed statement of size and root.
    files: how many there are, file_bytes: their sizes together; each is named by its own SHA-256.
    """

    schema: str
    organisation_id: UUID
    name: str
    as_of: str
    entries: int
    root: str
    checkpoint: str | None
    files: int
    file_bytes: int
    members: Mapping[str, Part] = field(default_factory=dict)
    format: str = FORMAT

    @property
    def rows(self) -> int:
        """The lines of all tables together; those of the journal are counted apart."""
        return sum(part.lines or 0 for name, part in self.members.items() if name.startswith("tables/"))

    def to_bytes(self) -> bytes:
        """As it stands in the archive: its own digest last."""
        told = self._told()
        digest = sha256_hex(canonical(told))
        return json.dumps(told | {"digest": digest}, indent=1, ensure_ascii=False).encode() + b"\n"

    def _told(self) -> dict[str, Any]:
        return {
            "format": self.format,
            "schema": self.schema,
            "organisation": {"id": str(self.organisation_id), "name": self.name},
            "as_of": self.as_of,
            "journal": {"size": self.entries, "root": self.root, "checkpoint": self.checkpoint},
            "files": {"count": self.files, "bytes": self.file_bytes},
            "members": {name: part.told for name, part in sorted(self.members.items())},
        }

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The manifest that these bytes are; ValueError says what is wrong with them."""
        try:
            told = json.loads(data)
            digest = told.pop("digest")
            found = cls(
                format=told["format"],
                schema=told["schema"],
                organisation_id=UUID(told["organisation"]["id"]),
                name=told["organisation"]["name"],
                as_of=told["as_of"],
                entries=told["journal"]["size"],
                root=told["journal"]["root"],
                checkpoint=told["journal"]["checkpoint"],
                files=told["files"]["count"],
                file_bytes=told["files"]["bytes"],
                members={name: Part(**part) for name, part in told["members"].items()},
            )
            as_read = found._told() == told and sha256_hex(canonical(told)) == digest
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as wrong:
            raise ValueError("it is not a manifest as Outtask writes it") from wrong
        if not as_read:
            raise ValueError("its own digest does not fit it, so it was changed")
        return found
