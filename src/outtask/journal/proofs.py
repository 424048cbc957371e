"""Proofs over one organisation's stored log: read in thousands of entries at once, not one by one.

The roots over full runs of 1,024 entries are kept as `Block` rows where they are known. A proof in a log of a
million entries so needs a thousand short rows and at most two runs read whole. Blocks only save time: each
proof is checked against the roots it is for, and made from the entries themselves when it does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from outtask.journal.merkle import (
    Edge,
    consistency_path,
    inclusion_path,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from outtask.journal.models import Block, Entry
from outtask.journal.notes import TreeHead

WIDTH = 1024
AT_A_TIME = 64  # blocks made from entries held in memory at once


@dataclass
class StoredTree:
    """The tree over the first `size` entries of a log, as the database holds them."""

    organisation_id: UUID
    size: int
    trusts_blocks: bool = True
    _blocks: list[bytes] | None = field(default=None, init=False)
    _held: dict[int, list[bytes]] = field(default_factory=dict, init=False)

    def root(self) -> bytes:
        return self.root_between(0, self.size)

    def inclusion(self, seq: int) -> list[bytes]:
        """The audit path of the entry at place `seq`."""
        return inclusion_path(seq, self.size, self.root_between)

    def consistency(self, old_size: int) -> list[bytes]:
        """The proof that this tree only added to the one over the first `old_size` entries."""
        return consistency_path(old_size, self.size, self.root_between)

    def root_between(self, start: int, end: int) -> bytes:
        """The root over a run of entries; the runs of a proof begin at a block, or lie within one."""
        if end - start < WIDTH:
            first = start - start % WIDTH
            return root_of(self._leaves_from(first)[start - first : end - first])
        edge = Edge()
        for root in self.blocks()[start // WIDTH : end // WIDTH]:
            edge = edge.append_subtree(root, WIDTH)
        rest = self._leaves_from(end - end % WIDTH) if end % WIDTH else []
        return edge.extend(rest[: end % WIDTH]).root()

    def _leaves_from(self, first: int) -> list[bytes]:
        """The leaves of the run that begins at `first`, read once."""
        if first not in self._held:
            self._held[first] = leaves(self.organisation_id, first, min(first + WIDTH, self.size))
        return self._held[first]

    def blocks(self) -> list[bytes]:
        """The roots of all full runs; those not kept are made from the entries."""
        if self._blocks is None:
            full = self.size // WIDTH
            rows = Block.objects.filter(organisation_id=self.organisation_id, number__lt=full)
            kept = rows.order_by("number").values_list("number", "root") if self.trusts_blocks else ()
            roots = [bytes(root) for place, (number, root) in enumerate(kept) if number == place]
            self._blocks = roots + fresh_blocks(self.organisation_id, len(roots), full)
        return self._blocks


class Unprovable(Exception):
    """The stored entries are not those that the signed roots were made over."""


def inclusion(organisation_id: UUID, seq: int, leaf: bytes, head: TreeHead) -> list[bytes]:
    """The proof that the entry at `seq` is in the signed tree; raises Unprovable when it is not."""
    for tree in _trees(organisation_id, head.size):
        proof = tree.inclusion(seq)
        if verify_inclusion(leaf, seq, head.size, proof, head.root):
            return proof
    raise Unprovable(f"Entry {seq} is not in the tree that the checkpoint over {head.size} entries signs.")


def consistency(organisation_id: UUID, old: TreeHead, new: TreeHead) -> list[bytes]:
    """The proof that one signed tree goes on from another; raises Unprovable when it does not."""
    if old.size <= new.size:
        for tree in _trees(organisation_id, new.size):
            proof = tree.consistency(old.size)
            if verify_consistency(old.size, new.size, old.root, new.root, proof):
                return proof
    raise Unprovable(f"The log with {new.size} entries does not go on from its first {old.size} as signed.")


def _trees(organisation_id: UUID, size: int) -> Iterator[StoredTree]:
    yield StoredTree(organisation_id, size)
    if size >= WIDTH:
        yield StoredTree(organisation_id, size, trusts_blocks=False)


def fresh_blocks(organisation_id: UUID, start: int, end: int) -> list[bytes]:
    """The roots of the full runs numbered from `start` up to, but without, `end`, from the entries."""
    found: list[bytes] = []
    for first in range(start, end, AT_A_TIME):
        last = min(first + AT_A_TIME, end)
        held = leaves(organisation_id, first * WIDTH, last * WIDTH)
        found += [root_of(held[place : place + WIDTH]) for place in range(0, len(held), WIDTH)]
    return found


def keep_blocks(organisation_id: UUID, size: int) -> None:
    """Keep the roots of the runs that are full by now; the same again does nothing."""
    kept = Block.objects.filter(organisation_id=organisation_id).count()
    missing = fresh_blocks(organisation_id, kept, size // WIDTH)
    Block.objects.bulk_create(
        [
            Block(organisation_id=organisation_id, number=number, root=root)
            for number, root in enumerate(missing, start=kept)
        ],
        ignore_conflicts=True,
    )


def leaves(organisation_id: UUID, start: int, end: int) -> list[bytes]:
    """The stored leaf hashes of a run of entries, in order; raises Unprovable when the log lacks one."""
    rows = Entry.objects.filter(organisation_id=organisation_id, seq__gte=start, seq__lt=end).order_by("seq")
    found = [bytes(leaf) for leaf in rows.values_list("leaf", flat=True)]
    if len(found) != end - start:
        raise Unprovable(f"The log lacks entries between {start} and {end}.")
    return found
