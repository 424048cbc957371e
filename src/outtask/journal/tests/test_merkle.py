"""The Merkle tree against published vectors, against its own recursive definition, and against forgery."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outtask.journal.merkle import (
    EMPTY_ROOT,
    Edge,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The eight leaves of the Certificate Transparency reference implementation, and what it computes
# for them: the roots of the trees of 0 to 8 leaves, audit paths and consistency proofs.
LEAVES = [
    leaf_hash(bytes.fromhex(data))
    for data in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    bytes.fromhex(root)
    for root in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
AUDIT_PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY_PROOFS = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
    (6, 7): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
SOME_HASH = sha256(b"some").digest()


def raw(hashes: list[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in hashes]


def numbered(count: int) -> list[bytes]:
    return [leaf_hash(b"entry %d" % number) for number in range(count)]


def mth(leaves: list[bytes]) -> bytes:
    """MTH(D[n]) word for word from RFC 6962 §2.1, over leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(mth(leaves[:split]), mth(leaves[split:]))


# ---- published vectors ----


def test_leaf_and_node_hashes() -> None:
    assert ROOTS[0] == EMPTY_ROOT
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert (
        leaf_hash(bytes(range(0x10, 0x20))).hex()
        == "3bfb960453ebaebf33727da7a1f4db38acc051d381b6da20d6d4e88f0eabfd7a"
    )
    assert (
        node_hash(bytes(range(32)), bytes(range(32, 64))).hex()
        == "1a378704c17da31e2d05b6d121c2bb2c7d76f6ee6fa8f983e596c2d034963c57"
    )


@pytest.mark.parametrize("size", range(9))
def test_roots(size: int) -> None:
    assert root_of(LEAVES[:size]) == ROOTS[size]
    edge = Edge()
    for leaf in LEAVES[:size]:
        edge = edge.append(leaf)
    assert edge.root() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), AUDIT_PATHS)
def test_audit_paths(index: int, size: int) -> None:
    proof = raw(AUDIT_PATHS[index, size])
    assert inclusion_proof(index, LEAVES[:size]) == proof
    assert verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])


@pytest.mark.parametrize(("old", "new"), CONSISTENCY_PROOFS)
def test_consistency_proofs(old: int, new: int) -> None:
    proof = raw(CONSISTENCY_PROOFS[old, new])
    assert consistency_proof(old, LEAVES[:new]) == proof
    assert verify_consistency(old, new, ROOTS[old], ROOTS[new], proof)


# ---- the definition ----


@given(st.lists(st.binary(max_size=40), max_size=70))
def test_the_edge_grows_as_the_recursive_definition_says(entries: list[bytes]) -> None:
    leaves = [leaf_hash(data) for data in entries]
    edge = Edge()
    for count, leaf in enumerate(leaves, start=1):
        edge = edge.append(leaf)
        assert edge.size == count
        assert edge.root() == mth(leaves[:count])
    assert root_of(iter(leaves)) == mth(leaves)


@pytest.mark.parametrize("size", [1023, 1024, 1025, 2047, 2048, 3000, 4097])
@pytest.mark.parametrize("first", [0, 1, 700, 1024])
def test_streaming_in_blocks_makes_no_difference(size: int, first: int) -> None:
    leaves = numbered(size)
    edge = Edge().extend(leaves[:first]).extend(iter(leaves[first:]))
    assert edge == Edge().extend(leaves)
    assert edge.size == size
    assert edge.root() == mth(leaves)


@given(st.integers(0, 300))
def test_an_edge_survives_storage_and_stays_small(size: int) -> None:
    edge = Edge().extend(numbered(size))
    stored = edge.to_bytes()
    assert len(stored) == 8 + 32 * size.bit_count()
    assert Edge.from_bytes(stored) == edge
    assert Edge.from_bytes(stored).append(SOME_HASH).root() == mth([*numbered(size), SOME_HASH])


