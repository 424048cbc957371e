"""A log on paper: entries, a key, and what their owner would hand out. No database."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from outtask.journal import merkle
from outtask.journal.body import FORMAT, digest_of_salted
from outtask.journal.keychain import KnownKey
from outtask.journal.notes import SignerKey, TreeHead, encoded, signed
from outtask.journal.receipts import Receipt, Words
from outtask.kernel.canonical import canonical

ORGANISATION = UUID("0198c9a5-0000-7000-8000-000000000001")
ORIGIN = f"outtask/{ORGANISATION}"
SALT = bytes(range(16))
SAYING = "0198c9a5-0000-7000-8000-0000000000aa"


def seed(number: int) -> bytes:
    return bytes([number]) * 32


@dataclass
class SignedLog:
    """Entries of one organisation; each says in salted words what it is."""

    bodies: list[bytes] = field(default_factory=list)
    key: bytes = seed(1)

    @classmethod
    def of(cls, size: int) -> SignedLog:
        log = cls()
        log.grow(size)
        return log

    def grow(self, by: int) -> None:
        for seq in range(len(self.bodies), len(self.bodies) + by):
            words = {"saying": SAYING, "digest": digest_of_salted(SALT, f"words {seq}")}
            said = {
                "event": ORGANISATION,
                "organisation": ORGANISATION,
                "seq": seq,
                "at": "2026-11-24T09:00:00.000000Z",
                "kind": "milestone.accepted",
                "actor": {"kind": "clock", "id": None},
                "says": {"milestone": words, "order": 1},
            }
            self.bodies.append(FORMAT + canonical(said))

    @property
    def leaves(self) -> list[bytes]:
        return [merkle.leaf_hash(body) for body in self.bodies]

    def note(self, size: int | None = None) -> str:
        """The checkpoint over the first `size` entries."""
        size = len(self.bodies) if size is None else size
        head = TreeHead(ORIGIN, size, merkle.root_of(self.leaves[:size]))
        return str(signed(str(head), [SignerKey(ORIGIN, self.key)]))

    def bundle(self, old: int, new: int) -> str:
        proof = merkle.consistency_proof(old, self.leaves[:new]) if old else []
        return "\n".join([f"old {old}", *map(encoded, proof), "", ""]) + self.note(new)

    def receipt(self, seq: int, *keys: KnownKey) -> Receipt:
        public = SignerKey(ORIGIN, self.key).verifier.public
        return Receipt(
            entry=self.bodies[seq],
            place=seq,
            proof=tuple(merkle.inclusion_proof(seq, self.leaves)),
            checkpoint=self.note(),
            keys=keys or (KnownKey(public),),
            words={SAYING: Words(SALT, f"words {seq}")},
            summary="Read me.",
        )
