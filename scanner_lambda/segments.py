"""Segments: what one artifact consists of, as every scan appends it to the inverted index.

A segment stands for its artifact as of one moment. Of two of the same artifact the later counts, and of two
of the same moment the one with the greater digest: so any number of scans may append in any order, twice,
and the index is the same.

A segment is a line that says what it is of, and a line for each coordinate, written in one way only: most
lines of an account are in very many segments, and compaction reads each of them once."""

import hashlib
import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model import json_document
from outrider.scan.advisories.names import is_shard
from outrider.scan.matching.coordinates import Coordinate
from outrider.scan.packed import pack, unpack
from scanner_lambda import caps

FORMAT = 2
"""Version of the segments' form."""

LATEST = (1 << 53) - 1
"""Microseconds since the epoch that a segment may be of: what JSON carries exactly, the year 2255."""


_ENCODE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

NUMBERS = "I"
"""Type code of arrays of coordinates' numbers: four bytes."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One artifact as of one moment."""

    artifact: str
    """`image:sha256:…` or `function:arn:…`."""
    at: int
    """When it was scanned, microseconds since the epoch."""
    lines: tuple[bytes, ...] = ()
    """Its coordinates, sorted, each once; none: there is nothing in it that any feed speaks of, or it is
    gone."""
    digest: str = ""
    """Of the lines, 32 hex digits; `segment` sets it."""

    @property
    def order(self) -> tuple[int, str]:
        """Greater: it counts, among segments of the same artifact."""
        return self.at, self.digest

    @property
    def coordinates(self) -> tuple[Coordinate, ...]:
        """What its lines say. Raises InvalidInput for one that says nothing."""
        return tuple(map(_coordinate, self.lines))


@dataclass(slots=True)
class Lexicon:
    """Coordinates by number: each is read and checked once, however many segments have it."""

    numbers: dict[bytes, int] = field(default_factory=dict)
    coordinates: list[Coordinate] = field(default_factory=list)

    def read(self, one: Segment) -> "array[int]":
        """The numbers of a segment's coordinates. Raises InvalidInput when a line is none."""
        for line in set(one.lines).difference(self.numbers):
            coordinate = _coordinate(line)
            self.numbers[line] = len(self.coordinates)
            self.coordinates.append(coordinate)
        return array(NUMBERS, map(self.numbers.__getitem__, one.lines))


def segment(artifact: str, at: int, coordinates: Sequence[Coordinate]) -> Segment:
    """A segment with its digest. Raises InvalidInput for an id or a moment that cannot be one."""
    return _segment(artifact, at, tuple(sorted(map(_line, set(coordinates)))))


def _segment(artifact: str, at: int, lines: tuple[bytes, ...]) -> Segment:
    """The same, of lines."""
    if not 0 < len(artifact) <= caps.INDEX_ARTIFACT or not artifact.isprintable():
        raise InvalidInput(f"no artifact has the id {artifact[:80]!r}")
    if not 0 <= at <= LATEST:
        raise InvalidInput(f"the segment of {artifact} is of no moment: {at}")
    return Segment(artifact, at, lines, hashlib.sha256(b"\n".join(lines)).hexdigest()[:32])


def name(one: Segment) -> str:
    """The same for the same segment, and another for any other: what it is stored under."""
    artifact = hashlib.sha256(one.artifact.encode()).hexdigest()[:32]
    return f"{artifact}.{one.at:016}.{one.digest}"


def write(one: Segment) -> bytes:
    """As bytes: the same for the same segment."""
    head = json.dumps({"format": FORMAT, "artifact": one.artifact, "at": one.at}, ensure_ascii=False)
    return pack(b"\n".join((head.encode(), *one.lines)))


def parse(data: bytes) -> Segment:
    """Read what `write` gave, but for what its lines say. Raises InvalidInput for anything else."""
    head, *lines = unpack(data, caps.INDEX_SEGMENT, "the segment").split(b"\n")
    value = json_document.parse(head, "the segment")
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise InvalidInput(f"not a segment of form {FORMAT}")
    artifact, at = value.get("artifact"), value.get("at")
    if not isinstance(artifact, str) or not isinstance(at, int) or isinstance(at, bool):
        raise InvalidInput("the segment does not say which artifact it is of, and when")
    if sorted(set(lines)) != lines:
        raise InvalidInput(f"the lines of the segment of {artifact[:80]!r} do not ascend")
    return _segment(artifact, at, tuple(lines))


def _line(coordinate: Coordinate) -> bytes:
    """A coordinate as it is written."""
    return _ENCODE(coordinate).encode()


def _coordinate(line: bytes) -> Coordinate:
    """A line read. Raises InvalidInput for what is none, or is written in another way."""
    match json_document.parse(line, "a line of the segment"):
        case [str(shard), str(package), str(version)] if (
            is_shard(shard) and is_word(package) and is_word(version)
        ):
            found = shard, package, version
        case _:
            raise InvalidInput(f"the segment has a package that is none: {line[:80]!r}")
    if _line(found) != line:
        raise InvalidInput(f"the segment has a line of another form: {line[:80]!r}")
    return found


def is_word(value: object) -> bool:
    """Whether it can be a package's name or version."""
    return isinstance(value, str) and len(value) <= limits.VERSION
