"""A segment's header, its chain, and the writer that makes frames of events."""

import hashlib
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from outrider.errors import InvalidInput
from outrider.model.event import Event
from outrider.runtime.flight import varint
from outrider.runtime.flight.caps import CONTAINER, EVENT_BYTES, FRAME_GOAL
from outrider.runtime.flight.codec import EventEncoder

MAGIC = b"\x89ORFL\r\n\x1a"
VERSION = 1
SUFFIX = ".flight"
CHECK_BYTES = 8
NOTHING_BEFORE = bytes(32)
"""`Header.previous` of a record's first segment."""
FLUSHED = b"\x00\x00\xff\xff"
"""How every sync flush ends; left out of the file."""

HEAD = struct.Struct("<8sHHIQ32s")
"""magic, version, length of the name, number, created_ns, previous."""
FRAME_EVENTS = 1024
"""At most in a frame: a reader holds the events of one."""
LEVEL = 6
"""Of deflate. On a busy application's events 9 saves 1 % and takes as long again; 1 costs 12 % more."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a segment begins with."""

    container: str
    number: int
    created_ns: int
    previous: bytes = NOTHING_BEFORE
    """Chain value at the end of the segment before, 32 bytes."""

    def encode(self) -> bytes:
        """As bytes, with their check. Raises InvalidInput: the container's name is too long."""
        name = self.container.encode()
        if len(name) > CONTAINER:
            raise InvalidInput(f"a container name of {len(name)} bytes")
        head = HEAD.pack(MAGIC, VERSION, len(name), self.number, self.created_ns, self.previous) + name
        return head + hashlib.sha256(head).digest()[:CHECK_BYTES]


def file_name(number: int) -> str:
    """Name of a segment's file."""
    return f"{number:08d}{SUFFIX}"


def file_number(name: str) -> int | None:
    """Return the number in a segment's file name; None when it is none."""
    digits = name.removesuffix(SUFFIX)
    return (
        int(digits)
        if name.endswith(SUFFIX) and len(digits) == 8 and digits.isascii() and digits.isdigit()
        else None
    )


def link(chain: bytes, head: bytes | bytearray, payload: bytes | bytearray) -> bytes:
    """Chain value after one frame; `head` is all before the check."""
    made = hashlib.sha256(chain)
    made.update(head)
    made.update(payload)
    return made.digest()


class SegmentWriter:
    """Makes the bytes of one segment. They are the caller's to write, in order, each once.

    When they could not be written the writer has gone on and the file has not: begin another segment.
    """

    def __init__(self, header: Header) -> None:
        self.header = header
        self.head = header.encode()
        """What the file begins with."""
        self.chain = hashlib.sha256(self.head).digest()
        """Chain value after the frames made so far."""
        self.plain = 0
        """Unpacked bytes so far: over `caps.SEGMENT_GOAL` it is time for another segment."""
        self._last_ns = header.created_ns
        self._encoder = EventEncoder()
        self._deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -15)

    def frames(self, events: Sequence[Event]) -> bytes:
        """Make frames of events: one, unless they are many. Raises InvalidInput: an event is too large."""
        made = bytearray()
        body = bytearray()
        start = 0
        while start < len(events):
            chunk = events[start : start + FRAME_EVENTS]
            first_ns = min(event.time_ns for event in chunk)
            time_ns = latest = first_ns
            count = 0
            for event in chunk:
                before = len(body)
                self._encoder.put(body, event, time_ns)
                if len(body) - before > EVENT_BYTES:
                    raise InvalidInput(f"an event of {len(body) - before} bytes for the flight record")
                time_ns = event.time_ns
                latest = max(latest, time_ns)
                count += 1
                if len(body) > FRAME_GOAL:
                    break
            made += self._frame(body, count, first_ns, latest)
            body.clear()
            start += count
        return bytes(made)

    def _frame(self, body: bytearray, count: int, first_ns: int, latest: int) -> bytes:
        """Compress and chain one frame."""
        payload = self._deflate.compress(body) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        payload = payload.removesuffix(FLUSHED)
        head = bytearray()
        varint.put(head, len(payload))
        varint.put(head, count)
        varint.put_signed(head, first_ns - self._last_ns)
        varint.put(head, latest - first_ns)
        self._last_ns = latest
        self.plain += len(body)
        self.chain = link(self.chain, head, payload)
        return bytes(head) + self.chain[:CHECK_BYTES] + payload
