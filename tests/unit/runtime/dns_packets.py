"""Packets as a packet socket gives them, made by hand."""

import ipaddress
import struct

IPV4, IPV6 = 0x0800, 0x86DD
UDP, TCP = 17, 6
SYN, FIN, RST, ACK = 0x02, 0x01, 0x04, 0x10
TASK, RESOLVER = "10.0.1.5", "10.0.0.2"


def udp(source_port: int, target_port: int, payload: bytes) -> bytes:
    return struct.pack("!HHHH", source_port, target_port, 8 + len(payload), 0) + payload


def tcp(source_port: int, target_port: int, sequence: int, payload: bytes = b"", flags: int = ACK) -> bytes:
    options = b"\1\1\1\1"
    return (
        struct.pack(
            "!HHIIHHHH", source_port, target_port, sequence % (1 << 32), 0, 6 << 12 | flags, 512, 0, 0
        )
        + options
        + payload
    )


def ipv4(
    transport: int, carried: bytes, source: str = TASK, target: str = RESOLVER, *, fragment: int = 0,
    options: bytes = b"", total: int | None = None,
) -> bytes:  # fmt: skip
    size = 20 + len(options)
    total = size + len(carried) if total is None else total
    return (
        struct.pack("!BBHHHBBH", 4 << 4 | size // 4, 0, total, 1, fragment, 64, transport, 0)
        + ipaddress.ip_address(source).packed
        + ipaddress.ip_address(target).packed
        + options
        + carried
    )


def ipv6(
    transport: int, carried: bytes, source: str = "fd00::5", target: str = "fd00::2",
    extensions: tuple[tuple[int, bytes], ...] = (),
) -> bytes:  # fmt: skip
    """`extensions`: (kind, bytes after the two first), each a multiple of 8 with them."""
    kinds = [kind for kind, _ in extensions] + [transport]
    headers = b"".join(
        bytes([following, (len(data) + 2) // 8 - 1]) + data
        for following, (_, data) in zip(kinds[1:], extensions, strict=True)
    )
    return (
        struct.pack("!IHBB", 6 << 28, len(headers) + len(carried), kinds[0], 64)
        + ipaddress.ip_address(source).packed
        + ipaddress.ip_address(target).packed
        + headers
        + carried
    )


def spelled(name: str) -> bytes:
    labels = [label.encode() for label in name.split(".")] if name else []
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def record(owner: str, kind: int, data: bytes, ttl: int) -> bytes:
    return spelled(owner) + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


def query(name: str, kind: int = 1, number: int = 7) -> bytes:
    """With EDNS, as glibc can send it."""
    opt = b"\0" + struct.pack("!HHIH", 41, 1232, 0, 0)
    return (
        struct.pack("!HHHHHH", number, 0x0100, 1, 0, 0, 1) + spelled(name) + struct.pack("!HH", kind, 1) + opt
    )


def answer(
    name: str,
    *addresses: str,
    kind: int = 1,
    number: int = 7,
    ttl: int = 300,
    alias: str = "",
    flags: int = 0x8180,
) -> bytes:
    """Addresses of a name, perhaps by an alias."""
    records = [record(name, 5, spelled(alias), ttl)] if alias else []
    for address in addresses:
        parsed = ipaddress.ip_address(address)
        records.append(record(alias or name, 1 if parsed.version == 4 else 28, parsed.packed, ttl))
    head = struct.pack("!HHHHHH", number, flags, 1, len(records), 0, 0)
    return head + spelled(name) + struct.pack("!HH", kind, 1) + b"".join(records)
