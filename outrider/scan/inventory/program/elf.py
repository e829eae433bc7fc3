"""A small reader of ELF files: headers only, everything bounded, nothing believed.

Source: elf(5), https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html
"""

import struct
from dataclasses import dataclass

from outrider import limits
from outrider.errors import InvalidInput

MAGIC = b"\x7fELF"

LOAD, DYNAMIC, INTERP = 1, 2, 3
"""Kinds of segments (PT_LOAD and so on)."""
WRITABLE = 2
"""PF_W: the flag of a segment that the program may write."""
NOBITS = 8
"""SHT_NOBITS: the kind of a section that takes no room in the file."""
_EXTENDED = 0xFFFF


@dataclass(frozen=True, slots=True)
class Header:
    """The file header: where the other headers lie. Offsets in bytes."""

    bits: int
    """32 or 64."""
    order: str
    """`<` or `>`, as `struct` writes it."""
    segments_at: int
    segment_size: int
    segments: int
    sections_at: int
    section_size: int
    sections: int
    names: int
    """Index of the section that holds the sections' names."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A program header: what the kernel maps, or reads before it does."""

    kind: int
    flags: int
    offset: int
    address: int
    size: int
    """Bytes in the file."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section header. The bytes are `data[offset : offset + size]`, as far as the file has them."""

    name: str
    kind: int
    address: int
    offset: int
    size: int


def header(data: bytes) -> Header:
    """The file header. The beginning of a file is enough: 64 bytes. Raises InvalidInput for anything else."""
    if data[:4] != MAGIC or len(data) < 52:
        raise InvalidInput("it is not an ELF file")
    if data[4] not in {1, 2} or data[5] not in {1, 2}:
        raise InvalidInput("its ELF header names no class or byte order that exists")
    bits, order = 32 * data[4], "<>"[data[5] - 1]
    form = order + ("IIIIHHHHHH" if bits == 32 else "QQQIHHHHHH")
    if len(data) < 24 + struct.calcsize(form):
        raise InvalidInput("its ELF header is cut short")
    _, at, sections_at, _, _, size, count, section_size, sections, names = struct.unpack_from(form, data, 24)
    return Header(bits, order, at, size, count, sections_at, section_size, sections, names)


def segments(data: bytes, head: Header) -> tuple[Segment, ...]:
    """The program headers, in their order. Raises InvalidInput where they are not in `data` or too many."""
    form = struct.Struct(head.order + ("IIIIIIII" if head.bits == 32 else "IIQQQQQQ"))
    found = []
    for fields in _table(data, form, head.segments_at, head.segment_size, head.segments):
        if head.bits == 32:
            kind, offset, address, _, size, _, flags, _ = fields
        else:
            kind, flags, offset, address, _, size, _, _ = fields
        found.append(Segment(kind, flags, offset, address, size))
    return tuple(found)


def sections(data: bytes, head: Header) -> tuple[Section, ...]:
    """The section headers, in their order; none where the file was stripped of them.

    Raises InvalidInput where they are not in `data` or too many. A name that lies outside is empty.
    """
    if not head.sections_at:
        return ()
    form = struct.Struct(head.order + ("IIIIIIIIII" if head.bits == 32 else "IIQQQQIIQQ"))
    rows = _table(data, form, head.sections_at, head.section_size, head.sections)
    names_at, names_size = rows[head.names][4:6] if head.names < len(rows) else (0, 0)
    names = data[names_at : names_at + names_size]
    return tuple(Section(_name(names, row[0]), row[1], row[3], row[4], row[5]) for row in rows)


def section(data: bytes, head: Header, name: str) -> bytes | None:
    """The bytes of the first section of that name; None where there is none. Raises InvalidInput as
    `sections` does, and for a section that lies outside the file."""
    for one in sections(data, head):
        if one.name == name and one.kind != NOBITS:
            if one.offset + one.size > len(data):
                raise InvalidInput(f"its section {name} reaches beyond its end")
            return data[one.offset : one.offset + one.size]
    return None


def offset_of(address: int, loaded: tuple[Segment, ...]) -> int | None:
    """Where the byte at an address lies in the file; None where no segment brings it from there."""
    for one in loaded:
        if one.kind == LOAD and one.address <= address < one.address + one.size:
            return one.offset + address - one.address
    return None


def text(data: bytes, at: int, most: int) -> str | None:
    """The string that begins at an offset and ends with a NUL within `most` bytes; None where there is
    none. Bytes that are not UTF-8 become surrogates, as in paths."""
    end = data.find(b"\0", at, at + most)
    return None if end < 0 else data[at:end].decode("utf-8", "surrogateescape")


def _table(data: bytes, form: struct.Struct, at: int, size: int, count: int) -> list[tuple[int, ...]]:
    """The rows of one table of headers."""
    if not count:
        return []
    if count > limits.PROGRAM_HEADERS or count == _EXTENDED:
        raise InvalidInput(f"its ELF header announces more than {limits.PROGRAM_HEADERS} entries")
    if size < form.size or at + size * count > len(data):
        raise InvalidInput("an ELF header table lies outside the file")
    return [form.unpack_from(data, at + size * index) for index in range(count)]


def _name(names: bytes, at: int) -> str:
    """A section's name."""
    return text(names, at, 256) or "" if at < len(names) else ""
