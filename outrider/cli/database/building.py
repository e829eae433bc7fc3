"""From sources to a database in a folder: read all into a scratch database, write each shard, put it in
place."""

import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from outrider.cli.database.choosing import wanted
from outrider.cli.database.directory import digest_of, explained, install, locked
from outrider.errors import EnvironmentFault
from outrider.model.outcome import Outcome
from outrider.scan.advisories import manifest
from outrider.scan.advisories.assembling import Feed, Progress, described, fill, gather, nothing, whole
from outrider.scan.advisories.manifest import Manifest, Shard
from outrider.scan.advisories.reading import Tally
from outrider.scan.advisories.staging import Staging


@dataclass(frozen=True, slots=True)
class Built:
    """A database that was built, and what came of its sources."""

    manifest: Manifest
    data: bytes
    """The manifest's file."""
    outcomes: tuple[Outcome, ...]
    tallies: tuple[tuple[str, Tally], ...]
    """Source → what came of it."""


def build(
    feeds: Sequence[Feed],
    directory: Path,
    *,
    built: str,
    only: Collection[str] = (),
    sign: Callable[[bytes], bytes] = lambda data: b"",
    progress: Progress = lambda what, count: None,
) -> Built:
    """Build a database in a folder, in place of what is there.

    `built`: its time, RFC 3339. `only`: ecosystems, with or without a release; empty: all. Raises
    EnvironmentFault when nothing at all could be read; then what is there stays."""
    with locked(directory) as work, explained(f"cannot write to {directory}"):
        staging = Staging(_connect(work / "staging.sqlite"), wanted(only))
        try:
            outcomes, sources, tallies = gather(feeds, staging, progress)
            if not staging.shards():
                raise nothing(outcomes)
            published = {
                source.sha256: tally.published for source, (_, tally) in zip(sources, tallies, strict=True)
            }
            staging.index()
            shards, files = [], {}
            for name in staging.shards():
                progress(f"writing {name}", 0)
                made, path = _write(name, staging, published, work)
                shards.append(made)
                files[made.file] = path
        except sqlite3.Error as error:
            raise EnvironmentFault(
                f"cannot write the database: {error}", hint="is there space left?"
            ) from None
        finally:
            staging.connection.close()
        found = whole(built, shards, sources)
        data = manifest.write(found)
        install(directory, data, sign(data), files)
    return Built(found, data, tuple(outcomes), tuple(tallies))


def _write(name: str, staging: Staging, published: dict[str, str], work: Path) -> tuple[Shard, Path]:
    """Write one shard; what it is, and where."""
    draft, path = work / "draft.sqlite", work / f"{name}.sqlite"
    connection = _connect(draft)
    try:
        counts = fill(connection, name, staging)
        connection.execute("VACUUM INTO ?", (str(path),))
    finally:
        connection.close()
        draft.unlink(missing_ok=True)
    return described(
        name, staging, published, counts=counts, sha256=digest_of(path), size=path.stat().st_size
    ), path


def _connect(path: Path) -> sqlite3.Connection:
    """An empty database for us alone; transactions are said, never begun behind our back."""
    return sqlite3.connect(path, isolation_level=None)
