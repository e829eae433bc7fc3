"""From sources to a database in a folder: read all into a scratch database, write each shard, put it in
place."""

import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from outrider.cli.database.choosing import wanted
from outrider.cli.database.directory import digest_of, explained, install, locked
from outrider.cli.database.sources import Feed
from outrider.errors import EnvironmentFault, OutriderError
from outrider.model.outcome import Covered, Failed, Outcome, Skipped
from outrider.scan.advisories import manifest, shard
from outrider.scan.advisories.dates import in_full, parse_date
from outrider.scan.advisories.manifest import Manifest, Shard, Source
from outrider.scan.advisories.names import CVE_SHARD
from outrider.scan.advisories.reading import Tally, read
from outrider.scan.advisories.staging import Staging
from outrider.scan.versions.registry import scheme_of

Progress = Callable[[str, int], None]
"""Told what is worked on, and how many records are done."""


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
            outcomes, sources, tallies = _read(feeds, staging, progress)
            if not staging.shards():
                raise _nothing(outcomes)
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
        unique = {source.sha256: source for source in sorted(sources, key=lambda source: source.name)}
        in_order = tuple(unique[digest] for digest in sorted(unique))
        whole = Manifest(built=built, shards=tuple(shards), sources=in_order)
        data = manifest.write(whole)
        install(directory, data, sign(data), files)
    return Built(whole, data, tuple(outcomes), tuple(tallies))


def _read(
    feeds: Sequence[Feed], staging: Staging, progress: Progress
) -> tuple[list[Outcome], list[Source], list[tuple[str, Tally]]]:
    """Read all sources, each once."""
    outcomes: list[Outcome] = []
    sources: list[Source] = []
    tallies: list[tuple[str, Tally]] = []
    seen: set[str] = set()
    for feed in feeds:
        try:
            digest = feed.digest()
            if digest in seen:
                outcomes.append(Skipped(feed.name, "it is the same as another source"))
                continue
            seen.add(digest)
            tally = read(
                feed.documents(),
                staging,
                digest,
                format_=feed.format,
                progress=lambda count, name=feed.name: progress(name, count),  # type: ignore[misc]
            )
        except OutriderError as error:
            outcomes.append(Failed(feed.name, error.message, error.hint))
            continue
        tally.published = max(tally.published, feed.published)
        outcomes += _outcomes(feed.name, tally)
        tallies.append((feed.name, tally))
        sources.append(_source(feed.name, digest, tally))
    return outcomes, sources, tallies


def _source(name: str, digest: str, tally: Tally) -> Source:
    """A source as the manifest names it."""
    return Source(
        name=name,
        sha256=digest,
        formats=tuple(sorted(tally.documents)),
        documents=tally.documents.total(),
        records=tally.records.total(),
        problems=tally.failed,
    )


def _outcomes(name: str, tally: Tally) -> list[Outcome]:
    """What came of a source: what was read, what was left out and why, what could not be read."""
    found: list[Outcome] = []
    for format_, count in sorted(tally.records.items()):
        documents = tally.documents[format_]
        found.append(Covered(f"{name}: {format_}", f"{count} records of {documents} documents"))
    if not tally.records and not tally.failed:
        found.append(Skipped(name, "it has no advisories in a format we know"))
    elif tally.unknown:
        found.append(Skipped(name, f"{tally.unknown} documents of no format we know"))
    for reason, count in sorted(tally.left_out.items()):
        example = tally.examples[reason]
        found.append(Skipped(name, f"{count} {reason}" + (f", as {example}" if example else "")))
    found += [Failed(f"{name}: {p.subject}".removesuffix(": "), p.words) for p in tally.problems]
    if tally.failed > len(tally.problems):
        found.append(Failed(name, f"and {tally.failed - len(tally.problems)} more that could not be read"))
    return found


def _nothing(outcomes: Sequence[Outcome]) -> EnvironmentFault:
    """The error for sources that hold nothing."""
    why = next((f"{o.subject}: {o.error}" for o in outcomes if isinstance(o, Failed)), "")
    return EnvironmentFault(
        "no advisory could be read from the sources" + (f" ({why})" if why else ""),
        hint="`outrider db build --help` lists the formats; name one as osv:FILE.",
    )


def _write(name: str, staging: Staging, published: dict[str, str], work: Path) -> tuple[Shard, Path]:
    """Write one shard; what it is, and where."""
    draft, path = work / "draft.sqlite", work / f"{name}.sqlite"
    ecosystems = [ecosystem for ecosystem in staging.ecosystems(name) if ecosystem]
    connection = _connect(draft)
    try:
        if name == CVE_SHARD:
            counts = shard.write_cves(connection, staging)
        else:
            counts = shard.write(connection, scheme_of(ecosystems[0]), staging.advisories(name))
        connection.execute("COMMIT")
        connection.execute("VACUUM INTO ?", (str(path),))
    finally:
        connection.close()
        draft.unlink(missing_ok=True)
    sources = staging.sources(name)
    dates = [in_full(date) for digest in sources if (date := parse_date(published[digest]))]
    found = Shard(
        name=name,
        sha256=digest_of(path),
        size=path.stat().st_size,
        ecosystems=tuple(ecosystems),
        as_of=max(dates, default=""),
        sources=tuple(sources),
        **asdict(counts),
    )
    return found, path


def _connect(path: Path) -> sqlite3.Connection:
    """An empty database for us alone; transactions are said, never begun behind our back."""
    return sqlite3.connect(path, isolation_level=None)
