"""Feeds → shards in a folder, and their manifest; what a feed that failed would have made is carried over."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from outrider.errors import EnvironmentFault
from outrider.model.outcome import Failed, Outcome
from outrider.scan.advisories.assembling import Feed, described, fill, gather, nothing, whole
from outrider.scan.advisories.manifest import Manifest, Shard
from outrider.scan.advisories.staging import Staging
from scanner_lambda.shards import digest_of


@dataclass(frozen=True, slots=True)
class Built:
    """Shards that were made."""

    manifest: Manifest
    files: dict[str, Path]
    """Shard's file name → where it lies."""
    outcomes: tuple[Outcome, ...]


def build(feeds: Sequence[Feed], folder: Path, built: str) -> Built:
    """Read feeds and write every shard. `built`: the time, RFC 3339.

    Raises EnvironmentFault when nothing could be read, or there is no room."""
    try:
        staging = Staging(_connect(folder / "staging.sqlite"), lambda name: True)
        try:
            outcomes, sources, tallies = gather(feeds, staging, lambda what, count: None)
            if not staging.shards():
                raise nothing(outcomes)
            pairs = zip(sources, tallies, strict=True)
            published = {source.sha256: tally.published for source, (_, tally) in pairs}
            staging.index()
            made = [_write(name, staging, published, folder) for name in staging.shards()]
        finally:
            staging.connection.close()
    except (sqlite3.Error, OSError) as error:
        raise EnvironmentFault(f"cannot write the database: {error}", hint="is there room in /tmp?") from None
    manifest = whole(built, [shard for shard, _ in made], sources)
    return Built(manifest, {shard.file: path for shard, path in made}, tuple(outcomes))


def carried(new: Manifest, old: Manifest, failed: bool) -> tuple[Manifest, list[Outcome]]:
    """The new manifest, with shards of the old that it lacks where a feed `failed`: old news is better
    than none, and its age tells."""
    missing = [shard for shard in old.shards if new.shard(shard.name) is None] if failed else []
    if not missing:
        return new, []
    shards = sorted((*new.shards, *missing), key=lambda shard: shard.name)
    named = {digest for shard in missing for digest in shard.sources}
    sources = [*new.sources, *(source for source in old.sources if source.sha256 in named)]
    told: list[Outcome] = [
        Failed(f"shard {shard.name}", "no feed of it could be read; it is that of the database before")
        for shard in missing
    ]
    return whole(new.built, shards, sources), told


def _write(name: str, staging: Staging, published: dict[str, str], folder: Path) -> tuple[Shard, Path]:
    """Write one shard; what it is, and where."""
    draft, path = folder / "draft.sqlite", folder / f"{name}.sqlite"
    connection = _connect(draft)
    try:
        counts = fill(connection, name, staging)
        connection.execute("VACUUM INTO ?", (str(path),))
    finally:
        connection.close()
        draft.unlink(missing_ok=True)
    size = path.stat().st_size
    return described(name, staging, published, counts=counts, sha256=digest_of(path), size=size), path


def _connect(path: Path) -> sqlite3.Connection:
    """An empty database for us alone; transactions are said, never begun behind our back."""
    return sqlite3.connect(path, isolation_level=None)
