"""The form of a shard: one SQLite file an ecosystem and release, and one for what is known of CVEs.

A version is in a range when low ≤ key < high. A row says so with the bytes that the ecosystem's version
scheme makes, so that SQL needs to know nothing of versions. Bodies are apart and read for findings only."""

import sqlite3

from outrider.errors import InvalidInput
from outrider.scan.versions.scheme import Scheme

APPLICATION = 0x4F525644
"""`PRAGMA application_id`: ORVD."""

REVISION = 1
"""Of what follows and of `bodies`. Databases of another revision are refused."""

_PAGE = 4096
_SCHEMES = 1000
"""`PRAGMA user_version` is REVISION times this, and the revision of the version scheme."""

PACKAGES = (
    "CREATE TABLE advisory (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, body BLOB NOT NULL)",
    "CREATE TABLE package (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE entry (id INTEGER PRIMARY KEY, advisory INTEGER NOT NULL, severity TEXT NOT NULL, "
    "status TEXT NOT NULL, arch TEXT NOT NULL)",
    "CREATE TABLE span (package INTEGER NOT NULL, low BLOB NOT NULL, entry INTEGER NOT NULL, high BLOB, "
    "PRIMARY KEY (package, low, entry)) WITHOUT ROWID",
    "CREATE TABLE single (package INTEGER NOT NULL, version NOT NULL, entry INTEGER NOT NULL, "
    "PRIMARY KEY (package, version, entry)) WITHOUT ROWID",
    "CREATE TABLE fix (entry INTEGER NOT NULL, key BLOB NOT NULL, version TEXT NOT NULL, "
    "PRIMARY KEY (entry, key)) WITHOUT ROWID",
)
"""Of a shard of packages. `single` has the explicit versions that no span covers: a key, or text where the
scheme takes the version for none."""

CVES = (
    "CREATE TABLE exploited (cve INTEGER PRIMARY KEY, added TEXT NOT NULL, due TEXT NOT NULL, "
    "ransomware INTEGER NOT NULL)",
    "CREATE TABLE epss (cve INTEGER PRIMARY KEY, probability REAL NOT NULL, percentile REAL NOT NULL)",
)
"""Of the shard `cve`."""


def create(connection: sqlite3.Connection, tables: tuple[str, ...], scheme: Scheme | None) -> None:
    """Make the tables in an empty database, within a transaction that whoever fills them ends."""
    for pragma in ("journal_mode=OFF", "synchronous=OFF", f"page_size={_PAGE}", "encoding='UTF-8'"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"PRAGMA application_id={APPLICATION}")
    connection.execute(f"PRAGMA user_version={_version(scheme)}")
    connection.execute("BEGIN")
    for table in tables:
        connection.execute(table)


def check(connection: sqlite3.Connection, tables: tuple[str, ...], scheme: Scheme | None, name: str) -> None:
    """Make sure that a file is a shard that we can read, and nothing more. Raises InvalidInput.

    A view or a trigger under a table's name would run whatever somebody wrote.
    """
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        found = connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchmany(
            len(tables) + 1
        )
    except sqlite3.Error as error:
        raise damaged(name, str(error)) from None
    if application != APPLICATION:
        raise damaged(name, "it is no advisory database")
    if version != _version(scheme):
        raise InvalidInput(
            f"the shard {name} is of another revision than this program reads",
            hint="build or fetch the database again, with this version of outrider.",
        )
    if sorted(str(sql) for (sql,) in found) != sorted(tables):
        raise damaged(name, "it has other tables than it should have")


def damaged(name: str, words: str) -> InvalidInput:
    """The error for a shard that is not what it should be."""
    return InvalidInput(f"the shard {name} is damaged: {words}", hint="build or fetch the database again.")


def _version(scheme: Scheme | None) -> int:
    """What `user_version` must be."""
    return REVISION * _SCHEMES + (scheme.revision if scheme else 0)
