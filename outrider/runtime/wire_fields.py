"""Fields of a frame: what each tag is called in an Event, and how its bytes are read. `native/wire.h`."""

import ipaddress
import struct
from collections.abc import Callable
from typing import Any, NamedTuple

from outrider.model.event import Address, Ancestor, Kind, Mode, Verdict

FIELD = struct.Struct("<HH")
"""tag, size."""

KINDS, VERDICTS, MODES = tuple(Kind), tuple(Verdict), tuple(Mode)
FAMILIES = {1: "unix", 4: "inet", 6: "inet6"}
PROTOCOLS = {0: "any", 6: "tcp", 17: "udp"}


class Malformed(ValueError):
    """A field is not what its tag says; becomes InvalidInput with the place."""


def text(raw: bytes) -> str:
    r"""Text of a path or argument. What is not UTF-8 is written `\xNN`: readable and valid everywhere."""
    return raw.decode("utf-8", "backslashreplace")


def _unsigned(size: int) -> Callable[[bytes], int]:
    """Make a reader of a little-endian number."""

    def read(raw: bytes) -> int:
        if len(raw) != size:
            raise Malformed(f"has {len(raw)} bytes, not {size}")
        return int.from_bytes(raw, "little")

    return read


def _one_of(values: tuple[Any, ...]) -> Callable[[bytes], Any]:
    """Make a reader of a one-byte enumeration."""

    def read(raw: bytes) -> Any:
        if len(raw) != 1 or raw[0] >= len(values):
            raise Malformed("is no known value")
        return values[raw[0]]

    return read


def _hex(size: int) -> Callable[[bytes], str]:
    """Make a reader of so many bytes, as hex."""

    def read(raw: bytes) -> str:
        if len(raw) != size:
            raise Malformed(f"has {len(raw)} bytes, not {size}")
        return raw.hex()

    return read


def _signed(raw: bytes) -> int:
    """i32."""
    if len(raw) != 4:
        raise Malformed(f"has {len(raw)} bytes, not 4")
    return int.from_bytes(raw, "little", signed=True)


def _arguments(raw: bytes) -> tuple[str, ...]:
    """Arguments with NUL between them."""
    return tuple(text(raw).split("\0")) if raw else ()


def _names(raw: bytes) -> tuple[str, ...]:
    """Names with blanks between them."""
    return tuple(text(raw).split())


def ancestor(raw: bytes) -> Ancestor:
    """u32 pid, then the program's path."""
    if len(raw) < 4:
        raise Malformed("is too short for an ancestor")
    return Ancestor(int.from_bytes(raw[:4], "little"), text(raw[4:]))


_ADDRESS = struct.Struct("<BBH")


def _address(raw: bytes) -> Address:
    """u8 family, u8 protocol, u16 port, then 4 or 16 bytes; a Unix socket's path is in the target too."""
    if len(raw) < _ADDRESS.size:
        raise Malformed("is too short for an address")
    family, protocol, port = _ADDRESS.unpack_from(raw)
    rest = raw[_ADDRESS.size :]
    if family not in FAMILIES or protocol not in PROTOCOLS:
        raise Malformed("has an unknown family or protocol")
    name = FAMILIES[family]
    if name == "unix":
        return Address(name, PROTOCOLS[protocol], text(rest), 0)
    if len(rest) != (4 if name == "inet" else 16):
        raise Malformed(f"has {len(rest)} bytes of {name} address")
    return Address(name, PROTOCOLS[protocol], host_text(rest), port)


def host_text(packed: bytes) -> str:
    """4 or 16 bytes as an address in its usual spelling."""
    if len(packed) == 4:
        return ".".join(map(str, packed))
    address = ipaddress.ip_address(packed)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return f"::ffff:{address.ipv4_mapped}"  # Python spells it so only from 3.13 on
    return str(address)


class Field(NamedTuple):
    """Where a tag goes in an Event, and how its bytes are read."""

    name: str
    read: Callable[[bytes], Any]


ANCESTOR = 14
FIELDS = {
    1: Field("kind", _one_of(KINDS)),
    2: Field("verdict", _one_of(VERDICTS)),
    3: Field("pid", _unsigned(4)),
    4: Field("ppid", _unsigned(4)),
    5: Field("uid", _unsigned(4)),
    6: Field("gid", _unsigned(4)),
    7: Field("program", text),
    8: Field("cmdline", _arguments),
    9: Field("target", text),
    10: Field("address", _address),
    11: Field("rule", _unsigned(4)),
    12: Field("syscall", text),
    13: Field("errno", _signed),
    15: Field("argv", _arguments),
    16: Field("count", _unsigned(8)),
    17: Field("ref_seq", _unsigned(8)),
    18: Field("message", text),
    19: Field("policy_id", _hex(16)),
    20: Field("policy_counter", _unsigned(8)),
    21: Field("mode", _one_of(MODES)),
    22: Field("engine", text),
    23: Field("kernel", text),
    24: Field("features", _names),
    25: Field("instance", _hex(16)),
    26: Field("container", text),
    27: Field("code", text),
    28: Field("name", text),
    29: Field("sha256", _hex(32)),
    30: Field("request_id", text),
    31: Field("distribution", text),
    32: Field("traits", _names),
}
"""Tag → field, as `enum or_tag`; ANCESTOR repeats and stands apart."""
