"""The versioned release of a record: each value as the list of what successive releases said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from .part import Part
from .tree import Tree

_OLDEST = datetime.min.replace(tzinfo=UTC)


def versions_of(node: Tree) -> list[dict[str, Tree]] | None:
    """The versions of one value, or None when `node` is something else."""
    if not isinstance(node, list):
        return None
    found = [
        entry
        for entry in node
        if isinstance(entry, dict) and "value" in entry and ("releaseID" in entry or "releaseDate" in entry)
    ]
    return found if len(found) == len(node) else None


def collapsed(node: Tree) -> Tree:
    """`node` with each list of versions replaced by the value of the latest."""
    versions = versions_of(node)
    if versions is not None:
        at = [Part(version, []).when("releaseDate") or _OLDEST for version in versions]
        latest = max(range(len(at)), key=lambda index: (at[index], index))
        return versions[latest]["value"]
    if isinstance(node, dict):
        return {key: collapsed(child) for key, child in node.items()}
    if isinstance(node, list):
        return [collapsed(child) for child in node]
    return node


def all_versions(node: Tree) -> Iterator[dict[str, Tree]]:
    """Every version of every value below `node`."""
    versions = versions_of(node)
    if versions is not None:
        yield from versions
    elif isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from all_versions(child)
