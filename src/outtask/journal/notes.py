"""Signed notes and the checkpoints of a log written in them, after c2sp.org/signed-note and /tlog-checkpoint.

A note is a text, an empty line, and signature lines: em dash, name of the key, base64 of the key's id and the
signature. Only Ed25519 (RFC 8032) is known here; signatures of other kinds and of unknown keys are passed
over, as the specification demands. The text of a checkpoint is the origin of the log, its size and its root.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
ID_BYTES, PUBLIC_BYTES, SEED_BYTES, SIGNATURE_BYTES, ROOT_BYTES = 4, 32, 32, 64, 32
MOST_SIGNATURES = 100
LARGEST_NOTE = 2**20  # bytes
DASH = "\u2014 "
_PRIVATE = "PRIVATE+KEY+"
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class BadNote(ValueError):
    """Not a note, not signed by whom it should be, or not what the signature was made over."""


def key_id(name: str, public: bytes) -> bytes:
    """The four bytes by which signature lines name an Ed25519 key."""
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:ID_BYTES]


@dataclass(frozen=True)
class VerifierKey:
    """The public half of an Ed25519 key under a name, written `name+id+base64`."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not _is_name(self.name):
            raise BadNote(f"{self.name!r} is not a name of a key: it has no spaces and no plus.")
        if len(self.public) != PUBLIC_BYTES:
            raise BadNote(f"A public key of Ed25519 has {PUBLIC_BYTES} bytes, not {len(self.public)}.")

    @cached_property
    def id(self) -> bytes:
        return key_id(self.name, self.public)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key that `str()` wrote; raises BadNote for any other text, or when the id does not fit."""
        name, found, rest = _three_parts(text.strip())
        data = decoded(rest, "key")
        if data[:1] != ED25519:
            raise BadNote("The key is not of the kind Ed25519.")
        key = cls(name, data[1:])
        if found != key.id.hex():
            raise BadNote(f"The key says it is {found}, and is {key.id.hex()}: it was not copied whole.")
        return key

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encoded(ED25519 + self.public)}"

    def verifies(self, signature: bytes, text: str) -> bool:
        """Whether `signature` (64 bytes) was made over `text` by the private half of this key."""
        if len(signature) != SIGNATURE_BYTES:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, repr=False)
class SignerKey:
    """The private half of an Ed25519 key under a name; its seed has 32 bytes and is never shown."""

    name: str
    seed: bytes

    @cached_property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, public_of(self.seed))

    @classmethod
    def parse(cls, text: str) -> Self:
        """A key written `PRIVATE+KEY+name+id+base64`; raises BadNote for any other text."""
        if not text.startswith(_PRIVATE):
            raise BadNote(f"A private key begins with {_PRIVATE}.")
        name, found, rest = _three_parts(text.strip().removeprefix(_PRIVATE))
        data = decoded(rest, "key")
        if data[:1] != ED25519 or len(data) != 1 + SEED_BYTES:
            raise BadNote("The key is not of the kind Ed25519.")
        key = cls(name, data[1:])
        if found != key.verifier.id.hex():
            raise BadNote("The private key was not copied whole.")
        return key

    def __str__(self) -> str:
        """The written form that `parse` reads: a secret."""
        return f"{_PRIVATE}{self.name}+{self.verifier.id.hex()}+{encoded(ED25519 + self.seed)}"

    def __repr__(self) -> str:
        return f"<private half of {self.verifier}>"

    def sign(self, text: str) -> Signature:
        """The signature over `text`; the same text has the same one always."""
        made = Ed25519PrivateKey.from_private_bytes(self.seed).sign(text.encode())
        return Signature(self.name, self.verifier.id, made)


def public_of(seed: bytes) -> bytes:
    """The 32 bytes of the public half that belongs to a private half."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who signed, by name and id of the key, and the bytes of the signature."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{DASH}{self.name} {encoded(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and its signatures in their order. Nothing about it is verified yet."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, note: str | bytes) -> Self:
        """The parts of a note; raises BadNote for anything that is not formed as the specification says."""
        whole = _characters(note)
        text, empty, lines = whole.rpartition("\n\n")
        if not empty or not text or not lines.endswith("\n"):
            raise BadNote("A note is a text, an empty line and one or more whole lines of signatures.")
        signatures = tuple(_signature(line) for line in lines.removesuffix("\n").split("\n"))
        if len(signatures) > MOST_SIGNATURES:
            raise BadNote(f"A note with more than {MOST_SIGNATURES} signatures is not read.")
        return cls(text + "\n", signatures)

    def signed_by(self, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
        """Which of `keys` signed, in the order of the lines.

        Raises BadNote when none of them did, or when a line that names one of them does not verify. Two
        different keys with one name and id raise it too: nobody could say which is meant.
        """
        known: dict[tuple[str, bytes], VerifierKey] = {}
        for key in keys:
            if known.setdefault((key.name, key.id), key) != key:
                raise BadNote(f"Two keys are called {key.name}+{key.id.hex()}.")
        found: dict[VerifierKey, None] = {}
        for line in self.signatures:
            signer = known.get((line.name, line.key_id))
            if signer is None or signer in found:
                continue
            if not signer.verifies(line.signature, self.text):
                raise BadNote(f"The signature of {line.name}+{line.key_id.hex()} is not over this text.")
            found[signer] = None
        if not found:
            raise BadNote("No known key signed this note.")
        return list(found)

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"


def signed(text: str, signers: Collection[SignerKey]) -> Note:
    """A note over `text` signed by each; raises BadNote when the text cannot stand in a note."""
    if not text.endswith("\n"):
        raise BadNote("The text of a note ends in a newline.")
    # Read back at once: what we sign, everybody else must be able to read.
    return Note.parse(str(Note(text, tuple(signer.sign(text) for signer in signers))))


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What a checkpoint states: the log `origin` had `size` entries, and the tree over them this root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """The statement in the text of a note; raises BadNote for any other text."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise BadNote("A checkpoint has three lines: the log, its size and its root; none is empty.")
        origin, size, root, *extensions = lines
        if not _SIZE.fullmatch(size):
            raise BadNote(f"{size[:60]!r} is not the size of a log.")
        data = decoded(root, "root")
        if len(data) != ROOT_BYTES:
            raise BadNote(f"A root has {ROOT_BYTES} bytes, not {len(data)}.")
        return cls(origin, int(size), data, tuple(extensions))

    def __str__(self) -> str:
        lines = (self.origin, str(self.size), encoded(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def _characters(note: str | bytes) -> str:
    if len(note) > LARGEST_NOTE:
        raise BadNote(f"A note of more than {LARGEST_NOTE:,} bytes is not read.")
    try:
        whole = note.decode() if isinstance(note, bytes) else note
    except UnicodeDecodeError as wrong:
        raise BadNote("A note is text in UTF-8.") from wrong
    if any(sign < " " and sign != "\n" for sign in whole):
        raise BadNote("A note has no control characters beside the ends of its lines.")
    return whole


def _signature(line: str) -> Signature:
    name, space, rest = line.removeprefix(DASH).partition(" ")
    if not line.startswith(DASH) or not space or not _is_name(name):
        raise BadNote(f"{line[:60]!r} is not a line of a signature.")
    data = decoded(rest, "signature")
    if len(data) <= ID_BYTES:
        raise BadNote(f"The signature of {name} is too short.")
    return Signature(name, data[:ID_BYTES], data[ID_BYTES:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(sign.isspace() or sign < " " for sign in name)


def _three_parts(text: str) -> tuple[str, str, str]:
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise BadNote("A key is written name+id+base64.")
    return parts[0], parts[1], parts[2]


def encoded(data: bytes) -> str:
    """Base64 as notes have it."""
    return base64.b64encode(data).decode()


def decoded(text: str, what: str) -> bytes:
    """What base64 stands for, strictly: one text for one sequence of bytes; else BadNote, naming `what`."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise BadNote(f"The {what} is not base64: {text[:60]!r}.") from wrong
    if encoded(data) != text:
        raise BadNote(f"The {what} is not written as base64 is.")
    return data
