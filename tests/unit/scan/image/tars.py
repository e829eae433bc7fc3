"""Tars for tests: well-formed ones by the standard library, ill-formed ones byte by byte."""

import io
import tarfile
from collections.abc import Iterator

from outrider.scan.image import tar
from outrider.scan.image.entry import Entry
from outrider.scan.image.notes import Notes

END = bytes(1024)


def header(
    name: bytes, *, kind: bytes = b"0", size: int | bytes = 0, link: bytes = b"", **at: bytes
) -> bytes:
    """One ustar header with a right checksum; `at` puts bytes at an offset, as `at_257=b"..."`."""
    block = bytearray(512)
    block[: len(name)] = name
    block[100:124] = b"0000644\0" + b"0000000\0" * 2
    block[124:136] = size if isinstance(size, bytes) else b"%011o\0" % size
    block[136:148] = b"00000000000\0"
    block[156:157] = kind
    block[157 : 157 + len(link)] = link
    block[257:265] = b"ustar\x0000"
    for place, value in at.items():
        offset = int(place.removeprefix("at_"))
        block[offset : offset + len(value)] = value
    return summed(block)


def summed(block: bytearray) -> bytes:
    """The header with its checksum."""
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 512)


def member(name: bytes, data: bytes, **more: bytes) -> bytes:
    return header(name, size=len(data), **more) + padded(data)


def pax(**records: bytes) -> bytes:
    """An extended header; `__` in a key stands for a dot."""
    text = b"".join(record(key.replace("__", ".").encode(), value) for key, value in records.items())
    return member(b"PaxHeaders/x", text, kind=b"x")


def record(key: bytes, value: bytes) -> bytes:
    body = b" " + key + b"=" + value + b"\n"
    length = len(body) + len(str(len(body)))
    if len(str(length)) + len(body) != length:
        length += 1
    return str(length).encode() + body


def made(members: dict[str, bytes | str | None], form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar by the standard library: path → content, `-> target`, or None for a directory."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for path, what in members.items():
            info = tarfile.TarInfo(path)
            if what is None:
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(info)
            elif isinstance(what, str):
                hard = what.startswith("=> ")
                info.type = tarfile.LNKTYPE if hard else tarfile.SYMTYPE
                info.linkname = what[3:]
                archive.addfile(info)
            else:
                info.size = len(what)
                archive.addfile(info, io.BytesIO(what))
    return out.getvalue()


def read(data: bytes, notes: Notes | None = None, step: int = 0) -> list[tuple[Entry, bytes]]:
    """All entries with their content."""
    stream = io.BytesIO(data)
    take = (lambda most: stream.read(min(most, step))) if step else stream.read
    return [(entry, content(entry)) for entry in tar.entries(take, notes or Notes())]


def content(entry: Entry) -> bytes:
    return b"".join(iter(lambda: entry.read(1 << 16), b""))


def many(count: int) -> Iterator[bytes]:
    """A tar of so many empty files, in pieces."""
    template = bytearray(header(b"usr/share/d000/f0000000"))
    template[148:156] = b" " * 8
    bare = sum(template) - sum(template[:23])
    piece = bytearray()
    for number in range(count):
        name = b"usr/share/d%03d/f%07d" % (number % 1000, number)
        template[:23] = name
        template[148:156] = b"%06o\0 " % (bare + sum(name))
        piece += template
        template[148:156] = b" " * 8
        if len(piece) >= 1 << 18:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece) + END


class Pieces:
    """A stream over pieces that are made as they are asked for."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, most: int) -> bytes:
        if not self._rest:
            self._rest = next(self._pieces, b"")
        piece, self._rest = self._rest[:most], self._rest[most:]
        return piece
