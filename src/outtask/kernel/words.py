"""Marking text for translation where Django may not be imported."""


def N_(message: str) -> str:
    """Mark `message` as a translatable message id and return it unchanged.

    Pure modules carry message ids; the surface that shows them translates (see `Refusal.said_with`).
    """
    return message
