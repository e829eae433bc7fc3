"""The files of one flight record, as the recorder finds and leaves them."""

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from outrider.errors import InvalidInput
from outrider.model.event import Event
from outrider.runtime.flight.reader import SegmentReader
from outrider.runtime.flight.segment import NOTHING_BEFORE, SUFFIX, file_number
from sidecar.files import make_directory

READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
BLOCK = 4096
"""What the smallest file takes of a disk: an agent that starts again and again fills none with headers."""
_CHUNK = 64 << 10


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of a record."""

    number: int
    path: Path
    size: int

    @property
    def space(self) -> int:
        """What it takes of the disk, about."""
        return -(-self.size // BLOCK) * BLOCK


@dataclass(slots=True)
class Restored:
    """What a record's newest readable segment told."""

    chain: bytes = NOTHING_BEFORE
    """Value at its end."""
    instance: str = ""
    """Of its last event that has one."""
    repaired: int = 0
    """Bytes of a torn last frame, cut off."""
    passed_over: int = 0
    """Bytes of the newest segments that cannot be read."""


def prepare(directory: Path) -> list[Segment]:
    """Make the directory; remove what a crash left half made; return the segments, the oldest first.

    Raises OSError; also when the directory is a link.
    """
    if directory.is_symlink():
        raise OSError(errno.ELOOP, "Too many levels of symbolic links", str(directory))
    make_directory(directory, 0o700)
    for path in directory.glob(f".*{SUFFIX}.*"):
        path.unlink()
    found = ((file_number(path.name), path) for path in directory.glob(f"*{SUFFIX}"))
    return sorted(
        (Segment(number, path, path.lstat().st_size) for number, path in found if number is not None),
        key=lambda segment: segment.number,
    )


def restore(segments: list[Segment], take: Callable[[Event], None]) -> Restored:
    """Give the events of the newest segment to `take`; of the one before when it has no header, and so on.

    A torn last frame is cut off: nobody acknowledged it. Raises OSError.
    """
    restored = Restored()
    for segment in reversed(segments):
        if _read(segment, take, restored):
            break
    return restored


def _read(segment: Segment, take: Callable[[Event], None], restored: Restored) -> bool:
    """Read one segment; whether it told anything."""
    reader = SegmentReader()
    descriptor = os.open(segment.path, os.O_RDWR | READ)
    try:
        try:
            while data := os.read(descriptor, _CHUNK):
                for event in reader.feed(data):
                    take(event)
                    restored.instance = event.instance or restored.instance
        except InvalidInput:
            restored.passed_over += segment.size - reader.good
        else:
            if reader.framer.header is None:
                restored.passed_over += segment.size
            elif reader.framer.pending:
                restored.repaired = reader.framer.pending
                os.ftruncate(descriptor, reader.framer.offset)
        restored.chain = reader.framer.chain or restored.chain
        return reader.framer.header is not None
    finally:
        os.close(descriptor)
