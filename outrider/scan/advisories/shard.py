"""Writes one shard. The same advisories make the same rows in the same order, and so the same file."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field

from outrider.model.advisory import Advisory
from outrider.scan.advisories import bodies, schema
from outrider.scan.advisories.dates import day
from outrider.scan.advisories.entries import Entry, entries
from outrider.scan.advisories.formats import apt_packages
from outrider.scan.advisories.staging import Staging
from outrider.scan.versions.scheme import Scheme


@dataclass(slots=True)
class Counts:
    """What is in a shard."""

    advisories: int = 0
    packages: int = 0
    ranges: int = 0
    versions: int = 0
    withdrawn: int = 0
    """Records that were left out because their publisher took them back."""
    newest: str = ""
    """Date of the newest advisory, as its publisher wrote it."""


@dataclass(slots=True)
class _Writer:
    """Rows on their way into a shard."""

    connection: sqlite3.Connection
    counts: Counts = field(default_factory=Counts)
    packages: dict[str, int] = field(default_factory=dict)
    entries: int = 0

    def add(self, advisory: Advisory) -> None:
        """One advisory with all its entries."""
        if advisory.withdrawn:
            self.counts.withdrawn += 1
            return
        found = entries(advisory.affected)
        if advisory.feed == apt_packages.FEED:
            found = [entry for entry in found if not self._told_already(entry)]
        if not found:
            return
        self.counts.advisories += 1
        self.counts.newest = max(self.counts.newest, day(advisory.modified), day(advisory.published))
        row = (self.counts.advisories, advisory.id, bodies.packed(bodies.plain(advisory)))
        self.connection.execute("INSERT INTO advisory VALUES (?, ?, ?)", row)
        for entry in found:
            self._entry(entry)

    def _entry(self, entry: Entry) -> None:
        """One package of the advisory that was added last."""
        self.entries += 1
        package = self.packages.get(entry.package)
        if package is None:
            package = self.packages[entry.package] = self.counts.packages = len(self.packages) + 1
            self.connection.execute("INSERT INTO package VALUES (?, ?)", (package, entry.package))
        words = (self.entries, self.counts.advisories, entry.severity, entry.status, entry.arch)
        self.connection.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?)", words)
        spans = [(package, low, self.entries, high) for low, high in entry.spans]
        self.connection.executemany("INSERT INTO span VALUES (?, ?, ?, ?)", spans)
        singles = [(package, version, self.entries) for version in entry.singles]
        self.connection.executemany("INSERT INTO single VALUES (?, ?, ?)", singles)
        fixes = [(self.entries, key, version) for key, version in entry.fixes]
        self.connection.executemany("INSERT INTO fix VALUES (?, ?, ?)", fixes)
        self.counts.ranges += len(spans)
        self.counts.versions += len(singles)

    def _told_already(self, entry: Entry) -> bool:
        """Whether an advisory that names flaws has the same fix: then one without names adds nothing."""
        package = self.packages.get(entry.package)
        high = entry.spans[-1][1] if entry.spans else None
        query = "SELECT 1 FROM span WHERE package=? AND high=? LIMIT 1"
        return package is not None and self.connection.execute(query, (package, high)).fetchone() is not None


def write(connection: sqlite3.Connection, scheme: Scheme | None, advisories: Iterable[Advisory]) -> Counts:
    """Fill an empty database with advisories, which come sorted by name."""
    schema.create(connection, schema.PACKAGES, scheme)
    writer = _Writer(connection)
    for advisory in advisories:
        writer.add(advisory)
    return writer.counts


def write_cves(connection: sqlite3.Connection, staging: Staging) -> Counts:
    """Fill an empty database with what is known of CVEs."""
    schema.create(connection, schema.CVES, None)
    connection.executemany("INSERT INTO exploited VALUES (?, ?, ?, ?)", staging.exploited())
    connection.executemany("INSERT INTO epss VALUES (?, ?, ?)", staging.epss())
    counts = Counts()
    (counts.advisories,) = connection.execute("SELECT count(*) FROM exploited").fetchone()
    (counts.versions,) = connection.execute("SELECT count(*) FROM epss").fetchone()
    (counts.newest,) = connection.execute("SELECT coalesce(max(added), '') FROM exploited").fetchone()
    return counts
