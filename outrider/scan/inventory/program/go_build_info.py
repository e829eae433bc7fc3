"""Where a Go program keeps what it was built of: the version of Go, and a text that lists its modules.

Source: the package debug/buildinfo of Go, https://go.dev/src/debug/buildinfo/buildinfo.go
"""

from dataclasses import dataclass
from typing import Literal

from outrider import limits
from outrider.errors import InvalidInput
from outrider.scan.inventory.program import elf

MAGIC = b"\xff Go buildinf:"
ALIGNMENT = 16
HEADER = 32
"""Magic, size of a pointer, flags, then two pointers or (since Go 1.18) nothing."""
_BIG_ENDIAN, _INLINE = 1, 2
_SENTINEL = 16
_MORE = 10
"""Bytes of the longest number that says a length (uvarint)."""


@dataclass(frozen=True, slots=True)
class BuildInfo:
    """What stands in a program, as text."""

    version: str
    """`go1.22.3`, perhaps with words after it."""
    modules: str
    """Lines of tab-separated words; empty where it was built without modules."""


class NeedsMore(Exception):
    """The strings go on beyond the bytes at hand."""


def of(data: bytes) -> BuildInfo | None:
    """The build information of a whole ELF file; None for a program that is not Go's.

    Raises InvalidInput where it is there and cannot be read.
    """
    head = elf.header(data)
    parts = elf.segments(data, head)
    damaged = False
    for start, end in _places(data, head, parts):
        at = start
        while (at := _next(data, at, start, end)) >= 0:
            try:
                info = inline(data, at) if inlined(data, at) else _pointed(data, at, parts)
            except NeedsMore:
                info = None
            if info is not None:
                return info
            damaged = True
            at += ALIGNMENT
    if damaged:
        raise InvalidInput("its Go build information is damaged")
    return None


def inlined(data: bytes, at: int) -> bool:
    """Whether the header at an offset says that both strings follow it (Go 1.18 and later)."""
    return bool(data[at + 15] & _INLINE) if at + 15 < len(data) else False


def inline(data: bytes, at: int) -> BuildInfo | None:
    """The strings behind the header at an offset; None where they make no sense. Raises NeedsMore where
    `data` ends before they do."""
    version, at = _counted(data, at + HEADER, 256)
    if not version.startswith((b"go", b"devel")):
        return None
    modules, at = _counted(data, at, limits.GO_BUILD_INFO)
    return _build_info(version, modules)


def _places(data: bytes, head: elf.Header, parts: tuple[elf.Segment, ...]) -> list[tuple[int, int]]:
    """Where to look, as Go's own reader does: the section of that name, else the first writable segment.
    A file with damaged section headers still has segments."""
    try:
        named = [one for one in elf.sections(data, head) if one.name == ".go.buildinfo"]
    except InvalidInput:
        named = []
    if named:
        return [(named[0].offset, named[0].offset + max(named[0].size, HEADER))]
    for part in parts:
        if part.kind == elf.LOAD and part.flags & elf.WRITABLE:
            return [(part.offset, part.offset + part.size)]
    return []


def _next(data: bytes, at: int, start: int, end: int) -> int:
    """The next magic on its alignment, counted from `start`; -1 where there is none before `end`."""
    while (at := data.find(MAGIC, at, end)) >= 0:
        if (at - start) % ALIGNMENT == 0 and at + HEADER <= len(data):
            return at
        at += 1
    return -1


def _pointed(data: bytes, at: int, parts: tuple[elf.Segment, ...]) -> BuildInfo | None:
    """The older form: two pointers to Go strings, each a pointer and a length."""
    word = data[at + 14]
    if word not in {4, 8}:
        return None
    memory = _Memory(data, word, "big" if data[at + 15] & _BIG_ENDIAN else "little", parts)
    version = memory.string(at + 16, 256)
    if version is None or not version.startswith((b"go", b"devel")):
        return None
    modules = memory.string(at + 16 + word, limits.GO_BUILD_INFO)
    return _build_info(version, modules or b"")


@dataclass(frozen=True, slots=True)
class _Memory:
    """A program as it lies in memory, as far as the file fills it."""

    data: bytes
    word: int
    """Bytes of a pointer."""
    order: Literal["big", "little"]
    parts: tuple[elf.Segment, ...]

    def string(self, at: int, most: int) -> bytes | None:
        """The string whose description the pointer at an offset leads to; None where it leads nowhere."""
        description = elf.offset_of(self._number(at), self.parts)
        if description is None or description + 2 * self.word > len(self.data):
            return None
        start = elf.offset_of(self._number(description), self.parts)
        length = self._number(description + self.word)
        if start is None or length > most or start + length > len(self.data):
            return None
        return self.data[start : start + length]

    def _number(self, at: int) -> int:
        return int.from_bytes(self.data[at : at + self.word], self.order)


def _counted(data: bytes, at: int, most: int) -> tuple[bytes, int]:
    """A string after its length, and the offset behind it. One that is too long is empty: it makes no
    sense."""
    length = shift = 0
    for index in range(at, at + _MORE):
        if index >= len(data):
            raise NeedsMore
        length |= (data[index] & 0x7F) << shift
        shift += 7
        if not data[index] & 0x80:
            break
    start = index + 1
    if length > most:
        return b"", start
    if start + length > len(data):
        raise NeedsMore
    return data[start : start + length], start + length


def _build_info(version: bytes, modules: bytes) -> BuildInfo:
    """Without the marks of 16 bytes that Go puts around the list of modules."""
    whole = len(modules) >= 2 * _SENTINEL + 1 and modules[-_SENTINEL - 1 : -_SENTINEL] == b"\n"
    listed = modules[_SENTINEL:-_SENTINEL] if whole else b""
    return BuildInfo(version.decode("utf-8", "replace"), listed.decode("utf-8", "replace"))
