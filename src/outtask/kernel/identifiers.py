"""Identifiers of rows: UUID version 7 (RFC 9562 §5.7), which sort by the time they were made."""

from __future__ import annotations

import uuid
from hashlib import sha256

from uuid_utils.compat import uuid7


def new_id(after: uuid.UUID | None = None) -> uuid.UUID:
    """A new UUIDv7; each is greater than every one made before it in this process.

    The first 48 bits are the Unix time in milliseconds; the rest rises within a millisecond and
    carries enough randomness that processes need not agree on anything.

    after: one that this must sort behind, where the latest of several rows is the one that holds: a clock
    that was set back would have another process make a smaller one.
    """
    made = uuid7()
    return made if after is None or made > after else uuid.UUID(int=after.int + 1)


def id_from(seed: uuid.UUID, *parts: str) -> uuid.UUID:
    """The UUIDv7 that follows from `seed`, whose time it has, and these parts; the same again for the same.

    For rows that must turn out to be the same ones when a request is sent again. Raises ValueError when
    `seed` is no UUIDv7.
    """
    if seed.version != 7:
        raise ValueError("Only a UUIDv7 says when it was made.")
    rest = int.from_bytes(sha256("\0".join((str(seed), *parts)).encode()).digest()[:10])
    # RFC 9562 §5.7: 48 bits of time, the version, 12 bits, the variant, 62 bits.
    time, first, last = seed.int >> 80, rest >> 62 & 0xFFF, rest & (1 << 62) - 1
    return uuid.UUID(int=time << 80 | 7 << 76 | first << 64 | 0b10 << 62 | last)
