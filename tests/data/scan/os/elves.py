"""ELF files made by hand: as small as they can be, of every class and byte order, with what a test needs."""

import struct
from dataclasses import dataclass

LOAD, DYNAMIC, INTERP = 1, 2, 3
BASE = 0x400000


@dataclass(frozen=True)
class Part:
    """Some bytes of the file: a section if it has a name, a segment if it has a kind."""

    data: bytes
    name: str = ""
    kind: int = 0
    flags: int = 4
    align: int = 16


def elf(*parts: Part, bits: int = 64, order: str = "<") -> bytes:
    """An ELF file with these parts, each at the address BASE + its offset."""
    segments = [part for part in parts if part.kind]
    sections = [part for part in parts if part.name]
    head, row = (64, 56) if bits == 64 else (52, 32)
    body = bytearray(head + row * len(segments))
    places = {}
    for part in parts:
        body += bytes(-len(body) % part.align)
        places[id(part)] = len(body)
        body += part.data
    names = b"\0" + b"".join(part.name.encode() + b"\0" for part in sections) + b".shstrtab\0"
    names_at = len(body)
    body += names
    body += bytes(-len(body) % 8)
    table_at = len(body)
    section = struct.Struct(order + ("IIQQQQIIQQ" if bits == 64 else "IIIIIIIIII"))
    body += section.pack(*bytes(10))
    for part in sections:
        at = places[id(part)]
        name = names.index(part.name.encode() + b"\0")
        body += section.pack(name, 1, 2, BASE + at, at, len(part.data), 0, 0, 1, 0)
    body += section.pack(names.index(b".shstrtab\0"), 1, 0, 0, names_at, len(names), 0, 0, 1, 0)
    for index, part in enumerate(segments):
        at = places[id(part)]
        one = _segment(bits, order, part, at)
        body[head + row * index : head + row * (index + 1)] = one
    size = 64 if bits == 64 else 40
    form = order + ("HHIQQQIHHHHHH" if bits == 64 else "HHIIIIIHHHHHH")
    ident = b"\x7fELF" + bytes([bits // 32, 1 if order == "<" else 2, 1]) + bytes(9)
    body[:head] = ident + struct.pack(
        form, 2, 62, 1, BASE, head, table_at, 0, head, row, len(segments), size, len(sections) + 2,
        len(sections) + 1,
    )  # fmt: skip
    return bytes(body)


def _segment(bits: int, order: str, part: Part, at: int) -> bytes:
    size = len(part.data)
    if bits == 64:
        return struct.pack(order + "IIQQQQQQ", part.kind, part.flags, at, BASE + at, 0, size, size, 16)
    return struct.pack(order + "IIIIIIII", part.kind, at, BASE + at, 0, size, size, part.flags, 16)


def go_inline(version: str, modules: str) -> bytes:
    """Build information as Go writes it since 1.18."""
    marked = f"{'w' * 15}\n" if modules else ""
    text = (marked + modules + "x" * 16) if modules else ""
    return b"\xff Go buildinf:\x08\x02" + bytes(16) + _counted(version) + _counted(text)


def go_pointed(version: str, modules: str, bits: int = 64, order: str = "<", at: int = 0) -> bytes:
    """Build information as Go wrote it before: two pointers to string headers. `at` is the address where
    these bytes will lie."""
    word = bits // 8
    number = order + ("QQ" if word == 8 else "II")
    one, two = version.encode(), (f"{'w' * 15}\n{modules}{'x' * 16}").encode()
    headers = 32
    strings = headers + 4 * word
    head = b"\xff Go buildinf:" + bytes([word, int(order == ">")])
    head += struct.pack(number, at + headers, at + headers + 2 * word)
    head = head.ljust(32, b"\0")
    table = struct.pack(number, at + strings, len(one)) + struct.pack(
        number, at + strings + len(one), len(two)
    )
    return head + table + one + two


def _counted(text: str) -> bytes:
    """A length as Go's uvarint, and the text."""
    data, length, head = text.encode(), len(text.encode()), b""
    while length > 0x7F:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + bytes([length]) + data


def dynamic(needs: tuple[str, ...], interpreter: str = "", bits: int = 64, order: str = "<") -> bytes:
    """A program that needs libraries: one loaded segment with strings, PT_DYNAMIC, PT_INTERP."""
    strings = b"\0" + b"".join(name.encode() + b"\0" for name in needs)
    text = Part(strings, ".dynstr", LOAD)
    count = 2 + bool(interpreter)
    at = (64 + 56 * count) if bits == 64 else (52 + 32 * count)
    at += -at % 16
    form = order + ("QQ" if bits == 64 else "II")
    offsets = [strings.index(b"\0" + name.encode() + b"\0") + 1 for name in needs]
    rows = [(1, offset) for offset in offsets] + [(5, BASE + at), (0, 0)]
    table = Part(b"".join(struct.pack(form, *one) for one in rows), ".dynamic", DYNAMIC)
    parts = [text, table]
    if interpreter:
        parts.append(Part(interpreter.encode() + b"\0", ".interp", INTERP))
    return elf(*parts, bits=bits, order=order)
