"""One 512-byte header of a tar: v7, ustar, star and GNU forms; and pax records.

Formats: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13 and
https://www.gnu.org/software/tar/manual/html_node/Standard.html. Where readers disagree we do what Go's
archive/tar does, because container runtimes unpack with it.
"""

from functools import lru_cache
from zlib import adler32

from outrider.errors import InvalidInput

BLOCK = 512
ZERO = bytes(BLOCK)
_GNU = b"ustar  \0"


@lru_cache(maxsize=8192)
def number(field: bytes) -> int:
    """A numeric field: octal digits between spaces and NULs, or GNU's base-256. Raises InvalidInput."""
    if field[0] & 0x80:
        value = int.from_bytes(field, "big") & ((1 << (len(field) * 8 - 1)) - 1)
        if field[0] & 0x40:
            raise InvalidInput("the archive has a header with a negative number")
        return value
    digits = field.strip(b" \0").partition(b"\0")[0]
    if not digits:
        return 0
    if not digits.isdigit() or b"8" in digits or b"9" in digits:
        raise InvalidInput(f"the archive has a header with {field!r} for a number")
    return int(digits, 8)


def check(block: bytes) -> None:
    """Raise InvalidInput when a header's checksum is wrong. The sum of unsigned or of signed bytes will do.

    The sum of 512 ASCII bytes is below 65521, so the low half of Adler-32 is that sum exactly.
    """
    said = number(block[148:156])
    if block.isascii():
        found = (adler32(block[156:], adler32(block[:148])) & 0xFFFF) - 1 + 8 * 32
        good = found == said
    else:
        counted = block[:148] + b" " * 8 + block[156:]
        unsigned = sum(counted)
        good = said in (unsigned, unsigned - 256 * sum(byte > 127 for byte in counted))
    if not good:
        raise InvalidInput("the archive has a header with a wrong checksum: it is damaged, or no tar")


def name(block: bytes) -> bytes:
    """The path a header holds itself, with ustar's prefix."""
    last = block[:100].partition(b"\0")[0]
    if not block[345] or block[257:263] != b"ustar\0":
        return last
    width = 131 if block[508:512] == b"tar\0" else 155
    prefix = block[345 : 345 + width].partition(b"\0")[0]
    return prefix + b"/" + last if prefix else last


def is_gnu(block: bytes) -> bool:
    """Whether it is of GNU's own format, the only one in which the sparse fields mean anything."""
    return block[257:265] == _GNU


def pax_records(data: bytes) -> dict[bytes, bytes]:
    """Records of a pax extended header. Raises InvalidInput.

    Repeated keys: the last one counts, except the pairs of sparse format 0.0, which become one
    `GNU.sparse.map`.
    """
    records: dict[bytes, bytes] = {}
    parts: list[bytes] = []
    at = 0
    while at < len(data):
        space = data.find(b" ", at, at + 20)
        digits = data[at:space] if space > 0 else b""
        end = at + int(digits) if digits.isdigit() else 0
        equals = data.find(b"=", space, end)
        if equals < 0 or end > len(data) or data[end - 1 : end] != b"\n":
            raise InvalidInput("the archive has an extended header that is damaged")
        key, value = data[space + 1 : equals], data[equals + 1 : end - 1]
        if key in {b"GNU.sparse.offset", b"GNU.sparse.numbytes"}:
            parts.append(value)
        else:
            records[key] = value
        at = end
    if parts:
        records[b"GNU.sparse.map"] = b",".join(parts)
    return records


def decimal(value: bytes, what: str) -> int:
    """A number of a pax record; `what` names it in the error. Raises InvalidInput."""
    if not value.isdigit() or len(value) > 19:
        raise InvalidInput(f"the archive has an extended header with {value[:40]!r} for {what}")
    return int(value)
