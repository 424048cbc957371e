"""Pages of a list by key: never by offset, never with a count, so the last page is as quick as the first.

The cursor in the address holds the sort values of the row it stands at. Rows that appear or vanish
elsewhere in the list while somebody walks through it neither repeat nor hide others.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import Http404, HttpRequest


@dataclass(frozen=True, slots=True)
class Page[Row: Model]:
    """Some rows of a list; `next` and `previous` are query strings (`?after=…`) or empty at an end."""

    rows: Sequence[Row]
    next: str
    previous: str

    @classmethod
    def of(
        cls, queryset: QuerySet[Any], request: HttpRequest, size: int = 50, by: tuple[str, ...] = ("-id",)
    ) -> Page[Any]:
        """The page that the address asks for.

        by: columns to sort by, `-` for descending; rows without a value come last either way. Together they
            must be unique in the queryset, or rows on the border of two pages could be lost.
        Raises Http404 for a cursor that this list did not give.
        """
        keys = [Key.read(queryset.model, name) for name in by]
        before, after = request.GET.get("before", ""), request.GET.get("after", "")
        backwards = bool(before)
        cursor = before or after
        ordered = queryset.order_by(*(key.sorted(backwards) for key in keys))
        ranges = _beyond(keys, _read(cursor, keys), backwards) if cursor else [Q()]
        found = _first(ordered, ranges, size + 1)
        more = len(found) > size
        rows = found[:size]
        if backwards:
            rows.reverse()
        has_next, has_previous = (True, more) if backwards else (more, bool(cursor))
        return cls(
            rows,
            _address(request, "after", rows[-1], keys) if rows and has_next else "",
            _address(request, "before", rows[0], keys) if rows and has_previous else "",
        )

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def alone(self) -> bool:
        """Whether there is nothing to turn to."""
        return not (self.next or self.previous)


@dataclass(frozen=True, slots=True)
class Key:
    """One column of the sort order."""

    field: Field[Any, Any]
    descending: bool

    @classmethod
    def read(cls, model: type[Model], name: str) -> Key:
        field = model._meta.get_field(name.removeprefix("-"))
        if not isinstance(field, Field):
            raise ValueError(f"a list cannot be paged by {name!r}: it must be a column")
        return cls(field, name.startswith("-"))

    def sorted(self, backwards: bool) -> OrderBy:
        """The order, with the place of nulls said: databases differ about it."""
        if not self.field.null:
            return OrderBy(F(self.field.attname), descending=self.descending != backwards)
        where = {"nulls_first": True} if backwards else {"nulls_last": True}
        return OrderBy(F(self.field.attname), descending=self.descending != backwards, **where)

    def same(self, value: Any) -> Q:
        """Rows that have this value, or none as well."""
        return Q(**self._is("__isnull", True)) if value is None else Q(**self._is("", value))

    def beyond(self, value: Any, backwards: bool) -> Iterator[Q]:
        """Rows that come after this value in the order of this column alone, in parts that follow another."""
        if value is None:
            if backwards:  # everything with a value stands before what has none
                yield Q(**self._is("__isnull", False))
            return
        yield Q(**self._is("__lt" if self.descending != backwards else "__gt", value))
        if self.field.null and not backwards:
            yield Q(**self._is("__isnull", True))

    def _is(self, lookup: str, value: Any) -> dict[str, Any]:
        return {f"{self.field.attname}{lookup}": value}

    def of(self, row: Model) -> str | None:
        missing = self.field.value_from_object(row) is None
        return None if missing else self.field.value_to_string(row)

    def value(self, text: Any) -> Any:
        """What `of` told; ValidationError for what it cannot have told."""
        if text is None and not self.field.null:
            raise ValidationError("this column is never null")
        return None if text is None else self.field.to_python(text)


def _beyond(keys: Sequence[Key], values: Sequence[Any], backwards: bool) -> Iterator[Q]:
    """Rows that come after the cursor in the order of `keys` (before it when going backwards), in parts.

    First those that share every value with it but the last, then every value but the last two, and so on:
    each part is one stretch of an index on the keys. Asked for as one condition with OR between the parts,
    a database reads the list from its beginning, and deep pages become slow.
    """
    for place in reversed(range(len(keys))):
        same = Q()
        for key, value in zip(keys[:place], values, strict=False):
            same &= key.same(value)
        for part in keys[place].beyond(values[place], backwards):
            yield same & part


def _first(ordered: QuerySet[Any], ranges: Iterable[Q], most: int) -> list[Any]:
    """The first rows of one stretch after the other, until there are enough."""
    found: list[Any] = []
    for stretch in ranges:
        found += ordered.filter(stretch)[: most - len(found)]
        if len(found) == most:
            break
    return found


def _address(request: HttpRequest, direction: str, row: Model, keys: Sequence[Key]) -> str:
    """The query string of the present address with another cursor, so filters stay."""
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    plain = json.dumps([key.of(row) for key in keys], separators=(",", ":")).encode()
    query[direction] = base64.urlsafe_b64encode(plain).rstrip(b"=").decode()
    return "?" + query.urlencode()


def _read(cursor: str, keys: Sequence[Key]) -> list[Any]:
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = json.loads(plain)
        if not isinstance(values, list) or len(values) != len(keys):
            raise Http404("not a cursor of this list")
        return [key.value(text) for key, text in zip(keys, values, strict=True)]
    except (binascii.Error, ValueError, TypeError, ValidationError) as unreadable:
        raise Http404("not a cursor of this list") from unreadable
