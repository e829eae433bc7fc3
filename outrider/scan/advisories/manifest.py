"""The manifest of a database: which shards it has, what they are made of, and their digests.

Shards' files are named for what is in them: a shard that did not change is the same file in the next
database."""

import json
import re
from dataclasses import asdict, dataclass
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.advisories.dates import parse_date
from outrider.scan.advisories.fields import items, mapping, parse_json, text, texts
from outrider.scan.advisories.names import is_shard

FORMAT = 1
"""Version of the manifest's form."""

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_HINT = "fetch or build the database again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One file of the database."""

    name: str
    """`debian-12`."""
    sha256: str
    size: int
    """Bytes."""
    ecosystems: tuple[str, ...] = ()
    """In the words of its advisories, sorted; empty for the shard `cve`."""
    advisories: int = 0
    """Of the shard `cve`: exploited flaws."""
    packages: int = 0
    ranges: int = 0
    versions: int = 0
    """Explicit versions outside ranges; of the shard `cve`: flaws with an EPSS score."""
    withdrawn: int = 0
    newest: str = ""
    """Date of the newest advisory; empty where the feed dates none."""
    as_of: str = ""
    """When the newest source was published, where sources say so."""
    sources: tuple[str, ...] = ()
    """Digests of what it was made of, sorted."""

    @property
    def file(self) -> str:
        """Its file name."""
        return f"{self.name}.{self.sha256[:16]}.sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One feed that was read."""

    name: str
    """The file's name, without its folder."""
    sha256: str
    """Of the file; of a folder: of its files' names and digests."""
    formats: tuple[str, ...] = ()
    documents: int = 0
    records: int = 0
    problems: int = 0
    """Records that could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A whole database."""

    built: str
    """RFC 3339 in UTC, as `2026-11-27T12:00:00Z`."""
    shards: tuple[Shard, ...] = ()
    """Sorted by name."""
    sources: tuple[Source, ...] = ()
    """Sorted by digest."""

    def shard(self, name: str) -> Shard | None:
        """The shard of a name."""
        return next((shard for shard in self.shards if shard.name == name), None)

    def as_of(self) -> str:
        """How old the database's silence is: the oldest publication its shards of packages know of, at most
        `built`."""
        dates = [parse_date(shard.as_of) for shard in self.shards if shard.ecosystems and shard.as_of]
        known = [date for date in dates if date]
        built = parse_date(self.built)
        oldest = min([*known, built] if built else known, default=None)
        return oldest.strftime("%Y-%m-%dT%H:%M:%SZ") if oldest else self.built


def write(manifest: Manifest) -> bytes:
    """The manifest as a file: the same for the same database."""
    value = {"format": FORMAT, **asdict(manifest)}
    for shard, made in zip(value["shards"], manifest.shards, strict=True):
        shard["file"] = made.file
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def parse(data: bytes, what: str = "the manifest") -> Manifest:
    """Read a manifest. Raises InvalidInput for anything else."""
    if len(data) > limits.ADVISORY_MANIFEST:
        raise InvalidInput(f"{what} has more than {limits.ADVISORY_MANIFEST} bytes")
    root = mapping(parse_json(data, what))
    if root.get("format") != FORMAT:
        raise InvalidInput(f"{what} is not of form {FORMAT}, the only one this program reads", hint=_HINT)
    built = text(root.get("built"), 40)
    if parse_date(built) is None:
        raise InvalidInput(f"{what} does not say when the database was built", hint=_HINT)
    shards = tuple(_shard(mapping(entry), what) for entry in items(root.get("shards")))
    if len({shard.name for shard in shards}) != len(shards) or len(shards) > limits.ADVISORY_SHARDS:
        raise InvalidInput(f"{what} names a shard twice, or more than {limits.ADVISORY_SHARDS}", hint=_HINT)
    sources = tuple(_source(mapping(entry), what) for entry in items(root.get("sources")))
    return Manifest(built=built, shards=shards, sources=sources)


def _shard(entry: Any, what: str) -> Shard:
    """One shard; its name becomes a file's."""
    shard = Shard(
        name=text(entry.get("name"), 100),
        sha256=_digest(entry, what),
        size=_number(entry, "size", what),
        ecosystems=texts(entry.get("ecosystems")),
        advisories=_number(entry, "advisories", what),
        packages=_number(entry, "packages", what),
        ranges=_number(entry, "ranges", what),
        versions=_number(entry, "versions", what),
        withdrawn=_number(entry, "withdrawn", what),
        newest=text(entry.get("newest"), 40),
        as_of=text(entry.get("as_of"), 40),
        sources=texts(entry.get("sources"), 64),
    )
    if not is_shard(shard.name) or shard.file != entry.get("file"):
        raise InvalidInput(f"{what} names a shard or a file as none can be named: {shard.name!r}", hint=_HINT)
    if shard.size > limits.ADVISORY_SHARD:
        raise InvalidInput(f"{what}: the shard {shard.name} is said to have {shard.size} bytes", hint=_HINT)
    return shard


def _source(entry: Any, what: str) -> Source:
    """One source."""
    return Source(
        name=text(entry.get("name"), 256),
        sha256=_digest(entry, what),
        formats=texts(entry.get("formats"), 64),
        documents=_number(entry, "documents", what),
        records=_number(entry, "records", what),
        problems=_number(entry, "problems", what),
    )


def _digest(entry: Any, what: str) -> str:
    """A SHA-256."""
    found = text(entry.get("sha256"), 65)
    if not _SHA256.match(found):
        raise InvalidInput(f"{what} has a digest that is none: {found!r}", hint=_HINT)
    return found


def _number(entry: Any, name: str, what: str) -> int:
    """A count or a size."""
    value = entry.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 53:
        raise InvalidInput(f"{what}: {name} is no count: {str(value)[:40]}", hint=_HINT)
    return value
