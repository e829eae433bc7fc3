"""Where records of all feeds wait, in no order, until each shard is written in one: memory stays that of one
record."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory, Affected
from outrider.scan.advisories import bodies
from outrider.scan.advisories.entries import check_bounds
from outrider.scan.advisories.formats import apt_packages
from outrider.scan.advisories.names import CVE_SHARD, cve_number, package_name, shard_of
from outrider.scan.advisories.record import CveFact, LeftOut, Problem

_TABLES = (
    "CREATE TABLE waiting (shard TEXT, last INTEGER, id TEXT, modified TEXT, body BLOB)",
    "CREATE TABLE exploited (cve INTEGER, added TEXT, due TEXT, ransomware INTEGER)",
    "CREATE TABLE epss (cve INTEGER, probability REAL, percentile REAL)",
    "CREATE TABLE ecosystem (shard TEXT, name TEXT, PRIMARY KEY (shard, name)) WITHOUT ROWID",
    "CREATE TABLE feed (shard TEXT, source TEXT, PRIMARY KEY (shard, source)) WITHOUT ROWID",
)


@dataclass(slots=True)
class Staging:
    """Records that wait in a scratch database, which the caller opens and throws away."""

    connection: sqlite3.Connection
    wanted: Callable[[str], bool]
    """Whether a shard is wanted at all."""
    _known: set[tuple[str, str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE", "cache_size=-16384"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.execute("BEGIN")
        for table in _TABLES:
            self.connection.execute(table)

    def add(self, advisory: Advisory, source: str) -> Iterator[Problem | LeftOut]:
        """Keep an advisory, split by shard; what of it cannot be used comes back.

        `source` is the digest of the file it comes from.
        """
        shards: dict[str, list[Affected]] = {}
        for affected in advisory.affected:
            try:
                shard = shard_of(affected.ecosystem)
            except InvalidInput as error:
                yield Problem(advisory.id, error.message)
                continue
            usable, lost = check_bounds(affected)
            yield from (LeftOut(part.reason, f"{advisory.id}: {part.example}") for part in lost)
            if self.wanted(shard) and usable:
                name = package_name(affected.ecosystem, affected.name)
                shards.setdefault(shard, []).append(replace(usable, name=name))
                self._remember(shard, affected.ecosystem, source)
        for shard, part in shards.items():
            body = bodies.plain(replace(advisory, affected=tuple(part)))
            last = advisory.feed == apt_packages.FEED
            row = (shard, last, advisory.id, advisory.modified, body)
            self.connection.execute("INSERT INTO waiting VALUES (?, ?, ?, ?, ?)", row)

    def add_fact(self, fact: CveFact, source: str) -> None:
        """Keep what is known of a CVE."""
        number, known = cve_number(fact.cve), fact.decoration
        if number is None or not self.wanted(CVE_SHARD):
            return
        self._remember(CVE_SHARD, "", source)
        if known.exploited:
            entry = known.exploited
            row = (number, entry.added, entry.due, entry.ransomware)
            self.connection.execute("INSERT INTO exploited VALUES (?, ?, ?, ?)", row)
        if known.epss is not None and known.epss_percentile is not None:
            scores = (number, known.epss, known.epss_percentile)
            self.connection.execute("INSERT INTO epss VALUES (?, ?, ?)", scores)

    def _remember(self, shard: str, ecosystem: str, source: str) -> None:
        """Which ecosystems and sources a shard is made of."""
        if (shard, ecosystem, source) not in self._known:
            self._known.add((shard, ecosystem, source))
            self.connection.execute("INSERT OR IGNORE INTO ecosystem VALUES (?, ?)", (shard, ecosystem))
            self.connection.execute("INSERT OR IGNORE INTO feed VALUES (?, ?)", (shard, source))

    def shards(self) -> list[str]:
        """Names of all shards there are records for, sorted."""
        return [name for (name,) in self.connection.execute("SELECT DISTINCT shard FROM feed ORDER BY shard")]

    def ecosystems(self, shard: str) -> list[str]:
        """Ecosystems of a shard, sorted."""
        return self._of(shard, "SELECT name FROM ecosystem WHERE shard=? ORDER BY name")

    def sources(self, shard: str) -> list[str]:
        """Digests of the sources of a shard, sorted."""
        return self._of(shard, "SELECT source FROM feed WHERE shard=? ORDER BY source")

    def _of(self, shard: str, query: str) -> list[str]:
        """One column of what belongs to a shard."""
        return [name for (name,) in self.connection.execute(query, (shard,))]

    def index(self) -> None:
        """Prepare for reading, when all is there."""
        self.connection.execute("CREATE INDEX by_shard ON waiting (shard, last, id, modified)")

    def advisories(self, shard: str) -> Iterator[Advisory]:
        """The advisories of a shard in the order of their names, each once; those that name no flaw come
        last."""
        query = "SELECT last, id, body FROM waiting WHERE shard=? ORDER BY last, id, modified"
        rows = self.connection.execute(query, (shard,))
        for (_, identity), group in groupby(rows, key=lambda row: (row[0], row[1])):
            copies = {body for _, _, body in group}
            yield joined([bodies.parse(body, identity) for body in sorted(copies)])

    def exploited(self) -> Iterable[tuple[int, str, str, int]]:
        """KEV by CVE, each once: of two that differ the earlier date."""
        return self.connection.execute(
            "SELECT cve, min(added), due, ransomware FROM "
            "(SELECT * FROM exploited ORDER BY cve, added, due, ransomware) GROUP BY cve ORDER BY cve"
        )

    def epss(self) -> Iterable[tuple[int, float, float]]:
        """EPSS by CVE, each once: of two that differ the higher."""
        return self.connection.execute(
            "SELECT cve, max(probability), max(percentile) FROM epss GROUP BY cve ORDER BY cve"
        )


def joined(copies: list[Advisory]) -> Advisory:
    """One advisory out of all that have its name: the newest counts, and what equally new ones say is put
    together.

    Alpine's `main` and `community`, and every package of Debian's tracker, say their part of one flaw.
    """
    newest = max(copy.modified for copy in copies)
    parts = [copy for copy in copies if copy.modified == newest]
    if len(parts) == 1:
        return parts[0]
    affected = {bodies.key(entry): entry for part in parts for entry in part.affected}
    aliases = {alias for part in parts for alias in part.aliases}
    return replace(
        parts[-1],
        aliases=tuple(sorted(aliases)),
        withdrawn=min(part.withdrawn for part in parts),
        affected=tuple(affected[key] for key in sorted(affected)),
    )
