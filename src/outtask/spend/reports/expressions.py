"""What Django has no words for, in SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Func, IntegerField, QuerySet, Sum

from outtask.spend.models import Commitment
from outtask.spend.reports.figures import Measure


class Minutes(Func):
    """Whole minutes from the second instant to the first."""

    output_field = IntegerField()
    arity = 2

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        return self._said("((unixepoch(%s) - unixepoch(%s)) / 60)", compiler)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        return self._said("trunc(extract(epoch from (%s - %s)) / 60)::bigint", compiler)

    def _said(self, template: str, compiler: Any) -> tuple[str, tuple[Any, ...]]:
        compiled = [compiler.compile(part) for part in self.get_source_expressions()]
        parameters = tuple(value for _, values in compiled for value in values)
        return template % tuple(sql for sql, _ in compiled), parameters


def by_what_it_is_for(rows: QuerySet[Any, Any], sums: Mapping[str, Sum], leads_to: tuple[str, str]) -> Any:
    """Sums of movements by a column of what their commitments lead to: that column, then the measures.

    rows: postings of commitments. PostgreSQL joins them in parallel.
    """
    if connection.vendor == "sqlite":
        return _added_up_first(rows.order_by().values("commitment_id").annotate(**sums), leads_to)
    key = F("__".join(("commitment", *leads_to)))
    return rows.order_by().values(key=key).annotate(**sums).values_list("key", *Measure)


def _added_up_first(sums: QuerySet[Any, Any], leads_to: tuple[str, str]) -> Iterator[tuple[Any, ...]]:
    """Sums by commitment, added up by what it leads to.

    Joining first, SQLite looks each commitment up once for each of its movements, and takes twice as long.
    """
    relation, column = leads_to
    near: Any = Commitment._meta.get_field(relation)
    there: Any = near.related_model
    key = there._meta.get_field(column)
    try:
        inner, parameters = sums.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return  # whoever asks may see nothing
    totals = ", ".join(f"SUM(moved.{measure})" for measure in Measure)
    quoted = connection.ops.quote_name
    # Names of our own tables and columns stand in the text, what was asked for in the parameters.
    sql = (
        f"SELECT there.{quoted(key.column)}, {totals} FROM ({inner}) moved"
        f" JOIN {quoted(Commitment._meta.db_table)} near ON near.id = moved.commitment_id"
        f" JOIN {quoted(there._meta.db_table)} there ON there.id = near.{quoted(near.column)}"
        " GROUP BY 1"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = cursor.fetchall()
    for named, *amounts in found:
        yield key.to_python(named), *amounts
