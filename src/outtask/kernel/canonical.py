"""One value, one sequence of bytes: JSON in the canonical form of RFC 8785, fit to be hashed and signed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from uuid import UUID

import rfc8785

type _Json = bool | int | str | list[_Json] | dict[str, _Json] | None


def canonical(value: object) -> bytes:
    """The canonical bytes of `value`: equal values give equal bytes on every machine, for ever.

    Takes None, bool, int (within ±(2^53 − 1), as RFC 8785 demands), str, mappings with text keys,
    lists and tuples, and beyond JSON: `UUID` (its 36 characters), aware `datetime` (UTC, always six
    digits of seconds, ending in Z, so that texts sort as instants do) and `date` (YYYY-MM-DD).

    Raises TypeError, naming the place, for a float or Decimal (amounts are integer minor units),
    a datetime without zone, and anything else that has no single written form. Raises ValueError
    for an integer out of range or text that is not valid Unicode.
    """
    return rfc8785.dumps(_plain(value, "value"))


def sha256_hex(data: bytes) -> str:
    """SHA-256 of `data` as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _plain(value: object, place: str) -> _Json:
    """`value` in JSON's own types; `place` says where in the whole it stands."""
    match value:
        case None | bool() | int() | str():
            return value
        case UUID():
            return str(value)
        case datetime():  # before date: every datetime is a date too
            return _instant(value, place)
        case date():
            return value.isoformat()
        case Mapping():
            return {_key(key, place): _plain(item, f"{place}[{key!r}]") for key, item in value.items()}
        case list() | tuple():
            return [_plain(item, f"{place}[{index}]") for index, item in enumerate(value)]
        case float():
            raise TypeError(f"{place} is the float {value!r}: give an integer (money in minor units) or text")
        case _:
            raise TypeError(f"{place} is a {type(value).__name__}, which has no canonical form: give text")


def _instant(value: datetime, place: str) -> str:
    if value.utcoffset() is None:
        raise TypeError(f"{place} is a datetime without a zone: give an aware one")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _key(key: object, place: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{place} has the key {key!r}, a {type(key).__name__}: keys are text")
    return key
