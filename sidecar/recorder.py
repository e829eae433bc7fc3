"""The flight recorder of one container: a ring of segment files. Survives kill -9.

A frame is handed to the kernel before its events are acknowledged, so it outlives the agent; it is not
synced to the disk each time, because a Fargate task's disk does not outlive the machine. Segments are synced
when the next one begins and at the end.
"""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from outrider.limits import EVENT_LINE
from outrider.model.event import Event
from outrider.runtime.flight import caps
from outrider.runtime.flight.sealed import Seal
from outrider.runtime.flight.segment import NOTHING_BEFORE, Header, SegmentWriter, file_name
from sidecar import sealing
from sidecar.files import staged
from sidecar.segments import BLOCK, Segment, prepare, restore

FILE_MODE = 0o600
"""Arguments of programs may hold secrets: the record is for root."""
SEGMENT_BYTES = 1 << 20
"""A segment is put aside at this size, or at a sixteenth of a smaller ring."""

_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW


def _nothing() -> Sequence[Event]:
    """A segment that begins with no accounts."""
    return ()


class Recorder:
    """One record. Its methods block. When one raises OSError, nothing of what it should write stays."""

    def __init__(self, directory: Path, cap: int) -> None:
        self.directory = directory
        """Named like the container."""
        self.cap = cap
        """Bytes of all segments together."""
        self.repaired = 0
        """Bytes of a frame cut off by a crash, removed when the record was opened."""
        self.passed_over = 0
        """Bytes of the newest segment that could not be read then."""
        self.removed = 0
        """Segments that gave way to new ones since then."""
        self._segments: list[Segment] = []
        self._segment_bytes = max(BLOCK, min(SEGMENT_BYTES, cap // 16))
        self._writer: SegmentWriter | None = None
        self._descriptor = -1
        self._size = 0
        self._chain = NOTHING_BEFORE
        self._instance = ""

    def open(self, take: Callable[[Event], None]) -> None:
        """Find where the record ends, and give to `take` the events of its newest segment: what was counted.

        A new segment begins with the first events. Raises OSError.
        """
        self._segments = prepare(self.directory)
        found = restore(self._segments, take)
        self.repaired, self.passed_over = found.repaired, found.passed_over
        self._chain, self._instance = found.chain, found.instance
        self._segments = prepare(self.directory)

    def append(self, events: Sequence[Event], first_events: Callable[[], Sequence[Event]] = _nothing) -> None:
        """Write events, to be read all or none. A new segment begins with `first_events`: what a reader needs
        who has no other.
        """
        if (
            self._writer is None
            or self._size >= self._segment_bytes
            or self._writer.plain >= caps.SEGMENT_GOAL
        ):
            self._begin(first_events(), events)
        else:
            self._write(self._writer, events)
        self._instance = next((e.instance for e in reversed(events) if e.instance), self._instance)

    def seal(self, name: str, from_ns: int, to_ns: int) -> Seal:
        """Put aside the segments that have events of that time, as `sealed/<name>`; the same name once.

        Raises UsageError (no such name), InvalidInput (nothing of that time is on record), OSError (nothing
        was put aside).
        """
        open_end = self._size if self._writer is not None else None
        wanted = sealing.Wanted(name, self._instance, from_ns, to_ns)
        return sealing.seal([segment.path for segment in self._segments], open_end, wanted)

    def sealed(self, name: str = "") -> Path:
        """Where seals are, or the one of that name."""
        return self.directory / sealing.DIRECTORY / name

    def make_room(self) -> int:
        """Remove the oldest seals while there are too many; return how many went. Raises OSError."""
        return sealing.make_room(self.sealed())

    @property
    def place(self) -> str:
        """What is written to, as messages name it."""
        return str(self._segments[-1].path if self._writer is not None else self.directory)

    def problem(self) -> str:
        """Say why nothing could be written now; empty when it could, as far as one can tell unwritten."""
        try:
            found = Path(self.place).lstat()
            if self._descriptor >= 0:
                held = os.fstat(self._descriptor)
                if (found.st_dev, found.st_ino) != (held.st_dev, held.st_ino):
                    return f"{self.place} was taken away"
            space = os.statvfs(self.directory)
        except OSError as error:
            return f"{self.place}: {error.strerror}"
        if space.f_flag & os.ST_RDONLY:
            return f"{self.place}: its file system is read-only"
        if space.f_bavail * space.f_frsize < EVENT_LINE:
            return f"{self.place}: no space left"
        return ""

    def close(self) -> None:
        """Sync and close; the recorder is of no more use."""
        if self._descriptor >= 0:
            os.fsync(self._descriptor)
        self._leave()

    def _write(self, writer: SegmentWriter, events: Sequence[Event]) -> None:
        """Append to the segment. When that cannot be, its stream is ahead of its file: another begins."""
        data = writer.frames(events)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError:
            os.ftruncate(self._descriptor, self._size)
            self._leave()
            raise
        self._size += len(data)
        self._chain = writer.chain

    def _begin(self, first_events: Sequence[Event], events: Sequence[Event]) -> None:
        """Begin another segment. It takes its place with events in it; without space nothing changes."""
        number = self._segments[-1].number + 1 if self._segments else 1
        writer = SegmentWriter(Header(self.directory.name, number, time.time_ns(), self._chain))
        data = writer.head + writer.frames(first_events) + writer.frames(events)
        path = self.directory / file_name(number)
        if self._descriptor >= 0:
            os.fsync(self._descriptor)
        with staged(path, data, FILE_MODE) as temporary:
            descriptor = os.open(temporary, _FLAGS)
            try:
                temporary.rename(path)
            except OSError:
                os.close(descriptor)
                raise
        self._leave()
        self._writer, self._descriptor, self._size = writer, descriptor, len(data)
        self._chain = writer.chain
        self._segments.append(Segment(number, path, len(data)))
        self._make_room()

    def _leave(self) -> None:
        """Close the current segment, whose size is known now."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            last = self._segments[-1]
            self._segments[-1] = Segment(last.number, last.path, self._size)
        self._descriptor, self._writer = -1, None

    def _make_room(self) -> None:
        """Remove the oldest segments, so that the newest can grow to its size within the cap."""
        kept = sum(segment.space for segment in self._segments[:-1])
        while kept + self._segment_bytes > self.cap and len(self._segments) > 1:
            oldest = self._segments.pop(0)
            oldest.path.unlink(missing_ok=True)
            kept -= oldest.space
            self.removed += 1
