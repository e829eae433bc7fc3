"""Packets as a packet socket hands them out without their link's header: IPv4 and IPv6, UDP and TCP.

Whoever sent them is not trusted: every length is checked against what was captured. Checksums are not: those
of packets on their way out are filled in by the network card, and what the kernel refuses, the application
never gets.
"""

import ipaddress
import struct
from dataclasses import dataclass
from typing import Any

from outrider.errors import InvalidInput

LARGEST = 65_535 + 40
"""Bytes of a packet: what the length in IPv4, and in IPv6 behind its header, can say."""
MOST_EXTENSIONS = 8
"""Headers between IPv6's own and the transport's, a count: RFC 8200 knows six kinds, each once or twice."""

IPV4, IPV6 = 0x0800, 0x86DD
"""Protocol numbers of the link (`if_ether.h`)."""
TCP, UDP = 6, 17
_FRAGMENT = 44
_EXTENSIONS = {0, 43, 60}
"""Hop-by-hop options, routing, destination options."""
_MORE_OR_OFFSET = 0x3FFF
"""Of the fragment field: more fragments follow, or this is not the first."""
_SYN_BIT, _RST_BIT, _FIN_BIT = 0x02, 0x04, 0x01

_V4 = struct.Struct("!BBHHHBBH4s4s")
_V6 = struct.Struct("!IHBB16s16s")
_UDP = struct.Struct("!HHHH")
_TCP = struct.Struct("!HHIIHHHH")


class Fragment(InvalidInput):
    """A piece of a packet. Pieces are not put together: DNS keeps below their size or uses TCP (RFC 9715)."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What a packet carries from one port to another."""

    protocol: str
    """`tcp` or `udp`."""
    source: str
    """Address as text, as `ipaddress` spells it."""
    source_port: int
    target: str
    target_port: int
    payload: bytes
    sequence: int = 0
    """tcp: number of the payload's first byte."""
    starts: bool = False
    """tcp: SYN."""
    ends: bool = False
    """tcp: FIN or RST."""


def parse(data: bytes, link_protocol: int) -> Segment:
    """Read one packet. Raises Fragment, or InvalidInput: it is none, or not of UDP or TCP."""
    if len(data) > LARGEST:
        raise InvalidInput(f"a packet of {len(data)} bytes")
    if link_protocol == IPV4:
        source, target, transport, rest = _ipv4(data)
    elif link_protocol == IPV6:
        source, target, transport, rest = _ipv6(data)
    else:
        raise InvalidInput(f"a packet of link protocol {link_protocol:#x}")
    if transport == UDP:
        return _udp(source, target, rest)
    if transport == TCP:
        return _tcp(source, target, rest)
    raise InvalidInput(f"a packet of transport protocol {transport}")


def _ipv4(data: bytes) -> tuple[str, str, int, bytes]:
    """Source, target, transport and what it carries. Bytes after the packet are the link's padding."""
    first, _, total, _, fragment, _, transport, _, source, target = _unpacked(_V4, data)
    size = (first & 0x0F) * 4
    if first >> 4 != 4 or not _V4.size <= size <= total <= len(data):
        raise InvalidInput("an IPv4 packet whose lengths do not fit")
    if fragment & _MORE_OR_OFFSET:
        raise Fragment("a fragment of an IPv4 packet")
    return _address(source), _address(target), transport, data[size:total]


def _ipv6(data: bytes) -> tuple[str, str, int, bytes]:
    """The same, behind the headers that may come between."""
    first, length, kind, _, source, target = _unpacked(_V6, data)
    end = _V6.size + length
    if first >> 28 != 6 or end > len(data):
        raise InvalidInput("an IPv6 packet whose lengths do not fit")
    place = _V6.size
    for _ in range(MOST_EXTENSIONS):
        if kind not in _EXTENSIONS:
            break
        if place + 8 > end:
            raise InvalidInput("an IPv6 packet ends in one of its headers")
        kind, place = data[place], place + 8 + data[place + 1] * 8
    if kind == _FRAGMENT:
        raise Fragment("a fragment of an IPv6 packet")
    if place > end:
        raise InvalidInput("an IPv6 packet ends in one of its headers")
    return _address(source), _address(target), kind, data[place:end]


def _udp(source: str, target: str, data: bytes) -> Segment:
    """A datagram."""
    source_port, target_port, length, _ = _unpacked(_UDP, data)
    if not _UDP.size <= length <= len(data):
        raise InvalidInput("a UDP datagram whose length does not fit")
    return Segment("udp", source, source_port, target, target_port, data[_UDP.size : length])


def _tcp(source: str, target: str, data: bytes) -> Segment:
    """A segment."""
    source_port, target_port, sequence, _, flags, _, _, _ = _unpacked(_TCP, data)
    size = (flags >> 12) * 4
    if not _TCP.size <= size <= len(data):
        raise InvalidInput("a TCP segment whose lengths do not fit")
    return Segment(
        "tcp",
        source,
        source_port,
        target,
        target_port,
        data[size:],
        sequence,
        bool(flags & _SYN_BIT),
        bool(flags & (_FIN_BIT | _RST_BIT)),
    )


def _address(packed: bytes) -> str:
    """As text."""
    return str(ipaddress.ip_address(packed))


def _unpacked(form: struct.Struct, data: bytes) -> tuple[Any, ...]:
    """Numbers at the start. Raises InvalidInput."""
    if len(data) < form.size:
        raise InvalidInput("a packet ends in one of its headers")
    return form.unpack_from(data)
