"""Identifiers of rows: UUID version 7 (RFC 9562 §5.7), which sort by the time they were made."""

from __future__ import annotations

import uuid

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
