"""How one key of an installation speaks for another: what a stranger needs who knows only one of them.

A key hands over to the next by a note that both sign, so that whoever trusts either may trust the other. An
installation that takes in an organisation from elsewhere says in a note of its own with which key that
organisation's checkpoints were signed before; that holds for this one log, and in this direction only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from outtask.journal.notes import BadNote, Note, SignerKey, VerifierKey, decoded, encoded, signed

# The name under which keys sign statements about keys; checkpoints are signed under the name of their log.
NAME = "outtask/keys"
HANDS_OVER, TAKES_IN = "hands over", "takes in"


@dataclass(frozen=True, slots=True)
class KnownKey:
    """The public half of a key, with the notes that tie it to others.

    endorsement: by which the key before handed over to it, "" for a first one. adoptions: by which it was
    taken in elsewhere.
    """

    public: bytes
    endorsement: str = ""
    adoptions: tuple[str, ...] = ()


def hand_over(old: bytes, new: bytes, since: datetime) -> str:
    """The note by which the key with seed `old` hands over to that with seed `new`."""
    signers = [SignerKey(NAME, old), SignerKey(NAME, new)]
    publics = [encoded(signer.verifier.public) for signer in signers]
    return str(signed("\n".join([NAME, HANDS_OVER, *publics, since.isoformat(), ""]), signers))


def take_in(own: bytes, foreign: bytes, origin: str) -> str:
    """The note by which the key with seed `own` vouches for the public half `foreign` in one log."""
    signer = SignerKey(NAME, own)
    lines = [NAME, TAKES_IN, encoded(signer.verifier.public), encoded(foreign), origin, ""]
    return str(signed("\n".join(lines), [signer]))


def handed_over_to(note: str) -> KnownKey | None:
    """The key that such a note hands over to, with the note; None when it is no such note."""
    found = _statement(note, HANDS_OVER, 2)
    return None if found is None else KnownKey(found[1], note)


def trusted_from(anchor: bytes, keys: Iterable[KnownKey], origin: str) -> set[bytes]:
    """The public halves that may speak for the log `origin`, to somebody who trusts the key `anchor`.

    Notes that are not whole, or not signed by whom they name, tie nothing to anything.
    """
    keys = list(keys)
    ties = [tie for key in keys for tie in (*_handed_over(key), *_taken_in(key, origin))]
    trusted = {anchor}
    while more := {to for one, to in ties if one in trusted} - trusted:
        trusted |= more
    return trusted


def _handed_over(key: KnownKey) -> list[tuple[bytes, bytes]]:
    found = _statement(key.endorsement, HANDS_OVER, 2)
    if found is None or found[1] != key.public:
        return []
    old, new = found
    return [(old, new), (new, old)]


def _taken_in(key: KnownKey, origin: str) -> list[tuple[bytes, bytes]]:
    found = [_statement(note, TAKES_IN, 1, origin) for note in key.adoptions]
    return [tie for tie in found if tie is not None and tie[1] == key.public]


def _statement(note: str, what: str, signers: int, ends_in: str = "") -> tuple[bytes, bytes] | None:
    """The two keys a note is about, when the first `signers` of them signed it; else None."""
    if not note:
        return None
    try:
        parsed = Note.parse(note)
        name, does, one, other, last, *rest = parsed.text.split("\n")
        keys = [VerifierKey(NAME, decoded(part, "key")) for part in (one, other)]
        by = parsed.signed_by(keys[:signers])
    except (BadNote, ValueError):
        return None
    whole = (name, does, rest) == (NAME, what, [""]) and ends_in in ("", last) and len(by) == signers
    return (keys[0].public, keys[1].public) if whole else None
