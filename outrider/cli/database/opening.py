"""Opens a database for `outrider scan`: the manifest now, each shard when it is first asked.

Shards are opened read-only and immutable, after their digest was compared with the manifest's. Signatures are
checked when a database arrives (`outrider db update`), by `outrider db info`, and here where a key is given:
without one, whoever can write to the folder could as well replace this program."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from outrider.cli.database.directory import (
    default_directory,
    manifest_bytes,
    signature_bytes,
    verify,
)
from outrider.errors import EnvironmentFault
from outrider.model.finding import DatabaseFact
from outrider.scan.advisories import manifest
from outrider.scan.advisories.database import Database
from outrider.scan.advisories.fact import fact_of
from outrider.scan.advisories.manifest import Manifest
from outrider.scan.advisories.schema import damaged


@dataclass(frozen=True, slots=True)
class OpenDatabase:
    """A database that can be asked."""

    directory: Path
    manifest: Manifest
    lookup: Database
    """Close it when all is asked."""
    fact: DatabaseFact
    """What reports say of it."""


def open_database(
    directory: Path | None = None, *, now: datetime | None = None, key: bytes = b""
) -> OpenDatabase:
    """Open the database in a folder; None: the default one. With a public key, only one that it has signed.

    Raises EnvironmentFault when there is none, RefusedDatabase when it is not signed so, and InvalidInput
    when its manifest is damaged. A damaged shard raises InvalidInput when it is first asked."""
    directory = directory or default_directory()
    data = manifest_bytes(directory)
    if data is None:
        raise EnvironmentFault(
            f"there is no advisory database in {directory}",
            hint=f"on a Debian machine: `outrider db build --from-apt -o {directory}`; or fetch one: "
            "`outrider db update --source URL`.",
        )
    if key:
        from outrider.cli.database import signing  # noqa: PLC0415 - who gives no key does not wait for it

        signing.verify(data, signature_bytes(directory), key)
    found = manifest.parse(data, str(directory / "manifest.json"))
    there = {
        shard.name: shard.ecosystems[0] if shard.ecosystems else ""
        for shard in found.shards
        if (directory / shard.file).is_file()
    }
    lookup = Database(there, lambda name: _open_shard(directory, found, name))
    return OpenDatabase(directory, found, lookup, fact_of(found, data, now or datetime.now(UTC)))


def _open_shard(directory: Path, found: Manifest, name: str) -> sqlite3.Connection:
    """One shard, for reading only. Raises InvalidInput or EnvironmentFault."""
    shard = found.shard(name)
    if shard is None:
        raise damaged(name, "the manifest does not have it")
    path = verify(directory, shard)
    try:
        return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error as error:
        raise damaged(name, str(error)) from None