def test_damaged_storage_is_an_error() -> None:
    stored = Edge().extend(numbered(5)).to_bytes()
    for damage in (stored[:-1], stored + b"\0", stored[:5], b""):
        with pytest.raises(ValueError, match="not the edge"):
            Edge.from_bytes(damage)


def test_an_impossible_edge_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not have"):
        Edge(3, (SOME_HASH,))
    with pytest.raises(ValueError, match="32 bytes"):
        Edge(1, (b"short",))
    with pytest.raises(ValueError, match="32 bytes"):
        Edge().append(b"an entry, not its hash")


# ---- proofs ----


def test_every_inclusion_proof_of_every_small_tree_verifies_and_only_for_its_own_place() -> None:
    for size in range(1, 34):
        leaves = numbered(size)
        root = root_of(leaves)
        for index in range(size):
            leaf, proof = leaves[index], inclusion_proof(index, leaves)
            verified = {at for at in range(-1, size + 2) if verify_inclusion(leaf, at, size, proof, root)}
            assert verified == {index}


def test_every_consistency_proof_of_every_small_tree_verifies() -> None:
    leaves = numbered(33)
    for new in range(34):
        for old in range(new + 1):
            proof = consistency_proof(old, leaves[:new])
            assert verify_consistency(old, new, root_of(leaves[:old]), root_of(leaves[:new]), proof)


def test_proofs_of_what_is_not_there_are_an_error() -> None:
    for index in (-1, 3):
        with pytest.raises(IndexError, match="not in a tree of 3"):
            inclusion_proof(index, LEAVES[:3])
    for old in (-1, 4):
        with pytest.raises(IndexError, match="no earlier size"):
            consistency_proof(old, LEAVES[:3])


def flipped(data: bytes, bit: int) -> bytes:
    at = bit % (8 * len(data))
    return data[: at // 8] + bytes([data[at // 8] ^ 1 << at % 8]) + data[at // 8 + 1 :]


def damaged(proof: list[bytes], at: int, bit: int) -> list[bytes]:
    return [*proof[:at], flipped(proof[at], bit), *proof[at + 1 :]]


@given(st.integers(1, 200), st.data())
@settings(deadline=None)
def test_any_flipped_bit_breaks_an_inclusion_proof(size: int, data: st.DataObject) -> None:
    leaves = numbered(size)
    index, bit = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, 255))
    root, proof, leaf = root_of(leaves), inclusion_proof(index, leaves), leaves[index]
    assert verify_inclusion(leaf, index, size, proof, root)
    assert not verify_inclusion(flipped(leaf, bit), index, size, proof, root)
    assert not verify_inclusion(leaf, index, size, proof, flipped(root, bit))
    for at in range(len(proof)):
        assert not verify_inclusion(leaf, index, size, damaged(proof, at, bit), root)


@given(st.integers(2, 200), st.data())
@settings(deadline=None)
def test_any_flipped_bit_breaks_a_consistency_proof(new: int, data: st.DataObject) -> None:
    leaves = numbered(new)
    old, bit = data.draw(st.integers(1, new - 1)), data.draw(st.integers(0, 255))
    before, after, proof = root_of(leaves[:old]), root_of(leaves), consistency_proof(old, leaves)
    assert verify_consistency(old, new, before, after, proof)
    assert not verify_consistency(old, new, flipped(before, bit), after, proof)
    assert not verify_consistency(old, new, before, flipped(after, bit), proof)
    for at in range(len(proof)):
        assert not verify_consistency(old, new, before, after, damaged(proof, at, bit))


@given(st.integers(2, 80), st.data())
@settings(deadline=None)
def test_history_cannot_be_rewritten(new: int, data: st.DataObject) -> None:
    """A log that changed one entry has no proof, honest or from the other tree, that it only added."""
    leaves = numbered(new)
    old = data.draw(st.integers(1, new - 1))
    changed = data.draw(st.integers(0, old - 1))
    other = [*leaves[:changed], SOME_HASH, *leaves[changed + 1 :]]
    for proof in (consistency_proof(old, leaves), consistency_proof(old, other)):
        assert not verify_consistency(old, new, root_of(leaves[:old]), root_of(other), proof)


