"""Segments: what one artifact consists of, as every scan appends it to the inverted index.

A segment stands for its artifact as of one moment. Of two of the same artifact the later counts, and of two
of the same moment the one with the greater digest: so any number of scans may append in any order, twice,
and the index is the same."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.scan.advisories.names import is_shard
from outrider.scan.matching.coordinates import Coordinate
from outrider.scan.packed import pack, unpack
from scanner_lambda import caps

FORMAT = 1
"""Version of the segments' form."""

LATEST = (1 << 53) - 1
"""Microseconds since the epoch that a segment may be of: what JSON carries exactly, the year 2255."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One artifact as of one moment."""

    artifact: str
    """`image:sha256:…` or `function:arn:…`."""
    at: int
    """When it was scanned, microseconds since the epoch."""
    coordinates: tuple[Coordinate, ...] = ()
    """Sorted, each once; none: there is nothing in it that any feed speaks of, or it is gone."""
    digest: str = ""
    """Of the coordinates, 32 hex digits; `segment` sets it."""

    @property
    def order(self) -> tuple[int, str]:
        """Greater: it counts, among segments of the same artifact."""
        return self.at, self.digest


def segment(artifact: str, at: int, coordinates: Sequence[Coordinate]) -> Segment:
    """A segment with its digest. Raises InvalidInput for an id or a moment that cannot be one."""
    if not 0 < len(artifact) <= caps.INDEX_ARTIFACT or not artifact.isprintable():
        raise InvalidInput(f"no artifact has the id {artifact[:80]!r}")
    if not 0 <= at <= LATEST:
        raise InvalidInput(f"the segment of {artifact} is of no moment: {at}")
    found = tuple(sorted(set(coordinates)))
    words = json.dumps(found, ensure_ascii=True, separators=(",", ":"))
    return Segment(artifact, at, found, hashlib.sha256(words.encode()).hexdigest()[:32])


def name(one: Segment) -> str:
    """The same for the same segment, and another for any other: what it is stored under."""
    artifact = hashlib.sha256(one.artifact.encode()).hexdigest()[:32]
    return f"{artifact}.{one.at:016}.{one.digest}"


def write(one: Segment) -> bytes:
    """As bytes: the same for the same segment."""
    packages: dict[str, dict[str, list[str]]] = {}
    for shard, package, version in one.coordinates:
        packages.setdefault(shard, {}).setdefault(package, []).append(version)
    value = {"format": FORMAT, "artifact": one.artifact, "at": one.at, "packages": packages}
    body = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return pack(body)


def parse(data: bytes) -> Segment:
    """Read what `write` gave. Raises InvalidInput for anything else."""
    value = json_document.parse(unpack(data, caps.INDEX_SEGMENT, "the segment"), "the segment")
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise InvalidInput(f"not a segment of form {FORMAT}")
    artifact, at, packages = value.get("artifact"), value.get("at"), value.get("packages")
    if not isinstance(artifact, str) or not isinstance(at, int) or isinstance(at, bool):
        raise InvalidInput("the segment does not say which artifact it is of, and when")
    if not isinstance(packages, dict):
        raise InvalidInput(f"the segment of {artifact[:80]} has no packages")
    return segment(artifact, at, _coordinates(packages))


def _coordinates(packages: dict[str, Any]) -> list[Coordinate]:
    """The packages of a document."""
    found: list[Coordinate] = []
    for shard, names in packages.items():
        if not is_shard(shard) or not isinstance(names, dict):
            raise InvalidInput(f"the segment speaks of a shard that is none: {shard[:80]!r}")
        for package, versions in names.items():
            if not isinstance(versions, list) or not is_word(package) or not all(map(is_word, versions)):
                raise InvalidInput(f"the segment has a package that is none: {package[:80]!r}")
            found += [(shard, package, version) for version in versions]
    return found


def is_word(value: object) -> bool:
    """Whether it can be a package's name or version."""
    return isinstance(value, str) and len(value) <= limits.VERSION
