"""DNS over TCP as seen from the side: segments of a connection → the messages in it.

A message has its length, two bytes, before it (RFC 1035, 4.2.2). Segments are taken in order; one that was
sent again is cut to what is new, and a connection with a gap is given up: to put gaps together would need
memory that whoever sends decides on.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from outrider.runtime.packets import Segment

MOST_STREAMS = 128
"""Directions of connections that are followed, a count: a resolver uses one connection at a time. What is
kept of one is less than a message and its length, 64 KiB: all together 8 MiB."""
MOST_MESSAGES = 64
"""In one segment, a count: of 12 bytes each they could be 5,000 in a large one."""

_MODULO = 1 << 32
_HALF = 1 << 31

Key = tuple[str, int, str, int]


@dataclass(slots=True)
class _Stream:
    """One direction."""

    expected: int
    """Number of the next byte."""
    kept: bytearray = field(default_factory=bytearray)


class Streams:
    """All connections that are followed. The one that was silent longest gives way."""

    def __init__(self, most: int = MOST_STREAMS) -> None:
        self.given_up = 0
        """Directions that were left before their end: a gap, or no place."""
        self._most = most
        self._streams: OrderedDict[Key, _Stream] = OrderedDict()

    def take(self, segment: Segment) -> list[bytes]:
        """Return the messages that a segment completes. Never raises."""
        key = (segment.source, segment.source_port, segment.target, segment.target_port)
        if segment.starts:
            self._begin(key, (segment.sequence + 1) % _MODULO)
        stream = self._streams.get(key)
        if stream is None:
            return []
        self._streams.move_to_end(key)
        # the first byte of a SYN's own data is the one after it
        sequence = (segment.sequence + segment.starts) % _MODULO
        messages = self._append(key, stream, sequence, segment.payload) if segment.payload else []
        if segment.ends:
            self._streams.pop(key, None)
        return messages

    def _begin(self, key: Key, expected: int) -> None:
        """A connection is made: whatever was before it is over."""
        self._streams.pop(key, None)
        if len(self._streams) >= self._most:
            self._streams.popitem(last=False)
            self.given_up += 1
        self._streams[key] = _Stream(expected)

    def _append(self, key: Key, stream: _Stream, sequence: int, payload: bytes) -> list[bytes]:
        """New bytes at the end."""
        known = (stream.expected - sequence) % _MODULO
        if known >= _HALF:  # it begins later than what we have ends
            self._streams.pop(key, None)
            self.given_up += 1
            return []
        fresh = payload[known:]
        stream.expected = (stream.expected + len(fresh)) % _MODULO
        stream.kept += fresh
        messages: list[bytes] = []
        while len(stream.kept) >= 2:
            end = 2 + int.from_bytes(stream.kept[:2])
            if len(stream.kept) < end:
                break
            if len(messages) == MOST_MESSAGES:
                self._streams.pop(key, None)
                self.given_up += 1
                break
            messages.append(bytes(stream.kept[2:end]))
            del stream.kept[:end]
        return messages
