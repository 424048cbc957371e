"""Once a day: bytes that nobody names go, and SQLite looks at how its tables have grown."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from outtask.files.erasing import sweep_unnamed
from outtask.followers.schedule import Timed

DAY = timedelta(days=1)


def optimize(now: datetime) -> None:
    """Let SQLite gather anew what it knows of tables that changed much; PostgreSQL does that by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize")


TIMED = (
    Timed("files.unnamed", DAY, sweep_unnamed),
    Timed("database.optimize", DAY, optimize),
)
