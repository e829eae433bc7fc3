"""Bytes of a segment, as they come in → its header and whole frames. Nothing is unpacked here."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from outrider.errors import InvalidInput
from outrider.runtime.flight import varint
from outrider.runtime.flight.caps import CONTAINER, FRAME_STORED
from outrider.runtime.flight.segment import CHECK_BYTES, FRAME_EVENTS, HEAD, MAGIC, VERSION, Header, link


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole frame."""

    count: int
    """Events in it."""
    first_ns: int
    """No event of it is earlier."""
    last_ns: int
    """No event of it is later."""
    payload: bytes
    end: int
    """Offset in the segment after it."""


class Framer:
    """Takes one segment apart. Memory is bounded by one frame and what is fed at a time.

    After InvalidInput the framing is lost: `offset` says where, and all frames before it were good.
    """

    def __init__(self) -> None:
        self.header: Header | None = None
        self.chain = b""
        """Chain value after the last whole frame; empty until there is a header."""
        self.offset = 0
        """Bytes up to the end of the last whole frame."""
        self.begin = 0
        """Offset after the header."""
        self._buffer = bytearray()
        self._last_ns = 0

    @property
    def pending(self) -> int:
        """Bytes of what is not complete: at the end of a file those of a torn frame."""
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take the next bytes, yield the frames they complete. Exhaust it. Raises InvalidInput."""
        self._buffer += data
        if self.header is None and not self._read_header():
            return
        start = 0
        try:
            while (found := self._frame(start)) is not None:
                start += found.end - self.offset
                self.offset = found.end
                yield found
        finally:
            del self._buffer[:start]

    def _read_header(self) -> bool:
        """Read the header if it is there."""
        data = self._buffer
        if not MAGIC.startswith(bytes(data[: len(MAGIC)])):
            raise InvalidInput("not a flight record", hint="segments are named NNNNNNNN.flight.")
        if len(data) < HEAD.size:
            return False
        _, version, size, number, created_ns, previous = HEAD.unpack_from(data)
        if version != VERSION:
            raise InvalidInput(
                f"a flight record of version {version}; this is version {VERSION}",
                hint="read it with the release that wrote it, or a later one.",
            )
        end = HEAD.size + size + CHECK_BYTES
        if size > CONTAINER:
            raise InvalidInput("the header of the segment is damaged")
        if len(data) < end:
            return False
        head = bytes(data[: HEAD.size + size])
        if hashlib.sha256(head).digest()[:CHECK_BYTES] != data[end - CHECK_BYTES : end]:
            raise InvalidInput("the header of the segment is damaged")
        try:
            container = head[HEAD.size :].decode()
        except UnicodeDecodeError:
            raise InvalidInput("the header of the segment names no container") from None
        self.header = Header(container, number, created_ns, previous)
        self.chain = hashlib.sha256(data[:end]).digest()
        self.begin = self.offset = end
        self._last_ns = created_ns
        del self._buffer[:end]
        return True

    def _frame(self, start: int) -> Frame | None:
        """Read the frame at `start` of the buffer; None when it is not all there."""
        numbers = []
        at = start
        for _ in range(4):
            found = varint.take(self._buffer, at)
            if found is None:
                return None
            numbers.append(found[0])
            at = found[1]
        size, count, first, span = numbers
        if size > FRAME_STORED or not 0 < count <= FRAME_EVENTS:
            raise self._damaged()
        end = at + CHECK_BYTES + size
        if end > len(self._buffer):
            return None
        payload = bytes(self._buffer[at + CHECK_BYTES : end])
        chain = link(self.chain, self._buffer[start:at], payload)
        if chain[:CHECK_BYTES] != self._buffer[at : at + CHECK_BYTES]:
            raise self._damaged()
        first_ns = self._last_ns + varint.signed(first)
        self.chain, self._last_ns = chain, first_ns + span
        return Frame(count, first_ns, self._last_ns, payload, self.offset + end - start)

    def _damaged(self) -> InvalidInput:
        """The error for what is no frame."""
        return InvalidInput(f"a damaged frame at byte {self.offset}")
