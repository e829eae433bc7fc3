"""Databases of the state bucket by the digest of their manifest: the newest, and the one before it.

`db/manifest.json` is the newest; each that ever was the newest is kept as `db/manifests/<sha256>.json`
beside its signature, and shards as `db/<file>`, named for their content. Nothing is believed that has
another digest than the name says, or that the key, where one is given, has not signed."""

import hashlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from outrider import limits
from outrider.errors import EnvironmentFault, InvalidInput
from outrider.scan.advisories import manifest, signing
from outrider.scan.advisories.database import Database
from outrider.scan.advisories.manifest import Manifest, Shard
from outrider.scan.advisories.schema import damaged

CURRENT, SIGNATURES = "db/manifest.json", "db/manifest.sig"

_PIECE = 1 << 20


def kept(digest: str) -> str:
    """Where the manifest of a digest is kept; its signature has `.sig` in place of `.json`."""
    return f"db/manifests/{digest}.json"


def shard_key(shard: Shard) -> str:
    """Where a shard lies."""
    return f"db/{shard.file}"


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


@dataclass(frozen=True, slots=True)
class Shelf:
    """Opens databases; what was fetched stays in a folder for as long as the function is warm."""

    get: Callable[[str, int], bytes | None]
    """A small object under a cap."""
    download: Callable[[str, Path, int], bool]
    """An object of exactly so many bytes into a file; False: there is none. May raise InvalidInput."""
    folder: Path
    public_key: bytes = b""

    def manifest(self, digest: str) -> Manifest | None:
        """One manifest; None: it is gone. Raises InvalidInput or RefusedDatabase."""
        data = self.get(kept(digest), limits.ADVISORY_MANIFEST)
        if data is None:
            return None
        if hashlib.sha256(data).hexdigest() != digest:
            raise InvalidInput(f"{kept(digest)} is not what its name says")
        if self.public_key:
            name = kept(digest).replace(".json", ".sig")
            signing.verify(data, self.get(name, signing.MAX_BYTES) or b"", self.public_key)
        return manifest.parse(data, kept(digest))

    def database(self, found: Manifest) -> Database:
        """Open one; a shard is fetched when it is first asked. Close it when all is asked."""
        shards = {one.name: one.ecosystems[0] if one.ecosystems else "" for one in found.shards}
        return Database(shards, lambda name: self.open(found, name))

    def open(self, found: Manifest, name: str) -> sqlite3.Connection:
        """One shard, for reading only. Raises InvalidInput, or EnvironmentFault when it is gone."""
        shard = found.shard(name)
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
        """Bring a shard's file, whole and checked."""
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        try:
            if not self.download(shard_key(shard), partial, shard.size):
                raise EnvironmentFault(f"the shard {shard.name} is gone", hint="build the database again.")
            if digest_of(partial) != shard.sha256:
                raise damaged(shard.name, "it is not what the manifest says it is")
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
