"""Asks the shards: which advisories cover a version, what one says, what is known of a CVE.

Shards are opened when they are first asked, by whoever may open files.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from outrider.errors import InvalidInput
from outrider.model.advisory import Advisory
from outrider.model.finding import Exploited
from outrider.scan.advisories import bodies, schema
from outrider.scan.advisories.lookup import Decoration, Hit
from outrider.scan.advisories.names import CVE_SHARD, cve_number, package_name, shard_of
from outrider.scan.versions.registry import scheme_of

_PACKAGE = "SELECT id FROM package WHERE name=?"
_HITS = """
SELECT e.id, a.name, e.severity, e.status, e.arch FROM span s
JOIN entry e ON e.id = s.entry JOIN advisory a ON a.id = e.advisory
WHERE s.package = ?1 AND s.low <= ?2 AND (s.high IS NULL OR s.high > ?2)
UNION ALL
SELECT e.id, a.name, e.severity, e.status, e.arch FROM single s
JOIN entry e ON e.id = s.entry JOIN advisory a ON a.id = e.advisory
WHERE s.package = ?1 AND s.version IN (?2, ?3)
"""
_SPELLED = """
SELECT e.id, a.name, e.severity, e.status, e.arch FROM single s
JOIN entry e ON e.id = s.entry JOIN advisory a ON a.id = e.advisory
WHERE s.package = ?1 AND s.version = ?3 AND ?2 IS NOT NULL
"""
_FIXES = "SELECT version FROM fix WHERE entry=? AND key>? ORDER BY key"
_BODY = "SELECT body FROM advisory WHERE name=?"
_EXPLOITED = "SELECT added, due, ransomware FROM exploited WHERE cve=?"
_EPSS = "SELECT probability, percentile FROM epss WHERE cve=?"


@dataclass(slots=True)
class Database:
    """An open advisory database; a `Lookup`."""

    shards: Mapping[str, str]
    """Those there are, and one of the ecosystems of each: they share a version scheme. `cve` has none."""
    open: Callable[[str], sqlite3.Connection]
    """Opens one of them, for reading only. May raise InvalidInput."""
    _opened: dict[str, sqlite3.Connection] = field(default_factory=dict)

    def covers(self, ecosystem: str) -> bool:
        """Whether there is a shard for an ecosystem, `Debian:12` or `PyPI`."""
        try:
            return shard_of(ecosystem) in self.shards
        except InvalidInput:
            return False

    def hits(self, ecosystem: str, name: str, version: str, key: bytes) -> list[Hit]:
        """Advisories that cover this version, sorted; none where there is no shard.

        An empty `key` stands for a version that the ecosystem's scheme refuses: then only advisories that
        list it letter by letter cover it. Raises InvalidInput for a damaged shard."""
        if not self.covers(ecosystem):
            return []
        shard = shard_of(ecosystem)
        connection = self._shard(shard)
        found = _rows(connection, shard, _PACKAGE, (package_name(ecosystem, name),))
        if not found:
            return []
        query = _HITS if key else _SPELLED
        rows = _rows(connection, shard, query, (found[0][0], key, version))
        hits = []
        for entry, advisory, severity, status, arch in rows:
            fixed = _rows(connection, shard, _FIXES, (entry, key))
            hits.append(
                Hit(
                    advisory=_text(advisory, shard),
                    shard=shard,
                    fixed=tuple(_text(fix, shard) for (fix,) in fixed),
                    severity=_text(severity, shard),
                    status=_text(status, shard),
                    arch=_text(arch, shard),
                )
            )
        return sorted(hits, key=lambda hit: (hit.advisory, hit.arch, hit.severity, hit.status))

    def advisory(self, shard: str, identity: str) -> Advisory:
        """The whole record. Raises InvalidInput when it is not there or damaged."""
        if shard not in self.shards or shard == CVE_SHARD:
            raise InvalidInput(f"the database has no shard {shard[:80]!r}")
        connection = self._shard(shard)
        rows = _rows(connection, shard, _BODY, (identity,))
        if not rows or not isinstance(rows[0][0], bytes):
            raise schema.damaged(shard, f"it has no advisory {identity[:80]!r}")
        return bodies.unpacked(rows[0][0], f"{identity[:80]} of the shard {shard}")

    def decoration(self, cve: str) -> Decoration:
        """KEV and EPSS of a CVE; empty where nothing is known. Raises InvalidInput for a damaged shard."""
        number = cve_number(cve)
        if number is None or CVE_SHARD not in self.shards:
            return Decoration()
        connection = self._shard(CVE_SHARD)
        exploited = _rows(connection, CVE_SHARD, _EXPLOITED, (number,))
        scores = _rows(connection, CVE_SHARD, _EPSS, (number,))
        entry = None
        if exploited:
            added, due, ransomware = exploited[0]
            entry = Exploited(_text(added, CVE_SHARD), _text(due, CVE_SHARD), ransomware == 1)
        if not scores:
            return Decoration(exploited=entry)
        probability, percentile = scores[0]
        if not isinstance(probability, float) or not isinstance(percentile, float):
            raise schema.damaged(CVE_SHARD, f"the scores of {cve} are no numbers")
        return Decoration(exploited=entry, epss=probability, epss_percentile=percentile)

    def close(self) -> None:
        """Close the shards that were opened."""
        while self._opened:
            self._opened.popitem()[1].close()

    def _shard(self, name: str) -> sqlite3.Connection:
        """An open shard that was checked."""
        if name not in self._opened:
            connection = self.open(name)
            tables = schema.CVES if name == CVE_SHARD else schema.PACKAGES
            try:
                schema.check(connection, tables, scheme_of(self.shards[name]), name)
            except InvalidInput:
                connection.close()
                raise
            self._opened[name] = connection
        return self._opened[name]


def _rows(connection: sqlite3.Connection, shard: str, query: str, values: tuple[Any, ...]) -> list[Any]:
    """All rows of an answer. Raises InvalidInput where the file is not what it should be."""
    try:
        return connection.execute(query, values).fetchall()
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
        raise schema.damaged(shard, str(error)[:200]) from None


def _text(value: Any, shard: str) -> str:
    """A value that must be text."""
    if not isinstance(value, str):
        raise schema.damaged(shard, "a text is of another type")
    return value
