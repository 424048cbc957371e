"""When the store of files is out of reach. Needs nothing, so that whoever reports it needs nothing either."""

from __future__ import annotations


class StorageAway(OSError):
    """The store does not answer, or does not let us in; the text says which and what to do.

    Unlike a file that is not there, this passes: background work is tried again.
    """
