"""Is a record what was written? Its frames, its chain, and the chain of its seals."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

from outrider.errors import InvalidInput
from outrider.runtime.flight import sealed
from outrider.runtime.flight.framing import Frame
from outrider.runtime.flight.reader import SegmentReader
from outrider.runtime.flight.segment import Header, file_name, file_number

_CHUNK = 64 << 10


@dataclass(frozen=True, slots=True)
class Looked:
    """One segment, read to its end or to its first fault."""

    name: str
    size: int
    """Bytes."""
    sha256: str
    header: Header | None
    tail: bytes
    """Chain value at its end, or after its last whole frame."""
    events: int
    first_ns: int
    last_ns: int
    """No event is earlier, or later; 0 when there are none."""
    problem: str
    """Empty when all of it is good."""
    torn: int
    """Bytes of a last frame that has no end. Not a problem by itself: it may be being written."""


def look(name: str, stream: BinaryIO, *, deep: bool = True) -> Looked:
    """Read one segment. Not deep: its frames and chain alone, without unpacking, which takes a hundredth.

    Raises what the stream raises.
    """
    reader = SegmentReader()
    whole = hashlib.sha256()
    size = events = first = last = 0
    problem = ""
    while data := stream.read(_CHUNK):
        size += len(data)
        whole.update(data)
        if problem:
            continue
        try:
            for frame in _frames(reader, data, deep=deep):
                first = min(first, frame.first_ns) if events else frame.first_ns
                last = max(last, frame.last_ns)
                events += frame.count
        except InvalidInput as error:
            problem = error.message
    framer = reader.framer
    torn = framer.pending if not problem else 0
    if not problem and framer.header is None:
        problem, torn = "its header is not whole", 0
    if not problem and framer.header is not None and framer.header.number != file_number(name):
        problem = f"it says that it is {file_name(framer.header.number)}"
    if problem:
        problem = f"{problem}; {size - (reader.good if deep else framer.offset)} bytes passed over"
    return Looked(
        name, size, whole.hexdigest(), framer.header, framer.chain, events, first, last, problem, torn
    )


def _frames(reader: SegmentReader, data: bytes, *, deep: bool) -> Iterator[Frame]:
    """Whole frames, their events looked at or not."""
    return (frame for frame, _ in reader.frames(data)) if deep else reader.framer.feed(data)


def chain_problems(segments: Sequence[Looked], *, newest_may_grow: bool) -> Iterator[str]:
    """What is wrong with segments, given in order of their numbers: in them and between them.

    `newest_may_grow`: the last one may end in a frame that is being written.
    """
    before: Looked | None = None
    for place, segment in enumerate(segments, start=1):
        if segment.problem:
            yield f"{segment.name}: {segment.problem}"
        if segment.torn and not (newest_may_grow and place == len(segments)):
            yield f"{segment.name}: its last frame has no end; {segment.torn} bytes passed over"
        if segment.header is None:
            before = None
            continue
        if before is not None and before.header is not None:
            yield from _between(before, before.header, segment.name, segment.header)
        before = segment


def _between(before: Looked, last: Header, name: str, header: Header) -> Iterator[str]:
    """What is wrong between two segments."""
    if header.container != last.container:
        yield f"{name}: of container {header.container}, {before.name} is of {last.container}"
    elif header.number != last.number + 1:
        yield f"{name}: there is none between it and {before.name}"
    elif header.previous != before.tail:
        yield f"{name}: it does not continue {before.name}: one of them was changed or cut"


def seal_problems(seal: sealed.Seal, segments: Sequence[Looked]) -> Iterator[str]:
    """What is wrong with one seal, given the segments in its directory in order of their numbers."""
    there = {segment.name: segment for segment in segments}
    for file in seal.files:
        found = there.pop(file.name, None)
        if found is None:
            yield f"{file.name}: missing"
        elif found.sha256 != file.sha256 or found.size != file.size:
            yield f"{file.name}: not the file that was sealed"
        elif found.header is not None and found.header.container != seal.container:
            yield f"{file.name}: of container {found.header.container}, the seal is of {seal.container}"
        elif sealed_file(found) != file:
            yield f"{file.name}: its chain is not the one that was sealed"
    for name in there:
        yield f"{name}: not in the manifest"
    yield from chain_problems(segments, newest_may_grow=False)


def seal_chain_problems(manifests: Iterable[bytes]) -> Iterator[str]:
    """What is wrong between the seals of one record, given manifests that parse, in any order."""
    seals = sorted(((sealed.parse(data), data) for data in manifests), key=lambda found: found[0].number)
    for (before, data), (seal, _) in pairwise(seals):
        if seal.number != before.number + 1:
            yield f"seal {seal.name}: number {seal.number} follows on {before.number}: one is missing"
        elif seal.previous != sealed.digest(data):
            yield f"seal {seal.name}: it does not continue seal {before.name}: one of them was changed"


def sealed_file(looked: Looked) -> sealed.SealedFile:
    """What a manifest says of a segment, of a damaged one as well: it is evidence too."""
    head = looked.header.previous.hex() if looked.header else ""
    return sealed.SealedFile(looked.name, looked.size, looked.sha256, head, looked.tail.hex())


def overlaps(looked: Looked, from_ns: int, to_ns: int) -> bool:
    """Whether a segment has events of that time."""
    return looked.events > 0 and looked.first_ns <= to_ns and looked.last_ns >= from_ns
