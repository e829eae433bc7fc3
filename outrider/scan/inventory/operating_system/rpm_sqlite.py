"""rpm's database since 4.16: SQLite, one table of numbered headers.

The bytes go to SQLite as a database in memory, never to a file. It is asked for one table, after a look that
it is a plain one, under an authorizer that allows nothing else, with limits on steps and on a row's size.
Source: lib/backend/sqlite.c of rpm, https://www.sqlite.org/security.html
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.inventory.extractor import Extractor, File, Found, Wants
from outrider.scan.inventory.operating_system import rpm_packages

_MAGIC = b"SQLite format 3\0"
_VERSIONS = slice(18, 20)
"""Where the file says that it has a write-ahead log (2, 2) or a rollback journal (1, 1)."""
_PLAIN = re.compile(
    r"\s*CREATE TABLE\s+['\"]?Packages['\"]?\s*\(\s*hnum INTEGER PRIMARY KEY AUTOINCREMENT\s*,"
    r"\s*blob BLOB NOT NULL\s*\)\s*",
    re.IGNORECASE,
)
_ALLOWED = {
    (sqlite3.SQLITE_SELECT, None, None),
    (sqlite3.SQLITE_READ, "sqlite_master", "type"),
    (sqlite3.SQLITE_READ, "sqlite_master", "name"),
    (sqlite3.SQLITE_READ, "sqlite_master", "sql"),
    (sqlite3.SQLITE_READ, "Packages", "hnum"),
    (sqlite3.SQLITE_READ, "Packages", "blob"),
}
_STEPS = 10_000
_LENGTHS = ((sqlite3.SQLITE_LIMIT_LENGTH, limits.RPM_HEADER), (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 4096))


def read(file: File) -> Found:
    """Packages of the `Packages` table. What a damaged page hides is a problem, the rest is told.

    Headers written since the last checkpoint stand in `rpmdb.sqlite-wal` and are not in this file; the
    extractor `rpm_log` says so where there is one. Raises InvalidInput for what is no such database.
    """
    if not file.data.startswith(_MAGIC):
        raise InvalidInput("it is not a SQLite database")
    if not hasattr(sqlite3.Connection, "deserialize"):  # pragma: no cover - CPython can be built so
        return Found(problems=("this Python's SQLite cannot read a database from memory",))
    problems: list[str] = []
    return rpm_packages.found(_headers(file.data, problems), file.path, problems)


def _headers(data: bytes, problems: list[str]) -> Iterator[bytes]:
    """The blobs, in the order of their numbers."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        try:
            _open(database, data)
            _check(database)
            for (blob,) in database.execute("SELECT blob FROM Packages ORDER BY hnum"):
                if isinstance(blob, bytes):
                    yield blob
                else:
                    problems.append("a row holds something other than a header")
        except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError, OverflowError) as error:
            problems.append(f"SQLite could not read all of it: {error}")


def _open(database: sqlite3.Connection, data: bytes) -> None:
    """Hand the bytes over, and close every door first. In memory there is no write-ahead log, so the header
    must not ask for one."""
    if data[_VERSIONS] == b"\2\2":
        data = data[: _VERSIONS.start] + b"\1\1" + data[_VERSIONS.stop :]
    database.deserialize(data)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON", "mmap_size = 0"):
        database.execute(f"PRAGMA {pragma}")
    for category, most in _LENGTHS:
        database.setlimit(category, most)
    steps = iter(range(limits.SQL_STEPS // _STEPS))
    database.set_progress_handler(lambda: int(next(steps, None) is None), _STEPS)
    database.set_authorizer(_authorize)


def _authorize(action: int, one: str | None, two: str | None, schema: str | None, source: str | None) -> int:
    """Allow reading two tables; no function, no view, no trigger, no pragma."""
    return sqlite3.SQLITE_OK if (action, one, two) in _ALLOWED and source is None else sqlite3.SQLITE_DENY


def _check(database: sqlite3.Connection) -> None:
    """The table is the one that rpm makes: no view, no virtual table, no computed column."""
    rows = database.execute("SELECT type, sql FROM sqlite_master WHERE name = 'Packages'").fetchmany(2)
    if len(rows) != 1 or rows[0][0] != "table" or not _PLAIN.fullmatch(str(rows[0][1])):
        raise InvalidInput("it has no plain table named Packages, so it is no database of rpm")


EXTRACTOR = Extractor(
    name="rpm_sqlite",
    version=1,
    wants=Wants(paths=rpm_packages.paths("rpmdb.sqlite")),
    limit=limits.RPM_DATABASE,
    read=read,
)
