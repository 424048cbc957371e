"""How PostgreSQL plans statements that are not like the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def planned(**settings: str) -> Iterator[None]:
    """Let PostgreSQL plan what is asked inside with these of its settings; SQLite has none.

    They hold until the transaction ends: inside of one that is under way, until that one does.
    """
    if connection.vendor != "postgresql":
        yield
        return
    each = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {each}", [part for setting in settings.items() for part in setting])
        yield
