"""Small databases in memory, for tests."""

import sqlite3
from collections.abc import Iterable

from outrider.model.advisory import Advisory, Affected, Range
from outrider.scan.advisories import shard
from outrider.scan.advisories.database import Database
from outrider.scan.advisories.names import CVE_SHARD, shard_of
from outrider.scan.advisories.record import CveFact
from outrider.scan.advisories.staging import Staging
from outrider.scan.versions.registry import scheme_of


def advisory(identity: str, *affected: Affected, **fields: str) -> Advisory:
    return Advisory(id=identity, feed=fields.pop("feed", "osv"), affected=affected, **fields)  # type: ignore[arg-type]


def affected(name: str, *ranges: Range, ecosystem: str = "PyPI", **fields: object) -> Affected:
    return Affected(ecosystem=ecosystem, name=name, ranges=ranges, **fields)  # type: ignore[arg-type]


def staged(records: Iterable[Advisory | CveFact]) -> Staging:
    """Records in a scratch database."""
    staging = Staging(sqlite3.connect(":memory:", isolation_level=None), lambda name: True)
    for record in records:
        if isinstance(record, CveFact):
            staging.add_fact(record, "source")
        else:
            assert list(staging.add(record, "source")) == []
    staging.index()
    return staging


def shards(staging: Staging) -> dict[str, sqlite3.Connection]:
    """Every shard of what is staged."""
    made = {}
    for name in staging.shards():
        connection = sqlite3.connect(":memory:", isolation_level=None)
        if name == CVE_SHARD:
            shard.write_cves(connection, staging)
        else:
            shard.write(connection, scheme_of(staging.ecosystems(name)[0]), staging.advisories(name))
        connection.execute("COMMIT")
        made[name] = connection
    return made


def database(*records: Advisory | CveFact) -> Database:
    """An open database of these records."""
    staging = staged(records)
    made = shards(staging)
    named = {name: (staging.ecosystems(name) or [""])[0] for name in made}
    return Database(named, lambda name: made[name])


def names(found: Database, ecosystem: str, package: str, version: str) -> list[str]:
    """Advisories that cover a version, as matching asks for them."""
    order = scheme_of(ecosystem)
    assert order is not None
    assert shard_of(ecosystem)
    return [hit.advisory for hit in found.hits(ecosystem, package, version, order.key(version))]
