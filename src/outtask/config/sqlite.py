"""Choose a SQLite without the WAL-reset defect before Django loads one.

SQLite 3.7.0 to 3.51.2 can corrupt a WAL database when two connections write and checkpoint at once
(mended in 3.51.3, and in 3.50.7 and 3.44.6 of the older lines). The `pysqlite3` wheel brings a mended
build; it takes the place of the standard module.
"""

import sys


def choose() -> None:
    """Put the bundled SQLite in place of the standard module, where the platform has a wheel of it."""
    try:
        import pysqlite3  # noqa: PLC0415  (optional: some platforms have no wheel)
    except ImportError:
        return
    if not hasattr(pysqlite3.dbapi2, "SQLITE_LIMIT_VARIABLE_NUMBER"):
        # The number of the category in SQLite's C interface; the wheel does not name it.
        pysqlite3.SQLITE_LIMIT_VARIABLE_NUMBER = pysqlite3.dbapi2.SQLITE_LIMIT_VARIABLE_NUMBER = 9
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


def connection_class() -> type | None:
    """The connection class for OPTIONS["factory"], or None where the standard module is in use.

    Django asks a connection how many parameters one statement may have; the wheel lacks that question, so it
    is answered here with what the wheel was compiled with.
    """
    import sqlite3  # noqa: PLC0415  (only after `choose`)

    if hasattr(sqlite3.Connection, "getlimit"):
        return None

    class Connection(sqlite3.Connection):
        def getlimit(self, category: int, /) -> int:
            """SQLITE_MAX_VARIABLE_NUMBER of the build, whatever the category: it is the only one asked for."""
            return 250_000

    return Connection


def wal_is_safe() -> bool:
    """Whether the SQLite in use carries the mend; on a defective one the journal mode falls back to TRUNCATE."""
    import sqlite3  # noqa: PLC0415  (only after `choose`)

    version = sqlite3.sqlite_version_info
    return version >= (3, 51, 3) or version[:2] == (3, 50) and version[2] >= 7 or version[:2] == (3, 44) and version[2] >= 6
