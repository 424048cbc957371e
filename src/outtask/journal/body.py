"""The hashed bytes of an entry: a format number, a newline, canonical JSON. Needs nothing but Python."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

# The number of the body's format, in front of the canonical JSON.
FORMAT = b"1\n"

# What the bytes of an entry say, in JSON's types.
type Said = dict[str, Any]


class BadBody(ValueError):
    """Bytes that are not an entry of a format known here."""


def said_in(body: bytes) -> Said:
    """What an entry's bytes say; raises BadBody when they are no entry."""
    if not body.startswith(FORMAT):
        raise BadBody(f"The format {body[:4]!r} is unknown to this version.")
    try:
        said = json.loads(body[len(FORMAT) :])
    except ValueError:
        raise BadBody("The stored bytes are not JSON.") from None
    if not isinstance(said, dict) or not isinstance(said.get("says"), dict):
        raise BadBody("The stored bytes do not say what an entry says.")
    return said


def kept_words(says: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The values that stand for words kept beside the journal: name, id of the words, their digest."""
    for name, value in says.items():
        if isinstance(value, dict) and value.keys() == {"saying", "digest"}:
            yield name, value["saying"], value["digest"]


def digest_of_salted(salt: bytes, text: str) -> str:
    """The digest under which kept words stand in the journal."""
    return sha256(salt + text.encode()).hexdigest()
