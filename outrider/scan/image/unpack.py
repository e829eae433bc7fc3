"""Unpackers of compressed streams: fed with pieces of input, they give pieces of output of a bounded size."""

from typing import Protocol

import zstandard
from isal import isal_zlib
from isal.igzip_lib import IsalError

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.image.notes import Notes

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_ZSTD_FEED = 1024
"""Input given to zstd at once: a block of 4 bytes may become 128 KiB, so this many become 32 MiB."""


class Unpacker(Protocol):
    """One compression."""

    @property
    def hungry(self) -> bool:
        """Whether it has used up what it was fed."""

    def feed(self, data: bytes) -> None:
        """Take the next input. Only when hungry; empty at the end of the input."""

    def take(self, most: int) -> bytes:
        """Some of the output, about `most` bytes; empty: it needs more input. Raises InvalidInput."""

    def end(self, what: str, notes: Notes) -> None:
        """The input has ended: raise InvalidInput when it is cut short; tell what was left over."""


class Plain:
    """No compression."""

    def __init__(self) -> None:
        self._data = b""

    @property
    def hungry(self) -> bool:
        """Whether nothing is left."""
        return not self._data

    def feed(self, data: bytes) -> None:
        """Take the next input."""
        self._data = data

    def take(self, most: int) -> bytes:
        """The input as it is."""
        piece, self._data = self._data[:most], self._data[most:]
        return piece

    def end(self, what: str, notes: Notes) -> None:
        """Every length is well-formed."""


class Gzip:
    """Gzip, of any number of members (RFC 1952). What follows the last member is left out, as pigz does."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._inflate = isal_zlib.decompressobj(31)
        self._data = b""
        self._full = False
        """As much came out as was asked for: there may be more without further input."""
        self._fresh = False
        """A member ended; nothing of the next was given to the inflater yet."""
        self._rest = 0
        """Bytes of what is no member."""

    @property
    def hungry(self) -> bool:
        """Whether nothing is left."""
        return not self._full and len(self._data) < (len(_GZIP) if self._fresh else 1)

    def feed(self, data: bytes) -> None:
        """Take the next input."""
        self._data += data

    def take(self, most: int) -> bytes:
        """Some of the output. Raises InvalidInput for damage, wrong checksums included."""
        while self._data or self._full:
            if self._rest:
                self._rest += len(self._data)
                self._data = b""
                break
            if self._fresh and not self._next_member():
                continue
            try:
                piece = self._inflate.decompress(self._data, most)
            except IsalError as error:  # type: ignore[misc]  # its stub declares an instance
                raise InvalidInput(f"{self._what} is damaged: gzip says {error}") from None
            self._full = len(piece) >= most and not self._inflate.eof
            if self._inflate.eof:
                self._data, self._fresh = self._inflate.unused_data, True
            else:
                self._data = self._inflate.unconsumed_tail
            if piece:
                return piece
            if not self._inflate.eof and self._data:
                raise InvalidInput(f"{self._what} is damaged: its gzip stream does not go on")
            if len(self._data) < len(_GZIP):
                break
        return b""

    def _next_member(self) -> bool:
        """Begin with the next member. False: what follows is none."""
        if not self._data.startswith(_GZIP):
            self._rest = len(self._data)
            self._data = b""
            return False
        self._inflate = isal_zlib.decompressobj(31)
        self._fresh = False
        return True

    def end(self, what: str, notes: Notes) -> None:
        """Raise InvalidInput within a member; tell of bytes behind the last."""
        if not self._fresh:
            raise InvalidInput(f"{what} ends in the middle of its gzip stream")
        rest = self._rest + len(self._data)
        if rest:
            notes.add(f"{rest} bytes behind the end of the gzip stream: left out")


class Zstd:
    """Zstandard, of any number of frames, skippable ones included (RFC 8878)."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=limits.ZSTD_WINDOW)
        self._frame = self._decompressor.decompressobj()
        self._data = memoryview(b"")
        self._at = 0
        self._within = True
        """A frame has begun, or must."""
        self._ready = b""

    @staticmethod
    def begins(head: bytes) -> bool:
        """Whether these first bytes are of a frame or of a skippable one."""
        return head[:4] == _ZSTD or (head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F)

    @property
    def hungry(self) -> bool:
        """Whether nothing is left."""
        return self._at >= len(self._data) and not self._ready

    def feed(self, data: bytes) -> None:
        """Take the next input."""
        self._data = memoryview(data)
        self._at = 0

    def take(self, most: int) -> bytes:
        """Some of the output. Raises InvalidInput for damage."""
        while not self._ready and self._at < len(self._data):
            piece = self._data[self._at : self._at + _ZSTD_FEED]
            self._at += len(piece)
            if not self._within:
                self._frame, self._within = self._decompressor.decompressobj(), True
            try:
                self._ready = self._frame.decompress(piece)
            except zstandard.ZstdError as error:
                raise InvalidInput(f"{self._what} is damaged: zstd says {error}") from None
            if self._frame.eof:
                self._at -= len(self._frame.unused_data)
                self._within = False
        piece_out, self._ready = self._ready[:most], self._ready[most:]
        return piece_out

    def end(self, what: str, notes: Notes) -> None:
        """Raise InvalidInput within a frame."""
        if self._within:
            raise InvalidInput(f"{what} ends in the middle of its zstd stream")
