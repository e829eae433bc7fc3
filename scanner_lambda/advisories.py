"""The advisory database of the state bucket: the manifest once a cold start, each shard when it is asked.

A database is believed when the key that we were given signed its manifest; shards have the digests of the
manifest. The manifest's name decides what is there: a later one is another database.
"""

import hashlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from outrider import limits
from outrider.errors import EnvironmentFault
from outrider.model.finding import DatabaseFact
from outrider.scan.advisories import manifest, signing
from outrider.scan.advisories.database import Database
from outrider.scan.advisories.fact import fact_of
from outrider.scan.advisories.manifest import Manifest
from outrider.scan.advisories.schema import damaged
from scanner_lambda.shards import ShardGone, Shards
from scanner_lambda.shelf import CURRENT, SIGNATURES


@dataclass(frozen=True, slots=True)
class Opened:
    """A database that can be asked."""

    lookup: Database
    """Close it when all is asked."""
    fact: DatabaseFact


@dataclass(frozen=True, slots=True)
class Advisories:
    """One database, whose manifest was verified."""

    shards: Shards
    manifest: Manifest
    data: bytes

    @property
    def digest(self) -> str:
        """`sha256:…` of the manifest."""
        return f"sha256:{hashlib.sha256(self.data).hexdigest()}"

    def open(self, now: datetime) -> Opened:
        """Open it for one scan: connections are not kept, files are."""
        lookup = replace(self.shards.database(self.manifest), open=self._shard)
        return Opened(lookup, fact_of(self.manifest, self.data, now))

    def _shard(self, name: str) -> sqlite3.Connection:
        """One shard. One that is gone is a fault of the database: everything else is still worth telling."""
        try:
            return self.shards.open(self.manifest, name)
        except ShardGone as error:
            raise damaged(name, error.message) from None


def find(get: Callable[[str, int], bytes | None], shards: Shards, key: bytes) -> Advisories:
    """The database that is there now; `get` gives a small object under a cap.

    Raises EnvironmentFault where there is none or no key to know it by, RefusedDatabase where the key did not
    sign it, InvalidInput where it is damaged.
    """
    if not key:
        raise EnvironmentFault(
            "no public key is known that the advisory database must be signed with",
            hint="set OUTRIDER_DATABASE_PUBLIC_KEY or OUTRIDER_DATABASE_PUBLIC_KEY_PARAMETER.",
        )
    data = get(CURRENT, limits.ADVISORY_MANIFEST)
    if data is None:
        raise EnvironmentFault("there is no advisory database yet", hint="run the database function.")
    signing.verify(data, get(SIGNATURES, signing.MAX_BYTES) or b"", key)
    found = manifest.parse(data, CURRENT)
    return Advisories(shards, found, data)
