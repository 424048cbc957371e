"""Marking text for translation where Django may not be imported."""

from typing import NamedTuple


def N_(message: str) -> str:
    """Mark `message` as a translatable message id and return it unchanged.

    Pure modules carry message ids; the surface that shows them translates (see `Refusal.said_with`).
    """
    return message


class Counted(NamedTuple):
    """Message ids for one and for many of something, with `%(n)s` for how many."""

    one: str
    many: str


def N_n(one: str, many: str) -> Counted:  # the customary name of this mark
    """Mark the two forms of a counted text for translation; `ngettext` chooses when it is told."""
    return Counted(one, many)
