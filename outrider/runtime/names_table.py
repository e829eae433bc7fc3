"""The table of names as bytes: what `native/names.h` lays down, and where an entry goes.

The sidecar writes the table, supervisors read it; `entries` reads it here, as they would. Standard library
only.
"""

import ipaddress
import re
import struct
import zlib
from dataclasses import dataclass

from outrider.errors import InvalidInput

MAGIC = b"OUTRNAM1"
BUCKETS, WAYS = 512, 8
NAME_BYTES = 256
STALE_NS = 7 * 86_400 * 1_000_000_000
"""So long after it expired an entry still counts, if its place is not needed (OR_NAMES_STALE_NS)."""

HEADER = struct.Struct("<8sIHH16sQQQ8x")
"""magic, size, buckets, ways, boot id, generation, alive_ns, evicted."""
ENTRY = struct.Struct("<IIQB7x16s256s")
"""sequence, crc32, expires_ns, family, address, name."""
_COVERED = struct.Struct("<QB7x16s256s")
"""What follows the checksum; it is about all before the padding of the name."""
_SEQUENCE = struct.Struct("<I")

SIZE = HEADER.size + BUCKETS * WAYS * ENTRY.size
"""Of the file, bytes: 4,096 grants, more than a task that crawls the web has in a minute."""
GENERATION_AT, ALIVE_AT, EVICTED_AT = 32, 40, 48
"""Where these fields of the header are."""

_HOST = re.compile(r"[a-z0-9_.-]{1,253}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Header:
    """Of a table that is one."""

    boot: bytes
    generation: int
    alive_ns: int
    evicted: int


@dataclass(frozen=True, slots=True)
class Grant:
    """One name of one address."""

    address: str
    name: str
    expires_ns: int
    """CLOCK_MONOTONIC."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A grant, and where it goes."""

    offset: int
    """Of the entry, from the start of the file."""
    sequence: int
    """Even: what the entry's has to be afterwards."""
    evicts: bool
    """Another grant that still counted gives way."""


def header(boot: bytes, generation: int = 0, alive_ns: int = 0, evicted: int = 0) -> bytes:
    """Header of a table. `boot`: the 16 bytes of the kernel's boot id."""
    return HEADER.pack(MAGIC, SIZE, BUCKETS, WAYS, boot, generation, alive_ns, evicted)


def read_header(data: bytes) -> Header:
    """Read the first bytes of a table. Raises InvalidInput: it is none of this version."""
    if len(data) < HEADER.size:
        raise InvalidInput("too short for a table of names")
    magic, size, buckets, ways, boot, generation, alive_ns, evicted = HEADER.unpack_from(data)
    if (magic, size, buckets, ways) != (MAGIC, SIZE, BUCKETS, WAYS):
        raise InvalidInput("no table of names of this version")
    return Header(boot, generation, alive_ns, evicted)


def can_be_said(name: str) -> bool:
    """Whether a rule could be about such a name; others have no place in the table."""
    return bool(_HOST.fullmatch(name))


def bucket_of(address: str) -> int:
    """Offset of the bucket an address has its place in. Raises InvalidInput: it is no address."""
    number = zlib.crc32(_family_and_address(address)) % BUCKETS
    return HEADER.size + number * WAYS * ENTRY.size


def entry(grant: Grant, sequence: int) -> bytes:
    """Bytes of an entry. Raises InvalidInput: the address is none, or the name cannot be said."""
    if not can_be_said(grant.name):
        raise InvalidInput(f"not a host name: {grant.name[:80]!r}")
    packed = _family_and_address(grant.address)
    covered = _COVERED.pack(
        min(grant.expires_ns, (1 << 63) - 1),
        packed[0],
        packed[1:],
        grant.name.encode().ljust(NAME_BYTES, b"\0"),
    )
    return struct.pack("<II", sequence, _checksum(covered, grant.name)) + covered


def place(bucket: bytes, start: int, grant: Grant, now_ns: int) -> Placed:
    """Where in its bucket (the bytes at offset `start`) a grant goes: to its like, to a free place, or to the
    one that expires first.
    """
    packed = _family_and_address(grant.address)
    wanted = (packed[0], packed[1:], grant.name.encode().ljust(NAME_BYTES, b"\0"))
    ways = [ENTRY.unpack_from(bucket, way * ENTRY.size) for way in range(WAYS)]
    way = next((n for n, found in enumerate(ways) if found[3:] == wanted), None)
    evicts = False
    if way is None:
        way = min(range(WAYS), key=lambda n: (ways[n][2] if ways[n][3] else -1, n))
        evicts = bool(ways[way][3]) and ways[way][2] + STALE_NS >= now_ns
    sequence = ((ways[way][0] | 1) + 1) & 0xFFFFFFFF
    return Placed(start + way * ENTRY.size, sequence, evicts)


def names_of(table: bytes, address: str, now_ns: int) -> tuple[str, ...]:
    """Names of an address, the one answered last first: what a supervisor finds. Hostile bytes give none."""
    try:
        read_header(table)
        start, packed = bucket_of(address), _family_and_address(address)
    except InvalidInput:
        return ()
    found: list[tuple[int, str]] = []
    end = start + WAYS * ENTRY.size
    for at in range(start, end if end <= len(table) else start, ENTRY.size):
        sequence, crc, expires, family, raw, name = ENTRY.unpack_from(table, at)
        text = name.rstrip(b"\0").decode("ascii", "replace")
        counts = not sequence & 1 and now_ns <= expires + STALE_NS < 1 << 64 and can_be_said(text)
        if (
            counts
            and (family, raw) == (packed[0], packed[1:])
            and _checksum(table[at + 8 : at + ENTRY.size], text) == crc
        ):
            found.append((-expires, text))
    return tuple(dict.fromkeys(name for _, name in sorted(found)))


def odd(sequence: int) -> bytes:
    """First bytes of an entry that is being written and shall have this sequence afterwards."""
    return _SEQUENCE.pack((sequence - 1) & 0xFFFFFFFF)


def _checksum(covered: bytes, name: str) -> int:
    """Of an entry, over the bytes from expires_ns to the end of the name."""
    return zlib.crc32(covered[: _COVERED.size - NAME_BYTES + len(name)])


def _family_and_address(address: str) -> bytes:
    """As in an entry: the family, then 16 bytes. An IPv4-mapped address is the IPv4 address. Raises
    InvalidInput.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        raise InvalidInput(f"not an address: {address[:60]!r}") from None
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return bytes([parsed.version]) + parsed.packed.ljust(16, b"\0")
