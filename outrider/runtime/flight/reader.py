"""Segments → events: strict, bounded, and as far as they are whole."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from outrider.errors import InvalidInput
from outrider.model.event import Event
from outrider.runtime.flight.caps import FRAME_PLAIN, SEGMENT_PLAIN
from outrider.runtime.flight.codec import EventDecoder
from outrider.runtime.flight.framing import Frame, Framer
from outrider.runtime.flight.segment import FLUSHED

_CHUNK = 64 << 10


class SegmentReader:
    """Reads one segment as its bytes come in; one that is still written may be fed as it grows.

    After InvalidInput it is of no more use; `framer.offset` says up to where all was good.
    """

    def __init__(self) -> None:
        self.framer = Framer()
        self._read = 0
        self._decoder = EventDecoder()
        self._inflate = zlib.decompressobj(-15)
        self._room = SEGMENT_PLAIN

    @property
    def good(self) -> int:
        """Offset after the last frame whose events were read, or after the header."""
        return self._read or self.framer.begin

    def feed(self, data: bytes) -> Iterator[Event]:
        """Take the next bytes, yield the events they complete. Exhaust it. Raises InvalidInput."""
        for _, events in self.frames(data):
            yield from events

    def frames(self, data: bytes) -> Iterator[tuple[Frame, list[Event]]]:
        """Like `feed`, frame by frame."""
        for frame in self.framer.feed(data):
            try:
                events = self._events(frame)
            except InvalidInput as error:
                raise InvalidInput(
                    f"a frame at byte {self.good} is not what it says: {error.message}"
                ) from None
            self._read = frame.end
            yield frame, events

    def _events(self, frame: Frame) -> list[Event]:
        """Events of one frame; all of them are good, or none is told."""
        room = min(FRAME_PLAIN, self._room)
        try:
            plain = self._inflate.decompress(frame.payload + FLUSHED, room + 1)
        except zlib.error:
            raise InvalidInput("it cannot be unpacked") from None
        if len(plain) > room or self._inflate.unconsumed_tail:
            raise InvalidInput(f"it unpacks to more than {room} bytes")
        if self._inflate.eof:
            raise InvalidInput("its stream ends within the segment")
        self._room -= len(plain)
        events = list(self._decoder.read(plain, frame.count, frame.first_ns))
        if any(not frame.first_ns <= event.time_ns <= frame.last_ns for event in events):
            raise InvalidInput("an event of another time")
        return events


@dataclass(frozen=True, slots=True)
class Damage:
    """Why a segment could not be read to its end."""

    reason: str
    passed_over: int
    """Bytes from the end of the last good frame to the end of the file."""
    torn: bool
    """The last frame has no end: a crash, or it is being written now."""


def read_segment(stream: BinaryIO) -> Iterator[Event | Damage]:
    """Yield the events of one segment, and last of all what kept the rest from being read, if anything did.

    Raises what the stream raises.
    """
    reader = SegmentReader()
    size = 0
    reason = ""
    while data := stream.read(_CHUNK):
        size += len(data)
        if reason:
            continue
        try:
            yield from reader.feed(data)
        except InvalidInput as error:
            reason = error.message
    if reason:
        yield Damage(reason, size - reader.good, torn=False)
    elif reader.framer.pending or reader.framer.header is None:
        yield Damage("the last frame is not whole", size - reader.good, torn=True)
