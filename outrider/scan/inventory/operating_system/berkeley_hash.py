"""A reader of Berkeley DB's hash databases: pairs of key and value, from the pages of the file.

Pages are read one after the other; buckets do not matter to somebody who wants everything. Layout as in
dbinc/db_page.h of Berkeley DB 4 and 5; numbers in the byte order of the machine that wrote it.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from outrider.errors import InvalidInput

_MAGIC = 0x061561
_METADATA, _HASH_UNSORTED, _HASH, _OVERFLOW = 8, 2, 13, 7
"""Types of pages that matter here."""
_KEY_DATA, _OFF_PAGE = 1, 3
"""Types of items: bytes on the page; a number of a page where they begin, and their length."""
_PAGE_HEAD = 26
_CHECKSUMS = 1


@dataclass(frozen=True, slots=True)
class _File:
    data: bytes
    order: str
    page: int
    """Size of a page, bytes."""
    pages: int
    seen: bytearray
    """For each page whether its overflow was given out: each belongs to one item, and loops end."""


def pairs(data: bytes, problems: list[str]) -> Iterator[tuple[bytes, bytes]]:
    """Every key and value, in the order of the pages. What is damaged is told in `problems` and left out.

    Raises InvalidInput for what is no hash database, or one with checksums or encryption.
    """
    file = _opened(data)
    if file.pages * file.page < len(data):
        problems.append("it ends in the middle of a page")
    for number in range(1, file.pages):
        start = number * file.page
        if data[start + 25] not in {_HASH, _HASH_UNSORTED}:
            continue
        items = list(_items(file, start, problems))
        for key, value in zip(items[::2], items[1::2], strict=False):
            one, other = _content(file, key), _content(file, value)
            if one is None or other is None:
                problems.append(f"an item of page {number} is damaged or of a kind that rpm does not write")
            else:
                yield one, other


def _opened(data: bytes) -> _File:
    """The metadata page tells byte order and size of a page."""
    if len(data) < 512:
        raise InvalidInput("it is too short for a Berkeley DB")
    order = next((one for one in "<>" if struct.unpack_from(one + "I", data, 12)[0] == _MAGIC), "")
    if not order:
        raise InvalidInput("it is not a hash database of Berkeley DB")
    (size,) = struct.unpack_from(order + "I", data, 20)
    encryption, kind, flags = data[24:27]
    if size not in {1 << power for power in range(9, 17)} or kind != _METADATA:
        raise InvalidInput("its Berkeley DB metadata is damaged")
    if encryption or flags & _CHECKSUMS:
        raise InvalidInput("it is a Berkeley DB with encryption or checksums, which rpm never makes")
    pages = len(data) // size
    return _File(data, order, size, pages, bytearray(pages))


def _items(file: _File, start: int, problems: list[str]) -> Iterator[bytes]:
    """The items of one page: its index has their offsets, the first lies at the end of the page."""
    (count,) = struct.unpack_from(file.order + "H", file.data, start + 20)
    if _PAGE_HEAD + 2 * count > file.page:
        problems.append(f"page {start // file.page} announces more items than it has room for")
        return
    end = file.page
    for offset in struct.unpack_from(f"{file.order}{count}H", file.data, start + _PAGE_HEAD):
        if not _PAGE_HEAD + 2 * count <= offset < end:
            problems.append(f"the index of page {start // file.page} is damaged")
            return
        yield file.data[start + offset : start + end]
        end = offset


def _content(file: _File, item: bytes) -> bytes | None:
    """The bytes of an item; None where it is damaged or of a kind that we do not know (duplicates)."""
    if item[0] == _KEY_DATA:
        return item[1:]
    if item[0] != _OFF_PAGE or len(item) != 12:
        return None
    number, length = struct.unpack_from(file.order + "II", item, 4)
    return _chained(file, number, length)


def _chained(file: _File, number: int, length: int) -> bytes | None:
    """The bytes of a chain of overflow pages; None where it is not as long as it should be."""
    parts = []
    missing = length
    while number and missing > 0:
        if number >= file.pages or file.seen[number]:
            return None
        file.seen[number] = 1
        start = number * file.page
        number, size = struct.unpack_from(f"{file.order}I2xH", file.data, start + 16)
        if file.data[start + 25] != _OVERFLOW or not 0 < size <= file.page - _PAGE_HEAD:
            return None
        parts.append(file.data[start + _PAGE_HEAD : start + _PAGE_HEAD + size])
        missing -= size
    return b"".join(parts) if missing == 0 else None
