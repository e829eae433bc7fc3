"""Frames from the supervisor → events, as they come in; acknowledgements back. Layout: `native/wire.h`."""

import struct
from collections.abc import Iterator

from outrider import limits
from outrider.errors import InvalidInput
from outrider.model.event import Event, FrameType
from outrider.runtime import made
from outrider.runtime.wire_runs import FieldReader

VERSION = 1
LENGTH = struct.Struct("<I")
FRAME = struct.Struct("<HHQQQQ")
"""version, type, seq, time_ns, dropped, reserved: `struct or_frame` after its length."""

TYPES = dict(enumerate(FrameType, start=1))

_TYPE, _SEQ, _TIME, _DROPPED = (made.PLACES[name] for name in ("type", "seq", "time_ns", "dropped"))
_KIND, _VERDICT = (made.PLACES[name] for name in ("kind", "verdict"))


class FrameDecoder:
    """Decodes one connection's stream. Memory is bounded by one frame and what is fed at a time.

    After InvalidInput the framing of the stream is lost and the decoder of no more use: close the connection.
    """

    def __init__(self, *, introduced: bool = False) -> None:
        """`introduced`: who the first HELLO says is speaking is given to all frames that do not say it."""
        self._introduced = introduced
        self._buffer = bytearray()
        self._reader = FieldReader(FRAME.size)
        self.last_seq = 0
        """Highest sequence number seen, also of frames that were skipped: what may be acknowledged."""
        self.skipped = 0
        """Frames of types this version does not know."""

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes; return the events they complete. Raises InvalidInput."""
        self._buffer += data
        return list(self._events(bytes(self._buffer)))

    @property
    def pending(self) -> int:
        """Bytes of a frame that is not complete: not 0 at the end of a stream means it was cut."""
        return len(self._buffer)

    def _events(self, data: bytes) -> Iterator[Event]:
        """Take complete frames off the buffer, which `data` is a copy of."""
        start, size = 0, len(data)
        try:
            while start + LENGTH.size <= size:
                (length,) = LENGTH.unpack_from(data, start)
                if not FRAME.size <= length <= limits.WIRE_FRAME:
                    raise InvalidInput(f"a frame of {length} bytes, not {FRAME.size} to {limits.WIRE_FRAME}")
                end = start + LENGTH.size + length
                if end > size:
                    break
                event = self._decode(data[start + LENGTH.size : end])
                start = end
                if event is not None:
                    yield event
        finally:
            del self._buffer[:start]

    def _decode(self, frame: bytes) -> Event | None:
        """Decode one frame, None when its type is unknown."""
        version, number, seq, time_ns, dropped, _ = FRAME.unpack_from(frame)
        if version != VERSION:
            raise InvalidInput(
                f"frames of wire version {version}; this is version {VERSION}",
                hint="the supervisor and the agent must come from the same release.",
            )
        self.last_seq = max(self.last_seq, seq)
        kind = TYPES.get(number)
        if kind is None:
            self.skipped += 1
            return None
        values = self._reader.values(frame, seq)
        if kind is FrameType.HELLO and self._introduced:
            self._introduced = False
            self._reader.introduce(values)
        elif kind is FrameType.EVENT and (values[_KIND] is None or values[_VERDICT] is None):
            raise InvalidInput(f"frame {seq}: an event without kind or verdict")
        values[_TYPE], values[_SEQ], values[_TIME], values[_DROPPED] = kind, seq, time_ns, dropped
        return made.in_order(values)


def encode_ack(seq: int) -> bytes:
    """Acknowledge everything up to and with `seq`."""
    return struct.pack("<Q", seq)
