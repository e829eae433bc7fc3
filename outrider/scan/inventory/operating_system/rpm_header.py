"""The header of an rpm package, as all three kinds of database keep it.

An index of entries (tag, type, offset, count: four big-endian words each) and a store of values behind it.
Source: https://rpm-software-management.github.io/rpm/manual/format_header.html
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from outrider import limits
from outrider.errors import InvalidInput

NAME, VERSION, RELEASE, EPOCH = 1000, 1001, 1002, 1003
LICENSE, ARCH, SOURCERPM = 1014, 1022, 1044
OLDFILENAMES, PROVIDENAME, REQUIRENAME = 1027, 1047, 1049
DIRINDEXES, BASENAMES, DIRNAMES = 1116, 1117, 1118
MODULARITYLABEL = 5096

_INT32, _STRING, _STRING_ARRAY, _I18N = 4, 6, 8, 9
_ENTRY = struct.Struct(">IIiI")
_REGIONS = range(61, 64)
"""Tags of the entries that only say which part of the header is signed."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header whose index was read; values are read when they are asked for."""

    entries: dict[int, tuple[int, int, int]]
    """By tag: type, offset in the store, count."""
    store: bytes

    def text(self, tag: int) -> str:
        """The first string of a tag; empty where it has none. What is not UTF-8 is replaced."""
        return next(self.texts(tag), b"").decode("utf-8", "replace")

    def names(self, tag: int) -> list[str]:
        """Every string of a tag, as `text`."""
        return [value.decode("utf-8", "replace") for value in self.texts(tag)]

    def texts(self, tag: int) -> Iterator[bytes]:
        """Every string of a tag, as bytes; fewer than announced where the store ends before."""
        kind, at, count = self.entries.get(tag, (0, 0, 0))
        if kind not in {_STRING, _STRING_ARRAY, _I18N}:
            return
        for _ in range(1 if kind == _STRING else count):
            end = self.store.find(b"\0", at)
            if end < 0:
                return
            yield self.store[at:end]
            at = end + 1

    def numbers(self, tag: int) -> tuple[int, ...]:
        """The 32-bit numbers of a tag; none where it has none or the store ends before."""
        kind, at, count = self.entries.get(tag, (0, 0, 0))
        if kind != _INT32 or at + 4 * count > len(self.store):
            return ()
        return struct.unpack_from(f">{count}I", self.store, at)


def parse(blob: bytes) -> Header:
    """A header as databases keep it: without the magic that it has in a package file.

    Raises InvalidInput where the lengths it begins with are not those of the bytes. An entry that comes
    twice counts as the last: what was added when the package was installed stands behind what was signed.
    """
    if len(blob) < 8:
        raise InvalidInput("a package header is cut short")
    count, size = struct.unpack_from(">II", blob)
    store_at = 8 + _ENTRY.size * count
    if count > limits.RPM_TAGS or len(blob) > limits.RPM_HEADER:
        raise InvalidInput(f"a package header is over the cap of {limits.RPM_TAGS} entries or in size")
    if store_at + size > len(blob):
        raise InvalidInput("a package header is shorter than it says")
    entries = {}
    for tag, kind, offset, number in _ENTRY.iter_unpack(blob[8:store_at]):
        if tag not in _REGIONS and 0 <= offset <= size and number <= size:
            entries[tag] = (kind, offset, number)
    return Header(entries, blob[store_at : store_at + size])
