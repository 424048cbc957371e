"""Choose a SQLite without the WAL-reset defect before Django loads one.

SQLite 3.7.0 to 3.51.2 can corrupt a WAL database when two connections write and checkpoint at once
(mended in 3.51.3, and in 3.50.7 and 3.44.6 of the older lines). The `pysqlite3` wheel brings a mended
build; it takes the place of the standard module.
"""

import sys

# Categories of limits by their numbers in SQLite's C interface, which the wheel does not name; and what it
# was compiled with.
LIMITS = {"SQLITE_LIMIT_COLUMN": 2, "SQLITE_LIMIT_VARIABLE_NUMBER": 9}
COMPILED_WITH = {2: 2000, 9: 250_000}


def choose() -> None:
    """Put the bundled SQLite in place of the standard module, where the platform has a wheel of it."""
    try:
        import pysqlite3  # optional: some platforms have no wheel
    except ImportError:
        return
    for name, number in LIMITS.items():
        if not hasattr(pysqlite3.dbapi2, name):
            setattr(pysqlite3, name, number)
            setattr(pysqlite3.dbapi2, name, number)
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


def connection_class() -> type | None:
    """The connection class for OPTIONS["factory"], or None where the standard module is in use.

    Django asks a connection how many parameters and columns one statement may have; the wheel lacks that
    question, so it is answered here.
    """
    import sqlite3  # only after `choose`

    if hasattr(sqlite3.Connection, "getlimit"):
        return None

    class Connection(sqlite3.Connection):
        def getlimit(self, category: int, /) -> int:
            return COMPILED_WITH[category]

    return Connection


def wal_is_safe() -> bool:
    """Whether the SQLite in use carries the mend; else the journal mode falls back to TRUNCATE."""
    import sqlite3  # only after `choose`

    version = sqlite3.sqlite_version_info
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
