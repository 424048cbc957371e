"""The Merkle tree of a log: roots, the growing right edge, and proofs, after RFC 6962 §2.1 with SHA-256.

A leaf is hashed as SHA-256(0x00 ‖ data), an inner node as SHA-256(0x01 ‖ left ‖ right); the first
byte keeps the two apart, so no entry can pose as a subtree. A tree of n leaves splits at the largest
power of two below n; the root of no leaves is SHA-256 of nothing. All hashes are 32 raw bytes.

Computing takes what the log holds; verifying takes only what a stranger has been handed, and answers
False to anything malformed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import Self

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

_SIZE_BYTES = 8
_BLOCK = 1024  # leaves folded level by level at once; a power of two

# The root over the leaves from the first place up to, but without, the second.
type RootBetween = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """The hash of one entry's exact bytes."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the node above two subtrees."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a tree: all that is needed to append to a log of any length.

    size: number of leaves.
    hashes: the roots of the complete subtrees the leaves fall into, widest first: one for each
        1 in the binary form of `size`.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ValueError(f"an edge of {self.size} leaves does not have {len(self.hashes)} hashes")
        if any(len(one) != HASH_BYTES for one in self.hashes):
            raise ValueError(f"the hashes of an edge have {HASH_BYTES} bytes each")

    def append(self, leaf: bytes) -> Self:
        """The edge after one more leaf, given its `leaf_hash`. Takes O(log size) time and room."""
        return self.append_subtree(leaf, 1)

    def extend(self, leaves: Iterable[bytes]) -> Self:
        """The edge after many more leaves, given their hashes in order; the iterable is read as a stream."""
        size, hashes, stream = self.size, list(self.hashes), iter(leaves)
        for leaf in islice(stream, -size % _BLOCK):
            size = _push(hashes, size, leaf, 1)
        while len(block := list(islice(stream, _BLOCK))) == _BLOCK:
            size = _push(hashes, size, _fold(block), _BLOCK)
        for leaf in block:
            size = _push(hashes, size, leaf, 1)
        return type(self)(size, tuple(hashes))

    def root(self) -> bytes:
        """The root hash of the whole tree."""
        if not self.hashes:
            return EMPTY_ROOT
        *wider, root = self.hashes
        for left in reversed(wider):
            root = node_hash(left, root)
        return root

    def to_bytes(self) -> bytes:
        """The size in 8 bytes, big-endian, then the hashes, widest subtree first."""
        return self.size.to_bytes(_SIZE_BYTES, "big") + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The edge `to_bytes` wrote; ValueError when the length does not fit the size."""
        size, rest = int.from_bytes(data[:_SIZE_BYTES], "big"), data[_SIZE_BYTES:]
        if len(data) < _SIZE_BYTES or len(rest) != HASH_BYTES * size.bit_count():
            raise ValueError(f"{len(data)} bytes are not the edge of a tree")
        return cls(size, tuple(rest[at : at + HASH_BYTES] for at in range(0, len(rest), HASH_BYTES)))

    def append_subtree(self, root: bytes, width: int) -> Self:
        """Append a complete subtree of `width` leaves, a power of two that divides `size`."""
        hashes = list(self.hashes)
        size = _push(hashes, self.size, root, width)
        return type(self)(size, tuple(hashes))


def _push(hashes: list[bytes], size: int, root: bytes, width: int) -> int:
    """Put a complete subtree at the end of an edge's hashes, in place; returns the new size."""
    places = size // width
    while places & 1:  # a subtree as wide stands to the left: the two become one, like a carry
        root = node_hash(hashes.pop(), root)
        places >>= 1
    hashes.append(root)
    return size + width


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes read as a stream, in O(log n) room."""
    return Edge().extend(leaves).root()


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The audit path of leaf `index` (from 0) in the tree over all of `leaves`, from the leaf up.

    RFC 6962 §2.1.1. Raises IndexError when there is no such leaf.
    """
    return inclusion_path(index, len(leaves), partial(_root_between, leaves))


def inclusion_path(index: int, size: int, root_between: RootBetween) -> list[bytes]:
    """As `inclusion_proof`, over leaves that somebody else holds."""
    if not 0 <= index < size:
        raise IndexError(f"leaf {index} is not in a tree of {size}")
    proof, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(root_between(middle, end))
            end = middle
        else:
            proof.append(root_between(start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(old_size: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The proof that the tree over all of `leaves` only added to that over the first `old_size`.

    RFC 6962 §2.1.2; empty for an old size of nothing or of everything. Raises IndexError when the
    old tree would be the larger.
    """
    return consistency_path(old_size, len(leaves), partial(_root_between, leaves))


def consistency_path(old_size: int, size: int, root_between: RootBetween) -> list[bytes]:
    """As `consistency_proof`, over leaves that somebody else holds."""
    if not 0 <= old_size <= size:
        raise IndexError(f"a tree of {size} has no earlier size {old_size}")
    proof, start, end = [], 0, size
    while 0 < old_size < end:
        middle = start + _split(end - start)
        if old_size <= middle:
            proof.append(root_between(middle, end))
            end = middle
        else:
            proof.append(root_between(start, middle))
            start = middle
    if start > 0:  # else the subtree left over is the whole old tree, whose root the verifier has
        proof.append(root_between(start, end))
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows that `leaf` (a leaf hash) is entry `index` of the tree of `size` with `root`.

    RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size or not _well_formed(leaf, root, *proof):
        return False
    place, last, computed = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            computed = node_hash(sibling, computed)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and computed == root


def verify_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether `proof` shows that the new tree holds the old one unchanged as its beginning.

    RFC 9162 §2.1.4.2, and for the sizes it leaves out: equal trees need equal roots and no proof,
    and the empty tree is the beginning of every tree.
    """
    if not 0 <= old_size <= new_size or not _well_formed(old_root, new_root, *proof):
        return False
    if old_size == new_size:
        return not proof and old_root == new_root and (old_size > 0 or old_root == EMPTY_ROOT)
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    # An old size that is a power of two is itself a subtree of the new tree; the proof leaves it out.
    path = [old_root, *proof] if old_size.bit_count() == 1 else list(proof)
    if not path:
        return False
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def _fold(level: list[bytes]) -> bytes:
    """The root over a power of two of hashes. Inlined hashing: this loop is what `verify` waits for."""
    new = sha256
    while len(level) > 1:
        pairs = iter(level)
        level = [new(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
    return level[0]


def _split(width: int) -> int:
    """The largest power of two below `width`, where the tree of that many leaves splits."""
    return 1 << (width - 1).bit_length() - 1


def _root_between(leaves: Sequence[bytes], start: int, end: int) -> bytes:
    return root_of(islice(leaves, start, end))


def _well_formed(*hashes: bytes) -> bool:
    return all(len(one) == HASH_BYTES for one in hashes)
