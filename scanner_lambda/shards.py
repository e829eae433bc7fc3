"""Shards of the state bucket: fetched when one is first asked, kept for as long as the function is warm."""

import hashlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from outrider.errors import EnvironmentFault
from outrider.scan.advisories.database import Database
from outrider.scan.advisories.manifest import Manifest, Shard
from outrider.scan.advisories.schema import damaged

_PIECE = 1 << 20


class ShardGone(EnvironmentFault):
    """The manifest names a shard that does not lie in the bucket any more."""


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
class Shards:
    """Files in a folder, by the names that manifests give them: those name their content."""

    download: Callable[[str, Path, int], str]
    """An object of exactly so many bytes into a file; its SHA-256 in hex, empty: there is none. May raise
    InvalidInput."""
    folder: Path

    def database(self, found: Manifest) -> Database:
        """Open one; a shard is fetched when it is first asked. Close it when all is asked."""
        shards = {one.name: one.ecosystems[0] if one.ecosystems else "" for one in found.shards}
        return Database(shards, lambda name: self.open(found, name))

    def open(self, found: Manifest, name: str) -> sqlite3.Connection:
        """One shard, for reading only. Raises InvalidInput, ShardGone, EnvironmentFault."""
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
        """Bring a shard; its file has its name only when it has its digest."""
        partial = path.with_suffix(".partial")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            seen = self.download(shard_key(shard), partial, shard.size)
            if not seen:
                raise ShardGone(f"the shard {shard.name} is gone", hint="build the database again.")
            if seen != shard.sha256:
                raise damaged(shard.name, "it is not what the manifest says it is")
            partial.replace(path)
        except OSError as error:
            raise EnvironmentFault(
                f"cannot keep the shard {shard.name}: {error.strerror or error}",
                hint="the function needs more ephemeral storage.",
            ) from None
        finally:
            partial.unlink(missing_ok=True)
