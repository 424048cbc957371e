"""A receipt: one entry, with everything a stranger needs to see that it stands in a signed log.

One JSON document. The entry's exact bytes, its place, the proof that leads from it to the root of a signed
checkpoint, the keys, and the words that the entry's digests stand for as far as the receiver may read them.
Examining it needs Python and `cryptography`: no database, no installation, no network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from outtask.journal.body import BadBody, Said, digest_of_salted, kept_words, said_in
from outtask.journal.keychain import KnownKey, trusted_from
from outtask.journal.merkle import leaf_hash, verify_inclusion
from outtask.journal.notes import BadNote, Note, TreeHead, VerifierKey, decoded, encoded

FORMAT = "outtask-receipt/1"
READING_AID = "The summary is for reading only. What is proven is what stands in `entry`."
LARGEST_RECEIPT = 5 * 2**20  # bytes


class BadReceipt(ValueError):
    """Not a receipt that this version can read."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words kept beside the journal, with the salt of their digest."""

    salt: bytes
    text: str


@dataclass(frozen=True)
class Receipt:
    """entry: the exact bytes. place: from 0. proof: the audit path, from the leaf up.

    checkpoint: the signed note. keys: public halves that are tied to whoever signed it. words: by the id that
    the entry gives them.
    """

    entry: bytes
    place: int
    proof: tuple[bytes, ...]
    checkpoint: str
    keys: tuple[KnownKey, ...]
    words: Mapping[str, Words]
    summary: str = ""

    def to_json(self) -> str:
        """The document; the same receipt gives the same text."""
        document = {
            "format": FORMAT,
            "summary": self.summary,
            "note": READING_AID,
            "entry": self.entry.decode(),
            "place": self.place,
            "proof": [encoded(one) for one in self.proof],
            "checkpoint": self.checkpoint,
            "keys": [
                {
                    "public": encoded(key.public),
                    "endorsement": key.endorsement,
                    "adoptions": list(key.adoptions),
                }
                for key in self.keys
            ],
            "words": {
                name: {"salt": encoded(words.salt), "text": words.text}
                for name, words in sorted(self.words.items())
            },
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def parse(cls, text: str | bytes) -> Self:
        """The receipt in a document; raises BadReceipt, naming what is wrong with it."""
        if len(text) > LARGEST_RECEIPT:
            raise BadReceipt(f"A receipt of more than {LARGEST_RECEIPT:,} bytes is not read.")
        try:
            found = json.loads(text)
            if found["format"] != FORMAT:
                raise BadReceipt(f"The format {found['format']!r} is unknown; this version reads {FORMAT}.")
            return cls(
                entry=found["entry"].encode(),
                place=_whole_number(found["place"]),
                proof=tuple(decoded(one, "proof") for one in found["proof"]),
                checkpoint=_text(found["checkpoint"]),
                keys=tuple(_key(one) for one in found["keys"]),
                words={name: _words(one) for name, one in found["words"].items()},
                summary=_text(found.get("summary", "")),
            )
        except BadReceipt:
            raise
        except (ValueError, RecursionError) as wrong:
            raise BadReceipt(f"This is not a receipt: {wrong}") from wrong
        except (KeyError, TypeError, AttributeError) as wrong:
            raise BadReceipt(f"This is not a receipt: {wrong!r} is missing or of another kind.") from wrong


@dataclass(frozen=True)
class Verdict:
    """What examining came to.

    faults: what does not hold, in words; the receipt proves nothing unless there is none. remarks: what is
    left open. facts: what the entry's bytes say, with the words that were proven, and what vouches for it.
    """

    faults: tuple[str, ...]
    remarks: tuple[str, ...]
    facts: Mapping[str, Any]

    @property
    def holds(self) -> bool:
        return not self.faults


def examine(receipt: Receipt, trusted: VerifierKey | None = None) -> Verdict:
    """Whether the entry stands in the log as the checkpoint signs it.

    trusted: the key that the reader has from elsewhere, of any time; without it the receipt's own keys are
    taken at their word, and the verdict says so.
    """
    faults: list[str] = []
    remarks: list[str] = []
    said = _said(receipt, faults)
    note, head = _checkpoint(receipt, faults)
    facts: dict[str, Any] = {"place": receipt.place, "entry": said}
    if said:
        facts["words"] = _proven_words(receipt, said, faults, remarks)
    if note is not None and head is not None:
        facts |= {"log": head.origin, "size": head.size, "root": head.root.hex()}
        signer = _signer(receipt, note, head, trusted, faults, remarks)
        facts["key"] = str(signer) if signer else None
        leaf = leaf_hash(receipt.entry)
        if not verify_inclusion(leaf, receipt.place, head.size, receipt.proof, head.root):
            faults.append(
                "The entry is not in the log that the checkpoint signs: the entry, its place, the proof or"
                " the checkpoint was changed."
            )
        if said and head.origin != f"outtask/{said.get('organisation')}":
            faults.append(f"The entry belongs to another log than {head.origin}.")
    return Verdict(tuple(faults), tuple(remarks), facts)


def _said(receipt: Receipt, faults: list[str]) -> Said:
    try:
        said = said_in(receipt.entry)
    except BadBody as wrong:
        faults.append(f"The entry cannot be read: {wrong}")
        return {}
    if said.get("seq") != receipt.place:
        faults.append(
            f"The entry says it is number {said.get('seq')}, the receipt that it is {receipt.place}."
        )
    return said


def _checkpoint(receipt: Receipt, faults: list[str]) -> tuple[Note | None, TreeHead | None]:
    try:
        note = Note.parse(receipt.checkpoint)
        return note, TreeHead.parse(note.text)
    except BadNote as wrong:
        faults.append(f"The checkpoint cannot be read: {wrong}")
        return None, None


def _signer(
    receipt: Receipt,
    note: Note,
    head: TreeHead,
    trusted: VerifierKey | None,
    faults: list[str],
    remarks: list[str],
) -> VerifierKey | None:
    """The key that signed the checkpoint, when it may speak for this log."""
    own = {key.public for key in receipt.keys}
    if trusted is None:
        remarks.append("The key is the one in the receipt itself. Give the key you know with --key.")
    else:
        own &= trusted_from(trusted.public, receipt.keys, head.origin)
        own.add(trusted.public)
    try:
        [signer, *_others] = note.signed_by(VerifierKey(head.origin, public) for public in sorted(own))
    except BadNote as wrong:
        by = "" if trusted is None else " by the key you gave, or by one that it speaks for"
        faults.append(f"The checkpoint is not signed{by}: {wrong}")
        return None
    return signer


def _proven_words(receipt: Receipt, said: Said, faults: list[str], remarks: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, pk, digest in kept_words(said["says"]):
        words = receipt.words.get(pk)
        if words is None:
            remarks.append(f"The words of {name!r} were erased, or are not for you to read.")
        elif digest_of_salted(words.salt, words.text) != digest:
            faults.append(f"The words of {name!r} are not those that the entry was written with.")
        else:
            found[name] = words.text
    return found


def _whole_number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("place")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _words(value: Mapping[str, Any]) -> Words:
    return Words(decoded(value["salt"], "salt"), _text(value["text"]))


def _key(value: Mapping[str, Any]) -> KnownKey:
    adoptions = tuple(_text(one) for one in value.get("adoptions", ()))
    return KnownKey(decoded(value["public"], "key"), _text(value.get("endorsement", "")), adoptions)
