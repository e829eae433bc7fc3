"""The bytes of a tar as they stream by, the content of one file in them, and files with holes."""

from collections.abc import Callable

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.image import tar_header
from outrider.scan.image.names import shown
from outrider.scan.image.tar_header import BLOCK

_CHUNK = 256 << 10
Part = tuple[int, int]
"""Offset and length of a part of a sparse file that is stored."""


class Source:
    """A stream cut into blocks. Never holds more than one chunk."""

    __slots__ = ("_at", "_before", "_buffer", "_read", "holes")

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._buffer = b""
        self._at = 0
        self._before = 0
        self.holes = limits.TAR_HOLES
        """Zeros that sparse files may still make."""

    @property
    def position(self) -> int:
        """Bytes of the stream that were taken so far."""
        return self._before + self._at

    def block(self) -> bytes:
        """The next block; empty at the end. Raises InvalidInput when the stream ends within one."""
        at = self._at
        block = self._buffer[at : at + BLOCK]
        if len(block) == BLOCK:
            self._at = at + BLOCK
            return block
        self._at += len(block)
        while len(block) < BLOCK:
            more = self.some(BLOCK - len(block))
            if not more:
                if block:
                    raise InvalidInput("the archive ends in the middle of a header")
                return b""
            block += more
        return block

    def some(self, most: int) -> bytes:
        """At least one and at most so many bytes; empty at the end of the stream."""
        if self._at >= len(self._buffer):
            self._refill()
        piece = self._buffer[self._at : self._at + most]
        self._at += len(piece)
        return piece

    def skip(self, count: int) -> bool:
        """Leave out so many bytes. False: the stream ended before."""
        while count:
            if self._at >= len(self._buffer):
                self._refill()
                if not self._buffer:
                    return False
            step = min(count, len(self._buffer) - self._at)
            self._at += step
            count -= step
        return True

    def _refill(self) -> None:
        """The next chunk in the place of the one that is used up."""
        self._before += len(self._buffer)
        self._buffer = self._read(_CHUNK)
        self._at = 0

    def exactly(self, count: int, what: str) -> bytes:
        """So many bytes and the padding behind them. `count` was capped by the caller."""
        pieces = []
        left = count
        while left:
            piece = self.some(left)
            if not piece:
                raise InvalidInput(f"the archive ends in the middle of {what}")
            pieces.append(piece)
            left -= len(piece)
        if not self.skip(-count % BLOCK):
            raise InvalidInput(f"the archive ends in the middle of {what}")
        return b"".join(pieces)


class Content:
    """The stored bytes of one entry."""

    __slots__ = ("_left", "_padding", "_path", "_source")

    def __init__(self, source: Source, size: int, path: str) -> None:
        self._source = source
        self._left = size
        self._padding = -size % BLOCK
        self._path = path

    def read(self, most: int) -> bytes:
        """The next bytes, at most so many. Raises InvalidInput where the archive ends before the content."""
        if self._left <= 0 or most <= 0:
            return b""
        piece = self._source.some(min(most, self._left))
        if not piece:
            raise self._cut()
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Go to the next header. Raises InvalidInput where the archive ends before the content."""
        left, self._left = self._left, 0
        if (left or self._padding) and not self._source.skip(left + self._padding):
            raise self._cut()
        self._padding = 0

    def _cut(self) -> InvalidInput:
        """The error for content that is shorter than its header says."""
        return InvalidInput(f"the archive ends in the middle of {shown('/' + self._path)}")


class Sparse:
    """A file with holes: what is stored, and zeros in between."""

    __slots__ = ("_at", "_content", "_parts", "_path", "_size", "_source")

    def __init__(self, source: Source, content: Content, parts: list[Part], size: int, path: str) -> None:
        self._source = source
        self._content = content
        self._parts = parts[::-1]
        self._size = size
        self._at = 0
        self._path = path

    def read(self, most: int) -> bytes:
        """The next bytes. Raises InvalidInput where it is cut short, or has more holes than we look at."""
        while self._parts and self._at >= sum(self._parts[-1]):
            self._parts.pop()
        offset, length = self._parts[-1] if self._parts else (self._size, 0)
        if self._at >= offset and length:
            piece = self._content.read(min(most, offset + length - self._at))
        else:
            piece = bytes(max(0, min(most, offset - self._at, _CHUNK)))
            self._source.holes -= len(piece)
            if self._source.holes < 0:
                raise InvalidInput(
                    f"{shown('/' + self._path)}: the archive's sparse files have more than "
                    f"{limits.TAR_HOLES} bytes of holes"
                )
        self._at += len(piece)
        return piece


def gnu_parts(source: Source, block: bytes) -> list[Part]:
    """The map of a GNU sparse file: four parts in the header, 21 in each block that follows."""
    parts: list[Part] = []
    fields, more = block[386:482], block[482]
    while True:
        for at in range(0, len(fields) - 23, 24):
            if fields[at] == 0:
                break
            parts.append(
                (tar_header.number(fields[at : at + 12]), tar_header.number(fields[at + 12 : at + 24]))
            )
        if not more:
            return parts
        if len(parts) > limits.TAR_PARTS:
            raise InvalidInput(f"the archive has a sparse file of more than {limits.TAR_PARTS} parts")
        following = source.block()
        if not following:
            raise InvalidInput("the archive ends in the middle of a header")
        fields, more = following[:504], following[504]


def listed_parts(text: bytes) -> list[Part]:
    """The map of pax sparse formats 0.0 and 0.1: offset,length,offset,length…"""
    numbers = [tar_header.decimal(value, "a sparse map") for value in text.split(b",")] if text else []
    if len(numbers) % 2:
        raise InvalidInput("the archive has a sparse map that is damaged")
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def leading_parts(content: Content) -> tuple[list[Part], int]:
    """The map of pax sparse format 1.0, which stands before the content; and the bytes it took."""
    text, taken = b"", 0

    def line() -> int:
        nonlocal text, taken
        while b"\n" not in text:
            block = _full_block(content)
            taken += BLOCK
            text += block
            if len(text) > BLOCK + 40:
                raise InvalidInput("the archive has a sparse map that is damaged")
        value, _, text = text.partition(b"\n")
        return tar_header.decimal(value, "a sparse map")

    count = line()
    if count > limits.TAR_PARTS:
        raise InvalidInput(f"the archive has a sparse file of more than {limits.TAR_PARTS} parts")
    return [(line(), line()) for _ in range(count)], taken


def check_parts(parts: list[Part], stored: int, size: int) -> None:
    """Raise InvalidInput unless the parts are in order, within the file, and as long as what is stored."""
    end = 0
    for offset, length in parts:
        if offset < end:
            raise InvalidInput("the archive has a sparse map whose parts overlap")
        end = offset + length
    if end > size or sum(length for _, length in parts) != stored:
        raise InvalidInput("the archive has a sparse map that does not fit its file")


def _full_block(content: Content) -> bytes:
    """512 bytes of the content. Raises InvalidInput when there are fewer."""
    block = b""
    while len(block) < BLOCK:
        piece = content.read(BLOCK - len(block))
        if not piece:
            raise InvalidInput("the archive has a sparse map that is damaged")
        block += piece
    return block
