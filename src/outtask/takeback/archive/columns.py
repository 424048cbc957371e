"""One field in an archive: how it is asked of the database, written as JSON, checked, and put back.

Both databases must give the same text for the same fact, so nothing of a driver's own idea of a value is let
in: identifiers, instants and numbers are asked for as text, and JSON is written again with sorted keys.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal
from functools import cache, lru_cache
from json.encoder import encode_basestring  # the one in C, as `json` uses it
from typing import Any

from django.db import models

from outtask.takeback.archive.coverage import Table, field_of

SQLITE, POSTGRESQL = "sqlite", "postgresql"
# What SQLite keeps of a decimal number, and how Django reads it back.
FIFTEEN = Context(prec=15)
NULL = "null"


class Unfit(ValueError):
    """A value that is not what its field takes; the text says what it takes."""


@dataclass(frozen=True)
class Kind:
    """What a field holds.

    asked: by database, the SQL expression for a quoted column. written: by database, JSON text of what that
    gives. schema: as JSON Schema. taken: a decoded JSON value as it is staged, text, integer or bytes;
    raises Unfit. put: by database, the staged value as the database takes it; moved: the same as SQL, for
    SQLite, which takes most staged values as they are.
    """

    schema: Mapping[str, Any]
    written: Mapping[str, Callable[[Any], str]]
    taken: Callable[[Any], Any]
    asked: Mapping[str, str]
    put: Mapping[str, Callable[[Any], Any] | None]
    moved: str = "{0}"


@dataclass(frozen=True)
class Column:
    """A field of a table with its kind. to: the table it points at, None when it points nowhere."""

    name: str
    column: str
    kind: Kind
    null: bool
    to: str | None

    @property
    def schema(self) -> dict[str, Any]:
        """The field as JSON Schema."""
        plain = dict(self.kind.schema)
        if self.to:
            plain["description"] = f"names a line of tables/{self.to}.jsonl"
        if not self.null or "type" not in plain:
            return plain
        if "enum" in plain:
            plain["enum"] = [*plain["enum"], None]
        return plain | {"type": [plain["type"], "null"]}

    def asked(self, vendor: str) -> str:
        return self.kind.asked[vendor].format(f'"{self.column}"')

    def writer(self, vendor: str) -> Callable[[Any], str]:
        write = self.kind.written[vendor]
        if not self.null:
            return write
        return lambda value: NULL if value is None else write(value)

    @property
    def taken(self) -> Callable[[Any], Any]:
        """What turns a decoded JSON value into the staged one; raises Unfit."""
        take = known_identifier if self.to and self.kind is UUIDS else self.kind.taken
        if not self.null:
            return take
        return lambda value: None if value is None else take(value)


@cache
def columns_of(table: Table) -> tuple[Column, ...]:
    """The columns of a table in the order of its lines."""
    return tuple(_column(table, name) for name in table.fields)


def _column(table: Table, name: str) -> Column:
    field = field_of(table, name)
    to = field.related_model._meta.model_name if field.is_relation else None  # type: ignore[union-attr]
    kind = _kind(field.target_field if field.is_relation else field)  # type: ignore[attr-defined]
    return Column(name, str(field.column), kind, bool(field.null), to)


def _kind(field: models.Field[Any, Any]) -> Kind:
    match field:
        case models.UUIDField():
            return UUIDS
        case models.DateTimeField():
            return INSTANTS
        case models.DateField():
            return DAYS
        case models.BooleanField():
            return BOOLEANS
        case models.DecimalField():
            return _decimals(field.max_digits, field.decimal_places)
        case models.BigIntegerField():
            return _integers(63)
        case models.IntegerField():
            return _integers(31)
        case models.BinaryField():
            return BYTES
        case models.JSONField():
            return JSON
        case models.CharField() | models.TextField():
            return _texts(field.max_length, _choices_of(field))
    raise TypeError(f"An archive has no form yet for a {type(field).__name__} ({field}). Give it one here.")


# ---- texts ----


def _choices_of(field: models.Field[Any, Any]) -> tuple[str, ...]:
    """The words a column may hold; none where it may hold any. Where nothing is said by default, nothing is
    a word too."""
    words = tuple(str(value) for value, _ in field.choices or ())
    return ("", *words) if words and field.default == "" and "" not in words else words


def _texts(longest: int | None, choices: tuple[str, ...]) -> Kind:
    schema: dict[str, Any] = {"type": "string"}
    if choices:
        schema["enum"] = list(choices)
    elif longest is not None:
        schema["maxLength"] = longest
    allowed = frozenset(choices)

    def taken(value: Any) -> str:
        if type(value) is not str:
            raise Unfit("it must be text")
        if allowed and value not in allowed:
            raise Unfit(f"it must be one of {', '.join(word or 'nothing' for word in choices)}")
        if longest is not None and len(value) > longest and not allowed:
            raise Unfit(f"it must have at most {longest} characters")
        return value

    return Kind(schema, _both(encode_basestring), taken, _both("{}"), _both(None))


def _both[T](value: T) -> dict[str, T]:
    return {SQLITE: value, POSTGRESQL: value}


# ---- identifiers ----

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _dashed(hexed: str) -> str:
    return f'"{hexed[:8]}-{hexed[8:12]}-{hexed[12:16]}-{hexed[16:20]}-{hexed[20:]}"'


def identifier(value: Any) -> str:
    """Staged as its 32 digits, which is how SQLite keeps it."""
    if type(value) is not str or not _UUID.fullmatch(value):
        raise Unfit("it must be a UUID in lower case, such as 0192d4c6-7a10-7c3e-9f0b-3a8e5d1c2b4f")
    return value.replace("-", "")


# Most names are of a few rows, again and again: the organisation, its members.
known_identifier = lru_cache(4096)(identifier)

UUIDS = Kind(
    {"type": "string", "format": "uuid"},
    {SQLITE: _dashed, POSTGRESQL: '"{}"'.format},
    identifier,
    {SQLITE: "{}", POSTGRESQL: "{}::text"},
    _both(None),
)

# ---- time ----

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _instant_of_sqlite(value: str) -> str:
    return f'"{value[:10]}T{value[11:19]}{value[19:] or ".000000"}Z"'


def _instant(value: Any) -> str:
    if type(value) is str and _INSTANT.fullmatch(value):
        try:
            datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            return value
    raise Unfit("it must be an instant in UTC, such as 2026-11-24T09:00:00.000000Z")


def _day(value: Any) -> str:
    if type(value) is str and _DAY.fullmatch(value):
        try:
            date.fromisoformat(value)
        except ValueError:
            pass
        else:
            return value
    raise Unfit("it must be a day, such as 2026-11-24")


def _as_sqlite_has_it(value: str) -> str:
    """As Django writes an instant: without a fraction when there is none."""
    return f"{value[:10]} {value[11:19]}" + ("" if value[19:26] == ".000000" else value[19:26])


INSTANTS = Kind(
    {"type": "string", "format": "date-time", "pattern": f"^{_INSTANT.pattern}$"},
    {SQLITE: _instant_of_sqlite, POSTGRESQL: '"{}"'.format},
    _instant,
    {
        SQLITE: "CAST({} AS TEXT)",  # without a declared type no driver parses it
        POSTGRESQL: "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
    },
    {SQLITE: _as_sqlite_has_it, POSTGRESQL: None},
    "substr({0}, 1, 10) || ' ' || substr({0}, 12, 8)"
    " || CASE WHEN substr({0}, 20, 7) = '.000000' THEN '' ELSE substr({0}, 20, 7) END",
)
DAYS = Kind(
    {"type": "string", "format": "date"},
    _both('"{}"'.format),
    _day,
    {SQLITE: "CAST({} AS TEXT)", POSTGRESQL: "{}::text"},
    _both(None),
)

# ---- numbers ----


def _boolean(value: Any) -> int:
    if type(value) is not bool:
        raise Unfit("it must be true or false")
    return int(value)


def _truth(value: Any) -> str:
    return "true" if value else "false"


BOOLEANS = Kind(
    {"type": "boolean"},
    _both(_truth),
    _boolean,
    {SQLITE: "+{}", POSTGRESQL: "{}"},
    {SQLITE: None, POSTGRESQL: bool},
)


@cache
def _integers(bits: int) -> Kind:
    least, most = -(2**bits), 2**bits - 1

    def taken(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise Unfit(f"it must be a whole number from {least} to {most}")
        return value

    schema = {"type": "integer", "minimum": least, "maximum": most}
    return Kind(schema, _both(str), taken, _both("{}"), _both(None))


@cache
def _decimals(digits: int, places: int) -> Kind:
    step = Decimal(1).scaleb(-places)
    form = re.compile(rf"-?(0|[1-9]\d{{0,{digits - places - 1}}})\.\d{{{places}}}")

    def of_sqlite(value: Any) -> str:
        exact = FIFTEEN.create_decimal_from_float(value) if isinstance(value, float) else Decimal(value)
        return f'"{exact.quantize(step):f}"'

    def taken(value: Any) -> str:
        if type(value) is not str or not form.fullmatch(value):
            raise Unfit(f"it must be a number in text with {places} decimals, such as {step * 125}")
        return value

    schema = {"type": "string", "pattern": f"^{form.pattern}$"}
    written = {SQLITE: of_sqlite, POSTGRESQL: '"{}"'.format}
    return Kind(schema, written, taken, {SQLITE: "{}", POSTGRESQL: "{}::text"}, _both(None))


# ---- bytes and JSON ----


def _base64(value: Any) -> str:
    return f'"{base64.b64encode(value).decode()}"'


def _bytes(value: Any) -> bytes:
    try:
        if type(value) is not str:
            raise ValueError
        return base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error):
        raise Unfit("it must be bytes in base64") from None


BYTES = Kind(
    {"type": "string", "contentEncoding": "base64"}, _both(_base64), _bytes, _both("{}"), _both(None)
)

_dumps = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_dumps_ascii = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
_SHORT = {"{}": "{}", "[]": "[]", "null": "null"}


def sorted_json(text: str) -> str:
    """JSON text written again, so that equal values give equal text whatever the database made of it."""
    if text in _SHORT:
        return text
    return _json(json.loads(text))


def _json(value: Any) -> str:
    plain = _dumps(value)
    # A lone surrogate, which JSON may escape, has no bytes of its own.
    return plain if plain.isascii() or plain.isprintable() or _encodes(plain) else _dumps_ascii(value)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


JSON = Kind({}, _both(sorted_json), _json, {SQLITE: "{}", POSTGRESQL: "{}::text"}, _both(None))
