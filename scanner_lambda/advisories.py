"""The advisory database of the state bucket: the manifest once a cold start, each shard when it is asked.

A database is believed when the key that we were given signed its manifest; shards have the digests of the
manifest. The manifest's name decides what is there: a later one is another database.
"""

import hashlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from outrider import limits
from outrider.errors import EnvironmentFault
from outrider.model.finding import DatabaseFact
from outrider.scan.advisories import manifest, signing
from outrider.scan.advisories.database import Database
from outrider.scan.advisories.fact import fact_of
from outrider.scan.advisories.manifest import Manifest, Shard
from outrider.scan.advisories.schema import damaged

MANIFEST, SIGNATURE = "db/manifest.json", "db/manifest.sig"
"""Keys in the state bucket; shards lie beside them under their file's name."""


class Objects(Protocol):
    """The state bucket, read as it lies there."""

    def raw(self, key: str, cap: int) -> bytes | None:
        """An object, whole."""

    def each(self, key: str, cap: int, take: Callable[[bytes], None]) -> bool:
        """An object, piece by piece; False: there is none."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A database that can be asked."""

    lookup: Database
    """Close it when all is asked."""
    fact: DatabaseFact


@dataclass(frozen=True, slots=True)
class Advisories:
    """One database, whose manifest was verified."""

    objects: Objects
    folder: Path
    manifest: Manifest
    data: bytes

    @property
    def digest(self) -> str:
        """`sha256:…` of the manifest."""
        return f"sha256:{hashlib.sha256(self.data).hexdigest()}"

    def open(self, now: datetime) -> Opened:
        """Open it for one scan: connections are not kept, files are."""
        shards = {one.name: one.ecosystems[0] if one.ecosystems else "" for one in self.manifest.shards}
        return Opened(Database(shards, self._shard), fact_of(self.manifest, self.data, now))

    def _shard(self, name: str) -> sqlite3.Connection:
        """One shard, for reading only. Raises InvalidInput, EnvironmentFault."""
        shard = self.manifest.shard(name)
        if shard is None:
            raise damaged(name, "the manifest does not have it")
        path = self.folder / shard.file
        if not path.is_file():
            self._fetch(shard, path)
        try:
            return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True)
        except sqlite3.Error as error:
            raise damaged(name, str(error)) from None

    def _fetch(self, shard: Shard, path: Path) -> None:
        """Fetch a shard; its file has its name only when it has its digest."""
        seen = hashlib.sha256()
        beside = path.with_suffix(".part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as file:

                def take(piece: bytes) -> None:
                    seen.update(piece)
                    file.write(piece)

                there = self.objects.each(f"db/{shard.file}", shard.size, take)
            if not there or seen.hexdigest() != shard.sha256:
                raise damaged(shard.name, "it is not what the manifest says it is")
            beside.replace(path)
        except OSError as error:
            raise EnvironmentFault(
                f"cannot keep the shard {shard.name}: {error.strerror or error}",
                hint="the function needs more ephemeral storage.",
            ) from None
        finally:
            beside.unlink(missing_ok=True)


def find(objects: Objects, folder: Path, key: bytes) -> Advisories:
    """The database that is there now.

    Raises EnvironmentFault where there is none or no key to know it by, RefusedDatabase where the key did not
    sign it, InvalidInput where it is damaged.
    """
    if not key:
        raise EnvironmentFault(
            "no public key is known that the advisory database must be signed with",
            hint="set OUTRIDER_DATABASE_PUBLIC_KEY or OUTRIDER_DATABASE_PUBLIC_KEY_PARAMETER.",
        )
    data = objects.raw(MANIFEST, limits.ADVISORY_MANIFEST)
    if data is None:
        raise EnvironmentFault("there is no advisory database yet", hint="run the database function.")
    signing.verify(data, objects.raw(SIGNATURE, signing.MAX_BYTES) or b"", key)
    found = manifest.parse(data, MANIFEST)
    return Advisories(objects, folder, found, data)