def test_a_malformed_inclusion_proof_is_false_not_an_error() -> None:
    for index, size in [(0, 8), (5, 8), (2, 3), (1, 5)]:
        leaf, root, proof = LEAVES[index], ROOTS[size], raw(AUDIT_PATHS[index, size])
        wrong = {
            "size doubled": (leaf, index, size * 2, proof, root),
            "size halved": (leaf, index, size // 2, proof, root),
            "short leaf": (b"WrongLeaf", index, size, proof, root),
            "short root": (leaf, index, size, proof, b""),
            "empty root": (leaf, index, size, proof, EMPTY_ROOT),
            "some root": (leaf, index, size, proof, SOME_HASH),
            "nothing": (leaf, index, size, [], root),
            "one short": (leaf, index, size, proof[:-1], root),
            "garbage behind": (leaf, index, size, [*proof, b""], root),
            "root behind": (leaf, index, size, [*proof, root], root),
            "garbage in front": (leaf, index, size, [b"", *proof], root),
            "root in front": (leaf, index, size, [root, *proof], root),
            "inserted": (leaf, index, size, [proof[0], SOME_HASH, *proof[1:]], root),
        }
        assert [name for name, given in wrong.items() if verify_inclusion(*given)] == []
    for index, size in [(0, 0), (1, 0), (2, 1), (-1, 1)]:
        assert not verify_inclusion(SOME_HASH, index, size, [], SOME_HASH)


def test_a_malformed_consistency_proof_is_false_not_an_error() -> None:
    for old, new in [(1, 8), (6, 8), (2, 5), (6, 7)]:
        before, after, proof = ROOTS[old], ROOTS[new], raw(CONSISTENCY_PROOFS[old, new])
        wrong = {
            "one less": (old - 1, new, before, after, proof),
            "one more": (old + 1, new, before, after, proof),
            "another size": (old ^ 2, new, before, after, proof),
            "size doubled": (old, new * 2, before, after, proof),
            "size halved": (old, new // 2, before, after, proof),
            "short old root": (old, new, b"WrongRoot", after, proof),
            "short new root": (old, new, before, b"WrongRoot", proof),
            "roots swapped": (old, new, after, before, proof),
            "nothing": (old, new, before, after, []),
            "one short": (old, new, before, after, proof[:-1]),
            "garbage behind": (old, new, before, after, [*proof, b""]),
            "root behind": (old, new, before, after, [*proof, after]),
            "garbage in front": (old, new, before, after, [b"", *proof]),
            "root in front": (old, new, before, after, [before, *proof]),
            "first twice": (old, new, before, after, [proof[0], *proof]),
        }
        assert [name for name, given in wrong.items() if verify_consistency(*given)] == []


@pytest.mark.parametrize(
    ("old", "new", "before", "after", "proof", "expected"),
    [
        (0, 0, EMPTY_ROOT, EMPTY_ROOT, [], True),
        (0, 8, EMPTY_ROOT, ROOTS[8], [], True),
        (8, 8, ROOTS[8], ROOTS[8], [], True),
        (0, 0, SOME_HASH, SOME_HASH, [], False),
        (0, 8, SOME_HASH, ROOTS[8], [], False),
        (0, 8, EMPTY_ROOT, ROOTS[8], [SOME_HASH], False),
        (8, 8, ROOTS[8], ROOTS[8], [SOME_HASH], False),
        (8, 8, ROOTS[7], ROOTS[8], [], False),
        (8, 7, ROOTS[8], ROOTS[7], [], False),
        (-1, 8, ROOTS[1], ROOTS[8], [], False),
        (1, 2, ROOTS[1], ROOTS[2], [], False),
        (3, 4, ROOTS[3], ROOTS[4], [], False),
    ],
)
def test_consistency_at_the_ends(
    old: int, new: int, before: bytes, after: bytes, proof: list[bytes], expected: bool
) -> None:
    assert verify_consistency(old, new, before, after, proof) is expected
