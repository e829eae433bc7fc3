"""A database from its feeds, but for where the bytes lie: read all into staging, fill each shard, say what it
is."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Protocol

from outrider.errors import EnvironmentFault, OutriderError
from outrider.model.outcome import Covered, Failed, Outcome, Skipped
from outrider.scan.advisories import shard
from outrider.scan.advisories.dates import in_full, parse_date
from outrider.scan.advisories.manifest import Manifest, Shard, Source
from outrider.scan.advisories.names import CVE_SHARD
from outrider.scan.advisories.reading import Tally, read
from outrider.scan.advisories.record import Document, Format
from outrider.scan.advisories.shard import Counts
from outrider.scan.advisories.staging import Staging
from outrider.scan.versions.registry import scheme_of

Progress = Callable[[str, int], None]
"""Told what is worked on, and how many records are done."""


class Feed(Protocol):
    """One source of a build."""

    @property
    def name(self) -> str:
        """Its file's name."""

    @property
    def format(self) -> Format | None:
        """Its format, where the user named one."""

    @property
    def published(self) -> str:
        """When it was published, where that is known from beside it."""

    def digest(self) -> str:
        """SHA-256 of all there is of it."""

    def documents(self) -> Iterator[Document]:
        """Its documents, one after the other."""


def gather(
    feeds: Sequence[Feed], staging: Staging, progress: Progress
) -> tuple[list[Outcome], list[Source], list[tuple[str, Tally]]]:
    """Read all feeds into staging, each once. One that cannot be read fails by name, the rest is read."""
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


def nothing(outcomes: Sequence[Outcome]) -> EnvironmentFault:
    """The error for feeds that hold nothing."""
    why = next((f"{o.subject}: {o.error}" for o in outcomes if isinstance(o, Failed)), "")
    return EnvironmentFault(
        "no advisory could be read from the sources" + (f" ({why})" if why else ""),
        hint="`outrider db build --help` lists the formats; name one as osv:FILE.",
    )


def fill(connection: sqlite3.Connection, name: str, staging: Staging) -> Counts:
    """Fill an empty database with what staging has for one shard, and commit."""
    if name == CVE_SHARD:
        counts = shard.write_cves(connection, staging)
    else:
        counts = shard.write(connection, scheme_of(_ecosystems(name, staging)[0]), staging.advisories(name))
    connection.execute("COMMIT")
    return counts


def described(
    name: str,
    staging: Staging,
    published: Mapping[str, str],
    *,
    counts: Counts,
    sha256: str,
    size: int,
) -> Shard:
    """A shard's line of the manifest. `published`: digest of a feed → when that was published."""
    sources = staging.sources(name)
    dates = [in_full(date) for digest in sources if (date := parse_date(published[digest]))]
    return Shard(
        name=name,
        sha256=sha256,
        size=size,
        ecosystems=tuple(_ecosystems(name, staging)),
        as_of=max(dates, default=""),
        sources=tuple(sources),
        **asdict(counts),
    )


def _ecosystems(name: str, staging: Staging) -> list[str]:
    """Ecosystems of a shard; none of the shard `cve`."""
    return [ecosystem for ecosystem in staging.ecosystems(name) if ecosystem]


def whole(built: str, shards: Sequence[Shard], sources: Sequence[Source]) -> Manifest:
    """The manifest of shards and of the sources they were made of, each source once."""
    unique = {source.sha256: source for source in sorted(sources, key=lambda source: source.name)}
    return Manifest(
        built=built, shards=tuple(shards), sources=tuple(unique[digest] for digest in sorted(unique))
    )
