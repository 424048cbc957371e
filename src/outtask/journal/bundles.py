"""Checkpoints as the other party keeps them: in a file, or in a mail with words around them.

What is kept is the checkpoint, the proof that it goes on from the one they were sent before, and the notes by
which keys were handed over. All of it is text; reading it needs Python and `cryptography` alone.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from outtask.journal.keychain import KnownKey, handed_over_to, trusted_from
from outtask.journal.merkle import verify_consistency
from outtask.journal.notes import BadNote, Note, TreeHead, VerifierKey, decoded

CHECKPOINT, KEY = "OUTTASK CHECKPOINT", "OUTTASK KEY"
_ARMOURED = re.compile(
    r"^-----BEGIN (OUTTASK [A-Z]+)-----\n(.*?)^-----END \1-----$", re.DOTALL | re.MULTILINE
)
_HEADERS = re.compile(rb"\A(?:[A-Za-z-]+:.*\r?\n(?:[ \t].*\r?\n)*)+\r?\n")


def armoured(bundle: str, endorsements: Iterable[str] = ()) -> str:
    """A checkpoint and the notes about keys with lines around them, so that they are found in a mail."""
    parts = [(CHECKPOINT, bundle), *((KEY, note) for note in endorsements)]
    return "".join(f"-----BEGIN {what}-----\n{text}-----END {what}-----\n" for what, text in parts)


@dataclass(frozen=True)
class Bundle:
    """A checkpoint: its note and what that states; the earlier length it is proven from (0: none)."""

    note: Note
    head: TreeHead
    old_size: int = 0
    proof: tuple[bytes, ...] = ()
    keys: tuple[KnownKey, ...] = ()

    @classmethod
    def parse(cls, text: str | bytes) -> Self:
        """The checkpoint in a file: a note, a note with its proof, or a saved mail. Raises BadNote."""
        whole = _plain(text)
        found = _ARMOURED.findall(whole)
        if not found:
            return cls._parse_one(whole, ())
        checkpoints = [inside for what, inside in found if what == CHECKPOINT]
        if len(checkpoints) != 1:
            raise BadNote(f"There are {len(checkpoints)} checkpoints in this file; put each in its own.")
        keys = [handed_over_to(inside) for what, inside in found if what == KEY]
        return cls._parse_one(checkpoints[0], tuple(key for key in keys if key is not None))

    @classmethod
    def _parse_one(cls, text: str, keys: tuple[KnownKey, ...]) -> Self:
        old_size, proof = 0, tuple[bytes, ...]()
        if text.startswith("old "):
            before, _, text = text.partition("\n\n")
            first, *hashes = before.split("\n")
            number = first.removeprefix("old ")
            if not (number.isascii() and number.isdecimal() and len(number) < 19):
                raise BadNote(f"{first[:60]!r} does not say from which length the proof begins.")
            old_size, proof = int(number), tuple(decoded(one, "proof") for one in hashes)
        note = Note.parse(text)
        return cls(note, TreeHead.parse(note.text), old_size, proof, keys)

    def signer(self, trusted: VerifierKey | None, keys: Iterable[KnownKey] = ()) -> VerifierKey:
        """The key that signed, which is the trusted one or one it speaks for; raises BadNote when none is.

        trusted: None takes the word of the only signature there is a key for in `keys`.
        """
        every = (*self.keys, *keys)
        publics = {key.public for key in every}
        if trusted is not None:
            publics = trusted_from(trusted.public, every, self.head.origin)
        return self.note.signed_by(VerifierKey(self.head.origin, public) for public in sorted(publics))[0]


@dataclass(frozen=True)
class Course:
    """What comparing checkpoints of one log came to. faults: what does not fit; remarks: what stays open."""

    sizes: tuple[int, ...]
    faults: tuple[str, ...]
    remarks: tuple[str, ...]


def follow(bundles: Sequence[Bundle], trusted: VerifierKey | None = None) -> Course:
    """Whether checkpoints are of one history, each going on from the one before.

    Each needs the proof from the next shorter one, as the mails bring it. Where it is missing nothing is
    shown, so that counts as a fault.
    """
    ordered = sorted(bundles, key=lambda bundle: (bundle.head.size, bundle.old_size))
    faults, remarks = list[str](), list[str]()
    if len({bundle.head.origin for bundle in ordered}) > 1:
        faults.append("They are checkpoints of different logs.")
    _signatures(ordered, trusted, faults, remarks)
    proven = {bundle.head.size: bundle for bundle in ordered}
    for old, new in pairwise(ordered):
        _step(old, new, proven, faults)
    return Course(tuple(bundle.head.size for bundle in ordered), tuple(faults), tuple(remarks))


def _step(old: Bundle, new: Bundle, proven: dict[int, Bundle], faults: list[str]) -> None:
    """What there is to say about two neighbours."""
    if old.head.size == new.head.size:
        if old.head.root != new.head.root:
            faults.append(f"Two checkpoints over {old.head.size} entries differ: the log was forked.")
        return
    base = proven.get(new.old_size)
    if new.old_size and base is not None:
        if not verify_consistency(new.old_size, new.head.size, base.head.root, new.head.root, new.proof):
            faults.append(
                f"The log with {new.head.size} entries does not go on from its first {new.old_size}: it was"
                " rewritten, or the proof was changed."
            )
        if base is old:
            return
    faults.append(
        f"There is no proof from {old.head.size} to {new.head.size} entries in these files. The page of"
        " proofs gives it, or whoever runs the log by `outtask verify --checkpoint`."
    )


def _signatures(
    bundles: Sequence[Bundle], trusted: VerifierKey | None, faults: list[str], remarks: list[str]
) -> None:
    if trusted is None:
        remarks.append("Who signed was not looked at. Give the key you know with --key.")
        signers = {(line.name, line.key_id) for bundle in bundles for line in bundle.note.signatures}
        if len(signers) > 1:
            remarks.append("They are signed by different keys.")
        return
    keys = [key for bundle in bundles for key in bundle.keys]
    for bundle in bundles:
        try:
            bundle.signer(trusted, keys)
        except BadNote as wrong:
            faults.append(f"The checkpoint over {bundle.head.size} entries: {wrong}")


def _plain(text: str | bytes) -> str:
    """The words of a file; of a saved mail, those of its plain part."""
    data = text.encode() if isinstance(text, str) else text
    if _HEADERS.match(data):
        part = email.message_from_bytes(data, policy=email.policy.default).get_body(("plain",))
        if part is None:
            raise BadNote("The mail has no plain part; save it whole, as your mail program received it.")
        return str(part.get_content()).replace("\r\n", "\n")
    try:
        return data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as wrong:
        raise BadNote("A checkpoint is text in UTF-8.") from wrong
